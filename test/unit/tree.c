// SPDX-License-Identifier: GPL-2.0
#include "unit.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "tree.h"

static const struct sock_filter allow[] = { BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW) };
static const struct sock_filter deny[] = { BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | 1) };
static const struct sock_filter longest[BPF_MAXINSNS];

static int root(struct tree *tree, uint32_t program)
{
	return tree_add_filter(tree,
			       &(struct tree_filter){ .program = program, .parent = TREE_NONE });
}

static void a_program_is_stored_once(void **state)
{
	struct tree tree = { 0 };

	(void)state;
	assert_int_equal(tree_add_program(&tree, allow, 1), 0);
	assert_int_equal(tree_add_program(&tree, deny, 1), 1);
	assert_int_equal(tree_add_program(&tree, allow, 1), 0);
	assert_int_equal(tree.n_programs, 2);
	tree_free(&tree);
}

static void many_programs_stay_apart(void **state)
{
	struct tree tree = { 0 };
	struct sock_filter insn = { .code = BPF_RET | BPF_K };
	uint32_t i;

	(void)state;
	for (i = 0; i < 5000; i++) {
		insn.k = i;
		assert_int_equal(tree_add_program(&tree, &insn, 1), i);
	}
	insn.k = 4321;
	assert_int_equal(tree_add_program(&tree, &insn, 1), 4321);
	tree_free(&tree);
}

static bool hash_is_bad;

uint64_t __real_hash_bytes(const void *data, size_t len);
uint64_t __wrap_hash_bytes(const void *data, size_t len);

uint64_t __wrap_hash_bytes(const void *data, size_t len)
{
	return hash_is_bad ? 0 : __real_hash_bytes(data, len);
}

static void programs_with_the_same_hash_are_distinguished(void **state)
{
	struct tree tree = { 0 };

	(void)state;
	hash_is_bad = true;
	assert_int_equal(tree_add_program(&tree, allow, 1), 0);
	assert_int_equal(tree_add_program(&tree, deny, 1), 1);
	assert_int_equal(tree_add_program(&tree, longest, 2), 2);
	assert_int_equal(tree_add_program(&tree, longest, 1), 3);
	assert_int_equal(tree_add_program(&tree, deny, 1), 1);
	assert_int_equal(tree_add_program(&tree, longest, 2), 2);
	hash_is_bad = false;
	tree_free(&tree);
}

/*
 * Where each instruction is added by xor, a product and a shift, the next can
 * undo what one has changed, whatever came before.
 */
static void choose(struct sock_filter pair[2], bool one)
{
	pair[0] = (struct sock_filter){ .code = one ? 0x8000 : 0 };
	pair[1] = (struct sock_filter){ .code = one ? 0x8000 : 0, .jf = one ? 4 : 0 };
}

static void programs_cannot_be_chosen_to_collide(void **state)
{
	struct tree tree = { 0 };
	struct sock_filter insns[30];
	clock_t begin = clock();
	int i, bit;

	(void)state;
	for (i = 0; i < 1 << 15; i++) {
		for (bit = 0; bit < 15; bit++)
			choose(insns + 2 * bit, i >> bit & 1);
		assert_int_equal(tree_add_program(&tree, insns, 30), i);
	}
	assert_true(clock() - begin < 3 * CLOCKS_PER_SEC);
	tree_free(&tree);
}

static void a_program_has_1_to_4096_instructions(void **state)
{
	struct tree tree = { 0 };

	(void)state;
	assert_int_equal(tree_add_program(&tree, longest, 0), -EINVAL);
	assert_int_equal(tree_add_program(&tree, longest, BPF_MAXINSNS + 1), -EINVAL);
	assert_int_equal(tree_add_program(&tree, longest, BPF_MAXINSNS), 0);
	tree_free(&tree);
}

static void equal_filters_stay_separate(void **state)
{
	struct tree tree = { 0 };

	(void)state;
	tree_add_program(&tree, allow, 1);
	assert_int_equal(root(&tree, 0), 0);
	assert_int_equal(root(&tree, 0), 1);
	tree_free(&tree);
}

