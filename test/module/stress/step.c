// SPDX-License-Identifier: GPL-2.0
/* The operations, how often each is drawn, and what a step is made of. */
#include <stdio.h>

#include "stress.h"

#define NR_OPS (sizeof(ops) / sizeof(ops[0]))

static const struct op ops[] = {
	{ "start", op_start, 80 },
	{ "stop", op_stop, 160 },
	{ "options", op_options, 30 },
	{ "continue", op_continue, 30 },
	{ "event", op_event, 30 },
	{ "detach", op_detach, 12 },
	{ "kill", op_kill, 6 },
	{ "identify", op_identify, 40 },
	{ "open", op_open, 150 },
	{ "set", op_set, 160 },
	{ "create", op_create, 30 },
	{ "info", op_info, 60 },
	{ "program", op_program, 40 },
	{ "parent", op_parent, 60 },
	{ "counts", op_counts, 30 },
	{ "fdinfo", op_fdinfo, 10 },
	{ "listener-filter", op_listener_filter, 50 },
	{ "dup", op_dup, 40 },
	{ "close", op_close, 40 },
	{ "pass", op_pass, 25 },
	{ "receive", op_receive, 25 },
	{ "not-its-tracer", op_not_its_tracer, 20 },
	{ "not-its-thread", op_not_its_thread, 10 },
	{ "dead", op_dead, 6 },
	{ "not-a-filter", op_not_a_filter, 10 },
	{ "other-caller", op_other_caller, 6 },
	{ "unload", op_unload, 4 },
};

/* A good hash of 64 bits (the finalizer of splitmix64). */
static uint64_t mix(uint64_t x)
{
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
	x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
	return x ^ (x >> 31);
}

uint32_t draw(uint64_t *state)
{
	*state += 0x9e3779b97f4a7c15;
	return mix(*state);
}

static const struct op *draw_op(uint32_t random)
{
	unsigned int i, sum = 0;

	for (i = 0; i < NR_OPS; i++)
		sum += ops[i].weight;
	random %= sum;
	for (i = 0; random >= ops[i].weight; i++)
		random -= ops[i].weight;
	return &ops[i];
}

struct step step_draw(uint64_t seed, unsigned int worker, uint64_t nr)
{
	uint64_t state = mix(seed + mix(worker + mix(nr + 1)));
	struct step step = { .nr = nr };

	step.op = draw_op(draw(&state));
	step.a = draw(&state) & 0xff;
	step.b = draw(&state) & 0xff;
	step.n = draw(&state);
	return step;
}

void step_print(const struct step *step)
{
	printf("%9llu %-16s a=%-3u b=%-3u n=%08x\n", (unsigned long long)step->nr, step->op->name,
	       step->a, step->b, step->n);
}
