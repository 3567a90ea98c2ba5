// SPDX-License-Identifier: GPL-2.0
/* SECCOMP_FD_INSTALL, alone and with TSYNC */
#include "harness.h"

#include <sys/socket.h>

/* what /proc calls the numbers of this architecture */
#ifdef __x86_64__
#define CACHE_ARCH "x86_64"
#else
#define CACHE_ARCH "aarch64"
#endif

#define TSYNC SECCOMP_FILTER_FLAG_TSYNC
#define ESRCH_FLAG SECCOMP_FILTER_FLAG_TSYNC_ESRCH

static long nothing(long unused)
{
	(void)unused;
	return 0;
}

static long install(long fd)
{
	return fd_install(fd, 0);
}

static long install_tsync(long fd)
{
	return fd_install(fd, TSYNC);
}

static long do_probe(long mark)
{
	return probe(mark);
}

static long do_set_mark(long mark)
{
	return set_mark(mark, 0);
}

static long filters_of(pid_t tid)
{
	return status_field(getpid(), tid, "Seccomp_filters");
}

TEST(install_confines_by_the_whole_path)
{
	int root = mark_fd(-1, 1), middle = mark_fd(root, 2), top = mark_fd(middle, 3);

	no_new_privs();
	IS(fd_install(top, 0), 0);
	IS(probe(1), -1001);
	IS(probe(2), -1002);
	IS(probe(3), -1003);
	IS(probe(4), -EINVAL);
	IS(status_field(getpid(), getpid(), "Seccomp"), 2);
	IS(filters_of(getpid()), 3);
}

TEST(install_refuses_bad_arguments)
{
	int fd = mark_fd(-1, 1), listener;
	unsigned int bit;

	no_new_privs();
	CHECK(mark_fd_flags(-1, 2, SECCOMP_FILTER_FLAG_NEW_LISTENER, &listener) >= 0);
	IS(fd_install_args(NULL), -EFAULT);
	IS(fd_install(-1, 0), -EBADF);
	IS(fd_install(200, 0), -EBADF);
	IS(fd_install(open("/dev/null", O_RDONLY), 0), -EBADF);
	IS(fd_install(listener, 0), -EBADF);
	for (bit = 0; bit < 32; bit++) {
		unsigned int flag = 1U << bit;

		if (!(flag & (TSYNC | ESRCH_FLAG | SECCOMP_FILTER_FLAG_SPEC_ALLOW)))
			IS(fd_install(fd, flag), -EINVAL);
	}
	IS(filters_of(getpid()), 0);
	IS(fd_install(fd, SECCOMP_FILTER_FLAG_SPEC_ALLOW), 0);
}

TEST(install_refuses_a_wrong_struct)
{
	struct {
		struct seccomp_fd_install args;
		char rest[8192];
	} larger = { .args = { .filter_fd = mark_fd(-1, 1), .pidfd = -1 } };

	no_new_privs();
	larger.args.size = sizeof(larger.args) - 1;
	IS(fd_install_args(&larger.args), -EINVAL);
	larger.args.size = 4097;
	IS(fd_install_args(&larger.args), -E2BIG);
	larger.args.size = sizeof(larger.args) + 8;
	larger.rest[7] = 1;
	IS(fd_install_args(&larger.args), -E2BIG);
	/* there is room for a pidfd, and none is known */
	larger.rest[7] = 0;
	larger.args.pidfd = 0;
	IS(fd_install_args(&larger.args), -EINVAL);
	larger.args.pidfd = -1;
	IS(syscall(SYS_seccomp, SECCOMP_FD_INSTALL, 1, &larger.args), -1);
	IS(errno, EINVAL);
	IS(filters_of(getpid()), 0);
	/* larger is fine as long as there is nothing in it */
	IS(fd_install_args(&larger.args), 0);
	IS(probe(1), -1001);
}

TEST(install_needs_no_new_privs_or_the_capability)
{
	int fd = mark_fd(-1, 1), above = mark_fd(fd, 2);

	/* the capability alone will do */
	IS(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), 0);
	IS(fd_install(fd, 0), 0);
	IS(probe(1), -1001);
	drop_privileges();
	IS(fd_install(above, 0), -EACCES);
	IS(fd_install(above, TSYNC), -EACCES);
	/* not even the filter that it has */
	IS(fd_install(fd, 0), -EACCES);
	IS(filters_of(getpid()), 1);
	no_new_privs();
	IS(fd_install(above, 0), 0);
	IS(probe(2), -1002);
}

