// SPDX-License-Identifier: GPL-2.0
/* The operations, how often each is drawn, and what a step is made of. */
#include "stress.h"

#include <stdio.h>
#include <string.h>

#define NR_OPS (sizeof(ops) / sizeof(ops[0]))

static const struct op ops[] = {
	/* name, function, weight in a target and in a tracer, may allocations fail, needs */
	{ "create", op_create, { 50, 25 }, true, 0 },
	{ "install", op_install, { 60, 0 }, true, 0 },
	{ "set-mode", op_set_mode, { 16, 0 }, true, 0 },
	{ "info", op_info, { 120, 40 }, true, 0 },
	{ "prog", op_prog, { 60, 40 }, true, 0 },
	{ "parent", op_parent, { 90, 50 }, true, 0 },
	{ "seal", op_seal, { 5, 3 }, true, 0 },
	{ "dup", op_dup, { 60, 20 }, true, 0 },
	{ "close", op_close, { 40, 20 }, true, 0 },
	{ "pass", op_pass, { 30, 12 }, true, 0 },
	{ "receive", op_receive, { 30, 12 }, true, 0 },
	{ "kcmp", op_kcmp, { 60, 0 }, true, 0 },
	{ "probe", op_probe, { 120, 0 }, true, 0 },
	{ "status", op_status, { 6, 0 }, true, 0 },
	{ "call", op_call, { 80, 0 }, true, 0 },
	{ "fork", op_fork, { 3, 0 }, false, 0 },
	{ "thread", op_thread, { 4, 0 }, false, 0 },
	{ "exec", op_exec, { 1, 0 }, false, 0 },
	{ "exit", op_exit, { 2, 0 }, false, 0 },
	{ "die", op_die, { 2, 0 }, false, 0 },
	{ "serve", op_serve, { 50, 100 }, true, 0 },
	{ "notif-filter", op_notif_filter, { 30, 30 }, true, 0 },
	{ "set-flags", op_set_flags, { 5, 10 }, true, 0 },
	{ "seize", op_seize, { 0, 40 }, true, 0 },
	{ "options", op_options, { 0, 30 }, true, 0 },
	{ "get", op_get, { 0, 50 }, true, 0 },
	{ "set", op_set, { 0, 80 }, true, 0 },
	{ "metadata", op_metadata, { 0, 80 }, true, 0 },
	{ "get-filter", op_get_filter, { 0, 20 }, true, 0 },
	{ "kcmp-held", op_kcmp_held, { 0, 80 }, true, 0 },
	{ "event", op_event, { 0, 120 }, true, 0 },
	{ "detach", op_detach, { 0, 70 }, true, 0 },
	{ "kill", op_kill, { 0, 1 }, false, 0 },
	{ "strict", op_strict, { 0, 1 }, false, 0 },
	{ "stop", op_stop, { 0, 1 }, false, 0 },
	{ "set-prog", op_set_prog, { 10, 60 }, true, HAS_REPLACEABLE },
	{ "listener", op_listener, { 20, 40 }, true, HAS_KEEP },
	{ "run", op_run, { 10, 60 }, true, HAS_SYSCALL },
	{ "replaced", op_replaced, { 0, 1 }, false, HAS_REPLACEABLE },
	{ "kept", op_kept, { 0, 1 }, false, HAS_KEEP },
	{ "called", op_called, { 0, 1 }, false, HAS_SYSCALL },
};

/* A good hash of 64 bits (the finalizer of splitmix64). */
static uint64_t mix(uint64_t x)
{
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
	x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
	return x ^ (x >> 31);
}

static const struct op *draw_op(enum role role, uint64_t random)
{
	unsigned int i, sum = 0;

	for (i = 0; i < NR_OPS; i++)
		sum += ops[i].weight[role];
	random %= sum;
	for (i = 0; random >= ops[i].weight[role]; i++)
		random -= ops[i].weight[role];
	return &ops[i];
}

struct step step_draw(uint64_t seed, unsigned int worker, uint64_t nr)
{
	enum role role = worker % WORKERS_PER_GROUP ? TARGET : TRACER;
	uint64_t x = mix(seed + mix(worker + mix(nr + 1)));
	uint64_t y = mix(x + 0x9e3779b97f4a7c15), z = mix(y + 0x9e3779b97f4a7c15);

	return (struct step){
		.nr = nr,
		.op = draw_op(role, x),
		.a = y & 0xff,
		.b = y >> 8 & 0xff,
		.mark = (y >> 16) % NR_MARKS,
		.n = z,
	};
}

void step_line(const struct step *step, char line[STEP_LINE + 1])
{
	int len = snprintf(line, STEP_LINE, "%9llu %-12s a=%-3u b=%-3u mark=%-3u n=%08x",
			   (unsigned long long)step->nr, step->op->name, step->a, step->b,
			   step->mark, step->n);

	memset(line + len, ' ', STEP_LINE - len);
	line[STEP_LINE - 1] = '\n';
	line[STEP_LINE] = '\0';
}

void print_left_out(void)
{
	const char *before = "left out, as this kernel cannot do it: ";
	unsigned int i;

	for (i = 0; i < NR_OPS; i++) {
		if (!(ops[i].needs & ~shared->has))
			continue;
		printf("%s%s", before, ops[i].name);
		before = ", ";
	}
	if (*before == ',')
		printf("\n");
}
