// SPDX-License-Identifier: GPL-2.0
/* How the kernels that the patches are for differ: "Where kernel versions differ" of the
 * reference. */
#include "harness.h"

#include <poll.h>
#include <pthread.h>

#define NEW_LISTENER SECCOMP_FILTER_FLAG_NEW_LISTENER

static long fd_of_listener(int *listener)
{
	long fd = mark_fd_flags(-1, 1, NEW_LISTENER, listener);

	CHECK(fd >= 0);
	return fd;
}

/* A task that installed the filter, has exited, and is not reaped yet. */
static pid_t zombie_under(int fd)
{
	siginfo_t info;
	pid_t pid = fork();

	if (pid == 0) {
		no_new_privs();
		IS(fd_install(fd, 0), 0);
		_exit(0);
	}
	CHECK(pid > 0);
	IS(waitid(P_PID, pid, &info, WEXITED | WNOWAIT), 0);
	IS(info.si_status, 0);
	return pid;
}

static bool hung_up(int listener)
{
	struct pollfd poll_fd = { .fd = listener };

	CHECK(poll(&poll_fd, 1, 0) >= 0);
	return poll_fd.revents & POLLHUP;
}

TEST(version_when_a_task_gives_up_its_filters)
{
	int listener, fd = fd_of_listener(&listener);
	pid_t pid = zombie_under(fd);

	close(fd);
	IS(hung_up(listener), !is_6_1());
	IS(waitpid(pid, NULL, 0), pid);
	CHECK(hung_up(listener));
}

TEST(version_what_kcmp_says_of_a_task_that_has_exited)
{
	pid_t pid = zombie_under(mark_fd(-1, 1));

	IS(compare(pid, -1, pid, 0), is_6_1() ? 0 : -ENOENT);
}

TEST(version_whether_a_hang_up_ends_recv)
{
	int listener, fd = fd_of_listener(&listener), status;
	struct seccomp_notif req = {};
	pid_t pid = fork(), ended;

	if (pid == 0) {
		close(fd);
		_exit(fd_ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &req) == -ENOENT ? 0 : 1);
	}
	/* it most likely waits by now; if not, it hangs up before the poll, with the same result */
	usleep(300000);
	close(fd);
	if (is_6_1()) {
		usleep(300000);
		IS(waitpid(pid, &status, WNOHANG), 0);
		end_child(pid);
		return;
	}
	ended = waitpid(pid, &status, 0);
	IS(ended, pid);
	IS(status, 0);
}

TEST(version_whether_listeners_have_flags)
{
	int listener, fd = fd_of_listener(&listener);
	bool told = info_of(fd).mask & SECCOMP_FILTER_INFO_LISTENER_FLAGS;

	IS(told, !is_6_1());
}

static void *sync_without_leader(void *fd)
{
	char path[64], state = 'R';
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", getpid());
	while (state != 'Z') {
		usleep(1000);
		f = fopen(path, "r");
		CHECK(f);
		IS(fscanf(f, "%*d (%*[^)]) %c", &state), 1);
		fclose(f);
	}
	/* the leader is on another branch, on kernels where a dead leader counts */
	IS(fd_install(*(int *)fd, SECCOMP_FILTER_FLAG_TSYNC), is_6_1() ? getpid() : 0);
	_exit(0);
}

TEST(version_whether_a_thread_that_exits_is_in_the_way_of_tsync)
{
	int fd = mark_fd(-1, 1), status;
	pid_t pid = fork();
	pthread_t thread;

	if (pid == 0) {
		no_new_privs();
		IS(pthread_create(&thread, NULL, sync_without_leader, &fd), 0);
		IS(set_mark(2, 0), 0);
		syscall(SYS_exit, 0);
	}
	IS(waitpid(pid, &status, 0), pid);
	IS(status, 0);
}