static void refuse(const struct tree_filter *filter, const char *why)
{
	struct tree tree = { 0 };

	tree_add_program(&tree, allow, 1);
	root(&tree, 0);
	assert_non_null(tree_filter_fault(&tree, filter));
	if (why)
		assert_non_null(strstr(tree_filter_fault(&tree, filter), why));
	assert_int_equal(tree_add_filter(&tree, filter), -EINVAL);
	assert_int_equal(tree.n_filters, 1);
	tree_free(&tree);
}

static void filters_that_do_not_fit_are_refused(void **state)
{
	(void)state;
	refuse(&(struct tree_filter){ .program = 1, .parent = TREE_NONE }, "program");
	refuse(&(struct tree_filter){ .parent = 1 }, "parent");
	refuse(&(struct tree_filter){ .flags = 1u << 20 }, "unknown flags");
	refuse(&(struct tree_filter){ .flags = SECCOMP_FILTER_FLAG_NEW_LISTENER,
				      .listener_flags = 2 },
	       "unknown listener flags");
	refuse(&(struct tree_filter){ .listener_flags = 1 }, "no listener");
}

#define REPLACEABLE SECCOMP_FILTER_FLAG_REPLACEABLE

static void replaceable_filters_have_generations(void **state)
{
	const uint32_t newer[] = { 0, 0, 1 };

	(void)state;
	refuse(&(struct tree_filter){ .flags = REPLACEABLE }, "no generation");
	refuse(&(struct tree_filter){ .generation = 1 }, "not replaceable");
	refuse(&(struct tree_filter){ .flags = REPLACEABLE, .generation = 1ull << 63 },
	       "generation that is too high");
	refuse(
		&(struct tree_filter){
			.flags = REPLACEABLE, .generation = 2, .newer = newer, .n_newer = 2 },
		"more programs than generations");
	refuse(&(struct tree_filter){ .newer = newer, .n_newer = 1 }, NULL);
	refuse(
		&(struct tree_filter){
			.flags = REPLACEABLE, .generation = 9, .newer = newer, .n_newer = 3 },
		"program that does not come before it");
}

/* A program of 2048 instructions, and one of 2044 and 4 for it. */
static void programs_of_a_filter_are_limited_together(void **state)
{
	const uint32_t newer[] = { 1 };
	struct tree_filter filter = { .parent = TREE_NONE,
				      .flags = REPLACEABLE,
				      .generation = 2,
				      .newer = newer,
				      .n_newer = 1 };
	struct tree tree = { 0 };
	size_t index;

	(void)state;
	tree_add_program(&tree, longest, 2048);
	tree_add_program(&tree, longest, 2044);
	tree_add_program(&tree, longest, 2049);
	assert_int_equal(tree_add_filter(&tree, &filter), 0);
	assert_int_equal(tree.filters[0].path_insns, TREE_REPLACEABLE_INSNS);
	assert_ptr_not_equal(tree.filters[0].newer, newer);
	assert_int_equal(tree.filters[0].newer[0], 1);
	/* each of them has been used */
	assert_string_equal(tree_find_unused(&tree, &index), "program");
	assert_int_equal(index, 2);
	filter.program = 2;
	assert_non_null(strstr(tree_filter_fault(&tree, &filter), "longer programs"));
	tree_free(&tree);
}

/* Which of them may have one is for the kernel to say. */
static void a_path_may_have_several_listeners(void **state)
{
	const struct tree_filter filters[] = {
		{ .parent = TREE_NONE, .flags = SECCOMP_FILTER_FLAG_KEEP },
		{ .parent = 0,
		  .flags = SECCOMP_FILTER_FLAG_NEW_LISTENER |
			   SECCOMP_FILTER_FLAG_ALLOW_NESTED_LISTENERS },
		{ .parent = 1 },
		{ .parent = 2, .flags = SECCOMP_FILTER_FLAG_NEW_LISTENER },
		{ .parent = 3, .flags = REPLACEABLE, .generation = 1 },
	};
	struct tree tree = { 0 };
	size_t i;

	(void)state;
	tree_add_program(&tree, allow, 1);
	for (i = 0; i < sizeof(filters) / sizeof(*filters); i++) {
		assert_null(tree_filter_fault(&tree, &filters[i]));
		assert_int_equal(tree_add_filter(&tree, &filters[i]), i);
		/* one that was lost is no listener of CRIU's to lose */
		assert_int_equal(tree.filters[i].supervised, i > 0);
	}
	/* each has its own */
	for (i = 1; i <= 3; i += 2)
		assert_true(tree_add_file(&tree, &(struct tree_file){ .id = i,
								      .kind = TREE_FILE_LISTENER,
								      .filter = i }) >= 0);
	assert_int_equal(tree.filters[1].listener, 0);
	assert_int_equal(tree.filters[3].listener, 1);
	assert_int_equal(tree.filters[4].listener, TREE_NONE);
	tree_free(&tree);
}

