// SPDX-License-Identifier: GPL-2.0
/*
 * Built with the headers of a kernel, and linked to layout-user.c: what the module
 * makes of that kernel's BTF, whole or with a member moved.
 */
#include "../../kernel-module/vmlinux.c"
#include "../../kernel-module/layout.c"

int look(void *data, unsigned int size, const char *structure, const char *moved);

/* By eight bytes. Returns false if there is none. */
static bool move(const struct vmlinux_types *btf, const char *structure, const char *name)
{
	const struct btf_type *type = type_of(btf, vmlinux_struct(btf, structure));
	struct btf_member *member;
	u32 i;

	for (i = 0; (member = (struct btf_member *)member_at(type, i)); i++) {
		if (strcmp(name_at(btf, member->name_off), name))
			continue;
		member->offset += 64;
		return true;
	}
	return false;
}

int look(void *data, unsigned int size, const char *structure, const char *moved)
{
	struct vmlinux_types btf = { .data = data, .size = size };
	int ret = parse(&btf);

	if (!ret && moved && !move(&btf, structure, moved))
		return -ESRCH;
	return ret ?: find_all(&btf);
}
