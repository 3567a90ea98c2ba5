// SPDX-License-Identifier: GPL-2.0
/* Calls that a trapped task makes, and stays trapped: NOTIF_SYSCALL with RUN */
#include "monitor.h"

#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <sys/uio.h>
#include <time.h>

#define RUN SECCOMP_NOTIF_SYSCALL_RUN

static long long run(int listener, uint64_t id, unsigned int nr, const uint64_t args[6])
{
	long long result;

	IS(make_call(listener, id, RUN, nr, args, &result), 0);
	return result;
}

static int running_fd(int parent, unsigned int flags, int *listener)
{
	need_feature(SECCOMP_FD_FEATURE_SYSCALL_RUN);
	return asking_fd(parent, flags, listener);
}

#ifdef __x86_64__
TEST(run_leaves_no_trace_in_registers)
{
	const uint64_t args[6] = { 1, 2, 3, 4, 5, 6 };
	int listener, fd = running_fd(-1, 0, &listener);
	pid_t pid = register_task(fd, 8);
	uint64_t id = receive(listener).id;

	IS(run(listener, id, SYS_getuid, args), 0);
	IS(run(listener, id, SYS_close, args), 0);
	IS(answer(listener, id, 8), 0);
	ended_well(pid);
}
#endif

TEST(run_any_number_of_times)
{
	int listener, fd = running_fd(-1, 0, &listener), i;
	pid_t pid = asking_task(fd, 4711);
	uint64_t id = receive(listener).id;

	for (i = 0; i < 50; i++)
		IS(run(listener, id, SYS_getpid, NULL), pid);
	IS(answer(listener, id, 4711), 0);
	ended_well(pid);
}

/* Memory, a path in it, a descriptor: the task has none of these calls itself. */
TEST(run_what_the_task_may_not)
{
	const uint64_t map[6] = { 0,  4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
				  -1, 0 };
	static const char path[] = "/proc/self/comm";
	int listener, fd;
	struct iovec local = { (void *)path, sizeof(path) }, remote = { NULL, sizeof(path) };
	uint64_t open_args[6] = { AT_FDCWD, 0, O_RDONLY | O_CLOEXEC };
	long long address, opened;
	const struct sock_filter insns[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit_group, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
	};
	struct seccomp_fd_create args = {
		.size = sizeof(args),
		.flags = SECCOMP_FILTER_FLAG_NEW_LISTENER,
		.parent_fd = -1,
		.len = 6,
		.insns = (uintptr_t)insns,
	};
	uint64_t id;
	pid_t pid;

	need_feature(SECCOMP_FD_FEATURE_SYSCALL_RUN);
	fd = fd_create(&args);
	CHECK(fd >= 0);
	listener = args.listener_fd;
	pid = asking_task(fd, 4711);
	id = receive(listener).id;
	IS(run(listener, id, SYS_getpid, NULL), pid);
	address = run(listener, id, SYS_mmap, map);
	CHECK(address > 0);
	remote.iov_base = (void *)(uintptr_t)address;
	IS(process_vm_writev(pid, &local, 1, &remote, 1, 0), sizeof(path));
	open_args[1] = address;
	opened = run(listener, id, SYS_openat, open_args);
	CHECK(opened >= 0);
	open_args[1] = 1;
	IS(run(listener, id, SYS_openat, open_args), -EFAULT);
	IS(run(listener, id, SYS_close, (const uint64_t[6]){ opened }), 0);
	IS(run(listener, id, SYS_close, (const uint64_t[6]){ opened }), -EBADF);
	IS(answer(listener, id, 4711), 0);
	ended_well(pid);
}

