/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The results that lib/bpf/walk.c, which runs in the kernel, passes to
 * lib/kernel-bpf.c in user space. Compiled for both.
 */
#ifndef WALK_H
#define WALK_H

#include <linux/types.h>

/*
 * A path has at most 32768 instructions, and each filter counts as its instructions,
 * at least one, plus four (kernel/seccomp.c, MAX_INSNS_PER_PATH): 6553 filters.
 */
#define WALK_MAX 8192

/**
 * struct walk_record - a filter, as it was during one walk
 * @key: identifies the filter as long as it exists; must never be shown, because it
 *       is the filter's address in kernel memory
 * @len: number of instructions of its classic BPF program
 * @flags: as in struct seccomp_filter_info
 * @listener_flags: as in struct seccomp_filter_info
 * @reserved: 0
 */
struct walk_record {
	__u64 key;
	__u32 len;
	__u32 flags;
	__u32 listener_flags;
	__u32 reserved;
};

/**
 * struct walk_thread - identifies a thread
 * @task: an address that must never be shown, as struct walk_record.key
 * @start: its start time; no two threads have the same @task and @start
 * @tid: its id in the reader's pid namespace; filled in by user space
 * @reserved: 0
 */
struct walk_thread {
	__u64 task;
	__u64 start;
	__s32 tid;
	__u32 reserved;
};

/**
 * enum walk_end - result of a walk over the filters of a thread
 * @WALK_NO_THREAD: there is no thread with that id
 * @WALK_DONE: all filters are recorded
 * @WALK_CHANGED: the filters changed during the walk, or the thread has exited
 * @WALK_TOO_LONG: there are more than WALK_MAX filters
 * @WALK_UNKNOWN: this kernel lacks a member that is read, or it has another size
 */
enum walk_end {
	WALK_NO_THREAD,
	WALK_DONE,
	WALK_CHANGED,
	WALK_TOO_LONG,
	WALK_UNKNOWN,
};

#endif /* WALK_H */