TEST(install_never_loosens)
{
	int root = mark_fd(-1, 1), here = mark_fd(root, 2), above = mark_fd(here, 3);
	int beside = mark_fd(root, 4), apart = mark_fd(mark_fd(-1, 1), 2);

	no_new_privs();
	IS(fd_install(here, 0), 0);
	IS(fd_install(root, 0), -EPERM);
	IS(fd_install(beside, 0), -EPERM);
	IS(fd_install(apart, 0), -EPERM);
	IS(fd_install(apart, TSYNC), -EPERM);
	IS(fd_install(apart, TSYNC | ESRCH_FLAG), -EPERM);
	IS(filters_of(getpid()), 2);
	/* the same is no move at all */
	IS(fd_install(here, 0), 0);
	IS(fd_install(here, TSYNC), 0);
	IS(filters_of(getpid()), 2);
	IS(fd_install(above, 0), 0);
	IS(filters_of(getpid()), 3);
	IS(fd_install(here, 0), -EPERM);
	IS(probe(1), -1001);
	IS(probe(3), -1003);
	IS(probe(4), -EINVAL);
}

TEST(install_goes_up_several_at_once)
{
	int root = mark_fd(-1, 1), top = mark_fd(mark_fd(mark_fd(root, 2), 3), 4);

	no_new_privs();
	IS(fd_install(root, 0), 0);
	IS(fd_install(top, 0), 0);
	IS(filters_of(getpid()), 4);
	IS(probe(2), -1002);
	IS(probe(4), -1004);
}

TEST(install_and_plain_filters_stack)
{
	int root = mark_fd(-1, 1), above = mark_fd(root, 2);

	no_new_privs();
	IS(fd_install(root, 0), 0);
	IS(set_mark(3, 0), 0);
	IS(filters_of(getpid()), 2);
	/* it is on a branch of its own now */
	IS(fd_install(above, 0), -EPERM);
	IS(fd_install(root, 0), -EPERM);
	IS(probe(1), -1001);
	IS(probe(3), -1003);
}

TEST(install_outlives_descriptor_and_creator)
{
	int pair[2], fd, status;
	pid_t creator;
	char control[CMSG_SPACE(sizeof(int))] = {}, byte;
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = { .msg_iov = &iov,
			      .msg_iovlen = 1,
			      .msg_control = control,
			      .msg_controllen = sizeof(control) };
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);

	IS(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	creator = fork();
	if (creator == 0) {
		fd = mark_fd(mark_fd(-1, 1), 2);
		cmsg->cmsg_level = SOL_SOCKET;
		cmsg->cmsg_type = SCM_RIGHTS;
		cmsg->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(cmsg), &fd, sizeof(fd));
		_exit(sendmsg(pair[0], &msg, 0) == 1 ? 0 : 1);
	}
	IS(waitpid(creator, &status, 0), creator);
	IS(status, 0);
	IS(recvmsg(pair[1], &msg, 0), 1);
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(fd));
	no_new_privs();
	IS(fd_install(fd, 0), 0);
	close(fd);
	IS(probe(1), -1001);
	IS(probe(2), -1002);
}

TEST(install_goes_along_with_fork)
{
	int top = mark_fd(mark_fd(-1, 1), 2);
	pid_t child;

	no_new_privs();
	IS(fd_install(top, 0), 0);
	child = start_child(nothing, 0);
	IS(child_run(child, do_probe, 1), -1001);
	IS(status_field(child, child, "Seccomp_filters"), 2);
	end_child(child);
}

TEST(install_with_tsync_moves_every_thread)
{
	int root = mark_fd(-1, 1), middle = mark_fd(root, 2), top = mark_fd(middle, 3);
	pid_t none, low, same;

	no_new_privs();
	none = start_thread(nothing, 0);
	low = start_thread(install, root);
	same = start_thread(install, top);
	/* it has itself a filter under the one it goes to */
	IS(fd_install(middle, 0), 0);
	IS(fd_install(top, TSYNC), 0);
	IS(child_run(none, do_probe, 1), -1001);
	IS(child_run(low, do_probe, 3), -1003);
	IS(child_run(same, do_probe, 2), -1002);
	IS(filters_of(getpid()), 3);
	IS(filters_of(none), 3);
	IS(filters_of(low), 3);
	IS(filters_of(same), 3);
	IS(compare(none, -1, low, -1), 0);
	IS(compare(none, -1, same, -1), 0);
}

