// SPDX-License-Identifier: GPL-2.0
/* Entries that are longer than one may be, or take more memory. */
#include "damage.h"

#include "unpack.h"

/* One more than the kernel takes, which is no fault of the message. */
static void a_program_that_is_too_long_is_refused(void **state)
{
	static uint8_t insns[(BPF_MAXINSNS + 1) * sizeof(struct sock_filter)], packed[1 << 16];
	ProgramEntry program = PROGRAM_ENTRY__INIT;
	SeccompTreeEntry entry = SECCOMP_TREE_ENTRY__INIT;
	uint32_t size;

	(void)state;
	program.insns.data = insns;
	program.insns.len = sizeof(insns);
	entry.entry_case = SECCOMP_TREE_ENTRY__ENTRY_PROGRAM;
	entry.program = &program;
	size = seccomp_tree_entry__pack(&entry, packed + 4);
	memcpy(packed, &size, 4);
	write_sample();
	put_bytes(entry_at(3), 0, packed, size + 4);
	assert_refused("a program of 32776 bytes");
}

/* Before memory is allocated for its message. */
static void an_entry_that_is_too_large_is_refused(void **state)
{
	static uint8_t large[4 + 65537] = { 1, 0, 1, 0, 0x12, 0xfd, 0xff, 3 };

	(void)state;
	write_sample();
	put_bytes(entry_at(3), 0, large, sizeof(large));
	assert_refused("its size is 65537 bytes, more than an entry can have");
}

/* Of two bytes each: a reader of protobuf takes some hundred bytes to keep one. */
static void many_unknown_fields_are_refused(void **state)
{
	static uint8_t threads[4 + 4 + 200000] = { 0x44, 13, 3, 0, 0x22, 0xc0, 0x9a, 0x0c };
	size_t i;

	(void)state;
	for (i = 8; i < sizeof(threads); i += 2)
		threads[i] = 0x38;
	write_sample();
	put_bytes(entry_at(3), 0, threads, sizeof(threads));
	assert_refused("its 200004 bytes are not an entry");
}

/* Each takes less than the whole entry may, all of them more. */
static void unknown_fields_that_add_up_are_refused(void **state)
{
	static uint8_t threads[4 + 4 + 200 * 12] = { 0x63, 9, 0, 0, 0x22, 0xe0, 0x12 };
	SeccompTreeEntry *entry;
	size_t i;

	(void)state;
	/* field 7 with ten bytes */
	for (i = 7; i + 12 <= sizeof(threads); i += 12) {
		threads[i] = 0x3a;
		threads[i + 1] = 10;
	}
	assert_int_equal(unpack_entry(threads + 4, 3 + 200 * 12, &entry), -EBADMSG);
	assert_null(entry);
	write_sample();
	put_bytes(entry_at(3), 0, threads, 4 + 3 + 200 * 12);
	assert_refused("its 2403 bytes are not an entry");
}

/* A number that takes a byte takes four in memory: as many as the kernel allows. */
static void an_entry_of_small_numbers_is_read(void **state)
{
	static const uint32_t newer[(BPF_MAXINSNS - 1) / (1 + TREE_FILTER_PENALTY)];
	const struct tree_filter filter = {
		.parent = TREE_NONE,
		.flags = SECCOMP_FILTER_FLAG_REPLACEABLE,
		.generation = INT64_MAX,
		.newer = newer,
		.n_newer = sizeof(newer) / sizeof(*newer),
	};
	struct image image = { .fd = -1 };
	struct tree tree = { 0 }, read = { 0 };

	(void)state;
	set_run_id(&tree);
	tree_add_program(&tree, allow, 1);
	assert_int_equal(tree_add_filter(&tree, &filter), 0);
	add_process(&tree, 7, 0, 0);
	assert_int_equal(image_sync(&image, folder.fd, &tree), 0);
	image_close(&image);
	load();
	assert_int_equal(image_parse("some.img", folder.data, folder.size, &read), 0);
	assert_int_equal(read.filters->n_newer, filter.n_newer);
	tree_free(&read);
	tree_free(&tree);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_program_that_is_too_long_is_refused),
		cmocka_unit_test(an_entry_that_is_too_large_is_refused),
		cmocka_unit_test(many_unknown_fields_are_refused),
		cmocka_unit_test(unknown_fields_that_add_up_are_refused),
		cmocka_unit_test_setup(an_entry_of_small_numbers_is_read, remove_image),
	};

	return cmocka_run_group_tests_name("image-limits", tests, make_folder, remove_folder);
}
