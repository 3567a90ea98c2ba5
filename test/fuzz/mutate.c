// SPDX-License-Identifier: GPL-2.0
#include <stdbool.h>
#include <string.h>

#include "mutate.h"
#include "seccomp-tree.pb-c.h"

/* An image that is being changed. Its entries lie in the input or in the arena. */
static struct {
	struct piece pieces[1 << 16];
	size_t count;
	uint8_t magic[8];
	uint8_t arena[4 << 20] __attribute__((aligned(8)));
	uint8_t input[1 << 20];
	size_t arena_used;
	uint8_t peeked[1 << 20] __attribute__((aligned(8)));
	size_t peeked_used;
	bool used[1 << 16], program_used[1 << 16];
	uint64_t random;
} m;

uint32_t some(uint32_t limit)
{
	m.random ^= m.random << 13;
	m.random ^= m.random >> 7;
	m.random ^= m.random << 17;
	return limit ? (m.random >> 16) % limit : 0;
}

static size_t room_for_pieces(void)
{
	return sizeof(m.pieces) / sizeof(*m.pieces) - m.count;
}

/* Aligned for numbers. */
static void *take(size_t size)
{
	uint8_t *at = m.arena + m.arena_used;

	size = (size + 7) & ~7ul;
	if (size > sizeof(m.arena) - m.arena_used)
		return NULL;
	m.arena_used += size;
	return at;
}

/* What an entry is: the tag that its message begins with. */
static int kind_of(const struct piece *piece)
{
	return piece->size ? piece->data[0] >> 3 : 0;
}

static SeccompTreeEntry *unpack(const struct piece *piece)
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

/* Only to be looked at, until the next call, and quicker. */
static const SeccompTreeEntry *peek(const struct piece *piece)
{
	static ProtobufCAllocator allocator = { .alloc = peek_take, .free = peek_free };

	m.peeked_used = 0;
	return seccomp_tree_entry__unpack(&allocator, piece->size, piece->data);
}

static bool pack(struct piece *piece, const SeccompTreeEntry *entry)
{
	size_t size = seccomp_tree_entry__get_packed_size(entry);
	uint8_t *data = take(size);

	if (!data)
		return false;
	seccomp_tree_entry__pack(entry, data);
	*piece = (struct piece){ .data = data, .size = size };
	return true;
}

static bool split(const uint8_t *data, size_t size)
{
	size_t at = sizeof(m.magic);
	uint32_t len;

	m.count = 0;
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
		m.pieces[m.count++] = (struct piece){ .data = m.input + at, .size = len };
		at += len;
	}
	return m.count > 0;
}

/* What does not fit is left out. */
static size_t join(uint8_t *data, size_t max_size)
{
	size_t at = sizeof(m.magic), i;
	uint32_t len;

	memcpy(data, m.magic, sizeof(m.magic));
	for (i = 0; i < m.count; i++) {
		len = m.pieces[i].size;
		if (sizeof(len) + len > max_size - at)
			break;
		memcpy(data + at, &len, sizeof(len));
		memcpy(data + at + sizeof(len), m.pieces[i].data, len);
		at += sizeof(len) + len;
	}
	return at;
}

static void insert(size_t at, const struct piece *piece)
{
	if (!room_for_pieces())
		return;
	memmove(&m.pieces[at + 1], &m.pieces[at], (m.count - at) * sizeof(*m.pieces));
	m.pieces[at] = *piece;
	m.count++;
}

static void drop(size_t at)
{
	m.count--;
	memmove(&m.pieces[at], &m.pieces[at + 1], (m.count - at) * sizeof(*m.pieces));
}

