/* SPDX-License-Identifier: GPL-2.0 */
/* What the tests of kernel-patches/monitor/ share */
#ifndef MONITOR_H
#define MONITOR_H

#include "harness.h"

/** need_create_flag - the test does not count where SECCOMP_FD_CREATE does not take @flag */
void need_create_flag(unsigned int flag);
/** need_feature - the same for SECCOMP_FD_FEATURE_* */
void need_feature(uint64_t feature);

/** ask_ppid - getppid(2): what it returns, or -errno; filters of these tests ask about it */
long ask_ppid(long unused);
/* the same call of the x32 ABI; the architecture of both is x86-64 */
#define X32_GETPPID (0x40000000 | SYS_getppid)
/** asking_fd - a filter fd whose filter asks its listener about both */
int asking_fd(int parent, unsigned int flags, int *listener);
/** try_asking_fd - the same, or -errno */
long try_asking_fd(int parent, unsigned int flags, int *listener);
/** confined_fork - fork(2) of a process under @fd that has not got @listener; it must work */
pid_t confined_fork(int fd, int listener);
/** asking_task - fork a process under @fd that calls getppid, which must give @want */
pid_t asking_task(int fd, long want);

/** wait_until_in - wait until the process sleeps in this call */
void wait_until_in(pid_t pid, int nr);
/** receive - the next notification; it must come */
struct seccomp_notif receive(int listener);
/** answer - SECCOMP_IOCTL_NOTIF_SEND: 0 or -errno */
long answer(int listener, uint64_t id, long value);
/** ended_well - it must end, with status 0 */
void ended_well(pid_t pid);

/** filter_fd - a filter fd whose filter does @action, SECCOMP_RET_*, for the call @nr */
int filter_fd(int parent, int nr, uint32_t action);
/** filter_fd_flags - the same with flags of CREATE; @listener may be NULL */
int filter_fd_flags(int parent, int nr, uint32_t action, unsigned int flags, int *listener);
/** judged_fd - asking_fd() with such a filter, outside of it or inside */
int judged_fd(bool outside, int nr, uint32_t action, int *listener);

/** make_call - SECCOMP_IOCTL_NOTIF_SYSCALL: 0 or -errno; @args and @result may be NULL */
long make_call(int listener, uint64_t id, unsigned int flags, unsigned int nr,
	       const uint64_t args[6], long long *result);
/**
 * monitor_that_runs - fork a monitor that has the task make this call
 *
 * The result must be @want; -ESRCH: the task is killed for it. SIGUSR1 interrupts it.
 */
pid_t monitor_that_runs(int listener, uint64_t id, unsigned int nr, const uint64_t args[6],
			long want);
/** register_task - as asking_task(), and no register of an argument may change */
pid_t register_task(int fd, long want);

#endif /* MONITOR_H */
