/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What filters do with a system call whose arguments may be known or not.
 * kernel/seccomp.c: seccomp_run_filters().
 */
#ifndef VERDICTS_H
#define VERDICTS_H

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "facts.h"

/* No filter decides: they all allow the call. */
#define VERDICT_NO_FILTER SIZE_MAX

/* How many ways are kept, for all verdicts together. */
#define VERDICTS_MAX_WAYS 64

/* A program in which bpf_fault() found no fault. */
struct program {
	const struct sock_filter *insns;
	size_t len;
};

/* The filters of a thread, the newest first, as the kernel runs them. */
struct stack {
	struct program *programs;
	size_t count;
};

/**
 * struct call - a system call
 * @known: a bit for each word of @data that is given; the others may be anything
 */
struct call {
	struct seccomp_data data;
	uint16_t known;
};

/**
 * struct verdict - what may happen to a call
 * @ret: the combined return value of the filters
 * @filter: the filter of the stack that decides, or VERDICT_NO_FILTER
 * @certain: the arguments in @example lead to it
 */
struct verdict {
	uint32_t ret;
	size_t filter;
	bool certain;
	struct seccomp_data example;
};

/* A way to a verdict: what has to be true for it. */
struct way {
	size_t verdict;
	struct fact *facts;
	size_t count;
};

/**
 * struct verdicts - all that may happen to a call
 * @list: each verdict once. There are no others, unless @computed. A verdict that is
 *        not certain was found in the programs, but no arguments that lead to it
 * @computed: a program returns a value that it computes from arguments; @list only has
 *            examples of these
 * @unclear: the conditions of some ways are not complete, as a jump depends on a value that
 *           a program computes from arguments
 * @ways: at most VERDICTS_MAX_WAYS
 * @all_ways: there are no more
 */
struct verdicts {
	struct verdict *list;
	size_t count;
	bool computed, unclear;
	struct way *ways;
	size_t n_ways;
	bool all_ways;

	/* private; @branches: of all calls */
	size_t room, ways_room, branches;
};

/* The action of a return value, in the kernel's order: the lowest wins. */
int32_t verdict_action(uint32_t ret);

/**
 * stack_run - run all filters on a call whose arguments are all known
 * @filter: out, the filter that decides, or VERDICT_NO_FILTER
 */
uint32_t stack_run(const struct stack *stack, const struct seccomp_data *data, size_t *filter);

/**
 * verdicts_find - find all that may happen to a call
 * @verdicts: out, for verdicts_free(); zero bytes, or from another call
 *
 * Walks all ways through the programs that some arguments can take, and keeps what
 * each jump says about them. If there are too many ways, jumps are taken to be
 * independent, and verdicts that are not certain may be impossible.
 *
 * Returns 0 or -ENOMEM.
 */
int verdicts_find(const struct stack *stack, const struct call *call, struct verdicts *verdicts);

void verdicts_free(struct verdicts *verdicts);

/* For verdicts.c and reach.c: finds or adds a verdict. Returns its place, or -ENOMEM. */
int verdicts_add(struct verdicts *verdicts, uint32_t ret, size_t filter);

/* In reach.c: all verdicts that no single jump rules out. Returns 0 or -ENOMEM. */
int verdicts_reach(const struct stack *stack, const struct call *call, struct verdicts *verdicts);

#endif /* VERDICTS_H */
