/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What becomes of a system call under filters, with arguments that may be known
 * or not. kernel/seccomp.c: seccomp_run_filters().
 */
#ifndef VERDICTS_H
#define VERDICTS_H

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "facts.h"

/* No filter decides: all of them allow the call. */
#define VERDICT_NO_FILTER SIZE_MAX

/* Ways that are kept, of all that lead to a verdict. */
#define VERDICTS_MAX_WAYS 64

/* A program in which bpf_fault() has found nothing. */
struct program {
	const struct sock_filter *insns;
	size_t len;
};

/* The filters of a thread, the newest first: this is how the kernel runs them. */
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
 * struct verdict - what may become of a call
 * @ret: what the filters return together
 * @filter: the filter of the stack that decides, or VERDICT_NO_FILTER
 * @certain: with the arguments of @example it is so
 */
struct verdict {
	uint32_t ret;
	size_t filter;
	bool certain;
	struct seccomp_data example;
};

/* A way to a verdict: what has to be true of the call. */
struct way {
	size_t verdict;
	struct fact *facts;
	size_t count;
};

/**
 * struct verdicts - all that may become of a call
 * @list: each once. There are no others, unless @computed. What is not certain
 *        was found in the programs, and no arguments that lead there
 * @computed: a program returns what it computes from arguments; only examples of
 *            that are in @list
 * @ways: the first VERDICTS_MAX_WAYS
 * @all_ways: there are no more
 */
struct verdicts {
	struct verdict *list;
	size_t count;
	bool computed;
	struct way *ways;
	size_t n_ways;
	bool all_ways;

	/* private */
	size_t room, ways_room;
};

/* The action of what a filter returns, in the kernel's order: the lowest wins. */
int32_t verdict_action(uint32_t ret);

/**
 * stack_run - what becomes of a call whose arguments are all known
 * @filter: out, the filter that decides, or VERDICT_NO_FILTER
 */
uint32_t stack_run(const struct stack *stack, const struct seccomp_data *data, size_t *filter);

/**
 * verdicts_find - what may become of a call
 * @verdicts: out, for verdicts_free(); zero bytes, or of another call
 *
 * Walks all ways that the arguments may take through the programs, with what each
 * jump says of them. Where these are too many, they are taken for independent of
 * one another, and verdicts that are not certain may be impossible.
 *
 * Returns 0 or -ENOMEM.
 */
int verdicts_find(const struct stack *stack, const struct call *call, struct verdicts *verdicts);

void verdicts_free(struct verdicts *verdicts);

/* For verdicts.c and reach.c: adds a verdict, or finds it. Returns its place, or -ENOMEM. */
int verdicts_add(struct verdicts *verdicts, uint32_t ret, size_t filter);

/* In reach.c: all verdicts that no single jump rules out. Returns 0 or -ENOMEM. */
int verdicts_reach(const struct stack *stack, const struct call *call, struct verdicts *verdicts);

#endif /* VERDICTS_H */
