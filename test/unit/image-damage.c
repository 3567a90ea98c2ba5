// SPDX-License-Identifier: GPL-2.0
/* An image that was damaged in one place is refused, and the fault named. */
#include "damage.h"

static void every_cut_is_noticed(void **state)
{
	size_t size;

	(void)state;
	write_sample();
	size = folder.size;
	for (folder.size = 0; folder.size < size; folder.size++)
		assert_refused("");
}

static void bytes_after_the_end_are_refused(void **state)
{
	(void)state;
	write_sample();
	folder.data[folder.size++] = 0;
	assert_refused("after the end entry");
}

static void a_wrong_magic_is_refused(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < 8; i++) {
		write_sample();
		folder.data[i] ^= 1;
		assert_refused("wrong magic");
	}
}

static void a_length_that_lies_is_refused(void **state)
{
	unsigned int i;

	(void)state;
	for (i = 0; i < 9; i++) {
		write_sample();
		folder.data[entry_at(i) + 3] = 0x7f;
		assert_refused("its size is");
		write_sample();
		folder.data[entry_at(i)]--;
		assert_refused("");
		write_sample();
		folder.data[entry_at(i)]++;
		assert_refused("");
	}
}

/* Takes an entry of the sample, lets @change change it, and puts it back. */
static void edit(unsigned int number, void (*change)(SeccompTreeEntry *))
{
	SeccompTreeEntry *entry;
	uint8_t packed[256];
	uint32_t old, new;
	size_t at;

	write_sample();
	at = entry_at(number);
	memcpy(&old, folder.data + at, 4);
	entry = seccomp_tree_entry__unpack(NULL, old, folder.data + at + 4);
	assert_non_null(entry);
	change(entry);
	new = seccomp_tree_entry__get_packed_size(entry);
	assert_true(new + 4 <= sizeof(packed));
	memcpy(packed, &new, 4);
	seccomp_tree_entry__pack(entry, packed + 4);
	seccomp_tree_entry__free_unpacked(entry, NULL);
	put_bytes(at, old + 4, packed, new + 4);
}

static void nothing(SeccompTreeEntry *e)
{
	(void)e;
}

static void version_4(SeccompTreeEntry *e)
{
	e->header->version = 4;
}

/* It had no run id. */
static void version_2(SeccompTreeEntry *e)
{
	e->header->version = 2;
	e->header->has_run_id = 0;
}

static void no_run_id(SeccompTreeEntry *e)
{
	e->header->has_run_id = 0;
}

static void empty_run_id(SeccompTreeEntry *e)
{
	e->header->run_id.len = 0;
}

static void run_id_with_nul(SeccompTreeEntry *e)
{
	e->header->run_id.data[7] = '\0';
}

static void run_id_with_escape(SeccompTreeEntry *e)
{
	e->header->run_id.data[7] = '\033';
}

static void no_arch(SeccompTreeEntry *e)
{
	e->header->has_arch = 0;
}

static void arch_0(SeccompTreeEntry *e)
{
	e->header->arch = 0;
}

static void odd_program(SeccompTreeEntry *e)
{
	e->program->insns.len -= 1;
}

static void no_program(SeccompTreeEntry *e)
{
	e->program->insns.len = 0;
}

static void far_program(SeccompTreeEntry *e)
{
	e->filter->program = 2;
}

static void own_parent(SeccompTreeEntry *e)
{
	e->filter->parent = 2;
}

static void no_parent_by_number(SeccompTreeEntry *e)
{
	e->filter->parent = TREE_NONE;
}

static void odd_flags(SeccompTreeEntry *e)
{
	e->filter->has_flags = 1;
	e->filter->flags = 1;
}

static void file_far_filter(SeccompTreeEntry *e)
{
	e->file->filter = 3;
}

static void file_no_filter(SeccompTreeEntry *e)
{
	e->file->has_filter = 0;
}

static void file_no_filter_by_number(SeccompTreeEntry *e)
{
	e->file->kind = FILE_ENTRY__FILE_KIND__HUNG_UP;
	e->file->filter = TREE_NONE;
}

static void file_kind(SeccompTreeEntry *e)
{
	e->file->kind = 9;
}

static void far_filter(SeccompTreeEntry *e)
{
	e->threads->filter[0] = 4;
}

static void negative_filter(SeccompTreeEntry *e)
{
	e->threads->filter[0] = -1;
}

static void filter_too_few(SeccompTreeEntry *e)
{
	e->threads->n_filter--;
}

static void tid_zero(SeccompTreeEntry *e)
{
	e->threads->tid[0] = 0;
}

static void tid_too_large(SeccompTreeEntry *e)
{
	e->threads->tid[0] = INT32_MAX;
}

static void tid_twice(SeccompTreeEntry *e)
{
	e->threads->tid[1] = 0;
}

