/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Stories: a monitor, and a process under its filter whose threads know at each moment
 * what that filter has to say. Both are processes of their own, which the tracer starts
 * and waits for, with descriptors of their own. So what they see can be checked exactly,
 * while with the slots, only what is true whatever others do can be checked. Chance decides
 * when things happen, and in which order.
 */
#ifndef STORY_H
#define STORY_H

#include "stress.h"

/* threads of the process under the filter */
#define PARTS 3
/* seconds until something counts as lost; the slowest machine is much faster */
#define LONG_TIME 15

/* getpriority(2) with this and one of these: the filter in question answers with ANSWER + it */
#define QUESTION 0x5ec10000
#define ANSWER 2000
enum {
	OF_OUTER = 1,
	OF_INNER = 2,
	OF_MIDDLE = 3, /* the filter of the monitor */
	/* and the generation of a program: which the last one is, and whether one is asked */
	OF_LAST = 100,
	OF_EACH = 200,
};

/* What monitor and tasks tell each other. */
struct board {
	bool stop, under, inner;
	unsigned int handled, returned;
	/* the generation that is there, the one that may be there already, and the oldest asked */
	uint64_t done, begun, oldest;
	/* getppid is refused */
	bool denies;
	/* what each part's call has to return, if only one thing is possible */
	long want[PARTS];
	bool any;
	/* the call that was received last */
	uint64_t id;
};

struct story {
	const struct step *step;
	uint64_t random;
	double end;
	/* three filters, the last one the innermost, and the listener of the middle one */
	int outer, middle, inner, listener;
	/* the process has a copy of the listener */
	bool shared_listener;
	/* it may be killed at any time */
	bool dying;
	pid_t task;
	struct board *board;
};

/* One rule of a program: what to do for a call, with one argument or any. */
struct rule {
	unsigned int nr;
	uint32_t arg, action;
	bool any;
};

/* An answer to a question. */
#define RULE(what)                                       \
	.nr = SYS_getpriority, .arg = QUESTION + (what), \
	.action = SECCOMP_RET_ERRNO | (ANSWER + (what))

#define MAX_RULES 8
#define RULES_LEN (MAX_RULES * 5 + 1)

/** run_story - have a monitor play @play and end; counts it as @call */
void run_story(const struct step *step, void (*play)(struct story *), enum call call);
/** draw - a number below @n, the next one of this process */
unsigned int draw(struct story *story, unsigned int n);
/** make_rules - a program of rules, up to MAX_RULES; returns its length */
unsigned int make_rules(struct sock_filter *insns, const struct rule *rules, unsigned int nr);
/** story_filter - create a filter with rules; false: it failed, and the story ends */
bool story_filter(int parent, unsigned int flags, const struct rule *rules, unsigned int nr,
		  int *fd, int *listener);
/**
 * story_task - start the process under the filter: @part in each of PARTS threads, once the
 * filter is there for all of them. @inner: the one above the monitor's, too.
 */
bool story_task(struct story *story, bool inner, void (*part)(struct story *, unsigned int nr));
/** add_inner - a thread of that process puts all of them under the inner filter */
void add_inner(struct story *story);
/** with_thread - run @part in one more thread of the caller, and wait for it */
void with_thread(struct story *story, void (*part)(struct story *, unsigned int nr));
/** task_ended - whether it has; then its status is checked */
bool task_ended(struct story *story);
/** in_time - whether the story may go on; else the process is killed and waited for */
bool in_time(struct story *story, const char *what);
/** end_task - let the process end, or kill it */
void end_task(struct story *story, bool kill_it);
/** ask - which answer, or -errno of the kernel's own */
long ask(unsigned int what);
/** check_others - check that outer and inner filter answer */
void check_others(const struct story *story);

#endif /* STORY_H */
