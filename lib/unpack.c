// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "tree.h"
#include "unpack.h"

/* As doc/image-format.md adds it up, for a thread that has an entry of its own */
#define THREAD_SIZE 31ul
/* Twice as long as the longest program, which is longer than all other entries. */
#define OTHER_SIZE 65536

/* The structs of a message, and numbers of four bytes in place of one */
#define MEMORY_OF_ALL 1024
#define MEMORY_PER_BYTE 4

size_t unpack_limit(const uint8_t *data, size_t size)
{
	const ProtobufCFieldDescriptor *threads = protobuf_c_message_descriptor_get_field_by_name(
		&seccomp_tree_entry__descriptor, "threads");

	/* the tag of its only field: the number, and the type 2, of given length */
	if (size && *data == (threads->id << 3 | 2))
		return TREE_MAX_TID * THREAD_SIZE;
	return OTHER_SIZE;
}

struct budget {
	size_t left;
	bool no_memory;
};

static void *spend(void *data, size_t size)
{
	struct budget *budget = data;
	void *memory;

	if (size > budget->left)
		return NULL;
	budget->left -= size;
	memory = malloc(size);
	if (!memory)
		budget->no_memory = true;
	return memory;
}

static void give_back(void *data, void *memory)
{
	(void)data;
	free(memory);
}

int unpack_entry(const uint8_t *data, size_t size, SeccompTreeEntry **entry)
{
	struct budget budget = { .left = MEMORY_OF_ALL + MEMORY_PER_BYTE * size };
	ProtobufCAllocator allocator = { spend, give_back, &budget };

	*entry = seccomp_tree_entry__unpack(&allocator, size, data);
	if (*entry)
		return 0;
	return budget.no_memory ? -ENOMEM : -EBADMSG;
}
