// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "program.h"

/* The first number of the list: no kernel has come so far. */
#define FIRST_REFUSED 1000
#define X32_BIT 0x40000000

void program_make(struct sock_filter *insns, size_t len, unsigned int error)
{
	const struct sock_filter head[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, X32_BIT, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
	};
	const struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	const size_t n_head = sizeof(head) / sizeof(*head);
	size_t i;

	for (i = 0; i < n_head; i++)
		insns[i] = head[i];
	for (; i + 2 < len; i += 2) {
		insns[i] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
							FIRST_REFUSED + i, 0, 1);
		insns[i + 1] =
			(struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error);
	}
	for (; i < len; i++)
		insns[i] = allow;
}

int program_install(size_t len, unsigned int error)
{
	struct sock_filter insns[BPF_MAXINSNS];
	struct sock_fprog program = { .len = len, .filter = insns };

	program_make(insns, len, error);
	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) ? -errno : 0;
}
