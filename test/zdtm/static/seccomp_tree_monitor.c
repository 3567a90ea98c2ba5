// SPDX-License-Identifier: GPL-2.0
#include "zdtmtst.h"

#include "seccomp_tree_supervise.h"

/* after the C library's ptrace.h */
#include "seccomp-fd.h"

const char *test_doc =
	"Filters whose programs were replaced and tightened, and one that waits for a listener";
const char *test_author = "criu-seccomp maintainers";

/* Filter fds and listeners of the supervisor's */
#define REPLACED_FD 70
#define REPLACED_LISTENER 71
#define KEPT_FD 72
#define KEPT_LISTENER 73

#define REPLACED_GENERATION 3
#define TIGHTENED_GENERATION 4

static int supervisor, replaced, above, kept;

/* Answers the probe for @mark, and asks about getppid. */
static unsigned int make_program(struct sock_filter *insns, long mark)
{
	const struct sock_filter program[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_getppid, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_getpriority, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, TREE_ASK_NEWEST, 2, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, TREE_ASK + mark, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (1000 + mark)),
	};

	memcpy(insns, program, sizeof(program));
	return ARRAY_SIZE(program);
}

#define MAX_INSNS 16

static long do_create(long fd, long flags)
{
	struct sock_filter insns[MAX_INSNS];
	struct seccomp_fd_create arg = { .size = sizeof(arg),
					 .parent_fd = SECCOMP_FD_PARENT_NONE,
					 .flags = SECCOMP_FILTER_FLAG_NEW_LISTENER | flags,
					 .len = make_program(insns, 1),
					 .insns = (unsigned long)insns };
	int filter = syscall(__NR_seccomp, SECCOMP_FD_CREATE, 0, &arg);

	if (filter < 0 || dup2(filter, fd) < 0 || dup2(arg.listener_fd, fd + 1) < 0)
		return -errno;
	close(filter);
	close(arg.listener_fd);
	return 0;
}

static long do_install(long fd, long unused)
{
	struct seccomp_fd_install arg = { .size = sizeof(arg), .filter_fd = fd, .pidfd = -1 };

	(void)unused;
	return tree_errno(syscall(__NR_seccomp, SECCOMP_FD_INSTALL, 0, &arg));
}

/* The generation afterwards, or -errno. */
static long set_program(long mark, unsigned int flags, unsigned long long generation)
{
	struct sock_filter insns[MAX_INSNS];
	struct seccomp_notif_prog arg = { .size = sizeof(arg),
					  .flags = flags,
					  .len = make_program(insns, mark),
					  .insns = (unsigned long)insns,
					  .generation = generation };

	if (ioctl(REPLACED_LISTENER, SECCOMP_IOCTL_NOTIF_SET_PROG, &arg))
		return -errno;
	return arg.generation;
}

static long do_replace(long mark, long generation)
{
	return set_program(mark, 0, generation);
}

static long do_tighten(long mark, long generation)
{
	return set_program(mark, SECCOMP_NOTIF_PROG_TIGHTEN, generation);
}

static long do_close(long fd, long unused)
{
	(void)unused;
	return tree_errno(close(fd));
}

/* A listener again, for the filter that has lost its own. */
static long do_listener(long fd, long unused)
{
	int listener = ioctl(fd, SECCOMP_IOCTL_FILTER_LISTENER, 0);

	(void)unused;
	if (listener < 0 || dup2(listener, KEPT_LISTENER) < 0)
		return -errno;
	close(listener);
	return 0;
}

static int confined(int fd)
{
	int nr = tree_fork(supervisor);

	if (nr < 0 || tree_expect("install", tree_call(nr, do_install, fd, 0), 0))
		return -1;
	return nr;
}

/* Two programs that it had before, and now two that run. */
static int build_replaced(void)
{
	if (tree_expect(
		    "create",
		    tree_call(supervisor, do_create, REPLACED_FD, SECCOMP_FILTER_FLAG_REPLACEABLE),
		    0))
		return -1;
	replaced = confined(REPLACED_FD);
	if (replaced < 0)
		return -1;
	above = tree_thread(replaced);
	if (above < 0 || tree_install(above, 9, 0))
		return -1;
	return tree_expect("replace", tree_call(supervisor, do_replace, 2, 1), 2) ||
	       tree_expect("replace", tree_call(supervisor, do_replace, 3, 2),
			   REPLACED_GENERATION) ||
	       tree_expect("tighten", tree_call(supervisor, do_tighten, 4, 0),
			   TIGHTENED_GENERATION);
}

/* A task waits in a call, and nobody is there to answer. */
static int build_kept(void)
{
	if (tree_expect("create",
			tree_call(supervisor, do_create, KEPT_FD, SECCOMP_FILTER_FLAG_KEEP), 0))
		return -1;
	kept = confined(KEPT_FD);
	/* a copy would be a listener, too */
	if (kept < 0 || tree_expect("close", tree_call(kept, do_close, KEPT_LISTENER, 0), 0))
		return -1;
	tree_start(kept, tree_do_ask, QUESTION, 0);
	if (!tree_receive(supervisor, KEPT_LISTENER))
		return -1;
	return tree_expect("close", tree_call(supervisor, do_close, KEPT_LISTENER, 0), 0);
}

static int build(void)
{
	supervisor = tree_confinable();
	if (supervisor < 0)
		return -1;
	return build_replaced() || build_kept() ? -1 : 0;
}

static int verify_replaced(void)
{
	if (TREE_HAS(replaced, 3, 4) || TREE_HAS(above, 3, 4, 9))
		return -1;
	if (tree_talk(replaced, supervisor, REPLACED_LISTENER) ||
	    tree_talk(above, supervisor, REPLACED_LISTENER))
		return -1;
	/* another supervisor would have been faster */
	if (tree_expect("an old generation",
			tree_call(supervisor, do_replace, 5, REPLACED_GENERATION), -ESTALE))
		return -1;
	if (tree_expect("replace", tree_call(supervisor, do_replace, 5, TIGHTENED_GENERATION),
			TIGHTENED_GENERATION + 1))
		return -1;
	return TREE_HAS(replaced, 5) || TREE_HAS(above, 5, 9) ? -1 : 0;
}

static int verify_kept(void)
{
	long id;

	if (tree_expect("listener", tree_call(supervisor, do_listener, KEPT_FD, 0), 0))
		return -1;
	id = tree_receive(supervisor, KEPT_LISTENER);
	return id ? tree_answer(supervisor, KEPT_LISTENER, id, kept) : -1;
}

static int verify(void)
{
	return verify_replaced() || verify_kept() ? -1 : 0;
}

int main(int argc, char **argv)
{
	return tree_test(argc, argv, build, verify, "monitors and their filters are not as before");
}
