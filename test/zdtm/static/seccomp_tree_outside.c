// SPDX-License-Identifier: GPL-2.0
#include "zdtmtst.h"

#include <sys/socket.h>
#include <sys/un.h>

#include "seccomp_tree_supervise.h"

/* after the C library's ptrace.h */
#include "seccomp-fd.h"

const char *test_doc = "Supervised by a seccomp agent outside, whose socket ZDTM_AGENT names";
const char *test_author = "criu-seccomp maintainers";

#ifndef SECCOMP_IOCTL_NOTIF_SET_FLAGS
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS _IOW('!', 4, unsigned long long)
#endif

#define LISTENER_FD 70
#define FILTER_FD 71
/* A question that an agent can be told not to answer. */
#define HELD 4712

static int one, two, waiting, later, orphan;

/* Sends the message and the listener together, as an OCI runtime does. */
static long send_state(int fd)
{
	char text[256], space[CMSG_SPACE(sizeof(fd))] = { 0 };
	struct iovec data = { .iov_base = text };
	struct msghdr message = { .msg_iov = &data,
				  .msg_iovlen = 1,
				  .msg_control = space,
				  .msg_controllen = sizeof(space) };
	struct cmsghdr *control = CMSG_FIRSTHDR(&message);
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int sk = socket(AF_UNIX, SOCK_STREAM, 0);
	long ret;

	data.iov_len = ssprintf(text,
				"{\"ociVersion\":\"1.1.0\",\"fds\":[\"seccompFd\"],\"pid\":%d,"
				"\"state\":{\"ociVersion\":\"1.1.0\",\"id\":\"test\","
				"\"status\":\"creating\",\"pid\":%d,\"bundle\":\"/\"}}",
				getpid(), getpid());
	control->cmsg_level = SOL_SOCKET;
	control->cmsg_type = SCM_RIGHTS;
	control->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(control), &fd, sizeof(fd));
	ssprintf(address.sun_path, "%s", getenv("ZDTM_AGENT"));
	ret = tree_errno(connect(sk, (struct sockaddr *)&address, sizeof(address)));
	if (!ret)
		ret = tree_errno(sendmsg(sk, &message, 0));
	close(sk);
	return ret < 0 ? ret : 0;
}

/* Installs a filter whose listener is sent to the agent, or to nobody. */
static long do_supervise_outside(long send, long flags)
{
	long ret = tree_do_supervise(0, LISTENER_FD);

	/* Before Linux 6.6 there are no flags. */
	if (!ret && flags)
		ioctl(LISTENER_FD, SECCOMP_IOCTL_NOTIF_SET_FLAGS, flags);
	if (!ret && send)
		ret = send_state(LISTENER_FD);
	close(LISTENER_FD);
	return ret;
}

/* Creates a filter that no task has: its listener is sent to the agent, its fd is kept. */
static long do_prepare(long unused, long unused2)
{
	struct sock_filter insns[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_getppid, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct seccomp_fd_create create = { .size = sizeof(create),
					    .flags = SECCOMP_FILTER_FLAG_NEW_LISTENER,
					    .parent_fd = -1,
					    .len = ARRAY_SIZE(insns),
					    .insns = (unsigned long)insns };
	long fd = tree_errno(syscall(__NR_seccomp, SECCOMP_FD_CREATE, 0, &create)), ret;

	(void)unused;
	(void)unused2;
	if (fd < 0)
		return fd;
	if (dup2(fd, FILTER_FD) < 0)
		return -errno;
	close(fd);
	ret = send_state(create.listener_fd);
	close(create.listener_fd);
	return ret;
}

static long do_install(long fd, long unused)
{
	struct seccomp_fd_install arg = { .size = sizeof(arg), .filter_fd = fd, .pidfd = -1 };

	(void)unused;
	return tree_errno(syscall(__NR_seccomp, SECCOMP_FD_INSTALL, 0, &arg));
}

static int prepared(void)
{
	int nr = tree_confinable();
	long ret;

	if (nr < 0)
		return -1;
	ret = tree_call(nr, do_prepare, 0, 0);
	if (!ret)
		return nr;
	pr_err("cannot prepare a filter that is supervised from outside: %ld\n", ret);
	return -1;
}

static int supervised(int mark, int send, long flags)
{
	int nr = tree_confinable();
	long ret;

	if (nr < 0 || tree_install(nr, mark, 0))
		return -1;
	ret = tree_call(nr, do_supervise_outside, send, flags);
	if (!ret)
		return nr;
	pr_err("cannot be supervised from outside: %ld\n", ret);
	return -1;
}

static int build(void)
{
	one = supervised(1, 1, 0);
	two = supervised(2, 1, SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP);
	orphan = supervised(3, 0, 0);
	later = prepared();
	if (one < 0 || two < 0 || orphan < 0 || later < 0)
		return -1;
	waiting = tree_thread(one);
	if (waiting < 0)
		return -1;
	tree_start(waiting, tree_do_ask, HELD, 0);
	return 0;
}

static long ask(int nr)
{
	return tree_call(nr, tree_do_ask, QUESTION, 0);
}

static long ask_under_new_filter(int nr)
{
	long ret = tree_call(nr, do_install, FILTER_FD, 0);

	return ret ? ret : ask(nr);
}

static int before(void)
{
	long told[] = { ask(one), ask(two), ask_under_new_filter(later), ask(orphan) };

	if (told[0] == ANSWER && told[1] == ANSWER && told[2] == ANSWER && told[3] == -ENOSYS)
		return 0;
	pr_err("told %ld, %ld and %ld, without a supervisor %ld\n", told[0], told[1], told[2],
	       told[3]);
	return -1;
}

static int have_their_filters(void)
{
	return TREE_HAS(one, 1) || TREE_HAS(waiting, 1) || TREE_HAS(two, 2) || TREE_HAS(orphan, 3);
}

/* Checks that the results are possible ones; the runner knows which ones are right. */
static int after(void)
{
	long told[] = { ask(one), ask(two), tree_wait(waiting), ask_under_new_filter(later),
			ask(orphan) };
	int i;

	test_msg("told %ld %ld %ld %ld %ld\n", told[0], told[1], told[2], told[3], told[4]);
	for (i = 0; i < 4; i++)
		if (told[i] != ANSWER && told[i] != -ENOSYS)
			return -1;
	return told[4] != -ENOSYS || have_their_filters() ? -1 : 0;
}

int main(int argc, char **argv)
{
	test_init(argc, argv);
	if (!getenv("ZDTM_AGENT")) {
		skip("ZDTM_AGENT does not name the socket of an agent");
		return 1;
	}
	if (tree_rehearse(build, before))
		return 1;
	return tree_finish(after, "not supervised as before");
}