/* 7 * (4096 + 4) + 4064 = 32764; 4 more for the next filter, and its program. */
static void a_path_has_32768_instructions(void **state)
{
	struct tree tree = { 0 };
	struct tree_filter filter = { .parent = TREE_NONE };
	int i;

	(void)state;
	tree_add_program(&tree, longest, BPF_MAXINSNS);
	tree_add_program(&tree, longest, 4063);
	tree_add_program(&tree, allow, 1);
	for (i = 0; i < 7; i++)
		filter.parent = tree_add_filter(&tree, &filter);
	filter.program = 1;
	filter.parent = tree_add_filter(&tree, &filter);
	assert_int_equal(tree.filters[7].path_insns, 32763);
	filter.program = 2;
	assert_null(tree_filter_fault(&tree, &filter));
	filter.parent = tree_add_filter(&tree, &filter);
	assert_int_equal(tree.filters[8].path_insns, 32768);
	assert_non_null(strstr(tree_filter_fault(&tree, &filter), "longer"));
	tree_free(&tree);
}

static void all_filters_have_67108864_instructions(void **state)
{
	struct tree tree = { 0 };
	struct tree_filter filter = { .parent = TREE_NONE };
	int i;

	(void)state;
	tree_add_program(&tree, longest, BPF_MAXINSNS);
	tree_add_program(&tree, allow, 1);
	for (i = 0; i < TREE_MAX_INSNS / BPF_MAXINSNS - 1; i++)
		assert_int_equal(root(&tree, 0), i);
	/* one counts 512 at least */
	for (i = 0; i < BPF_MAXINSNS / 512 - 1; i++)
		assert_true(root(&tree, 1) > 0);
	assert_non_null(strstr(tree_filter_fault(&tree, &filter), "together too large"));
	assert_int_equal(root(&tree, 0), -EINVAL);
	assert_true(root(&tree, 1) > 0);
	assert_int_equal(root(&tree, 1), -EINVAL);
	tree_free(&tree);
}

static void newer_programs_count_as_well(void **state)
{
	const uint32_t newer[] = { 1, 0 };
	struct tree tree = { 0 };
	const struct tree_filter filter = { .parent = TREE_NONE,
					    .flags = REPLACEABLE,
					    .generation = 3,
					    .newer = newer,
					    .n_newer = 2 };

	(void)state;
	tree_add_program(&tree, allow, 1);
	tree_add_program(&tree, longest, 1000);
	assert_int_equal(tree_add_filter(&tree, &filter), 0);
	assert_int_equal(tree.insns, 512 + 1000 + 512);
	tree_free(&tree);
}

static void the_first_unused_filter_is_found(void **state)
{
	struct tree tree = { 0 };
	struct tree_filter above = { .parent = 0, .flags = SECCOMP_FILTER_FLAG_NEW_LISTENER };
	const struct tree_file file = { .id = 1, .kind = TREE_FILE_LISTENER, .filter = 2 };
	size_t index;

	(void)state;
	assert_null(tree_find_unused(&tree, &index));
	tree_add_program(&tree, allow, 1);
	tree_add_program(&tree, deny, 1);
	root(&tree, 0);
	assert_string_equal(tree_find_unused(&tree, &index), "program");
	assert_int_equal(index, 1);
	root(&tree, 1);
	assert_string_equal(tree_find_unused(&tree, &index), "filter");
	assert_int_equal(index, 0);
	assert_int_equal(tree_add_filter(&tree, &above), 2);
	tree_find_unused(&tree, &index);
	assert_int_equal(index, 1);
	tree_add_process(&tree, &(struct tree_thread){ .tid = 1, .filter = 1 }, 1);
	tree_find_unused(&tree, &index);
	assert_int_equal(index, 2);
	assert_int_equal(tree_add_file(&tree, &file), 0);
	assert_null(tree_find_unused(&tree, &index));
	tree_free(&tree);
}

