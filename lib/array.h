/* SPDX-License-Identifier: GPL-2.0 */
/* Arrays that grow. */
#ifndef ARRAY_H
#define ARRAY_H

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

/**
 * array_reserve - make room for @count elements of @size bytes
 * @array: address of the array's pointer; what it holds is kept
 * @capacity: for how many elements there is room; starts as 0, with NULL
 *
 * Returns 0, or -ENOMEM and leaves the array as it was.
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
