// SPDX-License-Identifier: GPL-2.0
/* A monitor that is started again: CREATE with KEEP, and FILTER_LISTENER */
#include "monitor.h"

#define KEEP SECCOMP_FILTER_FLAG_KEEP

static int keeping_fd(int parent, unsigned int flags, int *listener)
{
	need_create_flag(KEEP);
	return asking_fd(parent, KEEP | flags, listener);
}

static int new_listener(int fd)
{
	return fd_ioctl(fd, SECCOMP_IOCTL_FILTER_LISTENER, NULL);
}

static void wait_until_asking(pid_t pid)
{
	wait_until_in(pid, SYS_getppid);
}

TEST(keep_needs_a_listener)
{
	need_create_flag(KEEP);
	IS(mark_fd_flags(-1, 1, KEEP, NULL), -EINVAL);
	no_new_privs();
	IS(set_mark(1, KEEP | SECCOMP_FILTER_FLAG_NEW_LISTENER), -EINVAL);
}

TEST(keep_is_told)
{
	int listener, fd = keeping_fd(-1, 0, &listener);

	IS(info_of(fd).flags, KEEP | SECCOMP_FILTER_FLAG_NEW_LISTENER);
	close(listener);
	IS(info_of(fd).flags, KEEP);
	listener = new_listener(fd);
	CHECK(listener >= 0);
	IS(fcntl(listener, F_GETFD), FD_CLOEXEC);
	IS(info_of(fd).flags, KEEP | SECCOMP_FILTER_FLAG_NEW_LISTENER);
}

TEST(kept_calls_come_to_the_next_listener)
{
	int listener, fd = keeping_fd(-1, 0, &listener), i;
	struct seccomp_notif req[20];
	pid_t pid[20];

	/* ten have been received, ten not */
	for (i = 0; i < 20; i++) {
		pid[i] = asking_task(fd, 4711);
		wait_until_asking(pid[i]);
		if (i < 10)
			req[i] = receive(listener);
	}
	close(listener);
	/* and one call comes while there is no listener */
	i = asking_task(fd, 4712);
	wait_until_asking(i);
	listener = new_listener(fd);
	CHECK(listener >= 0);
	/* what the old one has received does not count any more */
	IS(answer(listener, req[0].id, 1), -EINPROGRESS);
	for (int n = 0; n < 21; n++) {
		struct seccomp_notif now = receive(listener);

		if (n < 10) {
			IS(now.id, req[n].id);
			IS(now.pid, pid[n]);
		}
		IS(answer(listener, now.id, (pid_t)now.pid == i ? 4712 : 4711), 0);
	}
	ended_well(i);
	for (i = 0; i < 20; i++)
		ended_well(pid[i]);
}

TEST(kept_calls_can_be_killed)
{
	int listener, fd = keeping_fd(-1, SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, &listener);
	pid_t waits = asking_task(fd, 0), received = asking_task(fd, 0);

	receive(listener);
	wait_until_asking(waits);
	wait_until_asking(received);
	close(listener);
	end_child(waits);
	end_child(received);
	/* which leaves nothing for the next one */
	listener = new_listener(fd);
	CHECK(listener >= 0);
	waits = asking_task(fd, 5);
	IS(answer(listener, receive(listener).id, 5), 0);
	ended_well(waits);
}

static volatile int handled;

static void handler(int sig)
{
	(void)sig;
	handled = 1;
}

/* No SA_RESTART: a call that can be interrupted fails with EINTR. */
static pid_t handling_task(int fd)
{
	struct sigaction action = { .sa_handler = handler };
	pid_t pid = fork();

	CHECK(pid >= 0);
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		IS(sigaction(SIGUSR1, &action, NULL), 0);
		no_new_privs();
		IS(fd_install(fd, 0), 0);
		IS(ask_ppid(0), 4711);
		IS(handled, 1);
		_exit(0);
	}
	return pid;
}