static void tid_in_two_processes(SeccompTreeEntry *e)
{
	e->threads->tid[2] = -3;
}

static void process_too_large(SeccompTreeEntry *e)
{
	e->threads->size[1] = 3;
}

static void process_too_small(SeccompTreeEntry *e)
{
	e->threads->size[1] = 1;
}

static void process_empty(SeccompTreeEntry *e)
{
	e->threads->size[0] = 0;
}

/* The threads of the second process keep their filters. */
static void process_bare(SeccompTreeEntry *e)
{
	e->threads->filter[2] += e->threads->filter[0] + e->threads->filter[1];
	e->threads->filter[0] = e->threads->filter[1] = 0;
}

static void more_programs(SeccompTreeEntry *e)
{
	e->end->programs++;
}

static void more_filters(SeccompTreeEntry *e)
{
	e->end->filters++;
}

static void fewer_threads(SeccompTreeEntry *e)
{
	e->end->threads--;
}

static void more_files(SeccompTreeEntry *e)
{
	e->end->files++;
}

static void fewer_processes(SeccompTreeEntry *e)
{
	e->end->processes--;
}

static void every_damaged_entry_is_refused(void **state)
{
	static const struct {
		unsigned int entry;
		void (*change)(SeccompTreeEntry *);
		const char *fault;
	} damages[] = {
		{ 0, version_4, "its version is 4" },
		{ 0, version_2, "its version is 2" },
		{ 0, no_run_id, "does not name the run" },
		{ 0, empty_run_id, "does not name the run" },
		{ 0, run_id_with_nul, "does not name the run" },
		{ 0, run_id_with_escape, "does not name the run" },
		{ 0, no_arch, "does not name the architecture" },
		{ 0, arch_0, "does not name the architecture" },
		{ 1, odd_program, "a program of 7 bytes" },
		{ 2, odd_program, "a program of 31 bytes" },
		{ 2, no_program, "a program of 0 bytes" },
		{ 3, far_program, "filter 0 has a program" },
		{ 5, own_parent, "filter 2 has a parent" },
		{ 5, no_parent_by_number, "filter 2 has a parent" },
		{ 4, odd_flags, "filter 1 has unknown flags" },
		{ 6, file_far_filter, "file 9 has a filter" },
		{ 6, file_no_filter, "file 9 has a filter" },
		{ 6, file_no_filter_by_number, "file 9 has a filter" },
		{ 6, file_kind, "file 9 is of an unknown kind" },
		{ 7, far_filter, "thread 100 has filter 3 of 3" },
		{ 7, negative_filter, "thread 100 has filter -2 of 3" },
		{ 7, filter_too_few, "4 threads, but 3 filters" },
		{ 7, tid_zero, "has the id 0" },
		{ 7, tid_too_large, "has the id 2147483647" },
		{ 7, tid_twice, "its process 0 has a thread twice" },
		{ 7, tid_in_two_processes, "its process 1 has a thread id that another" },
		{ 7, process_too_large, "its process 1 has 3 threads, but only 2 are left" },
		{ 7, process_too_small, "1 of its threads belong to no process" },
		{ 7, process_empty, "its process 0 has no threads" },
		{ 7, process_bare, "its process 0 has no thread with a filter" },
		{ 8, more_programs, "counts 3 programs, the file has 2" },
		{ 8, more_filters, "counts 4 filters, the file has 3" },
		{ 8, fewer_threads, "counts 3 threads, the file has 4" },
		{ 8, more_files, "counts 2 files, the file has 1" },
		{ 8, fewer_processes, "counts 1 processes, the file has 2" },
	};
	struct tree tree = { 0 };
	size_t i;

	(void)state;
	edit(7, nothing);
	assert_int_equal(image_parse("same", folder.data, folder.size, &tree), 0);
	tree_free(&tree);
	for (i = 0; i < sizeof(damages) / sizeof(*damages); i++) {
		edit(damages[i].entry, damages[i].change);
		assert_refused(damages[i].fault);
	}
}

static void entries_in_the_wrong_place_are_refused(void **state)
{
	uint8_t copy[64];
	size_t at, size;

	(void)state;
	write_sample();
	at = entry_at(1);
	put_bytes(8, at - 8, "", 0);
	assert_refused("the header is missing");

	write_sample();
	size = entry_at(1) - 8;
	memcpy(copy, folder.data + 8, size);
	put_bytes(entry_at(2), 0, copy, size);
	assert_refused("a second header");

	write_sample();
	size = entry_at(2) - entry_at(1);
	memcpy(copy, folder.data + entry_at(1), size);
	put_bytes(entry_at(3), 0, copy, size);
	assert_refused("the same program as number 0");

	write_sample();
	put_bytes(entry_at(2), 0, copy, size);
	assert_refused("the same program as number 0");
}

