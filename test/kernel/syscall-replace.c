// SPDX-License-Identifier: GPL-2.0
/* Calls that a monitor has a trapped task make: NOTIF_SYSCALL */
#include "monitor.h"

#include <linux/elf.h>
#include <sys/uio.h>
#include <time.h>

#define REPLACE SECCOMP_NOTIF_SYSCALL_REPLACE
#define RUN SECCOMP_NOTIF_SYSCALL_RUN

static int supervised_fd(int parent, unsigned int flags, int *listener)
{
	need_feature(SECCOMP_FD_FEATURE_SYSCALL_REPLACE);
	return asking_fd(parent, flags, listener);
}

static int judged(bool outside, int nr, uint32_t action, int *listener)
{
	need_feature(SECCOMP_FD_FEATURE_SYSCALL_REPLACE);
	return judged_fd(outside, nr, action, listener);
}

TEST(replace_makes_the_other_call)
{
	int listener, fd = supervised_fd(-1, 0, &listener);
	pid_t pid = asking_task(fd, 0 /* what getuid returns here */);
	uint64_t id = receive(listener).id;

	IS(make_call(listener, id, REPLACE, SYS_getuid, NULL, NULL), 0);
	/* which is the answer */
	CHECK(answer(listener, id, 1) < 0);
	ended_well(pid);
}

TEST(replace_fails_as_the_other_call)
{
	const uint64_t args[6] = { 12345 };
	int listener, fd = supervised_fd(-1, 0, &listener);
	pid_t pid = asking_task(fd, -EBADF);

	IS(make_call(listener, receive(listener).id, REPLACE, SYS_close, args, NULL), 0);
	ended_well(pid);
}

/* It is the task that calls: its memory, its descriptors, its everything. */
TEST(replace_has_arguments_of_the_task)
{
	static char from_here[] = "written by the task";
	char text[sizeof(from_here)] = "";
	int listener, fd = supervised_fd(-1, 0, &listener), pipes[2];
	uint64_t args[6] = { 0, (uintptr_t)from_here, sizeof(from_here) };
	pid_t pid;

	IS(pipe(pipes), 0);
	args[0] = pipes[1];
	pid = asking_task(fd, sizeof(from_here));
	close(pipes[1]);
	IS(make_call(listener, receive(listener).id, REPLACE, SYS_write, args, NULL), 0);
	IS(read(pipes[0], text, sizeof(text)), sizeof(text));
	IS(strcmp(text, from_here), 0);
	ended_well(pid);
}

#ifdef __x86_64__
TEST(replace_leaves_no_trace_in_registers)
{
	const uint64_t args[6] = { 1, 2, 3, 4, 5, 6 };
	int listener, fd = supervised_fd(-1, 0, &listener);
	pid_t pid = register_task(fd, 0);

	IS(make_call(listener, receive(listener).id, REPLACE, SYS_getuid, args, NULL), 0);
	ended_well(pid);
	/* nor where a filter refuses it */
	fd = filter_fd(fd, SYS_getuid, SECCOMP_RET_ERRNO | 55);
	pid = register_task(fd, -55);
	IS(make_call(listener, receive(listener).id, REPLACE, SYS_getuid, args, NULL), 0);
	ended_well(pid);
}

/* What a tracer sees is the task's call, at its exit as at its entry. */
TEST(replace_is_not_in_the_registers_of_the_exit_stop)
{
	const uint64_t args[6] = { 21, 22, 23, 24, 25, 26 };
	int listener, fd = supervised_fd(-1, 0, &listener), status;
	unsigned long regs[27];
	struct iovec iov = { regs, sizeof(regs) };
	pid_t pid = asking_task(fd, 0);
	uint64_t id = receive(listener).id;

	/* PTRACE_SYSCALL once it is in the call: the next stop is the exit */
	IS(ptrace(PTRACE_SEIZE, pid, 0, PTRACE_O_TRACESYSGOOD), 0);
	IS(ptrace(PTRACE_INTERRUPT, pid, 0, 0), 0);
	IS(waitpid(pid, &status, __WALL), pid);
	IS(ptrace(PTRACE_SYSCALL, pid, 0, 0), 0);
	IS(waitpid(pid, &status, __WALL), pid);
	IS(ptrace(PTRACE_SYSCALL, pid, 0, 0), 0);
	(void)id;
	IS(make_call(listener, receive(listener).id, REPLACE, SYS_getuid, args, NULL), 0);
	IS(waitpid(pid, &status, __WALL), pid);
	CHECK(WIFSTOPPED(status) && WSTOPSIG(status) == (SIGTRAP | 0x80));
	IS(ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, &iov), 0);
	/* orig_rax, rax, rdi of struct user_regs_struct */
	IS(regs[15], SYS_getppid);
	IS(regs[10], 0);
	CHECK(regs[14] != 21);
	IS(ptrace(PTRACE_DETACH, pid, 0, 0), 0);
	ended_well(pid);
}
#endif

