/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Supervisors and supervised tasks, for the seccomp_tree_* tests: the supervisor
 * answers getppid(). Belongs to seccomp_tree.h.
 */
#ifndef SECCOMP_TREE_SUPERVISE_H
#define SECCOMP_TREE_SUPERVISE_H

#include <poll.h>
#include <sys/ioctl.h>

#include "seccomp_tree.h"

/* The argument of the supervised call, and the supervisor's answer. */
#define QUESTION 4711
#define ANSWER 42

/** tree_expect - 0, or -1 with a message if @got is not what was wanted */
static inline int tree_expect(const char *what, long got, long want)
{
	if (got == want)
		return 0;
	pr_err("%s: %ld, not %ld\n", what, got, want);
	return -1;
}

/** tree_do_supervise - install a filter with a listener, which gets the number @to_fd */
static inline long tree_do_supervise(long flags, long to_fd)
{
	struct sock_filter insns[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_getppid, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	long fd = tree_seccomp(insns, ARRAY_SIZE(insns), flags | SECCOMP_FILTER_FLAG_NEW_LISTENER);

	if (fd < 0)
		return fd;
	if (dup2(fd, to_fd) < 0)
		return -errno;
	close(fd);
	return 0;
}

/** tree_do_ask - make a supervised call */
static inline long tree_do_ask(long question, long unused)
{
	(void)unused;
	return tree_errno(syscall(__NR_getppid, question));
}

/** tree_do_receive - receive the next request at a listener; its id, or -errno */
static inline long tree_do_receive(long fd, long unused)
{
	static struct seccomp_notif request;
	struct pollfd wait = { .fd = fd, .events = POLLIN };

	(void)unused;
	if (poll(&wait, 1, 10000) != 1 || !(wait.revents & POLLIN))
		return -ETIME;
	memset(&request, 0, sizeof(request));
	if (ioctl(fd, SECCOMP_IOCTL_NOTIF_RECV, &request))
		return -errno;
	if (request.data.args[0] != QUESTION)
		return -EBADMSG;
	return request.id;
}

/** tree_do_answer - answer a request; 0, or -errno */
static inline long tree_do_answer(long fd, long id)
{
	struct seccomp_notif_resp response = { .id = id, .val = ANSWER };

	return tree_errno(ioctl(fd, SECCOMP_IOCTL_NOTIF_SEND, &response));
}

/** tree_do_poll - poll a listener for @timeout ms; the events, or -errno */
static inline long tree_do_poll(long fd, long timeout)
{
	struct pollfd wait = { .fd = fd, .events = POLLIN };

	return poll(&wait, 1, timeout) < 0 ? -errno : wait.revents;
}

/** tree_receive - make task @nr receive a request; its id, or 0 with a message */
static inline long tree_receive(int nr, int fd)
{
	long id = tree_call(nr, tree_do_receive, fd, 0);

	/* any number that is not an error number is an id */
	if (id >= 0 || id < -4095)
		return id;
	pr_err("task %d: no request at listener %d: %ld\n", nr, fd, id);
	return 0;
}

/** tree_answer - make task @nr answer, and check the result in task @asks; 0, or -1 */
static inline int tree_answer(int nr, int fd, long id, int asks)
{
	long ret = tree_call(nr, tree_do_answer, fd, id);

	if (ret) {
		pr_err("task %d: the answer at listener %d is refused: %ld\n", nr, fd, ret);
		return -1;
	}
	ret = tree_wait(asks);
	if (ret != ANSWER)
		pr_err("task %d is told %ld\n", asks, ret);
	return ret == ANSWER ? 0 : -1;
}

/** tree_talk - check that task @answers supervises task @asks, by listener @fd; 0, or -1 */
static inline int tree_talk(int asks, int answers, int fd)
{
	long id;

	tree_start(asks, tree_do_ask, QUESTION, 0);
	id = tree_receive(answers, fd);
	return id ? tree_answer(answers, fd, id, asks) : -1;
}

#endif /* SECCOMP_TREE_SUPERVISE_H */
