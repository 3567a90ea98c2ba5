/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reads the types of the running kernel from /sys/kernel/btf/vmlinux.
 *
 * The module does this itself, and accepts no offsets from user space: with a signed
 * module that does, root could write kernel memory, which lockdown must prevent.
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
	const struct btf_type **types; /* by type id; the first is void, which is NULL */
	u32 count;
};

/**
 * struct vmlinux_field - a member of a structure
 * @offset: in bytes
 * @size: in bytes
 * @type: its type id, without qualifiers such as const
 * @spelling: its type as text: "struct mutex", "refcount_t", "struct bpf_prog *"
 */
struct vmlinux_field {
	const char *name;
	u32 offset;
	u32 size;
	u32 type;
	char spelling[VMLINUX_SPELLING_SIZE];
};

/*
 * vmlinux_read - read the types of the running kernel
 * @btf: out, to be freed with vmlinux_free()
 *
 * Returns 0, or a negative errno after a message; -ENOENT: the kernel has no BTF;
 * -EPERM: the file is not the kernel's own; -EINVAL: it cannot be parsed.
 */
int vmlinux_read(struct vmlinux_types *btf);
void vmlinux_free(struct vmlinux_types *btf);

/* vmlinux_struct - the type id of a structure; 0: there is none of that name, or several */
u32 vmlinux_struct(const struct vmlinux_types *btf, const char *name);

/* The type that a pointer points to, without qualifiers; 0: @type is not a pointer. */
u32 vmlinux_pointee(const struct vmlinux_types *btf, u32 type);

/* The size of a structure in bytes; 0: @type is not a structure. */
u32 vmlinux_struct_size(const struct vmlinux_types *btf, u32 type);

/*
 * vmlinux_field_at - get a member of a structure by its index
 *
 * Returns 0; -ENOENT: it has fewer members; -EINVAL: the member is a bit field, but
 * @field is filled in.
 */
int vmlinux_field_at(const struct vmlinux_types *btf, u32 type, u32 index,
		     struct vmlinux_field *field);

/* The same by name, also for members of anonymous structures inside of it. */
int vmlinux_field_named(const struct vmlinux_types *btf, u32 type, const char *name,
			struct vmlinux_field *field);

#endif /* KERNEL_MODULE_VMLINUX_H */