static void threads_are_found_by_their_id(void **state)
{
	struct tree tree = { 0 };
	const struct tree_thread first[] = { { .tid = 10, .filter = 0 },
					     { .tid = 11, .filter = TREE_NONE } };
	const struct tree_thread second[] = { { .tid = 5, .filter = 0 } };

	(void)state;
	tree_add_program(&tree, allow, 1);
	root(&tree, 0);
	assert_int_equal(tree_add_process(&tree, first, 2), 0);
	assert_int_equal(tree_add_process(&tree, second, 1), 1);
	assert_int_equal(tree_find_thread(&tree, 11)->filter, TREE_NONE);
	assert_int_equal(tree_find_thread(&tree, 5)->process, 1);
	assert_null(tree_find_thread(&tree, 12));
	assert_null(tree_find_thread(&tree, -1));
	assert_ptr_equal(tree_find_process(&tree, 10), &tree.processes[0]);
	assert_null(tree_find_process(&tree, 11));
	tree_free(&tree);
}

static void refuse_process(const struct tree_thread *threads, size_t count, const char *why)
{
	struct tree tree = { 0 };
	const struct tree_thread there[] = { { .tid = 10, .filter = TREE_NONE } };
	const char *fault;

	tree_add_process(&tree, there, 1);
	fault = tree_process_fault(&tree, threads, count);
	assert_int_equal(tree_add_process(&tree, threads, count), -EINVAL);
	if (why)
		assert_non_null(strstr(fault, why));
	tree_free(&tree);
}

static void processes_that_do_not_fit_are_refused(void **state)
{
	const struct tree_thread twice[] = { { .tid = 7, .filter = TREE_NONE },
					     { .tid = 7, .filter = TREE_NONE } };

	(void)state;
	refuse_process(NULL, 0, "no threads");
	refuse_process(&(struct tree_thread){ .tid = 0, .filter = TREE_NONE }, 1, "out of range");
	refuse_process(&(struct tree_thread){ .tid = TREE_MAX_TID + 1, .filter = TREE_NONE }, 1,
		       "out of range");
	refuse_process(&(struct tree_thread){ .tid = 1, .filter = 0 }, 1, "filter");
	refuse_process(&(struct tree_thread){ .tid = 10, .filter = TREE_NONE }, 1, "another");
	refuse_process(twice, 2, NULL);
}

static void refuse_file(const struct tree_file *file, const char *why)
{
	struct tree tree = { 0 };
	struct tree_filter supervised = { .parent = TREE_NONE,
					  .flags = SECCOMP_FILTER_FLAG_NEW_LISTENER };
	const struct tree_file there = { .id = 7, .kind = TREE_FILE_LISTENER, .filter = 1 };

	tree_add_program(&tree, allow, 1);
	root(&tree, 0);
	tree_add_filter(&tree, &supervised);
	assert_int_equal(tree_add_file(&tree, &there), 0);
	assert_int_equal(tree.filters[1].listener, 0);
	assert_non_null(tree_file_fault(&tree, file));
	assert_non_null(strstr(tree_file_fault(&tree, file), why));
	assert_int_equal(tree_add_file(&tree, file), -EINVAL);
	assert_null(tree_find_file(&tree, 8));
	tree_free(&tree);
}

static void there_are_262144_files(void **state)
{
	const struct tree_filter filter = { .parent = TREE_NONE };
	struct tree_file file = { .kind = TREE_FILE_FILTER };
	struct tree tree = { 0 };

	(void)state;
	assert_int_equal(tree_add_program(&tree, allow, 1), 0);
	assert_int_equal(tree_add_filter(&tree, &filter), 0);
	for (; file.id < 262144; file.id++)
		if (tree_add_file(&tree, &file) != (int)file.id)
			fail();
	assert_non_null(strstr(tree_file_fault(&tree, &file), "more than a restore can open"));
	tree_free(&tree);
}

