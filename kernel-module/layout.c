// SPDX-License-Identifier: GPL-2.0
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/dcache.h>
#include <linux/errno.h>
#include <linux/filter.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/mutex.h>
#include <linux/refcount.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/string.h>
#include <linux/version.h>
#include <linux/wait.h>

#include "vmlinux.h"
#include "layout.h"

struct layout layout;

/**
 * struct member - what the module expects of a member
 * @type: its type, spelled as in vmlinux.h
 * @size: in bytes; 0: any
 * @align: in bytes
 * @offset: of a public member: its offset in the headers
 * @found: of a private member: where to store its offset; NULL: it is not accessed
 */
struct member {
	const char *structure;
	const char *name;
	const char *type;
	u32 size;
	u32 align;
	u32 offset;
	u32 *found;
};

#define PRIVATE(n, t, c, f)                                                      \
	.structure = "seccomp_filter", .name = #n, .type = t, .size = sizeof(c), \
	.align = __alignof__(c), .found = f

/* Bitmaps of unsigned long; the size depends on the number of system calls. */
#define CACHE                                                                          \
	.structure = "seccomp_filter", .name = "cache", .type = "struct action_cache", \
	.align = __alignof__(unsigned long)

/* All members of struct seccomp_filter, in this order. */
static const struct member filter_members[] = {
	{ PRIVATE(refs, "refcount_t", refcount_t, &layout.refs) },
	{ PRIVATE(users, "refcount_t", refcount_t, &layout.users) },
	{ PRIVATE(log, "bool", bool, &layout.log) },
	{ PRIVATE(wait_killable_recv, "bool", bool, &layout.wait_killable_recv) },
	{ CACHE },
	{ PRIVATE(prev, "struct seccomp_filter *", void *, &layout.prev) },
	{ PRIVATE(prog, "struct bpf_prog *", void *, &layout.prog) },
	{ PRIVATE(notif, "struct notification *", void *, &layout.notif) },
	{ PRIVATE(notify_lock, "struct mutex", struct mutex, &layout.notify_lock) },
	{ PRIVATE(wqh, "wait_queue_head_t", wait_queue_head_t, NULL) },
};

#define PUBLIC(s, n, t)                                                            \
	.structure = #s, .name = #n, .type = t, .size = sizeof_field(struct s, n), \
	.offset = offsetof(struct s, n)

/* Bytes since Linux 7.2; they are only compared with 0. */
#define ON_TYPE (sizeof_field(struct task_struct, on_rq) == 1 ? "u8" : "int")

static const struct member public_members[] = {
	{ PUBLIC(task_struct, thread_info, "struct thread_info") },
	{ PUBLIC(task_struct, flags, "unsigned int") },
	{ PUBLIC(task_struct, ptrace, "unsigned int") },
#ifdef CONFIG_SMP
	{ PUBLIC(task_struct, on_cpu, ON_TYPE) },
#endif
	{ PUBLIC(task_struct, on_rq, ON_TYPE) },
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
	{ PUBLIC(task_struct, se, "struct sched_entity") },
	{ PUBLIC(sched_entity, sched_delayed, "unsigned char") },
#endif
	{ PUBLIC(task_struct, usage, "refcount_t") },
	{ PUBLIC(task_struct, parent, "struct task_struct *") },
	{ PUBLIC(task_struct, sighand, "struct sighand_struct *") },
	{ PUBLIC(task_struct, pending, "struct sigpending") },
	{ PUBLIC(task_struct, jobctl, "long unsigned int") },
	{ PUBLIC(task_struct, seccomp, "struct seccomp") },
	{ PUBLIC(thread_info, flags, "long unsigned int") },
	{ PUBLIC(seccomp, mode, "int") },
	{ PUBLIC(seccomp, filter_count, "atomic_t") },
	{ PUBLIC(seccomp, filter, "struct seccomp_filter *") },
	{ PUBLIC(sighand_struct, siglock, "spinlock_t") },
	{ PUBLIC(sigpending, signal, "sigset_t") },
	{ PUBLIC(bpf_prog, len, "u32") },
	{ PUBLIC(bpf_prog, orig_prog, "struct sock_fprog_kern *") },
	{ PUBLIC(sock_fprog_kern, len, "u16") },
	{ PUBLIC(sock_fprog_kern, filter, "struct sock_filter *") },
	{ PUBLIC(file, f_op, "struct file_operations *") },
	{ PUBLIC(file, f_inode, "struct inode *") },
	{ PUBLIC(file, f_path, "struct path") },
	{ PUBLIC(file, private_data, "void *") },
	{ PUBLIC(path, dentry, "struct dentry *") },
	{ PUBLIC(dentry, d_name, "struct qstr") },
	{ PUBLIC(dentry, d_parent, "struct dentry *") },
	{ PUBLIC(inode, i_sb, "struct super_block *") },
	{ PUBLIC(inode, i_size, "loff_t") },
	{ PUBLIC(super_block, s_magic, "long unsigned int") },
};

