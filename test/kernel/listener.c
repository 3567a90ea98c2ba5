// SPDX-License-Identifier: GPL-2.0
/* Filters with a listener: CREATE with NEW_LISTENER, and NOTIF_FILTER */
#include "monitor.h"

#include <poll.h>

#define NEW_LISTENER SECCOMP_FILTER_FLAG_NEW_LISTENER

/* Answers one call with 4711. Returns the pid of the caller. */
static pid_t answer_next(int listener)
{
	struct seccomp_notif req = {};
	struct seccomp_notif_resp resp = { .val = 4711 };

	IS(fd_ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &req), 0);
	IS(req.data.nr, SYS_getppid);
	resp.id = req.id;
	IS(fd_ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &resp), 0);
	return req.pid;
}

static bool hung_up(int listener)
{
	struct pollfd poll_fd = { .fd = listener };

	CHECK(poll(&poll_fd, 1, 0) >= 0);
	return poll_fd.revents & POLLHUP;
}

TEST(listener_comes_with_its_filter)
{
	int listener = -1, fd = asking_fd(-1, 0, &listener);
	char path[64], name[64] = "";
	pid_t pid;

	CHECK(fd >= 0 && listener >= 0 && fd != listener);
	IS(fcntl(listener, F_GETFD), FD_CLOEXEC);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", listener);
	CHECK(readlink(path, name, sizeof(name) - 1) > 0);
	CHECK(!strcmp(name, "anon_inode:seccomp notify"));
	pid = asking_task(fd, 4711);
	IS(answer_next(listener), pid);
	ended_well(pid);
}

TEST(listener_serves_every_task_of_the_filter)
{
	int listener, fd = asking_fd(-1, 0, &listener), above = mark_fd(fd, 1), i;
	pid_t pid[4];

	for (i = 0; i < 4; i++)
		pid[i] = asking_task(i & 1 ? above : fd, 4711);
	for (i = 0; i < 4; i++)
		answer_next(listener);
	for (i = 0; i < 4; i++)
		ended_well(pid[i]);
}

TEST(listener_is_one_for_a_path)
{
	int one, two, fd = asking_fd(-1, 0, &one), above = mark_fd(fd, 1);

	CHECK(fd >= 0);
	IS(try_asking_fd(fd, 0, &two), -EBUSY);
	IS(try_asking_fd(above, 0, &two), -EBUSY);
	/* another path may have a listener of its own */
	CHECK(try_asking_fd(-1, 0, &two) >= 0);
	/* and so may a filter above a closed listener */
	close(one);
	CHECK(try_asking_fd(above, 0, &two) >= 0);
}

TEST(listener_closed_makes_the_call_fail)
{
	int listener, fd = asking_fd(-1, 0, &listener);

	close(listener);
	no_new_privs();
	IS(fd_install(fd, 0), 0);
	IS(syscall(SYS_getppid), -1);
	IS(errno, ENOSYS);
}

TEST(listener_is_in_the_flags)
{
	int listener, fd = asking_fd(-1, 0, &listener);
	int killable, fd2 = asking_fd(
			      -1, SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV | SECCOMP_FILTER_FLAG_LOG,
			      &killable);

	IS(info_of(fd).flags, NEW_LISTENER);
	IS(info_of(fd).listener_flags, 0);
	IS(info_of(fd2).flags,
	   NEW_LISTENER | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV | SECCOMP_FILTER_FLAG_LOG);
	close(listener);
	IS(info_of(fd).flags, 0);
	close(killable);
	IS(info_of(fd2).flags, SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV | SECCOMP_FILTER_FLAG_LOG);
}

TEST(listener_flags_are_told)
{
	int listener, fd = asking_fd(-1, 0, &listener);

	/* version_whether_listeners_have_flags says which kernels do */
	if (!(info_of(fd).mask & SECCOMP_FILTER_INFO_LISTENER_FLAGS))
		test_absent();
	IS(fd_ioctl(listener, _IOW('!', 4, uint64_t), (void *)SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP),
	   0);
	IS(info_of(fd).listener_flags, SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP);
}

TEST(notif_filter_is_the_filter_that_it_supervises)
{
	int listener, fd = asking_fd(mark_fd(-1, 1), 0, &listener);
	int back = fd_ioctl(listener, SECCOMP_IOCTL_NOTIF_FILTER, NULL);

	CHECK(back >= 0 && back != fd);
	IS(fcntl(back, F_GETFD), FD_CLOEXEC);
	IS(id_of(back), id_of(fd));
	IS(fd_ioctl(listener, SECCOMP_IOCTL_NOTIF_FILTER, (void *)1), -EINVAL);
}

TEST(notif_filter_works_for_a_plain_listener)
{
	const struct sock_filter allow[] = { BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW) };
	int listener, fd;

	no_new_privs();
	listener = set_filter(allow, 1, NEW_LISTENER);
	CHECK(listener >= 0);
	fd = fd_ioctl(listener, SECCOMP_IOCTL_NOTIF_FILTER, NULL);
	CHECK(fd >= 0);
	IS(info_of(fd).depth, 1);
	IS(info_of(fd).flags, NEW_LISTENER);
	/* the caller may install it */
	IS(fd_install(fd, 0), 0);
}

TEST(hang_up_only_when_nothing_can_bring_it_a_task)
{
	int listener, fd = asking_fd(-1, 0, &listener), other;
	pid_t pid;

	CHECK(!hung_up(listener));
	other = fd_ioctl(listener, SECCOMP_IOCTL_NOTIF_FILTER, NULL);
	close(fd);
	CHECK(!hung_up(listener));
	/* a task that comes and goes, while a descriptor is there */
	pid = asking_task(other, 4711);
	answer_next(listener);
	ended_well(pid);
	CHECK(!hung_up(listener));
	close(other);
	CHECK(hung_up(listener));
	/* this cannot be undone */
	IS(fd_ioctl(listener, SECCOMP_IOCTL_NOTIF_FILTER, NULL), -ENOENT);
	CHECK(hung_up(listener));
}

TEST(hang_up_waits_for_the_filters_above)
{
	int listener, fd = asking_fd(-1, 0, &listener), above = mark_fd(fd, 1);
	int top = mark_fd(above, 2);
	pid_t pid;

	close(fd);
	close(above);
	CHECK(!hung_up(listener));
	pid = asking_task(top, 4711);
	close(top);
	CHECK(!hung_up(listener));
	answer_next(listener);
	ended_well(pid);
	CHECK(hung_up(listener));
}

TEST(hang_up_waits_for_a_descriptor_got_by_ptrace)
{
	int listener, fd = asking_fd(-1, 0, &listener), got;
	pid_t pid = asking_task(fd, 4711);

	close(fd);
	while (status_field(pid, pid, "Seccomp") != 2)
		usleep(1000);
	attach(pid, 0);
	got = get_fd(pid, -1);
	CHECK(got >= 0);
	kill(pid, SIGKILL);
	IS(waitpid(pid, NULL, 0), pid);
	CHECK(!hung_up(listener));
	close(got);
	CHECK(hung_up(listener));
}

TEST(hang_up_wakes_who_polls)
{
	int listener, fd = asking_fd(-1, 0, &listener);
	pid_t pid = fork();
	struct pollfd poll_fd = { .fd = listener };

	if (pid == 0) {
		usleep(200000);
		_exit(0);
	}
	/* the last descriptor is now the child's */
	close(fd);
	IS(poll(&poll_fd, 1, 20000), 1);
	CHECK(poll_fd.revents & POLLHUP);
	IS(waitpid(pid, NULL, 0), pid);
}
