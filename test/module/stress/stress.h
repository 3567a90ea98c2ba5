/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Random operations on the kernel module, from many processes, for a kernel without the
 * patches and with its debugging checks enabled.
 *
 * A worker makes steps. Step N of worker W depends only on the seed, W and N; its outcome
 * depends on what the others do at the same time. Each worker is a tracer with tracees of
 * its own, which have filters, threads, children and a listener, call exec and die. Two
 * workers are a group: they share one descriptor table, and the numbers in it that hold
 * filters and listeners (slots), so that a close races with every other use.
 *
 * A round ends with the end of all workers. Then nothing must be left of the module, and
 * it is unloaded and loaded again for the next round.
 */
#ifndef MODULE_STRESS_H
#define MODULE_STRESS_H

#include <errno.h>
#include <linux/filter.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "kernel.h"
#include "seccomp-module.h"

#define MAX_WORKERS 32
#define WORKERS_PER_GROUP 2
#define NR_TRACEES 3
/* errno above this are not expected at all, and are counted as one */
#define NR_ERRNO 134

/* What is counted: calls, and situations in which a call must be refused. */
enum call {
	CALL_START,
	CALL_STOP,
	CALL_OPTIONS,
	CALL_CONTINUE,
	CALL_DETACH,
	CALL_KILL,
	CALL_STATUS,
	CALL_IDENTIFY,
	CALL_OPEN,
	CALL_OPEN_INDEX,
	CALL_OPEN_TRACE,
	CALL_OPEN_EXIT,
	CALL_CREATE,
	CALL_CREATE_LISTENER,
	CALL_SET,
	CALL_SET_CHECKED,
	CALL_INFO,
	CALL_PROGRAM,
	CALL_PARENT,
	CALL_COUNTS,
	CALL_FDINFO,
	CALL_LISTENER_FILTER,
	CALL_DUP,
	CALL_CLOSE,
	CALL_PASS,
	CALL_RECEIVE,
	CALL_WORKER_KILLED,
	CALL_UNLOAD,
	CALL_LOAD,
	/* from here on, all must be refused */
	REFUSED,
	NOT_TRACED = REFUSED,
	NOT_STOPPED,
	NOT_ITS_TRACER,
	NOT_ITS_THREAD,
	DEAD,
	NO_INDEX,
	NOT_SUSPENDED,
	WITHOUT_SECCOMP,
	WITH_FILTERS,
	AT_TRACE,
	NOT_A_FILTER,
	NOT_A_LISTENER,
	CONFINED,
	UNPRIVILEGED,
	IN_USER_NAMESPACE,
	UNLOAD_IN_USE,
	NR_CALLS
};

enum kind { PLAIN, FILTERS, THREADS, LISTENER, STRICT, NR_KINDS };

struct step {
	uint64_t nr;
	const struct op *op;
	/* each operation uses these in its own way */
	unsigned int a, b;
	uint32_t n;
};

struct op {
	const char *name;
	void (*run)(const struct step *step);
	/* how often it is drawn */
	unsigned int weight;
};

struct worker {
	uint64_t next_step;
	/* who may be killed at any time; 0: nobody */
	pid_t pid, tracee[NR_TRACEES];
	/* a thread of that tracee */
	pid_t thread[NR_TRACEES];
	uint64_t ok[NR_CALLS];
	uint64_t errors[NR_CALLS][NR_ERRNO];
};

struct shared {
	uint64_t seed;
	unsigned int workers;
	bool stop, untested, warm_up;
	uint64_t wrong;
	/* one more for the process that starts the others */
	struct worker worker[MAX_WORKERS + 1];
};

extern struct shared *shared;
/* The current worker, and the interface of the module. */
extern struct worker *self;
extern const struct kernel *kernel;

static inline unsigned int self_number(void)
{
	return self - shared->worker;
}

static inline long result(long ret)
{
	return ret < 0 ? -errno : ret;
}

/** sometimes - true in one of @times cases, depending on a step's number */
static inline bool sometimes(uint32_t n, unsigned int times)
{
	return n % times == 0;
}

/* ---- Steps (step.c) ---- */

/** step_draw - step @nr of worker @worker */
struct step step_draw(uint64_t seed, unsigned int worker, uint64_t nr);
void step_print(const struct step *step);
/** draw - the next number of a sequence that starts with any *state */
uint32_t draw(uint64_t *state);

