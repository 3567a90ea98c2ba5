// SPDX-License-Identifier: GPL-2.0
/* SECCOMP_IOCTL_FILTER_SEAL, and the parent SECCOMP_FD_PARENT_SELF */
#include "harness.h"

#include <poll.h>

#define NEW_LISTENER SECCOMP_FILTER_FLAG_NEW_LISTENER

static long seal(int fd)
{
	return fd_ioctl(fd, SECCOMP_IOCTL_FILTER_SEAL, NULL);
}

static bool hung_up(int listener)
{
	struct pollfd poll_fd = { .fd = listener };

	CHECK(poll(&poll_fd, 1, 0) >= 0);
	return poll_fd.revents & POLLHUP;
}

static long do_install(long fd)
{
	no_new_privs();
	return fd_install(fd, 0);
}

static long do_probe(long mark)
{
	return probe(mark);
}

static long do_nothing(long unused)
{
	return unused;
}

TEST(sealed_brings_nobody_under_its_filter)
{
	int fd = mark_fd(-1, 1), copy = dup(fd);
	/* the child has a copy, too */
	pid_t other = start_child(do_nothing, 0);

	IS(seal(fd), 0);
	no_new_privs();
	IS(fd_install(fd, 0), -EPERM);
	IS(fd_install(copy, 0), -EPERM);
	IS(fd_install(fd, SECCOMP_FILTER_FLAG_TSYNC), -EPERM);
	IS(child_run(other, do_install, copy), -EPERM);
	IS(status_field(getpid(), getpid(), "Seccomp"), 0);
}

TEST(sealed_is_no_parent)
{
	int fd = mark_fd(-1, 1);

	IS(seal(fd), 0);
	IS(mark_fd_flags(fd, 2, 0, NULL), -EPERM);
}

TEST(sealed_is_not_set)
{
	int fd = mark_fd(-1, 1);
	pid_t pid = start_child(do_nothing, 0);

	IS(seal(fd), 0);
	attach(pid, PTRACE_O_SUSPEND_SECCOMP);
	IS(set_fd(pid, fd), -EPERM);
	IS(status_field(pid, pid, "Seccomp"), 0);
	detach(pid);
}

TEST(sealed_has_no_way_back)
{
	int fd = mark_fd(-1, 1);

	IS(fd_ioctl(fd, SECCOMP_IOCTL_FILTER_SEAL, (void *)1), -EINVAL);
	IS(info_of(fd).fd_flags, 0);
	IS(seal(fd), 0);
	IS(info_of(fd).fd_flags, SECCOMP_FILTER_FD_SEALED);
	IS(seal(fd), 0);
	IS(info_of(fd).fd_flags, SECCOMP_FILTER_FD_SEALED);
}

TEST(sealed_can_still_be_looked_at)
{
	struct sock_filter given[MARK_LEN], back[MARK_LEN];
	struct seccomp_filter_prog prog = { .len = MARK_LEN, .insns = (uintptr_t)back };
	int root = mark_fd(-1, 1), top = mark_fd(root, 2), parent;
	uint64_t id = id_of(root);

	/* nothing uses them any more */
	close(root);
	IS(seal(top), 0);
	mark_program(given, 2);
	IS(info_of(top).parent_id, id);
	IS(fd_ioctl(top, SECCOMP_IOCTL_FILTER_PROG, &prog), 0);
	IS(memcmp(given, back, sizeof(given)), 0);
	parent = fd_ioctl(top, SECCOMP_IOCTL_FILTER_PARENT, NULL);
	CHECK(parent >= 0);
	IS(id_of(parent), id);
	/* and does not get around the seal */
	IS(info_of(parent).fd_flags, SECCOMP_FILTER_FD_SEALED);
	IS(mark_fd_flags(parent, 3, 0, NULL), -EPERM);
	close(top);
	IS(info_of(parent).depth, 1);
}

TEST(sealed_leaves_tasks_and_other_descriptors_alone)
{
	int fd = mark_fd(-1, 1), own;
	pid_t pid = start_child(do_install, fd), other;

	attach(pid, 0);
	own = get_fd(pid, -1);
	detach(pid);
	IS(seal(fd), 0);
	IS(child_run(pid, do_probe, 1), -1001);
	other = start_child(do_install, own);
	IS(child_run(other, do_probe, 1), -1001);
	IS(info_of(own).fd_flags, 0);
}