TEST(kept_calls_are_made_again_after_a_signal)
{
	int listener, fd = keeping_fd(-1, 0, &listener);
	pid_t pid;

	close(listener);
	pid = handling_task(fd);
	wait_until_asking(pid);
	kill(pid, SIGUSR1);
	usleep(100000);
	wait_until_asking(pid);
	listener = new_listener(fd);
	CHECK(listener >= 0);
	IS(answer(listener, receive(listener).id, 4711), 0);
	ended_well(pid);
}

static void wait_for_state(pid_t pid, char want)
{
	char path[64], state;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	do {
		usleep(1000);
		f = fopen(path, "r");
		CHECK(f && fscanf(f, "%*d (%*[^)]) %c", &state) == 1);
		fclose(f);
	} while (state != want);
}

/* As a tracer that dumps it has to. */
TEST(kept_calls_can_be_stopped)
{
	int listener, fd = keeping_fd(-1, SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, &listener);
	pid_t pid = asking_task(fd, 4711);

	receive(listener);
	/* while the listener has its call, only a fatal signal wakes it */
	IS(kill(pid, SIGSTOP), 0);
	wait_for_state(pid, 'D');
	close(listener);
	wait_for_state(pid, 'T');
	IS(kill(pid, SIGCONT), 0);
	wait_until_asking(pid);
	attach(pid, 0);
	detach(pid);
	listener = new_listener(fd);
	CHECK(listener >= 0);
	IS(answer(listener, receive(listener).id, 4711), 0);
	ended_well(pid);
}

TEST(listener_again_is_one_at_a_time)
{
	int listener, fd = keeping_fd(-1, 0, &listener), other;

	IS(new_listener(fd), -EBUSY);
	other = dup(listener);
	close(listener);
	IS(new_listener(fd), -EBUSY);
	close(other);
	listener = new_listener(fd);
	CHECK(listener >= 0);
	IS(new_listener(fd), -EBUSY);
	/* and one per path, even while it is lost */
	close(listener);
	IS(mark_fd_flags(fd, 1, SECCOMP_FILTER_FLAG_NEW_LISTENER, NULL), -EBUSY);
}

TEST(listener_again_only_where_calls_are_kept)
{
	int listener, fd;

	need_create_flag(KEEP);
	fd = asking_fd(-1, 0, &listener);
	close(listener);
	IS(new_listener(fd), -EOPNOTSUPP);
	IS(new_listener(mark_fd(-1, 1)), -EOPNOTSUPP);
	fd = keeping_fd(-1, 0, &listener);
	close(listener);
	IS(fd_ioctl(fd, SECCOMP_IOCTL_FILTER_LISTENER, (void *)1), -EINVAL);
	IS(new_listener(listener), -EBADF);
}

/* Who is handed a descriptor to install the filter is not to answer for itself. */
TEST(listener_again_is_for_no_task_under_it)
{
	int listener, fd = keeping_fd(-1, 0, &listener);

	close(listener);
	no_new_privs();
	IS(fd_install(fd, 0), 0);
	IS(new_listener(fd), -EPERM);
}

TEST(listener_again_not_by_a_sealed_descriptor)
{
	int listener, fd = keeping_fd(-1, 0, &listener);

	close(listener);
	IS(fd_ioctl(fd, SECCOMP_IOCTL_FILTER_SEAL, NULL), 0);
	IS(new_listener(fd), -EPERM);
}

/* What belonged to the listener that is gone went with it. */
TEST(listener_again_has_no_flags)
{
	int listener, fd = keeping_fd(-1, 0, &listener);

	/* version_whether_listeners_have_flags says which kernels do */
	if (!(info_of(fd).mask & SECCOMP_FILTER_INFO_LISTENER_FLAGS))
		test_absent();
	IS(fd_ioctl(listener, _IOW('!', 4, uint64_t), (void *)SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP),
	   0);
	IS(info_of(fd).listener_flags, SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP);
	close(listener);
	IS(info_of(fd).listener_flags, 0);
	CHECK(new_listener(fd) >= 0);
	IS(info_of(fd).listener_flags, 0);
}
