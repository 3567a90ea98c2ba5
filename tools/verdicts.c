// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "value.h"
#include "verdicts.h"

/* The walk gives up after this many two-way jumps and divisions; profiles of containers have about
 * ten. */
#define MAX_BRANCHES 4096
/*
 * Once all calls of a table together have taken so many, each gets only a few: a program
 * may be made so that every call takes seconds.
 */
#define MAX_BRANCHES_TOGETHER (4 * MAX_BRANCHES)
#define FEW_BRANCHES 16

/**
 * struct walk - a walk through all programs
 * @facts: what is known from the jumps up to here
 * @error: 0; -ENOMEM; -E2BIG: too many ways
 */
struct walk {
	const struct stack *stack;
	const struct call *call;
	struct verdicts *verdicts;
	struct facts facts;
	size_t branches, limit;
	int error;
};

/* A place on a way. @ret and @decides: the result of the filters before @filter. */
struct place {
	size_t filter, insn;
	struct registers registers;
	uint32_t ret;
	size_t decides;
};

int32_t verdict_action(uint32_t ret)
{
	return (int32_t)(ret & SECCOMP_RET_ACTION_FULL);
}

/* The newest filter with the lowest action decides, and its data is used, too. */
static void combine(uint32_t ret, size_t filter, uint32_t *all, size_t *decides)
{
	if (verdict_action(ret) >= verdict_action(*all))
		return;
	*all = ret;
	*decides = filter;
}

uint32_t stack_run(const struct stack *stack, const struct seccomp_data *data, size_t *filter)
{
	uint32_t ret = SECCOMP_RET_ALLOW;
	size_t i;

	*filter = VERDICT_NO_FILTER;
	for (i = 0; i < stack->count; i++)
		combine(bpf_run(stack->programs[i].insns, data), i, &ret, filter);
	return ret;
}

int verdicts_add(struct verdicts *verdicts, uint32_t ret, size_t filter)
{
	size_t i;

	for (i = 0; i < verdicts->count; i++)
		if (verdicts->list[i].ret == ret && verdicts->list[i].filter == filter)
			return i;
	if (array_reserve(&verdicts->list, &verdicts->room, i + 1, sizeof(*verdicts->list)))
		return -ENOMEM;
	verdicts->list[verdicts->count++] = (struct verdict){ .ret = ret, .filter = filter };
	return i;
}

/* Arguments that lead along this way, as far as they can be found. */
static void find_example(const struct walk *walk, struct seccomp_data *data)
{
	uint32_t value;
	size_t word;

	*data = walk->call->data;
	for (word = 0; word < BPF_DATA_WORDS; word++) {
		if (walk->call->known & 1u << word)
			continue;
		if (facts_possible(&walk->facts, word, &value) != POSSIBLE)
			value = 0;
		memcpy((char *)data + word * sizeof(value), &value, sizeof(value));
	}
}

static int add_way(struct walk *walk, size_t verdict)
{
	struct verdicts *verdicts = walk->verdicts;
	size_t size = walk->facts.count * sizeof(*walk->facts.list);
	struct way way = { .verdict = verdict, .count = walk->facts.count };

	if (verdicts->n_ways == VERDICTS_MAX_WAYS) {
		verdicts->all_ways = false;
		return 0;
	}
	if (array_reserve(&verdicts->ways, &verdicts->ways_room, verdicts->n_ways + 1,
			  sizeof(*verdicts->ways)))
		return -ENOMEM;
	way.facts = malloc(size + 1);
	if (!way.facts)
		return -ENOMEM;
	memcpy(way.facts, walk->facts.list, size);
	verdicts->ways[verdicts->n_ways++] = way;
	return 0;
}

/* Adds the verdict of a way. It is certain if running the filters on the example confirms it. */
static void end_way(struct walk *walk, const struct place *place, bool computed)
{
	struct seccomp_data example;
	size_t decides;
	uint32_t ret;
	int added;

	find_example(walk, &example);
	ret = stack_run(walk->stack, &example, &decides);
	if (computed) {
		walk->verdicts->computed = true;
		added = verdicts_add(walk->verdicts, ret, decides);
	} else {
		added = verdicts_add(walk->verdicts, place->ret, place->decides);
	}
	walk->error = added < 0 ? added : add_way(walk, added);
	if (added < 0 || walk->verdicts->list[added].certain)
		return;
	if (walk->verdicts->list[added].ret == ret &&
	    walk->verdicts->list[added].filter == decides) {
		walk->verdicts->list[added].certain = true;
		walk->verdicts->list[added].example = example;
	}
}

/* Whether a jump can go there, given all that is known. */
static bool may_jump(struct walk *walk, const struct fact *fact)
{
	uint32_t example;
	bool possible;

	walk->facts.list[walk->facts.count++] = *fact;
	possible = facts_possible(&walk->facts, fact->word, &example) != IMPOSSIBLE;
	walk->facts.count--;
	return possible;
}

static void walk_from(struct walk *walk, struct place place);