static void unknown_things_are_refused(void **state)
{
	/* an empty entry; one with field 15; a header with field 15 */
	static const uint8_t empty[] = { 0, 0, 0, 0 };
	static const uint8_t unknown[] = { 2, 0, 0, 0, 0x78, 1 };
	static const uint8_t header[] = { 6, 0, 0, 0, 0x0a, 4, 0x08, 2, 0x78, 1 };

	(void)state;
	write_sample();
	put_bytes(entry_at(3), 0, empty, sizeof(empty));
	assert_refused("unknown kind");
	write_sample();
	put_bytes(entry_at(3), 0, unknown, sizeof(unknown));
	assert_refused("unknown kind");
	write_sample();
	put_bytes(8, entry_at(1) - 8, header, sizeof(header));
	assert_refused("fields that version 3 does not have");
}

/* The same message in other bytes, which a reader of protobuf takes. */
static void another_encoding_is_refused(void **state)
{
	/* a number with a byte too many, over 32 bits, twice; two entries in one */
	static const uint8_t headers[][12] = {
		{ 5, 0, 0, 0, 0x0a, 3, 0x08, 0x81, 0 },
		{ 8, 0, 0, 0, 0x0a, 6, 0x08, 0x81, 0x80, 0x80, 0x80, 0x10 },
		{ 6, 0, 0, 0, 0x0a, 4, 0x08, 9, 0x08, 1 },
		{ 8, 0, 0, 0, 0x0a, 2, 0x08, 1, 0x0a, 2, 0x08, 1 },
	};
	/* filter 0 with its fields in another order; threads that are not packed */
	static const uint8_t filter[] = { 6, 0, 0, 0, 0x1a, 4, 0x18, 0, 0x08, 0 };
	static const uint8_t threads[] = { 8, 0, 0, 0, 0x22, 6, 0x08, 1, 0x10, 2, 0x18, 0 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(headers) / sizeof(*headers); i++) {
		write_sample();
		put_bytes(8, entry_at(1) - 8, headers[i], 4 + headers[i][0]);
		assert_refused("not the canonical encoding");
	}
	write_sample();
	put_bytes(entry_at(3), entry_at(4) - entry_at(3), filter, sizeof(filter));
	assert_refused("not the canonical encoding");
	write_sample();
	put_bytes(entry_at(8), 0, threads, sizeof(threads));
	assert_refused("not the canonical encoding");
}

static void what_nothing_uses_is_refused(void **state)
{
	struct image image = { .fd = -1 };
	struct tree tree = { 0 };

	(void)state;
	remove_image(NULL);
	fill(&tree);
	add_filter(&tree, allow, 1, 2, 0);
	assert_int_equal(image_sync(&image, folder.fd, &tree), 0);
	load();
	assert_refused("filter 3 is not used");
	assert_true(tree_add_program(&tree, deny, 3) >= 0);
	assert_int_equal(image_sync(&image, folder.fd, &tree), 0);
	load();
	assert_refused("program 2 is not used");
	image_close(&image);
	tree_free(&tree);
}

static void threads_of_no_process_are_refused(void **state)
{
	static const uint8_t threads[] = { 2, 0, 0, 0, 0x22, 0 };

	(void)state;
	write_sample();
	put_bytes(entry_at(8), 0, threads, sizeof(threads));
	assert_refused("threads without a process");
}

/* Whatever one bit does, the reader neither crashes nor leaves a half tree. */
static void every_flipped_bit_is_survived(void **state)
{
	struct tree tree = { 0 };
	size_t bit, size;

	(void)state;
	write_sample();
	size = folder.size;
	for (bit = 0; bit < size * 8; bit++) {
		folder.data[bit / 8] ^= 1 << bit % 8;
		if (image_parse("bit.img", folder.data, folder.size, &tree))
			assert_int_equal(tree.n_filters, 0);
		tree_free(&tree);
		folder.data[bit / 8] ^= 1 << bit % 8;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_cut_is_noticed),
		cmocka_unit_test(bytes_after_the_end_are_refused),
		cmocka_unit_test(a_wrong_magic_is_refused),
		cmocka_unit_test(a_length_that_lies_is_refused),
		cmocka_unit_test(every_damaged_entry_is_refused),
		cmocka_unit_test(entries_in_the_wrong_place_are_refused),
		cmocka_unit_test(unknown_things_are_refused),
		cmocka_unit_test(another_encoding_is_refused),
		cmocka_unit_test(what_nothing_uses_is_refused),
		cmocka_unit_test(threads_of_no_process_are_refused),
		cmocka_unit_test(every_flipped_bit_is_survived),
	};

	return cmocka_run_group_tests_name("image-damage", tests, make_folder, remove_folder);
}
