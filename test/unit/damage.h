/* SPDX-License-Identifier: GPL-2.0 */
/* Changes of the sample's image, which the reader must then refuse. */
#ifndef DAMAGE_H
#define DAMAGE_H

#include "sample.h"

#include "seccomp-tree.pb-c.h"

static inline void assert_refused(const char *fault)
{
	struct tree tree = { 0 };

	said[0] = '\0';
	assert_int_equal(image_parse("some.img", folder.data, folder.size, &tree), -EBADMSG);
	assert_said("some.img: entry ");
	assert_said(fault);
	assert_int_equal(tree.n_filters, 0);
}

static inline size_t entry_at(unsigned int number)
{
	size_t at = 8;
	uint32_t size;

	while (number--) {
		memcpy(&size, folder.data + at, 4);
		at += 4 + size;
	}
	return at;
}

static inline void put_bytes(size_t at, size_t old, const void *bytes, size_t new)
{
	memmove(folder.data + at + new, folder.data + at + old, folder.size - at - old);
	memcpy(folder.data + at, bytes, new);
	folder.size += new - old;
}

#endif /* DAMAGE_H */