/* A jump that can go both ways: one is walked to its end, then the caller walks the other. */
static void fork_way(struct walk *walk, struct place *place, const struct sock_filter *insn,
		     const struct fact *facts)
{
	struct place taken = *place;
	size_t known = walk->facts.count;

	if (++walk->branches > walk->limit)
		walk->error = -E2BIG;
	if (walk->error)
		return;
	taken.insn += insn->jt;
	place->insn += insn->jf;
	if (!facts)
		walk->verdicts->unclear = true;
	if (facts)
		walk->facts.list[walk->facts.count++] = facts[true];
	walk_from(walk, taken);
	walk->facts.count = known;
	if (facts)
		walk->facts.list[walk->facts.count++] = facts[false];
}

/* A jump that compares a word with a number: if it can go both ways, each adds a fact. */
static void branch_on_word(struct walk *walk, struct place *place, const struct sock_filter *insn,
			   uint32_t k)
{
	const struct value *a = &place->registers.a;
	struct fact facts[2] = {
		fact_of_jump(insn->code, a->word, a->number, k, false),
		fact_of_jump(insn->code, a->word, a->number, k, true),
	};

	if (walk->facts.count == FACTS_MAX)
		walk->error = -E2BIG;
	else if (!may_jump(walk, &facts[true]))
		place->insn += insn->jf;
	else if (!may_jump(walk, &facts[false]))
		place->insn += insn->jt;
	else
		fork_way(walk, place, insn, facts);
}

static void branch(struct walk *walk, struct place *place, const struct sock_filter *insn)
{
	const struct value a = place->registers.a, k = value_operand(&place->registers, insn);

	if (insn->jt == insn->jf)
		place->insn += insn->jt;
	else if (k.kind != VALUE_NUMBER || a.kind == VALUE_UNKNOWN)
		fork_way(walk, place, insn, NULL);
	else if (a.kind == VALUE_NUMBER)
		place->insn += bpf_jumps(insn->code, a.number, k.number) ? insn->jt : insn->jf;
	else
		branch_on_word(walk, place, insn, k.number);
}

/* Returns whether there is another filter to run. */
static bool end_filter(struct walk *walk, struct place *place, uint32_t ret)
{
	combine(ret, place->filter, &place->ret, &place->decides);
	if (++place->filter == walk->stack->count) {
		end_way(walk, place, false);
		return false;
	}
	place->insn = 0;
	registers_reset(&place->registers);
	return true;
}

/* One instruction. Returns whether the path continues. */
static bool step(struct walk *walk, struct place *place)
{
	const struct sock_filter *insn = &walk->stack->programs[place->filter].insns[place->insn++];
	struct place ended;

	switch (BPF_CLASS(insn->code)) {
	case BPF_RET:
		if (insn->code == (BPF_RET | BPF_K))
			return end_filter(walk, place, insn->k);
		if (place->registers.a.kind == VALUE_NUMBER)
			return end_filter(walk, place, place->registers.a.number);
		end_way(walk, place, true);
		return false;
	case BPF_JMP:
		if (insn->code == (BPF_JMP | BPF_JA))
			place->insn += insn->k;
		else
			branch(walk, place, insn);
		return true;
	default:
		ended = *place;
		if (registers_step(&place->registers, insn, walk->call))
			return true;
		/* a division by what is not known: by zero, it kills */
		if (++walk->branches > walk->limit) {
			walk->error = -E2BIG;
			return false;
		}
		walk->verdicts->unclear = true;
		if (end_filter(walk, &ended, SECCOMP_RET_KILL_THREAD))
			walk_from(walk, ended);
		return place->registers.a.kind != VALUE_NUMBER;
	}
}

/* Walks all ways from here on. The facts that they add are removed at the end. */
static void walk_from(struct walk *walk, struct place place)
{
	size_t facts = walk->facts.count;

	while (!walk->error && step(walk, &place))
		;
	walk->facts.count = facts;
}

static void verdicts_clear(struct verdicts *verdicts)
{
	size_t i;

	for (i = 0; i < verdicts->n_ways; i++)
		free(verdicts->ways[i].facts);
	verdicts->n_ways = verdicts->count = 0;
	verdicts->computed = verdicts->unclear = false;
	verdicts->all_ways = true;
}

int verdicts_find(const struct stack *stack, const struct call *call, struct verdicts *verdicts)
{
	struct walk walk = { .stack = stack, .call = call, .verdicts = verdicts };
	bool few = verdicts->branches > MAX_BRANCHES_TOGETHER;
	struct place place = { .ret = SECCOMP_RET_ALLOW, .decides = VERDICT_NO_FILTER };

	verdicts_clear(verdicts);
	walk.limit = few ? FEW_BRANCHES : MAX_BRANCHES;
	registers_reset(&place.registers);
	if (stack->count)
		walk_from(&walk, place);
	else
		end_way(&walk, &place, false);
	verdicts->branches += walk.branches;
	if (walk.error != -E2BIG)
		return walk.error;
	verdicts->all_ways = false;
	return verdicts_reach(stack, call, verdicts);
}

void verdicts_free(struct verdicts *verdicts)
{
	verdicts_clear(verdicts);
	free(verdicts->list);
	free(verdicts->ways);
	*verdicts = (struct verdicts){ 0 };
}
