// SPDX-License-Identifier: GPL-2.0
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/err.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <linux/mm.h>
#include <linux/stddef.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <uapi/linux/btf.h>

#include "vmlinux.h"

#define BTF_PATH "/sys/kernel/btf/vmlinux"
/* Ten times the size in today's kernels. */
#define BTF_LARGEST (64 << 20)
/* The header that every kernel has; in newer kernels it may be longer. */
#define BTF_HEADER_SIZE offsetofend(struct btf_header, str_len)
/* The longest chain of typedefs and qualifiers, and the deepest nesting of structures. */
#define BTF_DEPTH 16

/* Whether this is the kernel's own file, and not another file that is mounted over it. */
static bool is_kernels_own(const struct file *file)
{
	const struct dentry *dentry = file->f_path.dentry;

	return file_inode(file)->i_sb->s_magic == SYSFS_MAGIC &&
	       !strcmp(dentry->d_name.name, "vmlinux") &&
	       !strcmp(dentry->d_parent->d_name.name, "btf") &&
	       !strcmp(dentry->d_parent->d_parent->d_name.name, "kernel") &&
	       IS_ROOT(dentry->d_parent->d_parent->d_parent);
}

static int read_all(struct file *file, struct vmlinux_types *btf)
{
	loff_t size = i_size_read(file_inode(file)), pos = 0;
	ssize_t count = 1;

	if (size < (loff_t)BTF_HEADER_SIZE || size > BTF_LARGEST)
		return -EINVAL;
	btf->data = vmalloc(size);
	if (!btf->data)
		return -ENOMEM;
	btf->size = size;
	while (pos < size && count > 0)
		count = kernel_read(file, btf->data + pos, size - pos, &pos);
	if (count < 0)
		return count;
	return pos == size ? 0 : -EIO;
}

static int read_file(struct vmlinux_types *btf)
{
	struct file *file = filp_open(BTF_PATH, O_RDONLY, 0);
	int ret;

	if (IS_ERR(file))
		return PTR_ERR(file);
	ret = is_kernels_own(file) ? read_all(file, btf) : -EPERM;
	filp_close(file, NULL);
	return ret;
}

/* The size of the data after a type, in bytes; -1: unknown kind. */
static int extra_size(const struct btf_type *type)
{
	int vlen = BTF_INFO_VLEN(type->info);

	switch (BTF_INFO_KIND(type->info)) {
	case BTF_KIND_PTR:
	case BTF_KIND_FWD:
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_CONST:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_FUNC:
	case BTF_KIND_FLOAT:
	case BTF_KIND_TYPE_TAG:
		return 0;
	case BTF_KIND_INT:
		return sizeof(u32);
	case BTF_KIND_VAR:
		return sizeof(struct btf_var);
	case BTF_KIND_DECL_TAG:
		return sizeof(struct btf_decl_tag);
	case BTF_KIND_ARRAY:
		return sizeof(struct btf_array);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return vlen * sizeof(struct btf_member);
	case BTF_KIND_ENUM:
		return vlen * sizeof(struct btf_enum);
	case BTF_KIND_ENUM64:
		return vlen * sizeof(struct btf_enum64);
	case BTF_KIND_FUNC_PROTO:
		return vlen * sizeof(struct btf_param);
	case BTF_KIND_DATASEC:
		return vlen * sizeof(struct btf_var_secinfo);
	default:
		return -1;
	}
}

/* Counts the types from @at to @end; if @btf->types is allocated, fills it in. */
static int index_types(struct vmlinux_types *btf, const void *at, const void *end)
{
	const struct btf_type *type;
	int extra;

	for (btf->count = 1; at < end; btf->count++) {
		type = at;
		if (end - at < sizeof(*type))
			return -EINVAL;
		extra = extra_size(type);
		if (extra < 0 || end - at - sizeof(*type) < extra) {
			pr_err(BTF_PATH ": type %u has the unknown kind %u\n", btf->count,
			       BTF_INFO_KIND(type->info));
			return -EINVAL;
		}
		if (btf->types)
			btf->types[btf->count] = type;
		at += sizeof(*type) + extra;
	}
	return 0;
}

static int parse(struct vmlinux_types *btf)
{
	const struct btf_header *header = btf->data;
	const void *types;
	u32 room;
	int ret;

	if (header->magic != BTF_MAGIC || header->hdr_len < BTF_HEADER_SIZE ||
	    header->hdr_len > btf->size)
		return -EINVAL;
	room = btf->size - header->hdr_len;
	if (header->type_off > room || header->type_len > room - header->type_off ||
	    header->str_off > room || header->str_len > room - header->str_off || !header->str_len)
		return -EINVAL;
	btf->strings = btf->data + header->hdr_len + header->str_off;
	btf->strings_size = header->str_len;
	if (btf->strings[btf->strings_size - 1])
		return -EINVAL;
	types = btf->data + header->hdr_len + header->type_off;
	ret = index_types(btf, types, types + header->type_len);
	if (ret)
		return ret;
	btf->types = vzalloc(array_size(btf->count, sizeof(*btf->types)));
	return btf->types ? index_types(btf, types, types + header->type_len) : -ENOMEM;
}

int vmlinux_read(struct vmlinux_types *btf)
{
	int ret;

	*btf = (struct vmlinux_types){ 0 };
	ret = read_file(btf);
	if (ret == -ENOENT)
		pr_err("there is no " BTF_PATH
		       ": boot a kernel with CONFIG_DEBUG_INFO_BTF, and mount sysfs\n");
	else if (ret == -EPERM)
		pr_err(BTF_PATH " is not the kernel's own: something is mounted over it\n");
	else if (ret)
		pr_err("cannot read " BTF_PATH ": error %d\n", -ret);
	if (!ret) {
		ret = parse(btf);
		if (ret)
			pr_err(BTF_PATH " cannot be parsed: error %d\n", -ret);
	}
	if (ret)
		vmlinux_free(btf);
	return ret;
}

