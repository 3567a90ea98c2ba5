// SPDX-License-Identifier: GPL-2.0
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/errno.h>
#include <linux/filter.h>
#include <linux/mutex.h>
#include <linux/random.h>
#include <linux/refcount.h>
#include <linux/seccomp.h>
#include <linux/siphash.h>
#include <linux/uaccess.h>

#include "seccomp-fd.h"
#include "seccomp-module.h"

#include "device.h"
#include "filter.h"
#include "layout.h"

/* The kernel allows 32,768 instructions on a path, and counts each filter as 5 or more. */
#define DEEPEST 8192

static siphash_key_t key;

void filter_init(void)
{
	get_random_bytes(&key, sizeof(key));
}

static void *at(const struct seccomp_filter *filter, u32 offset)
{
	return (void *)filter + offset;
}

static refcount_t *refs_of(struct seccomp_filter *filter)
{
	return at(filter, layout.refs);
}

static refcount_t *users_of(struct seccomp_filter *filter)
{
	return at(filter, layout.users);
}

static struct bpf_prog *prog_of(struct seccomp_filter *filter)
{
	return *(struct bpf_prog **)at(filter, layout.prog);
}

struct seccomp_filter *filter_parent(struct seccomp_filter *filter)
{
	return *(struct seccomp_filter **)at(filter, layout.prev);
}

static bool is_count(unsigned int count)
{
	return count && count < INT_MAX;
}

/* Whether a byte is a valid bool. */
static bool is_bool(const void *byte)
{
	return *(const u8 *)byte <= 1;
}

/* None of these pointers is trusted to be valid. */
static bool has_program(struct seccomp_filter *filter)
{
	struct sock_fprog_kern *orig, copy;
	struct bpf_prog *prog;

	return !copy_from_kernel_nofault(&prog, at(filter, layout.prog), sizeof(prog)) &&
	       !copy_from_kernel_nofault(&orig, &prog->orig_prog, sizeof(orig)) &&
	       !copy_from_kernel_nofault(&copy, orig, sizeof(copy)) && copy.len &&
	       copy.len <= BPF_MAXINSNS;
}

/*
 * Whether this looks like a filter. The last line of defence after layout.c and the
 * self-test: a wrong layout must be noticed here, before it can corrupt memory.
 */
static bool is_filter(struct seccomp_filter *filter)
{
	unsigned int refs;
	u8 flags[2];

	return !copy_from_kernel_nofault(&refs, refs_of(filter), sizeof(refs)) && is_count(refs) &&
	       !copy_from_kernel_nofault(&flags[0], at(filter, layout.log), 1) &&
	       !copy_from_kernel_nofault(&flags[1], at(filter, layout.wait_killable_recv), 1) &&
	       is_bool(&flags[0]) && is_bool(&flags[1]) && has_program(filter);
}

static int not_a_filter(void)
{
	seccomp_device_break("unexpected contents of a seccomp filter");
	return -EUCLEAN;
}

int filter_depth(struct seccomp_filter *filter)
{
	int depth;

	for (depth = 0; filter; depth++) {
		if (depth == DEEPEST || !is_filter(filter))
			return not_a_filter();
		filter = filter_parent(filter);
	}
	return depth;
}

void filter_hold(struct seccomp_filter *filter)
{
	refcount_inc(refs_of(filter));
	refcount_inc(users_of(filter));
}

int filter_hold_supervised(struct seccomp_filter *filter)
{
	if (!is_filter(filter))
		return not_a_filter();
	/* without users, the listener has hung up, and the filter must not be used again */
	if (!refcount_inc_not_zero(users_of(filter)))
		return -ENOENT;
	refcount_inc(refs_of(filter));
	return 0;
}

bool filter_let_go(struct seccomp_filter *filter)
{
	if (!refcount_dec_not_one(users_of(filter)))
		return false;
	if (refcount_dec_not_one(refs_of(filter)))
		return true;
	/*
	 * All others were released between the two decrements, and the last of them has
	 * notified the listener and dropped the user count of the ancestors. So nobody
	 * else has the filter, and only a reference is left. The thread that drops it will
	 * also decrement users, which must not become 0 a second time.
	 */
	refcount_set(users_of(filter), 2);
	return false;
}

static u64 encrypt(u64 value)
{
	u32 left = value >> 32, right = value, next;
	int round;

	for (round = 0; round < 4; round++) {
		next = left ^ (u32)siphash_2u64(right, round, &key);
		left = right;
		right = next;
	}
	return (u64)left << 32 | right;
}

/* A permutation, so two filters never have the same id. 0 means no filter. */
u64 filter_id(const struct seccomp_filter *filter)
{
	return encrypt((u64)(uintptr_t)filter) ?: encrypt(0);
}

int filter_info(struct seccomp_filter *filter, struct seccomp_filter_info *info)
{
	struct seccomp_filter *parent = filter_parent(filter);
	struct mutex *lock = at(filter, layout.notify_lock);
	int depth = filter_depth(filter);
	void *notif;

	if (depth < 0)
		return depth;
	*info = (struct seccomp_filter_info){
		.id = filter_id(filter),
		.parent_id = parent ? filter_id(parent) : 0,
		.depth = depth,
		.len = prog_of(filter)->orig_prog->len,
	};
	if (*(bool *)at(filter, layout.log))
		info->flags |= SECCOMP_FILTER_FLAG_LOG;
	if (*(bool *)at(filter, layout.wait_killable_recv))
		info->flags |= SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
	/* notif is freed when the listener is closed */
	mutex_lock(lock);
	notif = *(void **)at(filter, layout.notif);
	if (notif) {
		info->flags |= SECCOMP_FILTER_FLAG_NEW_LISTENER;
		if (layout.has_listener_flags)
			info->listener_flags = *(u32 *)(notif + layout.listener_flags);
	}
	mutex_unlock(lock);
	return 0;
}

bool filter_has_listener_flags(void)
{
	return layout.has_listener_flags;
}

void filter_counts(struct seccomp_filter *filter, struct seccomp_module_counts *counts)
{
	counts->refs = refcount_read(refs_of(filter));
	counts->users = refcount_read(users_of(filter));
}

int filter_program(struct seccomp_filter *filter, struct seccomp_filter_prog *prog)
{
	const struct sock_fprog_kern *orig;
	u32 room = prog->len;

	if (!is_filter(filter))
		return not_a_filter();
	orig = prog_of(filter)->orig_prog;
	prog->len = orig->len;
	if (room < orig->len)
		return -ENOSPC;
	return copy_to_user(u64_to_user_ptr(prog->insns), orig->filter, bpf_classic_proglen(orig))
		       ? -EFAULT
		       : 0;
}
