// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>

#include "zdtmtst.h"

#include "seccomp_tree.h"

const char *test_doc = "Supervisors in the tree: their listeners stay attached to the same filters";
const char *test_author = "criu-seccomp maintainers";

#define LISTENER_FD 70
#define SHARED_FD 71
/* What the supervised call is asked, and what the supervisor makes of it. */
#define QUESTION 4711
#define ANSWER 42

static int supervisor, supervised, above, forked, late;

/* getppid() is for the supervisor, all else is allowed. */
static long do_supervise(long flags, long to_fd)
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

static long do_ask(long question, long unused)
{
	(void)unused;
	return tree_errno(syscall(__NR_getppid, question));
}

static long do_receive(long fd, long unused)
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

static long do_answer(long fd, long id)
{
	struct seccomp_notif_resp response = { .id = id, .val = ANSWER };

	return tree_errno(ioctl(fd, SECCOMP_IOCTL_NOTIF_SEND, &response));
}

static long do_flags(long fd, long unused)
{
	(void)unused;
	return tree_errno(fcntl(fd, F_GETFL));
}

static long do_nonblock(long fd, long unused)
{
	(void)unused;
	return tree_errno(fcntl(fd, F_SETFL, O_NONBLOCK));
}

static long do_poll(long fd, long unused)
{
	struct pollfd wait = { .fd = fd, .events = POLLIN };

	(void)unused;
	return poll(&wait, 1, 0) < 0 ? -errno : wait.revents;
}

/* All tasks of the supervisor's process have its descriptors. */
static int supervise_from_thread(void)
{
	supervised = tree_thread(supervisor);
	if (supervised < 0 || tree_install(supervised, 1, 0))
		return -1;
	if (tree_call(supervised, do_supervise, 0, LISTENER_FD)) {
		pr_err("no listener\n");
		return -1;
	}
	above = tree_thread(supervised);
	if (above < 0 || tree_install(above, 2, 0))
		return -1;
	return 0;
}

static int build(void)
{
	supervisor = tree_confinable();
	if (supervisor < 0 || supervise_from_thread())
		return -1;

	/* A second one, with a copy of the descriptor in another process. */
	late = tree_thread(supervisor);
	if (late < 0 || tree_call(late, do_supervise, SECCOMP_FILTER_FLAG_LOG, SHARED_FD))
		return -1;
	forked = tree_fork(supervisor);
	if (forked < 0 || tree_call(supervisor, do_nonblock, SHARED_FD, 0))
		return -1;
	return 0;
}

/* Asked and answered: the one that asks is on the filter of this listener. */
static int talk(int asks, int answers, int fd)
{
	long id, ret;

	tree_start(asks, do_ask, QUESTION, 0);
	id = tree_call(answers, do_receive, fd, 0);
	/* any number but those of errors is an id */
	if (id < 0 && id > -4096) {
		pr_err("listener %d: no request of task %d: %ld\n", fd, asks, id);
		return -1;
	}
	ret = tree_call(answers, do_answer, fd, id);
	if (ret) {
		pr_err("listener %d: the answer is refused: %ld\n", fd, ret);
		return -1;
	}
	ret = tree_wait(asks);
	if (ret != ANSWER)
		pr_err("task %d is told %ld\n", asks, ret);
	return ret == ANSWER ? 0 : -1;
}

static int verify(void)
{
	if (talk(supervised, supervisor, LISTENER_FD) || talk(above, supervisor, LISTENER_FD))
		return -1;
	if (talk(late, supervisor, SHARED_FD) || talk(late, forked, SHARED_FD))
		return -1;
	if (talk(above, forked, LISTENER_FD))
		return -1;
	if (!(tree_call(forked, do_flags, SHARED_FD, 0) & O_NONBLOCK) ||
	    tree_call(forked, do_flags, LISTENER_FD, 0) & O_NONBLOCK) {
		pr_err("the flags of the descriptors are not as they were\n");
		return -1;
	}
	if (TREE_HAS(above, 1, 2) || TREE_HAS(supervised, 1))
		return -1;
	/* Nobody is left under the filter: its listener hangs up. */
	tree_exit(late);
	if (tree_call(forked, do_poll, SHARED_FD, 0) != POLLHUP) {
		pr_err("a listener without tasks does not hang up\n");
		return -1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	int ret;

	test_init(argc, argv);
	if (tree_rehearse(build, verify))
		return 1;

	test_daemon();
	test_waitsig();

	ret = verify();
	tree_kill();
	if (ret)
		fail("supervision is not as it was");
	else
		pass();
	return ret ? 1 : 0;
}
