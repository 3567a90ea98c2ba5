// SPDX-License-Identifier: GPL-2.0
#include "unit.h"

#include "hash.h"

static void it_is_siphash_1_3(void **state)
{
	(void)state;
	hash_use_key(0, 0);
	assert_true(hash_bytes("", 0) == 0xd1fba762150c532c);
	assert_true(hash_bytes("seccomp", 7) == 0xe321598b8d14f626);
	assert_true(hash_bytes("eight888", 8) == 0xde3012c86e77952f);
	assert_true(hash_number(0x3838387468676965) == 0xde3012c86e77952f);
	assert_true(hash_bytes("seccomp-tree.img", 16) == 0x722cc54fff13b5f7);
}

static void another_key_gives_another_hash(void **state)
{
	uint64_t first;

	(void)state;
	hash_use_key(1, 2);
	first = hash_bytes("seccomp", 7);
	assert_true(hash_bytes("seccomp", 7) == first);
	hash_use_key(1, 3);
	assert_true(hash_bytes("seccomp", 7) != first);
	hash_use_key(2, 2);
	assert_true(hash_bytes("seccomp", 7) != first);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_siphash_1_3),
		cmocka_unit_test(another_key_gives_another_hash),
	};

	return cmocka_run_group_tests_name("hash", tests, NULL, NULL);
}