static volatile int handled;

static void handler(int sig)
{
	(void)sig;
	handled++;
}

/* The handler interrupts what the monitor has put there; the task's call is made again. */
TEST(replace_interrupted_makes_the_own_call_again)
{
	int listener, fd = supervised_fd(-1, 0, &listener), pipes[2];
	struct sigaction action = { .sa_handler = handler, .sa_flags = SA_RESTART };
	uint64_t args[6] = {};
	pid_t pid;

	IS(pipe(pipes), 0);
	pid = fork();
	if (pid == 0) {
		IS(sigaction(SIGUSR1, &action, NULL), 0);
		no_new_privs();
		IS(fd_install(fd, 0), 0);
		IS(ask_ppid(0), 4711);
		IS(handled, 1);
		_exit(0);
	}
	args[0] = pipes[0];
	args[1] = (uintptr_t)&pid;
	args[2] = 1;
	IS(make_call(listener, receive(listener).id, REPLACE, SYS_read, args, NULL), 0);
	wait_until_in(pid, SYS_read);
	kill(pid, SIGUSR1);
	IS(answer(listener, receive(listener).id, 4711), 0);
	ended_well(pid);
}

/* nanosleep restarts with restart_syscall, which is not a call of the task. */
TEST(replace_interrupted_restarts_nothing_else)
{
	static struct timespec long_time = { .tv_sec = 1000 };
	const uint64_t args[6] = { (uintptr_t)&long_time, 0 };
	int listener, fd = supervised_fd(-1, 0, &listener);
	pid_t pid = asking_task(fd, 4711);

	IS(make_call(listener, receive(listener).id, REPLACE, SYS_nanosleep, args, NULL), 0);
	usleep(300000);
	/* a stop, and no handler */
	attach(pid, 0);
	detach(pid);
	IS(answer(listener, receive(listener).id, 4711), 0);
	ended_well(pid);
}

/* ---- What other filters say ---- */

TEST(replace_is_refused_by_another_filter)
{
	int listener, fd, outside;
	pid_t pid;

	for (outside = 0; outside < 2; outside++) {
		fd = judged(outside, SYS_getuid, SECCOMP_RET_ERRNO | 66, &listener);
		pid = asking_task(fd, -66);
		IS(make_call(listener, receive(listener).id, REPLACE, SYS_getuid, NULL, NULL), 0);
		ended_well(pid);
	}
}

TEST(replace_kills_where_another_filter_does)
{
	int listener, fd, outside, status;
	pid_t pid;

	for (outside = 0; outside < 2; outside++) {
		fd = judged(outside, SYS_getuid, SECCOMP_RET_KILL_PROCESS, &listener);
		pid = asking_task(fd, 0);
		IS(make_call(listener, receive(listener).id, REPLACE, SYS_getuid, NULL, NULL), 0);
		IS(waitpid(pid, &status, 0), pid);
		CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS);
	}
}

/* The monitor's own filter has been asked: it is not asked once more. */
TEST(replace_by_the_call_itself)
{
	int listener, fd = supervised_fd(-1, 0, &listener);
	pid_t pid = asking_task(fd, getpid());

	IS(make_call(listener, receive(listener).id, REPLACE, SYS_getppid, NULL, NULL), 0);
	ended_well(pid);
}

static volatile int trapped_nr;

static void trap_handler(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	(void)context;
	trapped_nr = info->si_syscall;
}