void vmlinux_free(struct vmlinux_types *btf)
{
	vfree(btf->types);
	vfree(btf->data);
	*btf = (struct vmlinux_types){ 0 };
}

static const char *name_at(const struct vmlinux_types *btf, u32 offset)
{
	return offset < btf->strings_size ? btf->strings + offset : "";
}

static const struct btf_type *type_of(const struct vmlinux_types *btf, u32 id)
{
	return id < btf->count ? btf->types[id] : NULL;
}

static u32 kind_of(const struct btf_type *type)
{
	return type ? BTF_INFO_KIND(type->info) : BTF_KIND_UNKN;
}

/* Skips qualifiers such as const, and typedefs if @typedefs. */
static u32 skip(const struct vmlinux_types *btf, u32 id, bool typedefs)
{
	int depth;
	u32 kind;

	for (depth = 0; depth < BTF_DEPTH; depth++) {
		kind = kind_of(type_of(btf, id));
		if (kind != BTF_KIND_VOLATILE && kind != BTF_KIND_CONST &&
		    kind != BTF_KIND_RESTRICT && kind != BTF_KIND_TYPE_TAG &&
		    !(typedefs && kind == BTF_KIND_TYPEDEF))
			return id;
		id = type_of(btf, id)->type;
	}
	return 0;
}

u32 vmlinux_struct(const struct vmlinux_types *btf, const char *name)
{
	u32 id, found = 0;

	for (id = 1; id < btf->count; id++) {
		if (kind_of(btf->types[id]) != BTF_KIND_STRUCT ||
		    strcmp(name_at(btf, btf->types[id]->name_off), name))
			continue;
		if (found)
			return 0;
		found = id;
	}
	return found;
}

u32 vmlinux_pointee(const struct vmlinux_types *btf, u32 type)
{
	const struct btf_type *pointer = type_of(btf, skip(btf, type, true));

	return kind_of(pointer) == BTF_KIND_PTR ? skip(btf, pointer->type, false) : 0;
}

u32 vmlinux_struct_size(const struct vmlinux_types *btf, u32 type)
{
	const struct btf_type *structure = type_of(btf, skip(btf, type, true));

	return kind_of(structure) == BTF_KIND_STRUCT ? structure->size : 0;
}

/* The size of a type in bytes; 0: unknown. */
static u32 size_of(const struct vmlinux_types *btf, u32 id)
{
	const struct btf_type *type = type_of(btf, skip(btf, id, true));

	switch (kind_of(type)) {
	case BTF_KIND_PTR:
		return sizeof(void *);
	case BTF_KIND_INT:
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return type->size;
	default:
		return 0;
	}
}

static void spell(const struct vmlinux_types *btf, u32 id, char *text)
{
	const struct btf_type *type = type_of(btf, skip(btf, id, false));
	const char *stars = "", *kind = "";

	if (kind_of(type) == BTF_KIND_PTR) {
		stars = " *";
		type = type_of(btf, skip(btf, type->type, false));
	}
	if (kind_of(type) == BTF_KIND_STRUCT || kind_of(type) == BTF_KIND_FWD)
		kind = "struct ";
	snprintf(text, VMLINUX_SPELLING_SIZE, "%s%s%s", kind,
		 type ? name_at(btf, type->name_off) : "void", stars);
}

static const struct btf_member *member_at(const struct btf_type *type, u32 index)
{
	u32 kind = kind_of(type);

	if ((kind != BTF_KIND_STRUCT && kind != BTF_KIND_UNION) ||
	    index >= BTF_INFO_VLEN(type->info))
		return NULL;
	return (const struct btf_member *)(type + 1) + index;
}

int vmlinux_field_at(const struct vmlinux_types *btf, u32 id, u32 index,
		     struct vmlinux_field *field)
{
	const struct btf_type *type = type_of(btf, skip(btf, id, true));
	const struct btf_member *member = member_at(type, index);
	u32 bits = 0, offset;

	if (!member)
		return -ENOENT;
	offset = member->offset;
	if (BTF_INFO_KFLAG(type->info)) {
		bits = BTF_MEMBER_BITFIELD_SIZE(offset);
		offset = BTF_MEMBER_BIT_OFFSET(offset);
	}
	field->name = name_at(btf, member->name_off);
	field->type = skip(btf, member->type, false);
	field->offset = offset / 8;
	field->size = size_of(btf, field->type);
	spell(btf, field->type, field->spelling);
	return bits || offset % 8 ? -EINVAL : 0;
}

static int find(const struct vmlinux_types *btf, u32 id, const char *name, int depth,
		struct vmlinux_field *field)
{
	struct vmlinux_field outer;
	int ret = 0;
	u32 index;

	for (index = 0; ret != -ENOENT; index++) {
		ret = vmlinux_field_at(btf, id, index, field);
		if (ret == -ENOENT)
			break;
		if (!strcmp(field->name, name))
			return ret;
		if (*field->name || ret || !depth)
			continue;
		outer = *field;
		ret = find(btf, outer.type, name, depth - 1, field);
		if (ret != -ENOENT) {
			field->offset += outer.offset;
			return ret;
		}
		ret = 0;
	}
	return -ENOENT;
}

int vmlinux_field_named(const struct vmlinux_types *btf, u32 type, const char *name,
			struct vmlinux_field *field)
{
	/* no structure that is used here has more than two levels of anonymous ones */
	return find(btf, type, name, 2, field);
}