TEST(run_is_judged_by_other_filters)
{
	int listener, fd, outside, status;
	long long result;
	uint64_t id;
	pid_t pid;

	need_feature(SECCOMP_FD_FEATURE_SYSCALL_RUN);
	for (outside = 0; outside < 2; outside++) {
		fd = judged_fd(outside, SYS_getuid, SECCOMP_RET_ERRNO | 66, &listener);
		pid = asking_task(fd, 4711);
		id = receive(listener).id;
		IS(run(listener, id, SYS_getuid, NULL), -66);
		IS(answer(listener, id, 4711), 0);
		ended_well(pid);

		fd = judged_fd(outside, SYS_getuid, SECCOMP_RET_TRAP, &listener);
		pid = asking_task(fd, 4711);
		id = receive(listener).id;
		IS(make_call(listener, id, RUN, SYS_getuid, NULL, &result), -EACCES);
		IS(answer(listener, id, 4711), 0);
		ended_well(pid);

		fd = judged_fd(outside, SYS_getuid, SECCOMP_RET_KILL_PROCESS, &listener);
		pid = asking_task(fd, 0);
		id = receive(listener).id;
		IS(make_call(listener, id, RUN, SYS_getuid, NULL, &result), -ESRCH);
		IS(waitpid(pid, &status, 0), pid);
		CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS);
		CHECK(answer(listener, id, 1) < 0);
	}
}

static void *under_and_ask(void *fd)
{
	no_new_privs();
	IS(fd_install((intptr_t)fd, 0), 0);
	ask_ppid(0);
	return NULL;
}

/* A thread that a filter kills leaves in the middle of the call. */
TEST(run_that_kills_a_thread)
{
	int listener, fd, sync[2];
	long long result;
	uint64_t id;
	pid_t pid;

	need_feature(SECCOMP_FD_FEATURE_SYSCALL_RUN);
	IS(pipe(sync), 0);
	fd = judged_fd(1, SYS_getuid, SECCOMP_RET_KILL_THREAD, &listener);
	pid = fork();
	if (pid == 0) {
		char c;
		pthread_t thread;

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		IS(pthread_create(&thread, NULL, under_and_ask, (void *)(intptr_t)fd), 0);
		IS(read(sync[0], &c, 1), 1);
		_exit(0);
	}
	id = receive(listener).id;
	IS(make_call(listener, id, RUN, SYS_getuid, NULL, &result), -ESRCH);
	IS(make_call(listener, id, RUN, SYS_getpid, NULL, &result), -ENOENT);
	IS(write(sync[1], "x", 1), 1);
	ended_well(pid);
}

/* signals for the monitor, until it has ended */
static void interrupt(pid_t monitor)
{
	int status;

	while (waitpid(monitor, &status, WNOHANG) == 0) {
		usleep(200000);
		kill(monitor, SIGUSR1);
	}
	IS(status, 0);
}

/* A signal for the monitor ends the call in the task, and its result is known. */
TEST(run_ends_with_a_signal_for_the_monitor)
{
	int listener, fd = running_fd(-1, 0, &listener);
	pid_t pid = asking_task(fd, 4711), monitor;
	uint64_t id = receive(listener).id;

	monitor = monitor_that_runs(listener, id, SYS_ppoll, NULL, -EINTR);
	interrupt(monitor);
	/* the task is trapped still */
	IS(run(listener, id, SYS_getpid, NULL), pid);
	IS(answer(listener, id, 4711), 0);
	ended_well(pid);
}

/* An answer by a descriptor that comes with it is for a task that waits, and for no other. */
TEST(run_is_not_over_by_addfd_that_sends)
{
	static char much[1 << 21];
	int listener, fd = running_fd(-1, 0, &listener), pipes[2], size;
	struct seccomp_notif_addfd addfd = {
		.flags = SECCOMP_ADDFD_FLAG_SEND | SECCOMP_ADDFD_FLAG_SETFD, .newfd = 200
	};
	uint64_t args[6] = { 0, (uintptr_t)much, sizeof(much) };
	pid_t pid, monitor;
	uint64_t id;
	char c;

	IS(pipe(pipes), 0);
	size = fcntl(pipes[1], F_GETPIPE_SZ);
	CHECK(size > 0 && size < (int)sizeof(much));
	args[0] = pipes[1];
	addfd.srcfd = pipes[0];
	pid = asking_task(fd, 200);
	id = receive(listener).id;
	addfd.id = id;

	/* more than the pipe takes: it has begun when there is something to read, and has no end */
	monitor = monitor_that_runs(listener, id, SYS_write, args, size);
	IS(read(pipes[0], &c, 1), 1);
	IS(fd_ioctl(listener, SECCOMP_IOCTL_NOTIF_ADDFD, &addfd), -EBUSY);
	/* it continues, and nothing was answered */
	IS(waitpid(monitor, NULL, WNOHANG), 0);
	IS(fd_ioctl(listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &id), 0);
	kill(monitor, SIGUSR1);
	ended_well(monitor);
	/* nor has the task got a descriptor */
	IS(run(listener, id, SYS_close, (const uint64_t[6]){ 200 }), -EBADF);
	IS(fd_ioctl(listener, SECCOMP_IOCTL_NOTIF_ADDFD, &addfd), 200);
	ended_well(pid);
}