TEST(replace_trapped_is_the_own_call)
{
	int listener, fd = judged(1, SYS_getuid, SECCOMP_RET_TRAP, &listener);
	struct sigaction action = { .sa_sigaction = trap_handler, .sa_flags = SA_SIGINFO };
	pid_t pid = fork();

	if (pid == 0) {
		IS(sigaction(SIGSYS, &action, NULL), 0);
		no_new_privs();
		IS(fd_install(fd, 0), 0);
		/* what a call that traps leaves in the register of its result */
		IS(ask_ppid(0), SYS_getppid);
		IS(trapped_nr, SYS_getppid);
		_exit(0);
	}
	IS(make_call(listener, receive(listener).id, REPLACE, SYS_getuid, NULL, NULL), 0);
	ended_well(pid);
}

/* ---- Refusals ---- */

TEST(syscall_refuses_what_has_to_do_with_the_frame)
{
	static const unsigned int calls[] = {
#ifdef __x86_64__
		SYS_fork,	  SYS_vfork,
#endif
		SYS_clone,	  SYS_clone3,	       SYS_execve, SYS_execveat,
		SYS_rt_sigreturn, SYS_restart_syscall, SYS_ptrace, SYS_seccomp
	};
	int listener, fd = supervised_fd(-1, 0, &listener);
	pid_t pid = asking_task(fd, 4711);
	uint64_t id = receive(listener).id, args[6] = { PR_SET_SECCOMP };
	unsigned int i;

	for (i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		IS(make_call(listener, id, REPLACE, calls[i], NULL, NULL), -EOPNOTSUPP);
		IS(make_call(listener, id, RUN, calls[i], NULL, NULL), -EOPNOTSUPP);
	}
	IS(make_call(listener, id, REPLACE, SYS_prctl, args, NULL), -EOPNOTSUPP);
	/* what does not return cannot be waited for */
	IS(make_call(listener, id, RUN, SYS_exit, NULL, NULL), -EOPNOTSUPP);
	IS(make_call(listener, id, RUN, SYS_exit_group, NULL, NULL), -EOPNOTSUPP);
	IS(make_call(listener, id, RUN, SYS_reboot, NULL, NULL), -EOPNOTSUPP);
	/* nor what nobody could interrupt */
	IS(make_call(listener, id, RUN, SYS_io_uring_enter, NULL, NULL), -EOPNOTSUPP);
	IS(make_call(listener, id, RUN, SYS_io_uring_register, NULL, NULL), -EOPNOTSUPP);
	IS(answer(listener, id, 4711), 0);
	ended_well(pid);
	/* but it can be made */
	pid = asking_task(fd, 0);
	IS(make_call(listener, receive(listener).id, REPLACE, SYS_exit_group, NULL, NULL), 0);
	ended_well(pid);
}

TEST(syscall_refuses)
{
	int listener, fd = supervised_fd(-1, 0, &listener);
	pid_t pid = asking_task(fd, 4711);
	struct seccomp_notif_syscall good = { .size = sizeof(good),
					      .flags = REPLACE,
					      .nr = SYS_getuid };
	struct seccomp_notif_syscall args = good;
	struct seccomp_notif req;

	usleep(100000);
	req = receive(listener);
	good.id = req.id;
	args = good;
	args.id++;
	IS(fd_ioctl(listener, SECCOMP_IOCTL_NOTIF_SYSCALL, &args), -ENOENT);
	args = good;
	args.size--;
	IS(fd_ioctl(listener, SECCOMP_IOCTL_NOTIF_SYSCALL, &args), -EINVAL);
	args = good;
	args.flags = 0;
	IS(fd_ioctl(listener, SECCOMP_IOCTL_NOTIF_SYSCALL, &args), -EINVAL);
	args.flags = REPLACE | RUN;
	IS(fd_ioctl(listener, SECCOMP_IOCTL_NOTIF_SYSCALL, &args), -EINVAL);
	args = good;
	args.reserved = 1;
	IS(fd_ioctl(listener, SECCOMP_IOCTL_NOTIF_SYSCALL, &args), -EINVAL);
	args = good;
	args.nr = 1 << 30;
	IS(fd_ioctl(listener, SECCOMP_IOCTL_NOTIF_SYSCALL, &args), -EINVAL);
	args.nr = -1;
	IS(fd_ioctl(listener, SECCOMP_IOCTL_NOTIF_SYSCALL, &args), -EINVAL);
	IS(fd_ioctl(listener, SECCOMP_IOCTL_NOTIF_SYSCALL, NULL), -EFAULT);
	IS(answer(listener, req.id, 4711), 0);
	ended_well(pid);
}

