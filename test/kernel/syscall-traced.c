// SPDX-License-Identifier: GPL-2.0
/* A call that a monitor has put there, and that a tracer puts another one in the place of */
#include "monitor.h"

/* The registers of a call have other names elsewhere, and execve another way to clear them. */
#ifdef __x86_64__
#include <linux/elf.h>
#include <sys/uio.h>
#include <sys/user.h>

#define TRACED (PTRACE_O_TRACESECCOMP | PTRACE_O_TRACEEXEC | PTRACE_O_TRACESYSGOOD)

static struct user_regs_struct registers_of(pid_t pid)
{
	struct user_regs_struct regs;
	struct iovec iov = { &regs, sizeof(regs) };

	IS(ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, &iov), 0);
	IS(iov.iov_len, sizeof(regs));
	return regs;
}

/* Resumes the tracee with @request; its next stop must be this one. */
static void go_on_to(pid_t pid, int request, int stop)
{
	int status;

	if (request)
		IS(ptrace(request, pid, 0, 0), 0);
	IS(waitpid(pid, &status, __WALL), pid);
	CHECK(WIFSTOPPED(status));
	IS(status >> 8, stop);
}

/*
 * A task with something in each register of an argument calls getppid. Its
 * monitor puts getuid there, which another filter, outside of the monitor's or
 * inside, wants the tracer to look at; and the tracer puts @nr there.
 */
static pid_t changed_task(bool outside, long want, unsigned long nr, const uint64_t args[3],
			  int *listener)
{
	const uint64_t other[6] = { 21, 22, 23, 24, 25, 26 };
	struct user_regs_struct regs;
	struct iovec iov = { &regs, sizeof(regs) };
	uint64_t id;
	pid_t pid;
	int fd;

	need_feature(SECCOMP_FD_FEATURE_SYSCALL_REPLACE);
	fd = judged_fd(outside, SYS_getuid, SECCOMP_RET_TRACE, listener);
	pid = register_task(fd, want);
	id = receive(*listener).id;
	IS(ptrace(PTRACE_SEIZE, pid, 0, TRACED | PTRACE_O_EXITKILL), 0);
	IS(make_call(*listener, id, SECCOMP_NOTIF_SYSCALL_REPLACE, SYS_getuid, other, NULL), 0);
	go_on_to(pid, 0, SIGTRAP | PTRACE_EVENT_SECCOMP << 8);

	regs = registers_of(pid);
	IS(regs.orig_rax, SYS_getuid);
	IS(regs.rdi, 21);
	regs.orig_rax = nr;
	regs.rdi = args[0];
	regs.rsi = args[1];
	regs.rdx = args[2];
	IS(ptrace(PTRACE_SETREGSET, pid, NT_PRSTATUS, &iov), 0);
	return pid;
}

/* The new program starts with nothing of the old one, nor of the call in between. */
TEST(replace_changed_to_an_exec_starts_the_program_as_exec_does)
{
	static char path[] = "/proc/self/exe", *argv[] = { path, NULL }, *envp[] = { NULL };
	const uint64_t args[3] = { (uintptr_t)path, (uintptr_t)argv, (uintptr_t)envp };
	struct user_regs_struct regs;
	int listener, outside;
	pid_t pid;

	for (outside = 0; outside < 2; outside++) {
		pid = changed_task(outside, 0, SYS_execve, args, &listener);
		go_on_to(pid, PTRACE_CONT, SIGTRAP | PTRACE_EVENT_EXEC << 8);
		/* what it has at the exit of execve is what it starts with */
		go_on_to(pid, PTRACE_SYSCALL, SIGTRAP | 0x80);
		regs = registers_of(pid);
		IS(regs.orig_rax, SYS_execve);
		IS(regs.rax, 0);
		IS(regs.rdi, 0);
		IS(regs.rsi, 0);
		IS(regs.rdx, 0);
		IS(regs.r10, 0);
		IS(regs.r8, 0);
		IS(regs.r9, 0);
		end_child(pid);
		close(listener);
	}
}

/* Any other call leaves the registers of the task's own, whoever has put it there. */
TEST(replace_changed_to_another_call_leaves_no_trace_in_registers)
{
	const uint64_t args[3] = { 12345, 32, 33 };
	int listener, outside;
	pid_t pid;

	for (outside = 0; outside < 2; outside++) {
		pid = changed_task(outside, -EBADF, SYS_close, args, &listener);
		IS(ptrace(PTRACE_DETACH, pid, 0, 0), 0);
		ended_well(pid);
		close(listener);
	}
}

/* Nor is it the monitor's any more: its filter is asked as all others are. */
TEST(replace_changed_to_what_the_monitor_is_asked_about)
{
	const uint64_t args[3] = { 31, 32, 33 };
	struct seccomp_notif req;
	int listener, outside;
	pid_t pid;

	for (outside = 0; outside < 2; outside++) {
		pid = changed_task(outside, 4711, SYS_getppid, args, &listener);
		/* a detach may interrupt the wait, and then the own call is made again */
		IS(ptrace(PTRACE_CONT, pid, 0, 0), 0);
		req = receive(listener);
		IS(req.data.nr, SYS_getppid);
		IS(req.data.args[0], 31);
		IS(answer(listener, req.id, 4711), 0);
		ended_well(pid);
		close(listener);
	}
}
#endif
