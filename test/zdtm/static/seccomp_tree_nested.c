// SPDX-License-Identifier: GPL-2.0
#include "zdtmtst.h"

#include "seccomp_tree_supervise.h"

/* after the C library's ptrace.h */
#include "seccomp-fd.h"

const char *test_doc =
	"Two listeners on a path; calls wait for the inner one and for the outer one, or that one is lost";
const char *test_author = "criu-seccomp maintainers";

/* Filter fds and listeners of the supervisor's */
#define OUTER_FD 70
#define OUTER 71
#define INNER_FD 72
#define INNER 73
/* Two more, of which the outer one has lost its listener */
#define LOST_FD 74
#define LOST 75
#define LEFT_FD 76
#define LEFT 77

static int supervisor, beside, at_inner, at_outer, left;
static long inner_id, outer_id;

/* A filter that asks about getppid, with its listener */
static long do_create(long fd, long parent)
{
	struct sock_filter insns[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_getppid, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct seccomp_fd_create arg = { .size = sizeof(arg),
					 .parent_fd = parent,
					 .flags = SECCOMP_FILTER_FLAG_NEW_LISTENER,
					 .len = ARRAY_SIZE(insns),
					 .insns = (unsigned long)insns };
	int filter;

	if (parent == SECCOMP_FD_PARENT_NONE)
		arg.flags |= SECCOMP_FILTER_FLAG_ALLOW_NESTED_LISTENERS;
	filter = syscall(__NR_seccomp, SECCOMP_FD_CREATE, 0, &arg);
	if (filter < 0 || dup2(filter, fd) < 0 || dup2(arg.listener_fd, fd + 1) < 0)
		return -errno;
	close(filter);
	close(arg.listener_fd);
	return 0;
}

/* Copies of the listeners are not for it to keep. */
static long do_install(long fd, long unused)
{
	struct seccomp_fd_install arg = { .size = sizeof(arg), .filter_fd = fd, .pidfd = -1 };

	(void)unused;
	close(OUTER);
	close(INNER);
	close(LOST);
	close(LEFT);
	return tree_errno(syscall(__NR_seccomp, SECCOMP_FD_INSTALL, 0, &arg));
}

static long do_close(long fd, long unused)
{
	(void)unused;
	return tree_errno(close(fd));
}

static long do_let_go_on(long fd, long id)
{
	struct seccomp_notif_resp response = { .id = id,
					       .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE };

	return tree_errno(ioctl(fd, SECCOMP_IOCTL_NOTIF_SEND, &response));
}

static int confined(int fd)
{
	int nr = tree_fork(supervisor);

	if (nr < 0 || tree_expect("install", tree_call(nr, do_install, fd, 0), 0))
		return -1;
	return nr;
}

/* The inner listener is asked, and lets it go on: the outer one's id. */
static long let_inner_go_on(long id)
{
	if (!id || tree_expect("let go on", tree_call(supervisor, do_let_go_on, INNER, id), 0))
		return 0;
	return tree_receive(supervisor, OUTER);
}

static int create_pair(int outer, int inner)
{
	if (tree_expect("create", tree_call(supervisor, do_create, outer, SECCOMP_FD_PARENT_NONE),
			0))
		return -1;
	return tree_expect("create", tree_call(supervisor, do_create, inner, outer), 0);
}

static int build(void)
{
	supervisor = tree_confinable();
	if (supervisor < 0 || create_pair(LOST_FD, LEFT_FD))
		return -1;
	left = confined(LEFT_FD);
	if (left < 0 || tree_expect("close", tree_call(supervisor, do_close, LOST, 0), 0) ||
	    create_pair(OUTER_FD, INNER_FD))
		return -1;
	beside = confined(OUTER_FD);
	at_inner = confined(INNER_FD);
	at_outer = confined(INNER_FD);
	if (beside < 0 || at_inner < 0 || at_outer < 0 || tree_install(at_outer, 3, 0))
		return -1;
	tree_start(at_outer, tree_do_ask, QUESTION, 0);
	outer_id = let_inner_go_on(tree_receive(supervisor, INNER));
	if (!outer_id)
		return -1;
	tree_start(at_inner, tree_do_ask, QUESTION, 0);
	inner_id = tree_receive(supervisor, INNER);
	return inner_id ? 0 : -1;
}

/* Who is asked, and in which order, once nobody waits. */
static int supervised_as_before(void)
{
	long id;

	/* by the inner one alone */
	if (tree_talk(at_outer, supervisor, INNER) ||
	    tree_expect("the outer listener", tree_call(supervisor, tree_do_poll, OUTER, 0), 0))
		return -1;
	/* by both */
	tree_start(at_inner, tree_do_ask, QUESTION, 0);
	id = let_inner_go_on(tree_receive(supervisor, INNER));
	if (!id || tree_answer(supervisor, OUTER, id, at_inner))
		return -1;
	/* and one that is not under the inner one */
	if (tree_talk(beside, supervisor, OUTER) ||
	    tree_expect("the inner listener", tree_call(supervisor, tree_do_poll, INNER, 0), 0))
		return -1;
	/* and one that only the inner one is left for: it cannot have the call made */
	tree_start(left, tree_do_ask, QUESTION, 0);
	id = tree_receive(supervisor, LEFT);
	if (!id || tree_expect("let go on", tree_call(supervisor, do_let_go_on, LEFT, id), 0) ||
	    tree_expect("without the outer listener", tree_wait(left), -ENOSYS))
		return -1;
	/* and its own answer counts */
	if (tree_talk(left, supervisor, LEFT))
		return -1;
	return TREE_HAS(at_inner) || TREE_HAS(at_outer, 3) ? -1 : 0;
}

static int before(void)
{
	if (tree_answer(supervisor, OUTER, outer_id, at_outer) ||
	    tree_answer(supervisor, INNER, inner_id, at_inner))
		return -1;
	return supervised_as_before();
}

/* Each waiting task makes its call again, from the beginning: the inner one is asked first. */
static int after(void)
{
	int i;

	if (tree_expect("an old notification",
			tree_call(supervisor, tree_do_answer, OUTER, outer_id), -ENOENT) ||
	    tree_expect("an old notification",
			tree_call(supervisor, tree_do_answer, INNER, inner_id), -ENOENT))
		return -1;
	for (i = 0; i < 2; i++) {
		long id = let_inner_go_on(tree_receive(supervisor, INNER));

		if (!id ||
		    tree_expect("answer", tree_call(supervisor, tree_do_answer, OUTER, id), 0))
			return -1;
	}
	if (tree_expect("told", tree_wait(at_inner), ANSWER) ||
	    tree_expect("told", tree_wait(at_outer), ANSWER))
		return -1;
	return supervised_as_before();
}

int main(int argc, char **argv)
{
	test_init(argc, argv);
	if (tree_rehearse(build, before))
		return 1;
	return tree_finish(after, "not supervised as before");
}
