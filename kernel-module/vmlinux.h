/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the running kernel says of its own structures, in /sys/kernel/btf/vmlinux.
 *
 * The module reads it itself, and takes no offset from user space: a signed module
 * that did would let root write kernel memory, which lockdown is there to forbid.
 */
#ifndef KERNEL_MODULE_VMLINUX_H
#define KERNEL_MODULE_VMLINUX_H

#include <linux/types.h>

#define VMLINUX_SPELLING_SIZE 64

struct btf_type;

struct vmlinux_types {
	void *data; /* the whole file */
	u32 size;
	const char *strings;
	u32 strings_size;
	const struct btf_type **types; /* by type id; the first is void, and NULL */
	u32 count;
};

/**
 * struct vmlinux_field - a member of a structure
 * @offset: in bytes
 * @size: in bytes
 * @type: type id, without const and the like
 * @spelling: of its type: "struct mutex", "refcount_t", "struct bpf_prog *"
 */
struct vmlinux_field {
	const char *name;
	u32 offset;
	u32 size;
	u32 type;
	char spelling[VMLINUX_SPELLING_SIZE];
};

/*
 * vmlinux_read - the types of the running kernel, for vmlinux_free()
 *
 * Returns 0; -ENOENT: the kernel has none; -EPERM: what lies there is not the
 * kernel's; -EINVAL: a part of it is not understood. Prints which.
 */
int vmlinux_read(struct vmlinux_types *btf);
void vmlinux_free(struct vmlinux_types *btf);

/* vmlinux_struct - id of the one structure of that name; 0: none, or more than one */
u32 vmlinux_struct(const struct vmlinux_types *btf, const char *name);

/* The type that a pointer points to, without const and the like; 0: it is none. */
u32 vmlinux_pointee(const struct vmlinux_types *btf, u32 type);

/* The size of a structure in bytes; 0: it is none. */
u32 vmlinux_struct_size(const struct vmlinux_types *btf, u32 type);

/*
 * vmlinux_field_at - a member of a structure by its number
 *
 * Returns 0; -ENOENT: there are not so many; -EINVAL: a bit field, or a type that
 * is not understood. @field->name is set then, too.
 */
int vmlinux_field_at(const struct vmlinux_types *btf, u32 type, u32 index,
		     struct vmlinux_field *field);

/* The same by name, also in structures without a name inside of it. */
int vmlinux_field_named(const struct vmlinux_types *btf, u32 type, const char *name,
			struct vmlinux_field *field);

#endif /* KERNEL_MODULE_VMLINUX_H */
