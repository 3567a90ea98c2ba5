/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The offsets of the members that the module accesses, from the BTF of the running
 * kernel.
 *
 * struct seccomp_filter is private to kernel/seccomp.c, so its offsets are looked up.
 * Public structures are in the headers that the module was built with; their offsets
 * are only checked.
 */
#ifndef KERNEL_MODULE_LAYOUT_H
#define KERNEL_MODULE_LAYOUT_H

#include <linux/types.h>

/* Offsets in struct seccomp_filter, except for the last two. */
struct layout {
	u32 size; /* of the structure */
	u32 refs;
	u32 users;
	u32 log;
	u32 wait_killable_recv;
	u32 prev;
	u32 prog;
	u32 notif;
	u32 notify_lock;
	bool has_listener_flags; /* since Linux 6.6 */
	u32 listener_flags;	 /* in struct notification */
};

/* Set once, before the device can be opened. */
extern struct layout layout;

/*
 * layout_find - fill in layout
 *
 * Returns 0, or a negative errno after a message that names what is missing or
 * unexpected.
 */
int layout_find(void);

#endif /* KERNEL_MODULE_LAYOUT_H */