TEST(syscall_refuses_what_was_not_received)
{
	int listener, fd = supervised_fd(-1, 0, &listener);
	pid_t first = asking_task(fd, 4711), second;
	uint64_t id = receive(listener).id;

	second = asking_task(fd, 4711);
	wait_until_in(second, SYS_getppid);
	/* ids are numbers in a row */
	IS(make_call(listener, id + 1, REPLACE, SYS_getuid, NULL, NULL), -EINPROGRESS);
	IS(make_call(listener, id + 1, RUN, SYS_getuid, NULL, NULL), -EINPROGRESS);
	IS(answer(listener, id, 4711), 0);
	ended_well(first);
	IS(receive(listener).id, id + 1);
	IS(answer(listener, id + 1, 4711), 0);
	ended_well(second);
}

TEST(syscall_refuses_for_a_call_of_another_abi)
{
	int listener, fd = supervised_fd(-1, 0, &listener);
	pid_t pid = fork();
	uint64_t id;

	CHECK(pid >= 0);
	if (pid == 0) {
		no_new_privs();
		IS(fd_install(fd, 0), 0);
		IS(syscall(X32_GETPPID), 4711);
		_exit(0);
	}
	id = receive(listener).id;
	IS(make_call(listener, id, REPLACE, SYS_getuid, NULL, NULL), -EOPNOTSUPP);
	IS(make_call(listener, id, RUN, SYS_getuid, NULL, NULL), -EOPNOTSUPP);
	IS(answer(listener, id, 4711), 0);
	ended_well(pid);
}

/* Who holds a listener may not do more to the task than it could as a tracer. */
TEST(syscall_is_for_who_may_trace)
{
	int listener, fd = supervised_fd(-1, 0, &listener);
	pid_t pid = asking_task(fd, 4711), monitor;
	uint64_t id = receive(listener).id;

	monitor = fork();
	if (monitor == 0) {
		drop_privileges();
		IS(make_call(listener, id, REPLACE, SYS_getuid, NULL, NULL), -EPERM);
		IS(make_call(listener, id, RUN, SYS_getuid, NULL, NULL), -EPERM);
		_exit(0);
	}
	ended_well(monitor);
	IS(answer(listener, id, 4711), 0);
	ended_well(pid);
}

/* a monitor under the filter @under asks for a call: 0, or what it gets */
static void calls_under(int under, int listener, uint64_t id, long want)
{
	pid_t pid = fork();

	CHECK(pid >= 0);
	if (pid == 0) {
		no_new_privs();
		IS(fd_install(under, 0), 0);
		IS(make_call(listener, id, RUN, SYS_getuid, NULL, NULL), want);
		IS(make_call(listener, id, REPLACE, SYS_getuid, NULL, NULL), want);
		_exit(0);
	}
	ended_well(pid);
}

/* Else it would be rid of them, or of the listener's, which is not asked again. */
TEST(syscall_is_for_whom_only_filters_confine_that_judge_the_call)
{
	int below = filter_fd(-1, SYS_getuid, SECCOMP_RET_ERRNO | 66), listener;
	int fd = supervised_fd(below, 0, &listener);
	pid_t pid = asking_task(fd, -66);
	uint64_t id = receive(listener).id;

	calls_under(fd, listener, id, -EPERM);
	calls_under(filter_fd(fd, SYS_getuid, SECCOMP_RET_ALLOW), listener, id, -EPERM);
	calls_under(filter_fd(below, SYS_getuid, SECCOMP_RET_ALLOW), listener, id, -EPERM);
	calls_under(filter_fd(-1, SYS_getuid, SECCOMP_RET_ALLOW), listener, id, -EPERM);
	calls_under(below, listener, id, 0);
	ended_well(pid);
}
