/* SPDX-License-Identifier: GPL-2.0 */
/* Records the answers of the first time, and compares those of the second time. */
#ifndef SOAK_ANSWERS_H
#define SOAK_ANSWERS_H

#include <stdbool.h>

#include "zdtmtst.h"

#define ANSWERS 16384

static struct {
	struct answer {
		const char *question;
		int task, what;
		long answer;
	} all[ANSWERS];
	int count, at, bad;
	bool compare;
} answers;

/* From now on, answers are compared with those recorded before. */
static inline void answers_compare(void)
{
	answers.compare = true;
	answers.at = 0;
}

static inline int answers_count(void)
{
	return answers.count;
}

static inline void answer_check(const struct answer *now)
{
	const struct answer *then = &answers.all[answers.at];

	if (answers.at < answers.count && now->question == then->question &&
	    now->task == then->task && now->what == then->what && now->answer == then->answer)
		return;
	if (answers.bad++ < 8)
		pr_err("task %d: %s (%d): %ld; before the dump: task %d: %s (%d): %ld\n", now->task,
		       now->question, now->what, now->answer, then->task,
		       answers.at < answers.count ? then->question : "nothing", then->what,
		       then->answer);
}

/* Notes the answer of @task to a question about @what. */
static inline void answer_is(const char *question, int task, int what, long answer)
{
	struct answer now = { question, task, what, answer };

	if (answers.at == ANSWERS)
		abort();
	if (answers.compare)
		answer_check(&now);
	else
		answers.all[answers.count++] = now;
	answers.at++;
}

/* How many answers were different, or missing. */
static inline int answers_different(void)
{
	int missing = answers.count - answers.at;

	return answers.bad + (missing > 0 ? missing : 0);
}

#endif /* SOAK_ANSWERS_H */