static int refuse(const struct member *member, const char *why)
{
	pr_err("not loaded: member %s of struct %s %s\n", member->name, member->structure, why);
	return -ENXIO;
}

static int check(const struct member *member, const struct vmlinux_field *field)
{
	if (strcmp(field->spelling, member->type)) {
		pr_err("not loaded: member %s of struct %s is of type '%s' in this kernel, not '%s'\n",
		       member->name, member->structure, field->spelling, member->type);
		return -ENXIO;
	}
	if (!field->size || (member->size && field->size != member->size))
		return refuse(member, "is of another size in this kernel");
	return 0;
}

static int check_public(const struct vmlinux_types *btf, const struct member *member)
{
	u32 structure = vmlinux_struct(btf, member->structure);
	struct vmlinux_field field;
	int ret;

	if (!structure)
		return refuse(member, "is missing: there is no such structure, or more than one");
	ret = vmlinux_field_named(btf, structure, member->name, &field);
	if (ret)
		return refuse(member, "is missing");
	ret = check(member, &field);
	if (ret)
		return ret;
	if (field.offset != member->offset)
		return refuse(
			member,
			"is not at its offset in the headers (this kernel has randomised structures, or the headers are of another kernel)");
	return 0;
}

/*
 * All members must be known, in the known order, and follow each other without gaps. A
 * new member could be another count that must be maintained, and a wrong offset would
 * show as a gap or an overlap.
 */
static int find_private(const struct vmlinux_types *btf, u32 structure)
{
	const struct member *member = filter_members;
	struct vmlinux_field field;
	u32 index, end = 0;
	int ret;

	for (index = 0; index < ARRAY_SIZE(filter_members); index++, member++) {
		ret = vmlinux_field_at(btf, structure, index, &field);
		if (ret || strcmp(field.name, member->name))
			return refuse(member, "is missing, or in another place");
		ret = check(member, &field);
		if (ret)
			return ret;
		if (field.offset != ALIGN(end, member->align))
			return refuse(member, "does not follow the member before it");
		end = field.offset + field.size;
		if (member->found)
			*member->found = field.offset;
	}
	if (!vmlinux_field_at(btf, structure, index, &field)) {
		pr_err("not loaded: struct seccomp_filter of this kernel has a member %s, which this module does not know\n",
		       field.name);
		return -ENXIO;
	}
	layout.size = vmlinux_struct_size(btf, structure);
	if (layout.size != ALIGN(end, sizeof(void *)))
		return refuse(member - 1, "is not the last member, by the size of the structure");
	return 0;
}

/* There may be several structures of that name, so it is found by its pointer in filters. */
static int find_listener_flags(const struct vmlinux_types *btf, u32 filter)
{
	static const struct member flags = {
		.structure = "notification",
		.name = "flags",
		.type = "u32",
		.size = sizeof(u32),
	};
	struct vmlinux_field field;
	u32 structure;
	int ret;

	ret = vmlinux_field_named(btf, filter, "notif", &field);
	structure = ret ? 0 : vmlinux_pointee(btf, field.type);
	if (!vmlinux_struct_size(btf, structure))
		return refuse(&flags, "is missing: there is no such structure");
	ret = vmlinux_field_named(btf, structure, flags.name, &field);
	layout.has_listener_flags = !ret;
	if (ret == -ENOENT)
		return 0;
	layout.listener_flags = field.offset;
	return ret ? refuse(&flags, "is not understood") : check(&flags, &field);
}

static int find_all(const struct vmlinux_types *btf)
{
	u32 filter = vmlinux_struct(btf, "seccomp_filter");
	size_t i;
	int ret;

	if (!filter) {
		pr_err("not loaded: this kernel has no struct seccomp_filter, or more than one\n");
		return -ENXIO;
	}
	for (i = 0; i < ARRAY_SIZE(public_members); i++) {
		ret = check_public(btf, &public_members[i]);
		if (ret)
			return ret;
	}
	ret = find_private(btf, filter);
	return ret ?: find_listener_flags(btf, filter);
}

int layout_find(void)
{
	struct vmlinux_types btf;
	int ret;

	ret = vmlinux_read(&btf);
	if (ret)
		return ret;
	ret = find_all(&btf);
	vmlinux_free(&btf);
	return ret;
}
