/* SPDX-License-Identifier: GPL-2.0 */
/* "criu-seccomp explain": what happens to calls, as text and as JSON. */
#ifndef EXPLAIN_H
#define EXPLAIN_H

#include "calls.h"
#include "json.h"
#include "source.h"
#include "verdicts.h"

#define VERDICT_TEXT_SIZE 96
/* of explain_way() */
#define WAY_SIZE 2048

/**
 * struct subject - threads that have the same filters
 * @newest: the newest of their filters
 */
struct subject {
	const struct source *source;
	uint32_t newest;
	struct stack stack;
};

/**
 * struct question - a call that was asked about
 * @name: its name, or its number
 */
struct question {
	struct arch arch;
	char name[CALL_NAME_SIZE];
	struct call call;
};

/* Fills in the question about a call with this number and unknown arguments. */
void explain_ask(const struct arch *arch, uint32_t nr, struct question *question);

/*
 * The next call of an architecture from @nr on. If there is none, returns false, and
 * @question is about a number that no call has.
 */
bool explain_next(const struct arch *arch, uint32_t nr, struct question *question);

/* All of these return 0 or -ENOMEM. */

/**
 * enum table - how much of the table is printed
 * @TABLE_SUMMARY: one line for all calls
 * @TABLE_USUAL: also a line for each call; those are only counted whose verdict is that
 *	of more than half of the calls
 * @TABLE_ALL: a line for each call
 */
enum table { TABLE_SUMMARY, TABLE_USUAL, TABLE_ALL };

int explain_table(const struct subject *subject, const struct arch *arch, enum table table);

/* What each filter returns, what may happen to the call, and what that depends on. */
int explain_call(const struct subject *subject, const struct question *question);

/* The verdicts in a few words: "ALLOW", "ALLOW or ERRNO EPERM (filter 3)". */
void explain_text(const struct subject *subject, const struct verdicts *verdicts, char *text,
		  size_t size);

/**
 * explain_way - what has to be true of the arguments for one way to a verdict
 * @index: of the way. A condition is left out if its opposite leads to the same verdict
 * @text: out: "domain == AF_VSOCK"; "" if nothing has to be true
 */
void explain_way(const struct question *question, const struct verdicts *verdicts, size_t index,
		 char *text, size_t size);

/* The same as JSON; see tools/schema/explain.json. */
int explain_json_table(const struct subject *subject, const struct arch *arch,
		       struct json_object *to);
int explain_json_call(const struct subject *subject, const struct question *question,
		      struct json_object *to);

#endif /* EXPLAIN_H */