TEST(install_with_tsync_from_below_a_thread)
{
	int root = mark_fd(-1, 1), middle = mark_fd(root, 2), top = mark_fd(middle, 3);
	pid_t ahead;

	no_new_privs();
	ahead = start_thread(install, middle);
	IS(fd_install(root, 0), 0);
	/* the thread is ahead of the caller, and both are under the new one */
	IS(fd_install(top, TSYNC), 0);
	IS(child_run(ahead, do_probe, 3), -1003);
	/* a plain TSYNC works since they are one */
	IS(set_mark(4, TSYNC), 0);
	IS(child_run(ahead, do_probe, 4), -1004);
}

TEST(install_with_tsync_names_the_thread_in_the_way)
{
	int root = mark_fd(-1, 1), top = mark_fd(root, 2);
	pid_t good, bad;

	no_new_privs();
	good = start_thread(install, root);
	bad = start_thread(do_set_mark, 1);
	IS(fd_install(top, TSYNC), bad);
	IS(fd_install(top, TSYNC | ESRCH_FLAG), -ESRCH);
	/* and nobody has moved */
	IS(filters_of(getpid()), 0);
	IS(filters_of(good), 1);
	IS(child_run(good, do_probe, 2), -EINVAL);
	IS(child_run(bad, do_probe, 2), -EINVAL);
	/* a thread that is above the new filter is in the way, too */
	IS(child_run(good, install, top), 0);
	IS(fd_install(root, TSYNC), good);
}

TEST(install_with_tsync_gives_threads_no_new_privs)
{
	int fd = mark_fd(-1, 1);
	pid_t thread = start_thread(nothing, 0);

	no_new_privs();
	IS(status_field(getpid(), thread, "NoNewPrivs"), 0);
	IS(fd_install(fd, TSYNC), 0);
	IS(status_field(getpid(), thread, "NoNewPrivs"), 1);
}

TEST(install_with_tsync_from_another_thread_than_the_leader)
{
	int root = mark_fd(-1, 1), top = mark_fd(root, 2);
	pid_t thread;

	no_new_privs();
	IS(fd_install(root, 0), 0);
	thread = start_thread(nothing, 0);
	IS(child_run(thread, install_tsync, top), 0);
	IS(probe(2), -1002);
	IS(filters_of(getpid()), 2);
}

/* What /proc/PID/seccomp_cache says of a system call: 1 always allowed, 0 ask the filters */
static int cached(int nr)
{
	char line[128], word[32];
	FILE *f = fopen("/proc/self/seccomp_cache", "r");
	int n, allowed = -1;

	if (!f)
		test_skipped("no /proc/PID/seccomp_cache (CONFIG_SECCOMP_CACHE_DEBUG)");
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, CACHE_ARCH " %d %31s", &n, word) == 2 && n == nr)
			allowed = !strcmp(word, "ALLOW");
	fclose(f);
	return allowed;
}

TEST(install_action_cache_counts_the_filters_below)
{
	const struct sock_filter deny[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getpriority, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | 99),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_filter allow[] = { BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW) };
	struct seccomp_fd_create args = {
		.size = sizeof(args), .parent_fd = -1, .len = 4, .insns = (uintptr_t)deny
	};
	int below = fd_create(&args), above;

	/* the newest alone would allow everything */
	args.parent_fd = below;
	args.len = 1;
	args.insns = (uintptr_t)allow;
	above = fd_create(&args);
	CHECK(above >= 0);
	no_new_privs();
	IS(fd_install(above, 0), 0);
	IS(probe(1), -99);
	IS(cached(SYS_getpriority), 0);
	IS(cached(SYS_getppid), 1);
}

/*
 * References and uses, in every order of letting go: the kernel itself says
 * when it counts wrong (refcount_t in its log, which fails the machine).
 */
TEST(install_lets_go_in_any_order)
{
	int round, pid;

	for (round = 0; round < 64; round++) {
		int fd[4], i;

		fd[0] = mark_fd(-1, 1);
		for (i = 1; i < 4; i++)
			fd[i] = mark_fd(fd[i - 1], i + 1);
		pid = fork();
		if (pid == 0) {
			no_new_privs();
			for (i = 0; i < 4; i++) {
				if (round & 1 << i)
					IS(fd_install(fd[i], 0), 0);
				if (round & 16)
					close(fd[i]);
			}
			if (round & 32)
				set_mark(5, 0);
			_exit(0);
		}
		for (i = 0; i < 4; i++)
			close(fd[round & 32 ? 3 - i : i]);
		IS(waitpid(pid, &i, 0), pid);
		IS(i, 0);
	}
}