/* Where new entries go: before the end entry. */
static size_t behind_all(void)
{
	return m.count && kind_of(&m.pieces[m.count - 1]) == SECCOMP_TREE_ENTRY__ENTRY_END
		       ? m.count - 1
		       : m.count;
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

static struct counts count_before(size_t end)
{
	struct counts counts = { 0 };
	size_t i;

	for (i = 0; i < end; i++) {
		int kind = kind_of(&m.pieces[i]);

		counts.programs += kind == SECCOMP_TREE_ENTRY__ENTRY_PROGRAM;
		counts.filters += kind == SECCOMP_TREE_ENTRY__ENTRY_FILTER;
		counts.files += kind == SECCOMP_TREE_ENTRY__ENTRY_FILE;
		if (kind == SECCOMP_TREE_ENTRY__ENTRY_THREADS)
			count_threads(&m.pieces[i], &counts);
	}
	return counts;
}

static void mend_end(void)
{
	const struct counts counts = count_before(m.count);
	EndEntry end = END_ENTRY__INIT;
	SeccompTreeEntry entry = SECCOMP_TREE_ENTRY__INIT;
	struct piece piece;

	end.programs = counts.programs;
	end.filters = counts.filters;
	end.threads = counts.threads;
	end.processes = counts.processes;
	end.files = counts.files;
	entry.entry_case = SECCOMP_TREE_ENTRY__ENTRY_END;
	entry.end = &end;
	if (!pack(&piece, &entry))
		return;
	if (behind_all() < m.count)
		m.count--;
	insert(m.count, &piece);
}

static void change_one(void)
{
	/* the header rarely */
	size_t at = some(16) && m.count > 1 ? 1 + some(m.count - 1) : 0;
	const struct counts before = count_before(at);
	SeccompTreeEntry *entry = unpack(&m.pieces[at]);

	if (!entry)
		return;
	change_message(entry, &before);
	pack(&m.pieces[at], entry);
	seccomp_tree_entry__free_unpacked(entry, NULL);
}

static void change_bytes(void)
{
	size_t at = some(m.count), room = m.pieces[at].size + 32;
	uint8_t *data = take(room);

	if (!data)
		return;
	memcpy(data, m.pieces[at].data, m.pieces[at].size);
	m.pieces[at].size = LLVMFuzzerMutate(data, m.pieces[at].size, room);
	m.pieces[at].data = data;
}

/* Its last number with one byte more: the same message, written in another way. */
static void change_encoding(void)
{
	size_t at = some(m.count), size = m.pieces[at].size;
	uint8_t *data = take(size + 1);

	if (!data || size < 3 || m.pieces[at].data[1] > 126 || m.pieces[at].data[size - 1] & 0x80)
		return;
	memcpy(data, m.pieces[at].data, size);
	data[1]++;
	data[size - 1] |= 0x80;
	data[size] = 0;
	m.pieces[at] = (struct piece){ .data = data, .size = size + 1 };
}

static void rearrange(void)
{
	size_t from = some(m.count), to = some(m.count);
	struct piece piece = m.pieces[from];

	switch (some(4)) {
	case 0:
		insert(to, &piece);
		break;
	case 1:
		m.pieces[from] = m.pieces[to];
		m.pieces[to] = piece;
		break;
	case 2:
		insert(behind_all(), &piece);
		break;
	default:
		drop(from);
	}
}

static void add_program(void)
{
	static const uint32_t lengths[] = { 1, 1, 2, 5, 4095, 4096, 4097 };
	uint8_t insns[4097 * 8] = { 0 };
	ProgramEntry program = PROGRAM_ENTRY__INIT;
	SeccompTreeEntry entry = SECCOMP_TREE_ENTRY__INIT;
	uint32_t first = some(UINT32_MAX);
	struct piece piece;

	memcpy(insns, &first, sizeof(first));
	program.insns.data = insns;
	program.insns.len = 8 * lengths[some(some(64) ? 4 : 7)];
	entry.entry_case = SECCOMP_TREE_ENTRY__ENTRY_PROGRAM;
	entry.program = &program;
	if (pack(&piece, &entry))
		insert(1 + some(behind_all()), &piece);
}

static bool add_filter(uint32_t program, uint32_t parent, bool is_root)
{
	FilterEntry filter = FILTER_ENTRY__INIT;
	SeccompTreeEntry entry = SECCOMP_TREE_ENTRY__INIT;
	struct piece piece;

	filter.program = program;
	filter.has_parent = !is_root;
	filter.parent = parent;
	entry.entry_case = SECCOMP_TREE_ENTRY__ENTRY_FILTER;
	entry.filter = &filter;
	if (!pack(&piece, &entry))
		return false;
	insert(behind_all(), &piece);
	return true;
}

/* Sometimes so many that a limit is near. */
static void add_filters(void)
{
	const struct counts counts = count_before(m.count);
	uint32_t number = 1u << some(some(1024) ? 4 : 15), i;
	uint32_t program = some(counts.programs), branch = 1 + some(9);
	bool chain = some(2);

	for (i = 0; i < number; i++) {
		bool is_root = !counts.filters && !i;
		uint32_t parent = counts.filters + i - 1;

		if (!chain)
			is_root = is_root || i % branch == 0;
		if (!add_filter(program, parent, is_root))
			return;
	}
}

static void add_file(void)
{
	const struct counts counts = count_before(m.count);
	FileEntry file = FILE_ENTRY__INIT;
	SeccompTreeEntry entry = SECCOMP_TREE_ENTRY__INIT;
	struct piece piece;

	file.id = some(4) ? counts.files * 3 : some(8);
	file.kind = (FileEntry__FileKind)(1 + some(3));
	file.has_filter = file.kind != FILE_ENTRY__FILE_KIND__HUNG_UP;
	file.filter = some(counts.filters);
	entry.entry_case = SECCOMP_TREE_ENTRY__ENTRY_FILE;
	entry.file = &file;
	if (pack(&piece, &entry))
		insert(behind_all(), &piece);
}

static void use(uint32_t filter, uint32_t filters)
{
	if (filter < filters)
		m.used[filter] = true;
}

/* Marks what a thread or a file uses, and finds the largest id. */
static void look_at_users(const struct piece *piece, uint32_t filters, uint32_t *last)
{
	const SeccompTreeEntry *entry = peek(piece);
	uint32_t tid = 0, filter = 0;
	size_t i;

	if (!entry)
		return;
	if (entry->entry_case == SECCOMP_TREE_ENTRY__ENTRY_FILE && entry->file->has_filter)
		use(entry->file->filter, filters);
	if (entry->entry_case == SECCOMP_TREE_ENTRY__ENTRY_FILTER && entry->filter->has_parent)
		use(entry->filter->parent, filters);
	if (entry->entry_case == SECCOMP_TREE_ENTRY__ENTRY_THREADS)
		for (i = 0; i < entry->threads->n_tid && i < entry->threads->n_filter; i++) {
			tid += entry->threads->tid[i];
			filter += entry->threads->filter[i];
			use(filter - 1, filters);
			if (tid <= 4194304 && tid > *last)
				*last = tid;
		}
}

/* A thread on each filter that has none, all in a process each or all in one. */
static void add_users(uint32_t filters, uint32_t last)
{
	ThreadsEntry threads = THREADS_ENTRY__INIT;
	SeccompTreeEntry entry = SECCOMP_TREE_ENTRY__INIT;
	int32_t *tid = take(filters * sizeof(*tid)), *filter = take(filters * sizeof(*filter));
	uint32_t *size = take(filters * sizeof(*size)), i, before = 0, count = 0;
	struct piece piece;

	if (!tid || !filter || !size)
		return;
	for (i = 0; i < filters; i++) {
		if (m.used[i])
			continue;
		size[count] = 1;
		tid[count] = count ? 1 : last + 1;
		filter[count++] = i + 1 - before;
		before = i + 1;
	}
	if (!count)
		return;
	threads.n_size = some(2) ? count : 1;
	size[0] = threads.n_size == 1 ? count : 1;
	threads.n_tid = count;
	threads.n_filter = count;
	threads.size = size;
	threads.tid = tid;
	threads.filter = filter;
	entry.entry_case = SECCOMP_TREE_ENTRY__ENTRY_THREADS;
	entry.threads = &threads;
	if (pack(&piece, &entry))
		insert(behind_all(), &piece);
}

static void look_at_program(const struct piece *piece)
{
	const SeccompTreeEntry *entry = peek(piece);

	if (entry && entry->entry_case == SECCOMP_TREE_ENTRY__ENTRY_FILTER &&
	    entry->filter->program < sizeof(m.program_used))
		m.program_used[entry->filter->program] = true;
}

/* A filter with each program that no filter has. */
static void mend_programs(void)
{
	const uint32_t programs = count_before(m.count).programs;
	size_t i;

	memset(m.program_used, 0, programs);
	for (i = 0; i < m.count; i++)
		look_at_program(&m.pieces[i]);
	for (i = 0; i < programs; i++)
		if (!m.program_used[i])
			add_filter(i, 0, true);
}

static void mend_use(void)
{
	struct counts counts;
	uint32_t last = 0;
	size_t i;

	mend_programs();
	counts = count_before(m.count);
	memset(m.used, 0, counts.filters);
	for (i = 0; i < m.count; i++)
		look_at_users(&m.pieces[i], counts.filters, &last);
	add_users(counts.filters, last);
}

/* What is left of a long program: as much as its number among the entries. */
static void shorten(size_t at)
{
	SeccompTreeEntry *entry = unpack(&m.pieces[at]);

	if (!entry)
		return;
	if (entry->entry_case == SECCOMP_TREE_ENTRY__ENTRY_PROGRAM) {
		entry->program->insns.len = 8 + at % 64 * 8;
		pack(&m.pieces[at], entry);
	}
	seccomp_tree_entry__free_unpacked(entry, NULL);
}

/*
 * Large inputs take a thousand times as long as small ones, and most of what is
 * found there is found in small ones, too.
 */
static void make_small(void)
{
	size_t i;

	if (m.count > 48) {
		size_t left = 8 + some(40), from = 1 + some(m.count - left), end = behind_all();
		size_t to = from + m.count - left;

		to = to < end ? to : end;
		if (from < to) {
			memmove(&m.pieces[from], &m.pieces[to], (m.count - to) * sizeof(*m.pieces));
			m.count -= to - from;
		}
	}
	for (i = 0; i < m.count; i++)
		if (m.pieces[i].size > 1024)
			shorten(i);
}

static void change(void)
{
	switch (some(16)) {
	case 0:
		change_bytes();
		break;
	case 1:
		change_encoding();
		break;
	case 2:
	case 3:
		rearrange();
		break;
	case 4:
		add_program();
		break;
	case 5:
	case 6:
		add_filters();
		break;
	case 7:
		add_file();
		break;
	default:
		change_one();
	}
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed)
{
	int changes;

	m.random = seed * 0x9e3779b97f4a7c15ull + 1;
	if (!some(32) || !split(data, size))
		return LLVMFuzzerMutate(data, size, max_size);
	if (some(256))
		make_small();
	for (changes = 1 + some(4); changes && m.count; changes--)
		change();
	if (some(8))
		mend_use();
	if (some(16))
		mend_end();
	return join(data, max_size);
}
