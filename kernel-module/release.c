// SPDX-License-Identifier: GPL-2.0
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/atomic.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "filter.h"
#include "release.h"

/* The delay before another attempt if there is no memory for a thread. */
#define RETRY_DELAY (HZ / 10)

static void start_threads(struct work_struct *work);

static DEFINE_SPINLOCK(queue_lock);
static LIST_HEAD(queue);
static DECLARE_DELAYED_WORK(starter, start_threads);
/* One of our own: the work runs once at a time only if it is always on the same queue. */
static struct workqueue_struct *workqueue;
static atomic64_t count = ATOMIC64_INIT(0);

struct held *held_new(void)
{
	struct held *held = kzalloc(sizeof(*held), GFP_KERNEL);

	if (held)
		atomic64_inc(&count);
	return held;
}

static void held_free(struct held *held)
{
	kfree(held);
	atomic64_dec(&count);
}

u64 held_count(void)
{
	return atomic64_read(&count);
}

/* The thread makes no system calls, so the filter is never run, and mode is not changed. */
static int exit_with_filter(void *data)
{
	struct held *held = data;

	WRITE_ONCE(current->seccomp.filter, held->filter);
	held_free(held);
	module_put_and_kthread_exit(0);
	return 0;
}

static struct held *next(void)
{
	struct held *held;

	spin_lock(&queue_lock);
	held = list_first_entry_or_null(&queue, struct held, list);
	if (held)
		list_del(&held->list);
	spin_unlock(&queue_lock);
	return held;
}

static void retry_later(struct held *held)
{
	spin_lock(&queue_lock);
	list_add(&held->list, &queue);
	spin_unlock(&queue_lock);
	queue_delayed_work(workqueue, &starter, RETRY_DELAY);
}

static void start_threads(struct work_struct *work)
{
	struct task_struct *thread;
	struct held *held;

	while ((held = next())) {
		thread = kthread_run(exit_with_filter, held, "criu_seccomp");
		if (IS_ERR(thread)) {
			retry_later(held);
			return;
		}
	}
}

/*
 * Threads are started from a work queue: a task that closes the last filter fd may have
 * been killed, and then it cannot wait for a thread to start.
 */
void release(struct held *held)
{
	if (!held->filter || filter_let_go(held->filter)) {
		held_free(held);
		return;
	}
	/* a module reference for the thread, which drops it; the caller has its own */
	__module_get(THIS_MODULE);
	spin_lock(&queue_lock);
	list_add_tail(&held->list, &queue);
	spin_unlock(&queue_lock);
	mod_delayed_work(workqueue, &starter, 0);
}

int release_init(void)
{
	workqueue = alloc_workqueue(KBUILD_MODNAME, WQ_UNBOUND, 1);
	return workqueue ? 0 : -ENOMEM;
}

void release_exit(void)
{
	cancel_delayed_work_sync(&starter);
	destroy_workqueue(workqueue);
}
