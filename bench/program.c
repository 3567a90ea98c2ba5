// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "arch.h"
#include "program.h"

/* A system call number that no kernel uses. */
#define REFUSED 1000
/* Numbers of x86-64 above it are of x32; on arm64 there are none. */
#define X32_BIT 0x40000000

void program_make(struct sock_filter *insns, size_t len, unsigned int error)
{
	const struct sock_filter head[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCH_NATIVE, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, X32_BIT, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, REFUSED, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
	};
	const struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	const size_t n_head = sizeof(head) / sizeof(*head);
	size_t i;

	for (i = 0; i < len; i++)
		insns[i] = i < n_head ? head[i] : allow;
	for (i = n_head; i + 2 < len; i += 2)
		insns[i] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (i - n_head) / 2,
							0, 1);
}

int program_install(size_t len, unsigned int error)
{
	struct sock_filter insns[BPF_MAXINSNS];
	struct sock_fprog program = { .len = len, .filter = insns };

	program_make(insns, len, error);
	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) ? -errno : 0;
}
