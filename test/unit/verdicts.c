// SPDX-License-Identifier: GPL-2.0
/* Compares the verdicts that are found with the interpreter, with random arguments. */
#include "unit.h"

#include <linux/audit.h>
#include <stdbool.h>
#include <stdlib.h>

#include "bpf.h"
#include "random_programs.h"
#include "verdicts.h"

#define STACKS 3000
#define CALLS 300

static const uint16_t nr_and_arch = 1 << BPF_WORD_NR | 1 << BPF_WORD_ARCH;

static const struct verdict *look_up(const struct verdicts *verdicts, uint32_t ret, size_t filter)
{
	size_t i;

	for (i = 0; i < verdicts->count; i++)
		if (verdicts->list[i].ret == ret && verdicts->list[i].filter == filter)
			return &verdicts->list[i];
	return NULL;
}

/* Verdicts that are marked as certain are right, and their examples match the call. */
static void check_certain_verdicts(const struct stack *stack, const struct call *call,
				   const struct verdicts *verdicts, size_t *certain)
{
	const struct verdict *verdict;
	size_t i, word, filter;

	for (i = 0; i < verdicts->count; i++) {
		verdict = &verdicts->list[i];
		if (!verdict->certain)
			continue;
		assert_int_equal(stack_run(stack, &verdict->example, &filter), verdict->ret);
		assert_true(filter == verdict->filter);
		for (word = 0; word < BPF_DATA_WORDS; word++)
			if (call->known & 1u << word)
				assert_int_equal(bpf_word(&verdict->example, word),
						 bpf_word(&call->data, word));
		(*certain)++;
	}
}

/* Every result is in the list. */
static void check_complete(const struct stack *stack, const struct call *call,
			   const struct verdicts *verdicts)
{
	struct seccomp_data data;
	size_t i, filter;
	uint32_t ret;

	for (i = 0; i < CALLS; i++) {
		random_call(&data, call->data.arch);
		ret = stack_run(stack, &data, &filter);
		if (!verdicts->computed && !look_up(verdicts, ret, filter))
			fail_msg("%#x of filter %zd is not among %zu verdicts", ret,
				 (ssize_t)filter, verdicts->count);
	}
}

static void try(size_t round, struct verdicts *verdicts, size_t *all, size_t *certain)
{
	static struct sock_filter insns[3][RANDOM_MAX];
	struct program programs[3];
	struct stack stack = { .programs = programs };
	struct call call = { .known = nr_and_arch };
	size_t i;

	random_state = 0x5ecc200000000001 + round;
	stack.count = 1 + random_below(3);
	for (i = 0; i < stack.count; i++)
		programs[i] = (struct program){ insns[i], random_program(insns[i]) };
	random_call(&call.data, AUDIT_ARCH_X86_64);
	assert_int_equal(verdicts_find(&stack, &call, verdicts), 0);
	check_complete(&stack, &call, verdicts);
	check_certain_verdicts(&stack, &call, verdicts, certain);
	*all += verdicts->count;
}

static void random_stacks(void **state)
{
	struct verdicts verdicts = { 0 };
	size_t round, all = 0, certain = 0;

	(void)state;
	for (round = 0; round < STACKS; round++)
		try(round, &verdicts, &all, &certain);
	verdicts_free(&verdicts);
	print_message("%zu of %zu verdicts are certain\n", certain, all);
	/* they compute a lot, and compare it: more than any program that somebody wrote */
	assert_true(certain * 10 > all * 8);
}

/* Too many ways to walk: 2 to the power of 40. */
static void too_many_ways(void **state)
{
	struct sock_filter insns[164];
	struct program program = { insns, 0 };
	struct stack stack = { &program, 1 };
	struct call call = { .known = nr_and_arch };
	struct verdicts verdicts = { 0 };
	size_t i, n = 0, before;

	(void)state;
	for (i = 0; i < 40; i++) {
		insns[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 16);
		insns[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K,
							  1u << (i % 32), 0, 1);
		insns[n++] = (struct sock_filter)BPF_STMT(BPF_LDX | BPF_IMM, i);
	}
	insns[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_X, 0, 0, 1);
	insns[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | 1);
	insns[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	program.len = n;
	assert_int_equal(verdicts_find(&stack, &call, &verdicts), 0);
	assert_int_equal(verdicts.count, 2);
	assert_false(verdicts.all_ways);
	assert_non_null(look_up(&verdicts, SECCOMP_RET_ERRNO | 1, 0));
	assert_non_null(look_up(&verdicts, SECCOMP_RET_ALLOW, VERDICT_NO_FILTER));
	/* a table of such calls does not take so long for each */
	for (i = 0; i < 10; i++) {
		before = verdicts.branches;
		assert_int_equal(verdicts_find(&stack, &call, &verdicts), 0);
		assert_int_equal(verdicts.count, 2);
	}
	assert_true(verdicts.branches - before < 100);
	verdicts_free(&verdicts);
}

/* Each of 1,000 divisions may be by zero. */
static void too_many_divisions(void **state)
{
	struct sock_filter insns[1003] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 16),
		BPF_STMT(BPF_MISC | BPF_TAX, 0),
	};
	struct program programs[] = { { insns, 1003 }, { insns, 1003 }, { insns, 1003 } };
	struct stack stack = { programs, 3 };
	struct call call = { .known = nr_and_arch };
	struct verdicts verdicts = { 0 };
	size_t i;

	(void)state;
	for (i = 2; i < 1002; i++)
		insns[i] = (struct sock_filter)BPF_STMT(BPF_ALU | BPF_DIV | BPF_X, 0);
	insns[i] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	assert_int_equal(verdicts_find(&stack, &call, &verdicts), 0);
	assert_false(verdicts.all_ways);
	assert_true(verdicts.branches < 10000);
	assert_non_null(look_up(&verdicts, SECCOMP_RET_KILL_THREAD, 0));
	assert_non_null(look_up(&verdicts, SECCOMP_RET_ALLOW, VERDICT_NO_FILTER));
	verdicts_free(&verdicts);
}

/* Conditions of two filters on the same argument are combined. */
static void filters_do_not_contradict_one_another(void **state)
{
	static const struct sock_filter newest[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 16),
		BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, 10, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	static const struct sock_filter oldest[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 16),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 20, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | 2),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct program programs[] = { { newest, 4 }, { oldest, 4 } };
	struct stack stack = { programs, 2 };
	struct call call = { .known = nr_and_arch };
	struct verdicts verdicts = { 0 };

	(void)state;
	assert_int_equal(verdicts_find(&stack, &call, &verdicts), 0);
	assert_int_equal(verdicts.count, 2);
	assert_non_null(look_up(&verdicts, SECCOMP_RET_ERRNO | 1, 0));
	assert_non_null(look_up(&verdicts, SECCOMP_RET_ALLOW, VERDICT_NO_FILTER));
	call.known |= 1 << BPF_WORD_ARGS;
	call.data.args[0] = 11;
	assert_int_equal(verdicts_find(&stack, &call, &verdicts), 0);
	assert_int_equal(verdicts.count, 1);
	assert_true(verdicts.list[0].certain);
	assert_true(verdicts.all_ways);
	verdicts_free(&verdicts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(filters_do_not_contradict_one_another),
		cmocka_unit_test(too_many_ways),
		cmocka_unit_test(too_many_divisions),
		cmocka_unit_test(random_stacks),
	};

	return cmocka_run_group_tests_name("verdicts", tests, NULL, NULL);
}
