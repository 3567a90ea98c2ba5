// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "pieces.h"

struct pieces image;

/* Entries are in the input or in the arena. */
static struct {
	uint8_t magic[8];
	uint8_t input[1 << 20];
	uint8_t arena[4 << 20] __attribute__((aligned(8)));
	size_t arena_used;
	uint8_t peeked[1 << 20] __attribute__((aligned(8)));
	size_t peeked_used;
} m;

static uint64_t random_state;

void seed_random(unsigned int seed)
{
	random_state = seed * 0x9e3779b97f4a7c15ull + 1;
}

uint32_t some(uint32_t limit)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return limit ? (random_state >> 16) % limit : 0;
}

static size_t room_for_pieces(void)
{
	return sizeof(image.pieces) / sizeof(*image.pieces) - image.count;
}

void *take(size_t size)
{
	uint8_t *at = m.arena + m.arena_used;

	size = (size + 7) & ~7ul;
	if (size > sizeof(m.arena) - m.arena_used)
		return NULL;
	m.arena_used += size;
	return at;
}

int kind_of(const struct piece *piece)
{
	return piece->size ? piece->data[0] >> 3 : 0;
}

SeccompTreeEntry *unpack(const struct piece *piece)
{
	return seccomp_tree_entry__unpack(NULL, piece->size, piece->data);
}

static void *peek_take(void *unused, size_t size)
{
	uint8_t *at = m.peeked + m.peeked_used;

	(void)unused;
	size = (size + 7) & ~7ul;
	if (size > sizeof(m.peeked) - m.peeked_used)
		return NULL;
	m.peeked_used += size;
	return at;
}

static void peek_free(void *unused, void *at)
{
	(void)unused;
	(void)at;
}

const SeccompTreeEntry *peek(const struct piece *piece)
{
	static ProtobufCAllocator allocator = { .alloc = peek_take, .free = peek_free };

	m.peeked_used = 0;
	return seccomp_tree_entry__unpack(&allocator, piece->size, piece->data);
}

bool pack(struct piece *piece, const SeccompTreeEntry *entry)
{
	size_t size = seccomp_tree_entry__get_packed_size(entry);
	uint8_t *data = take(size);

	if (!data)
		return false;
	seccomp_tree_entry__pack(entry, data);
	*piece = (struct piece){ .data = data, .size = size };
	return true;
}

bool split(const uint8_t *data, size_t size)
{
	size_t at = sizeof(m.magic);
	uint32_t len;

	image.count = 0;
	m.arena_used = 0;
	if (size < at || size > sizeof(m.input))
		return false;
	memcpy(m.magic, data, sizeof(m.magic));
	memcpy(m.input, data, size);
	while (at + sizeof(len) <= size && room_for_pieces()) {
		memcpy(&len, m.input + at, sizeof(len));
		at += sizeof(len);
		if (len > size - at)
			return false;
		image.pieces[image.count++] = (struct piece){ .data = m.input + at, .size = len };
		at += len;
	}
	return image.count > 0;
}

size_t join(uint8_t *data, size_t max_size)
{
	size_t at = sizeof(m.magic), i;
	uint32_t len;

	memcpy(data, m.magic, sizeof(m.magic));
	for (i = 0; i < image.count; i++) {
		len = image.pieces[i].size;
		if (sizeof(len) + len > max_size - at)
			break;
		memcpy(data + at, &len, sizeof(len));
		memcpy(data + at + sizeof(len), image.pieces[i].data, len);
		at += sizeof(len) + len;
	}
	return at;
}

void insert(size_t at, const struct piece *piece)
{
	if (!room_for_pieces())
		return;
	memmove(&image.pieces[at + 1], &image.pieces[at],
		(image.count - at) * sizeof(*image.pieces));
	image.pieces[at] = *piece;
	image.count++;
}

void drop(size_t at)
{
	image.count--;
	memmove(&image.pieces[at], &image.pieces[at + 1],
		(image.count - at) * sizeof(*image.pieces));
}

size_t behind_all(void)
{
	return image.count && kind_of(&image.pieces[image.count - 1]) ==
				       SECCOMP_TREE_ENTRY__ENTRY_END
		       ? image.count - 1
		       : image.count;
}

static void count_threads(const struct piece *piece, struct counts *counts)
{
	const SeccompTreeEntry *entry = peek(piece);

	if (!entry)
		return;
	if (entry->entry_case == SECCOMP_TREE_ENTRY__ENTRY_THREADS) {
		counts->threads += entry->threads->n_tid;
		counts->processes += entry->threads->n_size;
	}
}

struct counts count_before(size_t end)
{
	struct counts counts = { 0 };
	size_t i;

	for (i = 0; i < end; i++) {
		int kind = kind_of(&image.pieces[i]);

		counts.programs += kind == SECCOMP_TREE_ENTRY__ENTRY_PROGRAM;
		counts.filters += kind == SECCOMP_TREE_ENTRY__ENTRY_FILTER;
		counts.files += kind == SECCOMP_TREE_ENTRY__ENTRY_FILE;
		if (kind == SECCOMP_TREE_ENTRY__ENTRY_THREADS)
			count_threads(&image.pieces[i], &counts);
	}
	return counts;
}