/* Each keeps a filter that is not in the tree. */
static void listeners_that_have_hung_up_count_as_filters(void **state)
{
	struct tree_file file = { .kind = TREE_FILE_HUNG_UP, .filter = TREE_NONE };
	struct tree tree = { 0 };

	(void)state;
	for (; file.id < 131072; file.id++)
		if (tree_add_file(&tree, &file) != (int)file.id)
			fail();
	assert_non_null(strstr(tree_file_fault(&tree, &file), "all filters together too large"));
	tree_free(&tree);
}

static void files_that_do_not_fit_are_refused(void **state)
{
	(void)state;
	refuse_file(&(struct tree_file){ .id = 8, .kind = 0 }, "unknown kind");
	refuse_file(&(struct tree_file){ .id = 8, .kind = 5 }, "unknown kind");
	refuse_file(&(struct tree_file){ .id = 8, .kind = TREE_FILE_FILTER, .filter = 2 },
		    "has a filter that does not come before it");
	refuse_file(&(struct tree_file){ .id = 8, .kind = TREE_FILE_FILTER, .filter = TREE_NONE },
		    "has a filter that does not come before it");
	refuse_file(&(struct tree_file){ .id = 8, .kind = TREE_FILE_SEALED, .filter = TREE_NONE },
		    "has a filter that does not come before it");
	refuse_file(&(struct tree_file){ .id = 8, .kind = TREE_FILE_HUNG_UP, .filter = 0 },
		    "has hung up");
	refuse_file(&(struct tree_file){ .id = 8, .kind = TREE_FILE_FILTER, .flags = O_EXCL },
		    "unknown flags");
	refuse_file(&(struct tree_file){ .id = 7, .kind = TREE_FILE_FILTER }, "number of another");
	refuse_file(&(struct tree_file){ .id = 8, .kind = TREE_FILE_LISTENER },
		    "of a filter that has none");
	refuse_file(&(struct tree_file){ .id = 8, .kind = TREE_FILE_LISTENER, .filter = 1 },
		    "second listener");
}

static void a_run_id_is_short_and_printable(void **state)
{
	static const char *const bad[] = { "", "a b", "a\n", "\033[2J", "\xc3\xa4", "\x7f" };
	char most[TREE_RUN_ID_SIZE];
	struct tree tree = { 0 };
	size_t i;

	(void)state;
	memset(most, 'x', sizeof(most));
	assert_int_equal(tree_set_run_id(&tree, most, sizeof(most) - 1), 0);
	assert_int_equal(strlen(tree.run_id), sizeof(most) - 1);
	assert_int_equal(tree_set_run_id(&tree, most, sizeof(most)), -EINVAL);
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(tree_set_run_id(&tree, bad[i], strlen(bad[i])), -EINVAL);
	assert_int_equal(tree_set_run_id(&tree, "a\0b", 3), -EINVAL);
	assert_int_equal(tree_set_run_id(&tree, "b1", 2), 0);
	assert_string_equal(tree.run_id, "b1");
	tree_free(&tree);
	assert_string_equal(tree.run_id, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_program_is_stored_once),
		cmocka_unit_test(many_programs_stay_apart),
		cmocka_unit_test(programs_with_the_same_hash_are_distinguished),
		cmocka_unit_test(programs_cannot_be_chosen_to_collide),
		cmocka_unit_test(a_program_has_1_to_4096_instructions),
		cmocka_unit_test(equal_filters_stay_separate),
		cmocka_unit_test(filters_that_do_not_fit_are_refused),
		cmocka_unit_test(replaceable_filters_have_generations),
		cmocka_unit_test(programs_of_a_filter_are_limited_together),
		cmocka_unit_test(a_path_may_have_several_listeners),
		cmocka_unit_test(a_path_has_32768_instructions),
		cmocka_unit_test(all_filters_have_67108864_instructions),
		cmocka_unit_test(newer_programs_count_as_well),
		cmocka_unit_test(the_first_unused_filter_is_found),
		cmocka_unit_test(there_are_262144_files),
		cmocka_unit_test(listeners_that_have_hung_up_count_as_filters),
		cmocka_unit_test(files_that_do_not_fit_are_refused),
		cmocka_unit_test(threads_are_found_by_their_id),
		cmocka_unit_test(processes_that_do_not_fit_are_refused),
		cmocka_unit_test(a_run_id_is_short_and_printable),
	};

	return cmocka_run_group_tests_name("tree", tests, NULL, NULL);
}