/* ---- What is counted (note.c) ---- */

/**
 * note - count an outcome, and fail if doc/kernel-module.md does not allow it
 *
 * @ret: what the call returned, or -errno; handed back
 */
long note(enum call call, long ret);
/** print_table - what was done, by call and outcome; wrong() for what never came about */
void print_table(double seconds);
/** wrong - report something that must not happen; the run fails */
void wrong(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* ---- Descriptors (slots.c) ---- */

enum {
	FD_FILTERS = 100,
	FD_LISTENERS = 130,
	/* two for each group: to receive from, to send to */
	FD_INBOX = 150,
	FD_END = 200,
};
/* those below are the worker's own: they are closed when it was killed */
#define FD_OWN 16
#define NR_FILTERS 24
#define NR_LISTENERS 8

static inline int filter_slot(unsigned int n)
{
	return FD_FILTERS + n % NR_FILTERS;
}

static inline int listener_slot(unsigned int n)
{
	return FD_LISTENERS + n % NR_LISTENERS;
}

/** take - duplicate the descriptor in a slot for the caller, or -EBADF */
int take(int slot);
/** place - move a descriptor to a slot, if it is one; closes it */
void place(long fd, int slot);
/** check_info - check that what a filter fd says is consistent; returns its information */
struct seccomp_filter_info check_info(int filter);
/** mark_of - the mark of a filter's program; checks that it is one of ours */
unsigned int mark_of(int filter);

void op_create(const struct step *step);
void op_info(const struct step *step);
void op_program(const struct step *step);
void op_parent(const struct step *step);
void op_counts(const struct step *step);
void op_fdinfo(const struct step *step);
void op_listener_filter(const struct step *step);
void op_dup(const struct step *step);
void op_close(const struct step *step);
void op_pass(const struct step *step);
void op_receive(const struct step *step);

/* ---- Tracees, from the worker's side (trace.c, refused.c) ---- */

struct tracee {
	pid_t pid, tid; /* of its process, and the thread that is traced */
	enum kind kind;
	bool traced, stopped;
	/* the reason of the stop, and the signal to resume with */
	int event, signal;
	unsigned int options;
	int go; /* a pipe on which a strict one waits, or -1 */
	/* the mode and the number of filters that @seen_tid had */
	pid_t seen_tid;
	long mode, filters;
};

struct tracee *tracee_of(const struct step *step);
/** wait_stop - wait until it stops; false: it does not, and may be gone */
bool wait_stop(struct tracee *tracee, unsigned int ms);
/** check_status - check that a stopped tracee has lost no filter; false: it is gone */
bool check_status(struct tracee *tracee);
/** forget - kill it and wait for its end */
void forget(struct tracee *tracee);
void forget_all(void);

void op_start(const struct step *step);
void op_stop(const struct step *step);
void op_options(const struct step *step);
void op_continue(const struct step *step);
void op_event(const struct step *step);
void op_detach(const struct step *step);
void op_kill(const struct step *step);
void op_identify(const struct step *step);
void op_open(const struct step *step);
void op_set(const struct step *step);

void op_not_its_tracer(const struct step *step);
void op_not_its_thread(const struct step *step);
void op_dead(const struct step *step);
void op_not_a_filter(const struct step *step);
void op_other_caller(const struct step *step);
void op_unload(const struct step *step);

/* ---- Tracees, from their own side (tracee.c) ---- */

/* System calls that Linux has removed; our filters act on them. */
enum { NR_MARK = 181, NR_TRACE = 182, NR_KILL = 183, NR_NOTIFY = 184 };
/* a filter with a mark answers NR_MARK of it with this and the mark */
#define MARK_ERRNO 1000
#define NR_MARKS 512
#define MAX_LEN 64

/** make_program - a program for a filter; returns its length, up to MAX_LEN */
unsigned int make_program(struct sock_filter *insns, uint32_t n, bool notify);
/** program_mark - the mark of such a program, or -EINVAL */
int program_mark(const struct sock_filter *insns, unsigned int len);
/** tracee_main - what a tracee does until it ends or is killed */
void tracee_main(enum kind kind, uint32_t n, pid_t *thread, int go) __attribute__((noreturn));

#endif /* MODULE_STRESS_H */
