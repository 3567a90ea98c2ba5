/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What lib/bpf/walk.c, which runs in the kernel, writes for
 * lib/kernel-bpf.c, which does not. Compiled for both.
 */
#ifndef WALK_H
#define WALK_H

#include <linux/types.h>

/*
 * A path has at most 32768 instructions, and each filter counts for its own, at
 * least one, and four more (kernel/seccomp.c, MAX_INSNS_PER_PATH): 6553 filters.
 */
#define WALK_MAX 8192

/**
 * struct walk_record - a filter, as one walk has seen it
 * @key: equal for the same filter as long as it exists, and never to be shown:
 *       it is where the filter is in the kernel's memory
 * @len: instructions of its classic program
 * @flags: as in struct seccomp_filter_info
 * @listener_flags: as there
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
 * struct walk_thread - which thread it was
 * @task: never to be shown, as struct walk_record.key
 * @start: when it began; with @task no two are equal
 * @tid: as the walker's pid namespace has it; filled in by user space
 * @reserved: 0
 */
struct walk_thread {
	__u64 task;
	__u64 start;
	__s32 tid;
	__u32 reserved;
};

/**
 * enum walk_end - how a walk over the filters of a thread ended
 * @WALK_NO_THREAD: there is none with that id
 * @WALK_DONE: all filters are recorded
 * @WALK_CHANGED: the thread has got others meanwhile, or is gone
 * @WALK_TOO_LONG: there are more than WALK_MAX
 * @WALK_UNKNOWN: a member that is read is not in this kernel, or not as known
 */
enum walk_end {
	WALK_NO_THREAD,
	WALK_DONE,
	WALK_CHANGED,
	WALK_TOO_LONG,
	WALK_UNKNOWN,
};

#endif /* WALK_H */
