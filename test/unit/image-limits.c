// SPDX-License-Identifier: GPL-2.0
/* Entries that are longer than one may be, or take more memory. */
#include "damage.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_program_that_is_too_long_is_refused),
		cmocka_unit_test(an_entry_that_is_too_large_is_refused),
		cmocka_unit_test(many_unknown_fields_are_refused),
	};

	return cmocka_run_group_tests_name("image-limits", tests, make_folder, remove_folder);
}
