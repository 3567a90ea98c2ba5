// SPDX-License-Identifier: GPL-2.0
#include "unit.h"

#include <time.h>

#include "map.h"

static void an_empty_map_has_nothing(void **state)
{
	struct map map = { 0 };
	uint32_t value;

	(void)state;
	assert_false(map_get(&map, 0, &value));
	assert_false(map_get(&map, UINT64_MAX, &value));
	map_free(&map);
}

static void keys_are_found(void **state)
{
	struct map map = { 0 };
	uint32_t value, i;

	(void)state;
	for (i = 0; i < 100000; i++)
		assert_int_equal(map_put(&map, (uint64_t)i * i, i), 0);
	for (i = 0; i < 100000; i++) {
		assert_true(map_get(&map, (uint64_t)i * i, &value));
		assert_int_equal(value, i);
	}
	assert_false(map_get(&map, 3, &value));
	map_free(&map);
}

static void a_key_is_there_once(void **state)
{
	struct map map = { 0 };
	uint32_t value;

	(void)state;
	map_put(&map, 7, 1);
	map_put(&map, 7, 2);
	assert_int_equal(map.used, 1);
	assert_true(map_get(&map, 7, &value));
	assert_int_equal(value, 2);
	map_free(&map);
}

/* 2^64 / golden ratio, with which a hash of numbers is often made, and its inverse. */
#define GOLDEN 0x9e3779b97f4a7c15u
#define INVERSE 0xf1de83e19937733du

static void keys_cannot_be_chosen_to_collide(void **state)
{
	struct map map = { 0 };
	clock_t begin = clock();
	uint64_t i;

	(void)state;
	assert_true(GOLDEN * INVERSE == 1);
	for (i = 0; i < 200000; i++)
		assert_int_equal(map_put(&map, i * INVERSE, i), 0);
	assert_true(clock() - begin < 3 * CLOCKS_PER_SEC);
	map_free(&map);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_map_has_nothing),
		cmocka_unit_test(keys_are_found),
		cmocka_unit_test(a_key_is_there_once),
		cmocka_unit_test(keys_cannot_be_chosen_to_collide),
	};

	return cmocka_run_group_tests_name("map", tests, NULL, NULL);
}
