// SPDX-License-Identifier: GPL-2.0
/*
 * Two filters, one on the other, with typical rules. "profile image DIR" writes them as
 * an image, "profile tightened DIR COUNT" both as programs of one filter, the newer one COUNT
 * times. "profile clone DIR" writes one that has a rule for each flag of clone, as QEMU's.
 * "profile arch DIR AUDIT" writes one that does not check the architecture, as if it had been
 * dumped where that is AUDIT.
 * "profile run" becomes a task that has them, and makes calls that they refuse: on SIGUSR1,
 * calls that it survives; on SIGUSR2, a child makes one that kills it. "profile burst COUNT" makes
 * that many refused calls as fast as it can.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "arch.h"
#include "image.h"
#include "../fuzz/report-stderr.h"

#define RUN_ID "b2a9a6e6-7a56-4ad4-8f6c-6c2f4f0f5a11"
#define ARRAY_SIZE(array) (sizeof(array) / sizeof(*(array)))
#define NAMESPACES 0x7e020000

#define LOAD(offset) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset)
#define EQUAL(k, jt, jf) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, k, jt, jf)
#define RETURN(k) BPF_STMT(BPF_RET | BPF_K, k)

/* x86_64 only; clone without namespaces, sockets of two domains */
static struct sock_filter oldest[] = {
	LOAD(4),
	EQUAL(AUDIT_ARCH_X86_64, 1, 0),
	RETURN(SECCOMP_RET_KILL_PROCESS),
	LOAD(0),
	BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1),
	RETURN(SECCOMP_RET_ERRNO | ENOSYS),
	EQUAL(56, 0, 3),
	LOAD(16),
	BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, NAMESPACES, 12, 0),
	RETURN(SECCOMP_RET_ALLOW),
	EQUAL(41, 0, 6),
	LOAD(20),
	EQUAL(0, 0, 8),
	LOAD(16),
	EQUAL(AF_UNIX, 5, 0),
	EQUAL(AF_INET, 4, 0),
	RETURN(SECCOMP_RET_ERRNO | EAFNOSUPPORT),
	EQUAL(110, 3, 0),
	EQUAL(104, 0, 1),
	RETURN(SECCOMP_RET_KILL_PROCESS),
	RETURN(SECCOMP_RET_ALLOW),
	RETURN(SECCOMP_RET_ERRNO | EPERM),
};

/* a tie for getppid, and a lower action for getuid */
static struct sock_filter newest[] = {
	LOAD(0),	  EQUAL(110, 0, 1),	   RETURN(SECCOMP_RET_ERRNO | ESRCH),
	EQUAL(102, 0, 1), RETURN(SECCOMP_RET_LOG), RETURN(SECCOMP_RET_ALLOW),
};

static void need(int ret)
{
	if (ret >= 0)
		return;
	fprintf(stderr, "error %d\n", ret);
	exit(1);
}

static void write_tree_of(struct tree *tree, uint32_t arch, const char *folder)
{
	struct image image = { .fd = -1 };

	need(tree_set_run_id(tree, RUN_ID, strlen(RUN_ID)));
	tree->arch = arch;
	need(image_sync(&image, open(folder, O_RDONLY | O_DIRECTORY), tree));
	image_close(&image);
	tree_free(tree);
}

static void write_tree(struct tree *tree, const char *folder)
{
	write_tree_of(tree, ARCH_NATIVE, folder);
}

/* On arm64, 105 is init_module, 56 is openat and 0x4000 is O_DIRECTORY. */
static void write_arch(const char *folder, uint32_t arch)
{
	static const struct tree_thread thread = { .tid = 1 };
	static const struct tree_filter filter = { .program = 0, .parent = TREE_NONE };
	struct sock_filter insns[] = {
		LOAD(0),
		EQUAL(105, 0, 1),
		RETURN(SECCOMP_RET_KILL_PROCESS),
		EQUAL(56, 0, 3),
		LOAD(32),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x4000, 0, 1),
		RETURN(SECCOMP_RET_ERRNO | EPERM),
		RETURN(SECCOMP_RET_ALLOW),
	};
	struct tree tree = { 0 };

	need(tree_add_program(&tree, insns, ARRAY_SIZE(insns)));
	need(tree_add_filter(&tree, &filter));
	need(tree_add_process(&tree, &thread, 1));
	write_tree_of(&tree, arch, folder);
}

/* One filter that has had four programs, of which two run. */
static void write_tightened(const char *folder, uint32_t times)
{
	static const struct tree_thread thread = { .tid = 1 };
	/* each is the same program */
	static const uint32_t newer[100];
	const struct tree_filter filter = {
		.program = 1,
		.parent = TREE_NONE,
		.flags = SECCOMP_FILTER_FLAG_REPLACEABLE | SECCOMP_FILTER_FLAG_KEEP,
		.generation = 3 + times,
		.newer = newer,
		.n_newer = times,
	};
	struct tree tree = { 0 };

	need(tree_add_program(&tree, oldest, ARRAY_SIZE(oldest)));
	need(tree_add_program(&tree, newest, ARRAY_SIZE(newest)));
	need(tree_add_filter(&tree, &filter));
	need(tree_add_process(&tree, &thread, 1));
	write_tree(&tree, folder);
}