/* asks again and again; each time, a descriptor is the answer */
static pid_t task_that_gets_descriptors(int fd, int listener, int rounds)
{
	pid_t pid = confined_fork(fd, listener);

	if (pid == 0) {
		while (rounds-- > 0) {
			IS(ask_ppid(0), 200);
			IS(close(200), 0);
		}
		_exit(0);
	}
	return pid;
}

/* When the ioctl of the call has returned, the task has yet to come back from it. */
TEST(run_is_followed_by_addfd_that_sends)
{
	int listener, fd = running_fd(-1, 0, &listener), i;
	struct seccomp_notif_addfd addfd = {
		.flags = SECCOMP_ADDFD_FLAG_SEND | SECCOMP_ADDFD_FLAG_SETFD,
		.srcfd = STDERR_FILENO,
		.newfd = 200,
	};
	cpu_set_t one;
	pid_t pid;

	/* on the same processor, the monitor often goes first */
	CPU_ZERO(&one);
	CPU_SET(sched_getcpu(), &one);
	IS(sched_setaffinity(0, sizeof(one), &one), 0);
	pid = task_that_gets_descriptors(fd, listener, 200);
	for (i = 0; i < 200; i++) {
		addfd.id = receive(listener).id;
		IS(run(listener, addfd.id, SYS_getpid, NULL), pid);
		IS(fd_ioctl(listener, SECCOMP_IOCTL_NOTIF_ADDFD, &addfd), 200);
	}
	ended_well(pid);
}

TEST(run_ends_with_the_task)
{
	int listener, fd = running_fd(-1, 0, &listener);
	pid_t pid = asking_task(fd, 0), monitor;
	uint64_t id = receive(listener).id;

	monitor = monitor_that_runs(listener, id, SYS_ppoll, NULL, -ESRCH);
	usleep(500000);
	end_child(pid);
	ended_well(monitor);
}

TEST(run_ends_with_the_monitor)
{
	int listener, fd = running_fd(-1, 0, &listener);
	pid_t pid = asking_task(fd, -ENOSYS), monitor;
	uint64_t id = receive(listener).id;

	monitor = monitor_that_runs(listener, id, SYS_ppoll, NULL, 0);
	close(listener);
	usleep(500000);
	end_child(monitor);
	ended_well(pid);
}

/* Who waits for his turn learns that the notification was answered meanwhile, or the task killed.
 */
TEST(run_that_was_not_begun_ends_with_the_notification)
{
	static char much[1 << 21];
	uint64_t args[6] = { 0, (uintptr_t)much, sizeof(much) }, id;
	int listener, fd, kill_it, pipes[2];
	pid_t pid, first, second;
	char c;

	for (kill_it = 0; kill_it < 2; kill_it++) {
		fd = running_fd(-1, 0, &listener);
		IS(pipe(pipes), 0);
		args[0] = pipes[1];
		pid = asking_task(fd, 4711);
		id = receive(listener).id;
		/* it has begun when there is something to read, and has no end */
		first = fork();
		if (first == 0) {
			make_call(listener, id, RUN, SYS_write, args, NULL);
			_exit(0);
		}
		IS(read(pipes[0], &c, 1), 1);
		second = monitor_that_runs(listener, id, SYS_getpid, NULL, -ESRCH);
		wait_until_in(second, SYS_ioctl);
		if (kill_it) {
			end_child(pid);
		} else {
			IS(answer(listener, id, 4711), 0);
			ended_well(pid);
		}
		ended_well(first);
		ended_well(second);
	}
}

