// SPDX-License-Identifier: GPL-2.0
#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/ptrace.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/jobctl.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/seccomp.h>
#include <linux/thread_info.h>
#include <linux/version.h>

#include "filter.h"
#include "tracee.h"

static struct task_struct *get_task(pid_t tid)
{
	struct task_struct *task;

	rcu_read_lock();
	task = pid_task(find_vpid(tid), PIDTYPE_PID);
	if (task)
		get_task_struct(task);
	rcu_read_unlock();
	return task;
}

/* Like lock_task_sighand(), which is not exported. Disables interrupts. */
static bool lock(struct task_struct *task)
{
	struct sighand_struct *sighand;

	for (;;) {
		rcu_read_lock();
		sighand = rcu_dereference(task->sighand);
		if (!sighand) {
			rcu_read_unlock();
			return false;
		}
		/* the memory may have been reused, but only for another sighand */
		spin_lock_irq(&sighand->siglock);
		rcu_read_unlock();
		if (likely(sighand == rcu_access_pointer(task->sighand)))
			return true;
		spin_unlock_irq(&sighand->siglock);
	}
}

static void unlock(struct task_struct *task)
{
	spin_unlock_irq(&task->sighand->siglock);
}

/*
 * Only the caller can resume or detach its tracee, and it is running this code. SIGKILL
 * wakes it under its siglock. So the result is valid until unlock().
 */
static bool is_stopped_tracee(struct task_struct *task)
{
	unsigned long jobctl = READ_ONCE(task->jobctl);

	return task->ptrace && rcu_access_pointer(task->parent) == current &&
	       jobctl & JOBCTL_TRACED && !(jobctl & JOBCTL_LISTENING) &&
	       !__fatal_signal_pending(task) && !(task->flags & PF_EXITING);
}

/*
 * Like wait_task_inactive(), which is not exported: the task has called schedule() to
 * sleep, and that has ended. One that was only preempted on the way there is still queued,
 * and would run again.
 */
static bool is_inactive(struct task_struct *task)
{
	bool queued = READ_ONCE(task->on_rq);

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
	/* asleep; the scheduler takes it off the queue later */
	if (READ_ONCE(task->se.sched_delayed))
		queued = false;
#endif
	if (queued)
		return false;
	/* it is dequeued before it is switched away from */
	smp_rmb();
#ifdef CONFIG_SMP
	return !smp_load_acquire(&task->on_cpu);
#else
	return true;
#endif
}

/*
 * Like ptrace_check_attach(), which waits without a limit, too. Returns 0 with the tracee's
 * siglock held; -ESRCH; -EINTR: the caller was killed.
 */
static int lock_tracee(struct task_struct *task)
{
	while (!fatal_signal_pending(current)) {
		if (!lock(task))
			return -ESRCH;
		if (!is_stopped_tracee(task)) {
			unlock(task);
			return -ESRCH;
		}
		/* otherwise it is still about to stop; only SIGKILL and we can wake it then */
		if (is_inactive(task))
			return 0;
		unlock(task);
		usleep_range(10, 100);
	}
	return -EINTR;
}

static int newest(struct task_struct *task, struct seccomp_filter **filter)
{
	switch (task->seccomp.mode) {
	case SECCOMP_MODE_DISABLED:
	case SECCOMP_MODE_STRICT:
		return -ENODATA;
	case SECCOMP_MODE_FILTER:
		*filter = task->seccomp.filter;
		return *filter ? 0 : -ESRCH;
	default:
		return -ESRCH; /* SECCOMP_MODE_DEAD: killed by a filter */
	}
}

/* Called with the siglock of a stopped tracee held. */
typedef int work_function(struct task_struct *task, void *data);

static int with_tracee(pid_t tid, work_function *work, void *data)
{
	struct task_struct *task = get_task(tid);
	int ret;

	if (!task)
		return -ESRCH;
	ret = lock_tracee(task);
	if (!ret) {
		ret = work(task, data);
		unlock(task);
	}
	put_task_struct(task);
	return ret;
}

static int identify(struct task_struct *task, void *data)
{
	struct seccomp_filter *filter;
	int ret = newest(task, &filter);

	if (!ret)
		*(u64 *)data = filter_id(filter);
	return ret;
}

int tracee_identify(pid_t tid, u64 *id)
{
	return with_tracee(tid, identify, id);
}

struct request {
	int index;
	int depth;
	struct seccomp_filter *filter;
};

static int hold(struct task_struct *task, void *data)
{
	struct request *request = data;
	struct seccomp_filter *filter;
	int ret = newest(task, &filter), above;

	if (ret)
		return ret;
	/* the path cannot be freed: the stopped tracee has it */
	ret = filter_depth(filter);
	if (ret < 0)
		return ret;
	above = request->index < 0 ? 0 : ret - 1 - request->index;
	if (above < 0)
		return -ENOENT;
	while (above--)
		filter = filter_parent(filter);
	filter_hold(filter);
	request->filter = filter;
	return 0;
}

int tracee_hold(pid_t tid, int index, struct seccomp_filter **filter)
{
	struct request request = { .index = index };
	int ret = index < -1 ? -ENOENT : with_tracee(tid, hold, &request);

	*filter = request.filter;
	return ret;
}

/*
 * Only from strict mode: then the task has no filter that must be released, and no
 * system call in progress that a filter has checked. And the speculation mitigations
 * are already enabled: the kernel does this for any mode, but a module cannot.
 */
static int set(struct task_struct *task, void *data)
{
	const struct request *request = data;

	if (!(task->ptrace & PT_SUSPEND_SECCOMP))
		return -EPERM;
	if (task->seccomp.mode != SECCOMP_MODE_STRICT || task->seccomp.filter)
		return -EOPNOTSUPP;
	filter_hold(request->filter);
#ifdef TIF_NOTSC
	/*
	 * Strict mode disables the time-stamp counter; the next switch to the task enables
	 * it. But it may have been disabled before, with PR_SET_TSC, which is inherited. The
	 * tracees of CRIU are its children.
	 */
	if (!test_thread_flag(TIF_NOTSC))
		clear_tsk_thread_flag(task, TIF_NOTSC);
#endif
	atomic_set(&task->seccomp.filter_count, request->depth);
	smp_store_release(&task->seccomp.filter, request->filter);
	/* the filter must be visible before the mode is */
	smp_wmb();
	WRITE_ONCE(task->seccomp.mode, SECCOMP_MODE_FILTER);
	return 0;
}

int tracee_set(pid_t tid, struct seccomp_filter *filter)
{
	struct request request = { .filter = filter, .depth = filter_depth(filter) };

	return request.depth < 0 ? request.depth : with_tracee(tid, set, &request);
}
