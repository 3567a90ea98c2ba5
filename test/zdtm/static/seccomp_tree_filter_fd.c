// SPDX-License-Identifier: GPL-2.0
#include "zdtmtst.h"

#include "seccomp_tree_supervise.h"

/* after the C library's ptrace.h */
#include "seccomp-fd.h"

const char *test_doc =
	"Filter fds: they refer to the same filters, whether or not a task has these";
const char *test_author = "criu-seccomp maintainers";

/* One is below two. No task has two, the filter of the listener, or the sealed one. */
#define ONE_FD 70
#define TWO_FD 71
#define SUPERVISED_FD 72
#define LISTENER_FD 73
#define HUNG_UP_FD 74
#define SEALED_FD 76
/* Of the filter of the listener, too, and opened separately. */
#define AGAIN_FD 77

static int holder, thread, other;

static long create(struct seccomp_fd_create *arg, long mark, int to_fd)
{
	struct sock_filter insns[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_getppid, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, mark ? SECCOMP_RET_ERRNO | mark : SECCOMP_RET_USER_NOTIF),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	long fd;

	arg->size = sizeof(*arg);
	arg->len = ARRAY_SIZE(insns);
	arg->insns = (unsigned long)insns;
	fd = syscall(__NR_seccomp, SECCOMP_FD_CREATE, 0, arg);
	if (fd < 0 || dup2(fd, to_fd) < 0)
		return -errno;
	close(fd);
	return 0;
}

static long do_create(long mark, long parent)
{
	struct seccomp_fd_create arg = { .parent_fd = parent };

	return create(&arg, mark, parent < 0 ? ONE_FD : TWO_FD);
}

static long do_create_supervised(long to_fd, long listener_fd)
{
	struct seccomp_fd_create arg = { .parent_fd = -1,
					 .flags = SECCOMP_FILTER_FLAG_NEW_LISTENER };
	long ret = create(&arg, 0, to_fd);

	if (ret)
		return ret;
	if (dup2(arg.listener_fd, listener_fd) < 0)
		return -errno;
	close(arg.listener_fd);
	return 0;
}

static long do_seal(long fd, long unused)
{
	(void)unused;
	return tree_errno(ioctl(fd, SECCOMP_IOCTL_FILTER_SEAL, 0));
}

static long do_create_sealed(long to_fd, long mark)
{
	struct seccomp_fd_create arg = { .parent_fd = -1 };
	long ret = create(&arg, mark, to_fd);

	return ret ? ret : do_seal(to_fd, 0);
}

static long do_open_again(long listener_fd, long to_fd)
{
	int fd = ioctl(listener_fd, SECCOMP_IOCTL_NOTIF_FILTER, 0);

	if (fd < 0 || dup2(fd, to_fd) < 0)
		return -errno;
	close(fd);
	return 0;
}

/* The flags of a filter fd itself, which say whether it is sealed. */
static long do_fd_flags(long fd, long unused)
{
	struct seccomp_filter_info info = { .mask = SECCOMP_FILTER_INFO_FD_FLAGS };
	long ret = tree_errno(ioctl(fd, SECCOMP_IOCTL_FILTER_INFO, &info));

	(void)unused;
	return ret ? ret : info.fd_flags;
}

static long do_close(long fd, long unused)
{
	(void)unused;
	return tree_errno(close(fd));
}

static long do_install(long fd, long flags)
{
	struct seccomp_fd_install arg = {
		.size = sizeof(arg), .flags = flags, .filter_fd = fd, .pidfd = -1
	};

	return tree_errno(syscall(__NR_seccomp, SECCOMP_FD_INSTALL, 0, &arg));
}

#define EXPECT(want, nr, ...) tree_expect(#__VA_ARGS__, tree_call(nr, __VA_ARGS__), want)

static int build(void)
{
	holder = tree_confinable();
	if (holder < 0)
		return -1;
	if (tree_call(holder, do_create, 11, -1) == -EINVAL) {
		skip("the kernel has no filter fds");
		exit(1);
	}
	if (EXPECT(0, holder, do_create, 12, ONE_FD) ||
	    EXPECT(0, holder, do_create_supervised, SUPERVISED_FD, LISTENER_FD) ||
	    EXPECT(0, holder, do_open_again, LISTENER_FD, AGAIN_FD) ||
	    EXPECT(0, holder, do_create_supervised, HUNG_UP_FD + 1, HUNG_UP_FD) ||
	    EXPECT(0, holder, do_close, HUNG_UP_FD + 1, 0) ||
	    EXPECT(0, holder, do_create_sealed, SEALED_FD, 13))
		return -1;
	thread = tree_thread(holder);
	other = tree_fork(holder);
	if (thread < 0 || other < 0)
		return -1;
	return EXPECT(0, thread, do_install, ONE_FD, 0);
}

static int verify(void)
{
	/* The sealed one exists, but its filter cannot be installed. */
	if (EXPECT(SECCOMP_FILTER_FD_SEALED, other, do_fd_flags, SEALED_FD, 0) ||
	    EXPECT(0, other, do_fd_flags, TWO_FD, 0) ||
	    EXPECT(-EPERM, other, do_install, SEALED_FD, 0))
		return -1;
	/* A seal is one of this descriptor, not of that which somebody else has of the filter. */
	if (EXPECT(0, holder, do_seal, AGAIN_FD, 0) ||
	    EXPECT(0, other, do_fd_flags, SUPERVISED_FD, 0))
		return -1;
	/* The supervised one: no task has it yet, and its listener must not hang up. */
	if (EXPECT(0, other, tree_do_poll, LISTENER_FD, 0) ||
	    EXPECT(POLLHUP, other, tree_do_poll, HUNG_UP_FD, 0) ||
	    EXPECT(0, other, do_install, SUPERVISED_FD, 0) || tree_talk(other, holder, LISTENER_FD))
		return -1;
	/* Two is above one, which the thread has: all threads can have it. */
	if (EXPECT(-11, thread, tree_do_ask, 0, 0) ||
	    EXPECT(0, holder, do_install, TWO_FD, SECCOMP_FILTER_FLAG_TSYNC) ||
	    EXPECT(-12, thread, tree_do_ask, 0, 0))
		return -1;
	/* One is below two by now, and a change must not loosen the confinement. */
	return EXPECT(-EPERM, thread, do_install, ONE_FD, 0);
}

int main(int argc, char **argv)
{
	return tree_test(argc, argv, build, verify, "the filter fds are not as they were");
}
