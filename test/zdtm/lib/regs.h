/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The registers of a traced task that have to do with system calls. To include
 * behind sys/ptrace.h or linux/ptrace.h, which do not go together.
 */
#ifndef REGS_H
#define REGS_H

#include <elf.h>
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <unistd.h>

#ifndef NT_ARM_SYSTEM_CALL
#define NT_ARM_SYSTEM_CALL 0x404
#endif

/* 0 or a negative errno, as all of these. */
static inline int regs_move(long request, pid_t tid, unsigned long set, void *data, size_t size)
{
	struct iovec io = { data, size };

	return syscall(SYS_ptrace, request, tid, set, &io) ? -errno : 0;
}

static inline int regs_get(pid_t tid, struct user_regs_struct *regs)
{
	return regs_move(PTRACE_GETREGSET, tid, NT_PRSTATUS, regs, sizeof(*regs));
}

static inline int regs_set(pid_t tid, struct user_regs_struct *regs)
{
	return regs_move(PTRACE_SETREGSET, tid, NT_PRSTATUS, regs, sizeof(*regs));
}

/* What a call returns. On arm64 the same register has its first argument before. */
static inline unsigned long *regs_result(struct user_regs_struct *regs)
{
#if defined(__x86_64__)
	return (unsigned long *)&regs->rax;
#elif defined(__aarch64__)
	return (unsigned long *)&regs->regs[0];
#else
#error "another architecture's registers have to be written down here"
#endif
}

static inline int regs_set_result(pid_t tid, long result)
{
	struct user_regs_struct regs = { 0 };
	int ret = regs_get(tid, &regs);

	*regs_result(&regs) = result;
	return ret ? ret : regs_set(tid, &regs);
}

/* Another call in its place; -1: none. */
static inline int regs_set_call(pid_t tid, long nr)
{
#if defined(__x86_64__)
	struct user_regs_struct regs = { 0 };
	int ret = regs_get(tid, &regs);

	regs.orig_rax = nr;
	return ret ? ret : regs_set(tid, &regs);
#elif defined(__aarch64__)
	int number = nr;

	return regs_move(PTRACE_SETREGSET, tid, NT_ARM_SYSTEM_CALL, &number, sizeof(number));
#endif
}

/*
 * A sleep that a stop cuts short goes on with restart_syscall(2). Let it end with
 * EINTR instead. On x86-64 its result tells which sleeps do; on arm64 the task has
 * been moved back to the instruction of the call by then, with the call's arguments
 * in its registers, and the calls are known by their numbers.
 */
static inline void regs_spare_restart_syscall(pid_t tid)
{
	struct user_regs_struct regs = { 0 };

	if (regs_get(tid, &regs))
		return;
#if defined(__x86_64__)
	/* ERESTART_RESTARTBLOCK */
	if ((long)regs.orig_rax >= 0 && (long)regs.rax == -516)
		regs_set_result(tid, -EINTR);
#elif defined(__aarch64__)
	unsigned long instruction = 0, nr = regs.regs[8];

	if (syscall(SYS_ptrace, PTRACE_PEEKTEXT, tid, regs.pc, &instruction) ||
	    (uint32_t)instruction != 0xd4000001 ||
	    (nr != SYS_nanosleep && nr != SYS_clock_nanosleep && nr != SYS_ppoll &&
	     nr != SYS_futex))
		return;
	regs.pc += 4;
	regs.regs[0] = -EINTR;
	regs_set(tid, &regs);
#endif
}

#endif /* REGS_H */