/* To be allowed, clone has to lack each flag of a list, and to have CLONE_VM. */
static void write_clone(const char *folder)
{
	static const uint32_t flags[] = {
		CLONE_PTRACE,	 CLONE_VFORK,  CLONE_PARENT, CLONE_NEWNS,   CLONE_UNTRACED,
		CLONE_NEWCGROUP, CLONE_NEWUTS, CLONE_NEWIPC, CLONE_NEWUSER, CLONE_NEWPID,
		CLONE_NEWNET,	 CLONE_IO,     CLONE_PIDFD,
	};
	static const struct tree_thread thread = { .tid = 1 };
	const struct tree_filter filter = { .program = 0, .parent = TREE_NONE };
	struct sock_filter insns[4 * ARRAY_SIZE(flags) + 12] = {
		LOAD(0),
		EQUAL(56, 1, 0),
		RETURN(SECCOMP_RET_ALLOW),
	};
	uint32_t bits[ARRAY_SIZE(flags) + 2] = { 0 };
	struct tree tree = { 0 };
	size_t len = 3, i;

	for (i = 0; i < ARRAY_SIZE(flags); i++) {
		bits[i] = flags[i];
		bits[ARRAY_SIZE(flags)] |= flags[i];
	}
	bits[ARRAY_SIZE(flags)] |= CLONE_VM;
	bits[ARRAY_SIZE(flags) + 1] = CLONE_VM;
	for (i = 0; i < ARRAY_SIZE(bits); i++) {
		insns[len++] = (struct sock_filter)LOAD(16);
		insns[len++] = (struct sock_filter)BPF_STMT(BPF_ALU | BPF_AND | BPF_K, bits[i]);
		insns[len++] = (struct sock_filter)EQUAL(i < ARRAY_SIZE(flags) ? bits[i] : 0, 0, 1);
		insns[len++] = (struct sock_filter)RETURN(SECCOMP_RET_ERRNO | EPERM);
	}
	insns[len++] = (struct sock_filter)RETURN(SECCOMP_RET_ALLOW);
	need(tree_add_program(&tree, insns, len));
	need(tree_add_filter(&tree, &filter));
	need(tree_add_process(&tree, &thread, 1));
	write_tree(&tree, folder);
}

static void write_image(const char *folder)
{
	static const struct tree_thread threads[] = {
		{ .tid = 1, .filter = 1 },
		{ .tid = 2, .filter = 1 },
		{ .tid = 3, .filter = 0 },
		{ .tid = 4, .filter = TREE_NONE },
	};
	const struct tree_filter first = { .program = 0, .parent = TREE_NONE };
	const struct tree_filter second = { .program = 1, .parent = 0 };
	struct tree tree = { 0 };

	need(tree_add_program(&tree, oldest, ARRAY_SIZE(oldest)));
	need(tree_add_program(&tree, newest, ARRAY_SIZE(newest)));
	need(tree_add_filter(&tree, &first));
	need(tree_add_filter(&tree, &second));
	need(tree_add_process(&tree, threads, ARRAY_SIZE(threads)));
	write_tree(&tree, folder);
}

static void install(struct sock_filter *insns, size_t len, unsigned int flags)
{
	struct sock_fprog program = { .len = len, .filter = insns };

	need(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program));
}

static volatile sig_atomic_t wanted;

static void take(int signal)
{
	wanted = signal;
}

static void confine(void)
{
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	install(oldest, ARRAY_SIZE(oldest), SECCOMP_FILTER_FLAG_LOG);
	install(newest, ARRAY_SIZE(newest), SECCOMP_FILTER_FLAG_LOG);
}

static void burst(long count)
{
	confine();
	while (count--)
		syscall(SYS_getppid);
}

static void run(void)
{
	struct sigaction action = { .sa_handler = take };
	sigset_t blocked, open;

	sigemptyset(&blocked);
	sigaddset(&blocked, SIGUSR1);
	sigaddset(&blocked, SIGUSR2);
	sigprocmask(SIG_BLOCK, &blocked, &open);
	sigaction(SIGUSR1, &action, NULL);
	sigaction(SIGUSR2, &action, NULL);
	confine();
	puts("ready");
	fflush(stdout);
	for (;;) {
		sigsuspend(&open);
		/* the last child has to stay, as a zombie at least: who watches looks for it */
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
		if (wanted == SIGUSR2 && !fork())
			syscall(SYS_getgid);
		if (wanted != SIGUSR1)
			continue;
		syscall(SYS_getppid);
		syscall(SYS_getuid);
		syscall(SYS_socket, AF_NETLINK, SOCK_DGRAM, 0);
	}
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "image"))
		write_image(argv[2]);
	else if (argc == 4 && !strcmp(argv[1], "tightened"))
		write_tightened(argv[2], atol(argv[3]));
	else if (argc == 4 && !strcmp(argv[1], "arch"))
		write_arch(argv[2], strtoul(argv[3], NULL, 0));
	else if (argc == 3 && !strcmp(argv[1], "clone"))
		write_clone(argv[2]);
	else if (argc == 3 && !strcmp(argv[1], "burst"))
		burst(atol(argv[2]));
	else if (argc == 2 && !strcmp(argv[1], "run"))
		run();
	else
		return 2;
	return 0;
}