/* ---- What a call leaves to the way back to user space ---- */

/* ppoll() puts the mask back where a signal is handled, and there is none here. */
TEST(run_leaves_the_signal_mask)
{
	static const uint64_t usr2 = 1ULL << (SIGUSR2 - 1);
	const uint64_t poll[6] = { 0, 0, 0, (uintptr_t)&usr2, sizeof(usr2) };
	int listener, fd = running_fd(-1, 0, &listener);
	uint64_t *mask, id;
	pid_t pid, monitor;

	mask = mmap(NULL, sizeof(*mask), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	CHECK(mask != MAP_FAILED);
	*mask = usr2;
	pid = asking_task(fd, 4711);
	id = receive(listener).id;
	monitor = monitor_that_runs(listener, id, SYS_ppoll, poll, -EINTR);
	interrupt(monitor);
	IS(run(listener, id, SYS_rt_sigprocmask,
	       (const uint64_t[6]){ SIG_BLOCK, 0, (uintptr_t)mask, sizeof(*mask) }),
	   0);
	IS(*mask, 0);
	IS(answer(listener, id, 4711), 0);
	ended_well(pid);
}

static pid_t sleeping_task(int fd, int listener)
{
	static const struct timespec seconds = { .tv_sec = 5 };
	pid_t pid = confined_fork(fd, listener);

	if (pid == 0) {
		IS(syscall(SYS_nanosleep, &seconds, NULL), 0);
		_exit(0);
	}
	return pid;
}

/* A task that was stopped goes on with its sleep by restart_syscall(2), about which we are asked.
 */
TEST(run_leaves_what_the_task_restarts)
{
	static const struct timespec day = { .tv_sec = 86400 };
	struct seccomp_notif_resp resp = { .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE };
	int fd, listener, status;
	pid_t pid, monitor;

	need_feature(SECCOMP_FD_FEATURE_SYSCALL_RUN);
	fd = filter_fd_flags(-1, SYS_restart_syscall, SECCOMP_RET_USER_NOTIF,
			     SECCOMP_FILTER_FLAG_NEW_LISTENER, &listener);
	pid = sleeping_task(fd, listener);
	wait_until_in(pid, SYS_nanosleep);
	kill(pid, SIGSTOP);
	IS(waitpid(pid, &status, WUNTRACED), pid);
	CHECK(WIFSTOPPED(status));
	kill(pid, SIGCONT);
	resp.id = receive(listener).id;
	monitor = monitor_that_runs(listener, resp.id, SYS_nanosleep,
				    (const uint64_t[6]){ (uintptr_t)&day }, -EINTR);
	interrupt(monitor);
	IS(fd_ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &resp), 0);
	ended_well(pid);
}

/* close() itself is over when it returns; the file that dup3() closes is closed on the way back. */
TEST(run_dup_has_closed_when_it_returns)
{
	int listener, fd = running_fd(-1, 0, &listener), pipes[2];
	struct pollfd other = { .events = POLLIN };
	uint64_t args[6] = {}, id;
	pid_t pid;

	IS(pipe(pipes), 0);
	pid = asking_task(fd, 4711);
	close(pipes[1]);
	args[0] = pipes[0];
	args[1] = pipes[1];
	id = receive(listener).id;
	IS(run(listener, id, SYS_dup3, args), pipes[1]);
	other.fd = pipes[0];
	IS(poll(&other, 1, 10000), 1);
	CHECK(other.revents & POLLHUP);
	IS(answer(listener, id, 4711), 0);
	ended_well(pid);
}

/* The last one to close a file waits for nothing else. */
TEST(run_close_is_over_when_it_returns)
{
	int listener, fd = running_fd(-1, 0, &listener), pipes[2];
	uint64_t args[6] = {}, id;
	char c;
	pid_t pid;

	IS(pipe(pipes), 0);
	pid = asking_task(fd, 4711);
	close(pipes[1]);
	args[0] = pipes[1];
	id = receive(listener).id;
	IS(run(listener, id, SYS_close, args), 0);
	IS(read(pipes[0], &c, 1), 0);
	IS(answer(listener, id, 4711), 0);
	ended_well(pid);
}