/* A sealed descriptor in the container does not keep the listener from hanging up. */
TEST(sealed_lets_the_listener_hang_up)
{
	int listener, fd = mark_fd_flags(-1, 1, NEW_LISTENER, &listener), copy = dup(fd);
	pid_t pid = start_child(do_install, fd);

	CHECK(fd >= 0);
	IS(seal(fd), 0);
	CHECK(!hung_up(listener));
	end_child(pid);
	CHECK(hung_up(listener));
	IS(fd_ioctl(listener, SECCOMP_IOCTL_NOTIF_FILTER, NULL), -ENOENT);
	/* no task must get a filter whose listener hung up */
	IS(info_of(copy).flags, 0);
	close(fd);
	close(copy);
	CHECK(hung_up(listener));
}

/* ---- The caller's own filter as the parent ---- */

TEST(self_is_the_callers_own_filter)
{
	int fd;

	drop_privileges();
	no_new_privs();
	IS(set_mark(1, 0), 0);
	fd = mark_fd(SECCOMP_FD_PARENT_SELF, 2);
	IS(info_of(fd).depth, 2);
	IS(probe(2), -EINVAL);
	IS(fd_install(fd, 0), 0);
	IS(probe(1), -1001);
	IS(probe(2), -1002);
	IS(status_field(getpid(), getpid(), "Seccomp_filters"), 2);
	/* on what it has now, and so on */
	IS(fd_install(mark_fd(SECCOMP_FD_PARENT_SELF, 3), 0), 0);
	IS(probe(3), -1003);
}

TEST(self_of_the_unconfined_is_a_root)
{
	IS(info_of(mark_fd(SECCOMP_FD_PARENT_SELF, 1)).depth, 1);
}

/* Others can install it only if it is above what they have. */
TEST(self_loosens_nothing)
{
	int root = mark_fd(-1, 1), fd;
	pid_t same = start_child(do_install, root), apart = start_child(do_install, mark_fd(-1, 4));

	no_new_privs();
	IS(fd_install(root, 0), 0);
	fd = mark_fd(SECCOMP_FD_PARENT_SELF, 2);
	IS(fd_install(mark_fd(SECCOMP_FD_PARENT_SELF, 3), 0), 0);
	/* it has another filter by now, and this one is not above that */
	IS(fd_install(fd, 0), -EPERM);
	IS(child_run(same, do_probe, 1), -1001);
	IS(child_run(apart, do_probe, 4), -1004);
}

static long keep_child_of_own(long to)
{
	no_new_privs();
	return dup2(mark_fd(SECCOMP_FD_PARENT_SELF, 2), to) < 0;
}

/* A listener must not be kept from hanging up by a descriptor, nor serve other tasks. */
TEST(self_is_refused_below_a_listener)
{
	int listener, fd = mark_fd_flags(-1, 1, NEW_LISTENER, &listener);

	CHECK(fd >= 0);
	no_new_privs();
	IS(fd_install(mark_fd(fd, 2), 0), 0);
	IS(mark_fd_flags(SECCOMP_FD_PARENT_SELF, 3, 0, NULL), -EBUSY);
	IS(mark_fd_flags(SECCOMP_FD_PARENT_SELF, 3, NEW_LISTENER, NULL), -EBUSY);
	/* a closed listener no longer counts */
	close(listener);
	CHECK(mark_fd_flags(SECCOMP_FD_PARENT_SELF, 3, 0, NULL) >= 0);
}

TEST(self_may_have_a_listener_of_its_own)
{
	int listener;
	long fd;

	no_new_privs();
	IS(set_mark(1, 0), 0);
	fd = mark_fd_flags(SECCOMP_FD_PARENT_SELF, 2, NEW_LISTENER, &listener);
	CHECK(fd >= 0 && listener >= 0);
	CHECK(!hung_up(listener));
	close(fd);
	CHECK(hung_up(listener));
	IS(keep_child_of_own(900), 0);
}
