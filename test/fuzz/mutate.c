// SPDX-License-Identifier: GPL-2.0
#include <stdbool.h>
#include <string.h>

#include "mutate.h"
#include "pieces.h"

static bool used[MAX_PIECES], program_used[MAX_PIECES];

static void mend_end(void)
{
	const struct counts counts = count_before(image.count);
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
	if (behind_all() < image.count)
		image.count--;
	insert(image.count, &piece);
}

static void change_one(void)
{
	/* the header is only rarely changed */
	size_t at = some(16) && image.count > 1 ? 1 + some(image.count - 1) : 0;
	const struct counts before = count_before(at);
	SeccompTreeEntry *entry = unpack(&image.pieces[at]);

	if (!entry)
		return;
	change_message(entry, &before);
	pack(&image.pieces[at], entry);
	seccomp_tree_entry__free_unpacked(entry, NULL);
}

static void change_bytes(void)
{
	size_t at = some(image.count), room = image.pieces[at].size + 32;
	uint8_t *data = take(room);

	if (!data)
		return;
	memcpy(data, image.pieces[at].data, image.pieces[at].size);
	image.pieces[at].size = LLVMFuzzerMutate(data, image.pieces[at].size, room);
	image.pieces[at].data = data;
}

/* Encodes the last number with one byte more: the same message, in another encoding. */
static void change_encoding(void)
{
	size_t at = some(image.count), size = image.pieces[at].size;
	uint8_t *data = take(size + 1);

	if (!data || size < 3 || image.pieces[at].data[1] > 126 ||
	    image.pieces[at].data[size - 1] & 0x80)
		return;
	memcpy(data, image.pieces[at].data, size);
	data[1]++;
	data[size - 1] |= 0x80;
	data[size] = 0;
	image.pieces[at] = (struct piece){ .data = data, .size = size + 1 };
}

static void rearrange(void)
{
	size_t from = some(image.count), to = some(image.count);
	struct piece piece = image.pieces[from];

	switch (some(4)) {
	case 0:
		insert(to, &piece);
		break;
	case 1:
		image.pieces[from] = image.pieces[to];
		image.pieces[to] = piece;
		break;
	case 2:
		insert(behind_all(), &piece);
		break;
	default:
		drop(from);
	}
}

static void add_program_of(uint32_t len, size_t at)
{
	uint8_t insns[4097 * 8] = { 0 };
	ProgramEntry program = PROGRAM_ENTRY__INIT;
	SeccompTreeEntry entry = SECCOMP_TREE_ENTRY__INIT;
	uint32_t first = some(UINT32_MAX);
	struct piece piece;

	memcpy(insns, &first, sizeof(first));
	program.insns.data = insns;
	program.insns.len = 8 * len;
	entry.entry_case = SECCOMP_TREE_ENTRY__ENTRY_PROGRAM;
	entry.program = &program;
	if (pack(&piece, &entry))
		insert(at, &piece);
}

static void add_program(void)
{
	static const uint32_t lengths[] = { 1, 1, 2, 5, 4095, 4096, 4097 };

	add_program_of(lengths[some(some(16) ? 4 : 7)], 1 + some(behind_all()));
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

/* Sometimes adds so many that a limit is near. */
static void add_filters(void)
{
	const struct counts counts = count_before(image.count);
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

/* Adds a path that begins with a root, or as many roots. */
static void add_many(uint32_t program, uint32_t number, bool path)
{
	const uint32_t first = count_before(image.count).filters;
	uint32_t i;

	for (i = 0; i < number; i++)
		if (!add_filter(program, first + i - 1, !path || !i))
			return;
}

/*
 * Adds filters up to the limit of a path or of all together, or one past it, which
 * random changes would hardly ever reach.
 */
static void reach_a_limit(void)
{
	uint32_t program = count_before(image.count).programs;

	switch (some(8)) {
	case 0:
		add_program_of(1, behind_all());
		add_many(program, 6553 + some(3), true);
		break;
	case 1:
		add_program_of(4096, behind_all());
		add_many(program, 16383 + some(3), false);
		break;
	default:
		add_program_of(4096, behind_all());
		add_many(program, 7, true);
		add_program_of(32768 - 7 * (4096 + 4) + some(4) - 1, behind_all());
		add_filter(program + 1, count_before(image.count).filters - 1, false);
	}
}

static void add_file(void)
{
	const struct counts counts = count_before(image.count);
	FileEntry file = FILE_ENTRY__INIT;
	SeccompTreeEntry entry = SECCOMP_TREE_ENTRY__INIT;
	struct piece piece;

	file.id = some(4) ? counts.files * 3 : some(8);
	file.kind = (FileEntry__FileKind)(1 + some(4));
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
		used[filter] = true;
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

/* Adds a thread for each filter without one, in one process or in a process each. */
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
		if (used[i])
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
	    entry->filter->program < sizeof(program_used))
		program_used[entry->filter->program] = true;
}

/* Adds a filter for each program without one. */
static void mend_programs(void)
{
	const uint32_t programs = count_before(image.count).programs;
	size_t i;

	memset(program_used, 0, programs);
	for (i = 0; i < image.count; i++)
		look_at_program(&image.pieces[i]);
	for (i = 0; i < programs; i++)
		if (!program_used[i])
			add_filter(i, 0, true);
}

static void mend_use(void)
{
	struct counts counts;
	uint32_t last = 0;
	size_t i;

	mend_programs();
	counts = count_before(image.count);
	memset(used, 0, counts.filters);
	for (i = 0; i < image.count; i++)
		look_at_users(&image.pieces[i], counts.filters, &last);
	add_users(counts.filters, last);
}

/* Cuts a long program to a length that is its number among the entries. */
static void shorten(size_t at)
{
	SeccompTreeEntry *entry = unpack(&image.pieces[at]);

	if (!entry)
		return;
	if (entry->entry_case == SECCOMP_TREE_ENTRY__ENTRY_PROGRAM) {
		entry->program->insns.len = 8 + at % 64 * 8;
		pack(&image.pieces[at], entry);
	}
	seccomp_tree_entry__free_unpacked(entry, NULL);
}

/*
 * Large inputs take a thousand times as long as small ones, which find most of the same
 * problems.
 */
static void make_small(void)
{
	size_t i;

	if (image.count > 48) {
		size_t left = 8 + some(40), from = 1 + some(image.count - left), end = behind_all();
		size_t to = from + image.count - left;

		to = to < end ? to : end;
		if (from < to) {
			memmove(&image.pieces[from], &image.pieces[to],
				(image.count - to) * sizeof(*image.pieces));
			image.count -= to - from;
		}
	}
	for (i = 0; i < image.count; i++)
		if (image.pieces[i].size > 1024)
			shorten(i);
}

static void change(void)
{
	if (!some(1024)) {
		reach_a_limit();
		return;
	}
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

	seed_random(seed);
	if (!some(32) || !split(data, size))
		return LLVMFuzzerMutate(data, size, max_size);
	if (some(64))
		make_small();
	for (changes = 1 + some(4); changes && image.count; changes--)
		change();
	if (some(8))
		mend_use();
	if (some(16))
		mend_end();
	return join(data, max_size);
}
