// SPDX-License-Identifier: GPL-2.0
/*
 * The verdicts of a stack with too many ways to walk them all. One pass over each
 * program is enough, as jumps only go forward.
 */
#include <errno.h>
#include <stdlib.h>

#include "array.h"
#include "value.h"

/* All values that one program may return. @computed: also values computed from arguments. */
struct returns {
	uint32_t *list;
	size_t count, room;
	bool computed;
};

/* What is known about the registers whenever an instruction is reached. */
struct state {
	bool reached;
	struct registers registers;
};

static int add(struct returns *returns, uint32_t ret)
{
	size_t i;

	for (i = 0; i < returns->count; i++)
		if (returns->list[i] == ret)
			return 0;
	if (array_reserve(&returns->list, &returns->room, i + 1, sizeof(*returns->list)))
		return -ENOMEM;
	returns->list[returns->count++] = ret;
	return 0;
}

static void join_value(struct value *to, const struct value *from)
{
	if (to->kind != from->kind || to->number != from->number || to->word != from->word)
		*to = (struct value){ .kind = VALUE_UNKNOWN };
}

static void join(struct state *to, const struct registers *from)
{
	int i;

	if (!to->reached) {
		*to = (struct state){ true, *from };
		return;
	}
	join_value(&to->registers.a, &from->a);
	join_value(&to->registers.x, &from->x);
	for (i = 0; i < BPF_MEMWORDS; i++)
		join_value(&to->registers.memory[i], &from->memory[i]);
}

static void jump(struct state *next, const struct registers *registers,
		 const struct sock_filter *insn)
{
	const struct value *a = &registers->a, k = value_operand(registers, insn);
	bool known = a->kind == VALUE_NUMBER && k.kind == VALUE_NUMBER;
	bool taken = known && bpf_jumps(insn->code, a->number, k.number);

	if (!known || taken)
		join(next + insn->jt, registers);
	if (!known || !taken)
		join(next + insn->jf, registers);
}

static int interpret(const struct sock_filter *insn, struct state *state, const struct call *call,
		     struct returns *returns)
{
	struct registers registers = state->registers;

	if (insn->code == (BPF_RET | BPF_K))
		return add(returns, insn->k);
	if (insn->code == (BPF_RET | BPF_A)) {
		if (registers.a.kind == VALUE_NUMBER)
			return add(returns, registers.a.number);
		returns->computed = true;
		return 0;
	}
	if (insn->code == (BPF_JMP | BPF_JA)) {
		join(state + 1 + insn->k, &registers);
		return 0;
	}
	if (BPF_CLASS(insn->code) == BPF_JMP) {
		jump(state + 1, &registers, insn);
		return 0;
	}
	if (!registers_step(&registers, insn, call) && add(returns, SECCOMP_RET_KILL_THREAD))
		return -ENOMEM;
	join(state + 1, &registers);
	return 0;
}

static int find_returns(const struct program *program, const struct call *call,
			struct returns *returns)
{
	struct state *states = calloc(program->len, sizeof(*states));
	size_t i;
	int ret = 0;

	if (!states)
		return -ENOMEM;
	states[0].reached = true;
	registers_reset(&states[0].registers);
	for (i = 0; !ret && i < program->len; i++)
		if (states[i].reached)
			ret = interpret(&program->insns[i], &states[i], call, returns);
	free(states);
	return ret;
}

/* Whether the program may return an action as high as this, or higher. */
static bool reaches(const struct returns *returns, int64_t action)
{
	size_t i;

	for (i = 0; i < returns->count; i++)
		if (verdict_action(returns->list[i]) >= action)
			return true;
	return returns->computed;
}

/* Whether @ret of @filter may win: every other filter may return what does not win over it. */
static bool may_win(const struct returns *all, size_t count, size_t filter, uint32_t ret)
{
	int64_t action = verdict_action(ret);
	size_t i;

	for (i = 0; i < count; i++)
		if (i != filter &&
		    !reaches(&all[i], action + (filter != VERDICT_NO_FILTER && i < filter)))
			return false;
	return true;
}

static int add_verdicts(const struct returns *all, size_t count, struct verdicts *verdicts)
{
	const int32_t allow = verdict_action(SECCOMP_RET_ALLOW);
	int ret = 0;
	size_t i, k;

	for (i = 0; ret >= 0 && i < count; i++) {
		verdicts->computed |= all[i].computed;
		for (k = 0; ret >= 0 && k < all[i].count; k++)
			if (verdict_action(all[i].list[k]) < allow &&
			    may_win(all, count, i, all[i].list[k]))
				ret = verdicts_add(verdicts, all[i].list[k], i);
	}
	if (ret >= 0 && may_win(all, count, VERDICT_NO_FILTER, SECCOMP_RET_ALLOW))
		ret = verdicts_add(verdicts, SECCOMP_RET_ALLOW, VERDICT_NO_FILTER);
	return ret < 0 ? ret : 0;
}

int verdicts_reach(const struct stack *stack, const struct call *call, struct verdicts *verdicts)
{
	struct returns *all = calloc(stack->count, sizeof(*all));
	int ret = all ? 0 : -ENOMEM;
	size_t i;

	for (i = 0; !ret && i < stack->count; i++)
		ret = find_returns(&stack->programs[i], call, &all[i]);
	if (!ret)
		ret = add_verdicts(all, stack->count, verdicts);
	for (i = 0; all && i < stack->count; i++)
		free(all[i].list);
	free(all);
	return ret;
}
