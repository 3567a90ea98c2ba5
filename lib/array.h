/* SPDX-License-Identifier: GPL-2.0 */
/* Arrays that grow. */
#ifndef ARRAY_H
#define ARRAY_H

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

/**
 * array_reserve - make room for @count elements of @size bytes
 * @array: address of the pointer to the array; the elements are kept
 * @capacity: how many elements fit; starts as 0, with a NULL array
 *
 * Returns 0, or -ENOMEM with the array unchanged.
 */
static inline int array_reserve(void *array, size_t *capacity, size_t count, size_t size)
{
	void **slot = array;
	size_t room = *capacity ? *capacity : 16;
	void *grown;

	if (count <= *capacity)
		return 0;
	while (room < count)
		room *= 2;
	grown = reallocarray(*slot, room, size);
	if (!grown)
		return -ENOMEM;
	*slot = grown;
	*capacity = room;
	return 0;
}

#endif /* ARRAY_H */
