// SPDX-License-Identifier: GPL-2.0
/*
 * Runs in the kernel, for one thread at a time: records its filters, newest first.
 * It only reads, and changes nothing but its own variables.
 *
 * The structs only have the members that are read, under the kernel's names. Their
 * offsets are taken from the BTF of the running kernel when the program is loaded.
 */
#include <linux/bpf.h>
#include <linux/seccomp.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "walk.h"

#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#endif

/* without SEC(), which cppcheck cannot read here */
char LICENSE[] __attribute__((section("license"), used)) = "GPL";

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct sock_fprog_kern {
	__u16 len;
};

struct bpf_prog {
	struct sock_fprog_kern *orig_prog;
};

struct notification {
	__u32 flags;
};

struct seccomp_filter {
	_Bool log;
	_Bool wait_killable_recv;
	struct seccomp_filter *prev;
	struct bpf_prog *prog;
	struct notification *notif;
};

struct seccomp {
	int mode;
	struct seccomp_filter *filter;
};

struct task_struct {
	__u64 start_time;
	struct seccomp seccomp;
};

struct bpf_iter__task {
	struct task_struct *task;
};

#pragma clang attribute pop

/* The results of the last walk. */
struct walk_record records[WALK_MAX];
struct walk_thread thread;
__u32 count;
__u32 end;
__s32 mode;

static __u64 fence;

/*
 * A memory barrier, for processors that reorder reads. An atomic exchange is ordered
 * against everything before and after it.
 */
static void order_reads(void)
{
	__sync_lock_test_and_set(&fence, 1);
}

/* Whether this kernel has all members that are read, with the expected sizes. */
static int is_known(void)
{
	const struct task_struct *task = 0;
	const struct seccomp_filter *filter = 0;
	const struct bpf_prog *prog = 0;
	const struct sock_fprog_kern *fprog = 0;

	return bpf_core_field_exists(task->start_time) &&
	       bpf_core_field_size(task->start_time) == sizeof(__u64) &&
	       bpf_core_field_exists(task->seccomp.filter) &&
	       bpf_core_field_size(task->seccomp.filter) == sizeof(__u64) &&
	       bpf_core_field_exists(task->seccomp.mode) &&
	       bpf_core_field_size(task->seccomp.mode) == sizeof(__u32) &&
	       bpf_core_field_exists(filter->prev) &&
	       bpf_core_field_size(filter->prev) == sizeof(__u64) &&
	       bpf_core_field_exists(filter->prog) &&
	       bpf_core_field_size(filter->prog) == sizeof(__u64) &&
	       bpf_core_field_exists(filter->notif) &&
	       bpf_core_field_size(filter->notif) == sizeof(__u64) &&
	       bpf_core_field_exists(filter->log) && bpf_core_field_size(filter->log) == 1 &&
	       bpf_core_field_exists(prog->orig_prog) &&
	       bpf_core_field_size(prog->orig_prog) == sizeof(__u64) &&
	       bpf_core_field_exists(fprog->len) && bpf_core_field_size(fprog->len) == 2;
}

/* Flags that an older kernel does not have are not set. */
static __u32 flags_of(const struct seccomp_filter *filter)
{
	__u32 flags = 0;

	if (BPF_CORE_READ(filter, log))
		flags |= SECCOMP_FILTER_FLAG_LOG;
	if (bpf_core_field_exists(filter->wait_killable_recv) &&
	    bpf_core_field_size(filter->wait_killable_recv) == 1 &&
	    BPF_CORE_READ(filter, wait_killable_recv))
		flags |= SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
	return flags;
}

/* Who has the listener may close it, and what it belongs to is freed while it is read. */
static void read_listener(const struct seccomp_filter *filter, struct walk_record *record)
{
	struct notification *notif = BPF_CORE_READ(filter, notif);
	__u32 flags = 0;

	if (notif && bpf_core_field_exists(notif->flags) &&
	    bpf_core_field_size(notif->flags) == sizeof(__u32))
		flags = BPF_CORE_READ(notif, flags);
	order_reads();
	record->listener_flags = 0;
	if (!notif || BPF_CORE_READ(filter, notif) != notif)
		return;
	record->flags |= SECCOMP_FILTER_FLAG_NEW_LISTENER;
	record->listener_flags = flags;
}

struct walk {
	const struct seccomp_filter *filter;
};

/* One step of bpf_loop(). Returns 1 at the end. */
static long step(__u32 index, struct walk *walk)
{
	const struct seccomp_filter *filter = walk->filter;

	if (!filter || index >= WALK_MAX)
		return 1;
	records[index].key = (__u64)filter;
	records[index].len = BPF_CORE_READ(filter, prog, orig_prog, len);
	records[index].flags = flags_of(filter);
	read_listener(filter, &records[index]);
	records[index].reserved = 0;
	count = index + 1;
	walk->filter = BPF_CORE_READ(filter, prev);
	return 0;
}

static struct seccomp_filter *newest(const struct task_struct *task)
{
	return BPF_CORE_READ(task, seccomp.filter);
}

/*
 * A thread that is killed drops its filters, which may then be freed while they are
 * read. The reads cannot fault, but their results are invalid. The thread clears its
 * pointer to the newest filter first, so if it is unchanged at the end, all filters
 * were there during the walk.
 */
static __u32 walk_down(const struct task_struct *task)
{
	const struct seccomp_filter *first;
	struct walk walk;

	if (!is_known())
		return WALK_UNKNOWN;
	thread.task = (__u64)task;
	thread.start = BPF_CORE_READ(task, start_time);
	mode = BPF_CORE_READ(task, seccomp.mode);
	first = newest(task);
	walk.filter = first;
	bpf_loop(WALK_MAX, step, &walk, 0);
	order_reads();
	if (newest(task) != first)
		return WALK_CHANGED;
	return walk.filter ? WALK_TOO_LONG : WALK_DONE;
}

/* The thread is selected when the iterator is attached. In the last call there is none. */
// cppcheck-suppress unknownMacro
SEC("iter/task")
int walk_thread(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;

	if (!task)
		return 0;
	count = 0;
	end = walk_down(task);
	return 0;
}
