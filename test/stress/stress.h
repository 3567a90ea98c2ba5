/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Random operations on the whole kernel interface, from many threads and processes,
 * for a kernel with its debugging checks enabled.
 *
 * A worker makes steps. Step N of worker W depends only on the seed, W and N, see
 * step.c, so a run can be repeated; its outcome depends on what the others do at the
 * same time. Four workers are a group: the first is the tracer, a process that stays
 * unconfined. The others are the threads of the target, a process that confines itself
 * more and more, ends or is killed, and is started again. Tracer and target share one
 * descriptor table and the numbers in it that hold filters and listeners (slots), so
 * that every step races with others.
 */
#ifndef STRESS_H
#define STRESS_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <errno.h>
#include <linux/filter.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "seccomp-fd.h"

/* newer than the headers of Debian 12 */
#ifndef SECCOMP_IOCTL_NOTIF_SET_FLAGS
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS SECCOMP_IOW(4, __u64)
#endif

/* ---- Steps (step.c) ---- */

struct step {
	uint64_t nr;
	const struct op *op;
	/* each operation uses these in its own way */
	unsigned int a, b, mark;
	uint32_t n;
};

enum role { TARGET, TRACER, NR_ROLES };

/* What a kernel may have, beyond filter fds. */
enum {
	HAS_REPLACEABLE = 1, /* SECCOMP_FILTER_FLAG_REPLACEABLE */
	HAS_KEEP = 2,	     /* SECCOMP_FILTER_FLAG_KEEP */
	HAS_SYSCALL = 4,     /* SECCOMP_IOCTL_NOTIF_SYSCALL, with REPLACE and RUN */
};

struct op {
	const char *name;
	void (*run)(const struct step *step);
	/* how often, among the steps of each role */
	unsigned int weight[NR_ROLES];
	/* allocations may be made to fail: they all belong to the interface */
	bool may_fail;
	/* HAS_*: drawn as the others, so that the steps are the same, but not made without */
	unsigned int needs;
};

/** step_draw - step @nr of worker @worker */
struct step step_draw(uint64_t seed, unsigned int worker, uint64_t nr);
/* Every step as a line of this length, newline included. */
#define STEP_LINE 56
void step_line(const struct step *step, char line[STEP_LINE + 1]);
/** print_left_out - name the operations that this kernel cannot do, if there are any */
void print_left_out(void);

/* ---- Calls: what is counted (note.c) ---- */

enum call {
	CALL_CREATE,
	CALL_CREATE_LISTENER,
	CALL_INSTALL,
	CALL_INSTALL_TSYNC,
	CALL_SET_MODE,
	CALL_SET_MODE_TSYNC,
	CALL_SET_MODE_LISTENER,
	CALL_INFO,
	CALL_PROG,
	CALL_PARENT,
	CALL_SEAL,
	CALL_DUP,
	CALL_CLOSE,
	CALL_PASS,
	CALL_RECEIVE,
	CALL_KCMP,
	CALL_PROBE,
	CALL_NOTIFY,
	CALL_TRACE,
	CALL_LOG,
	CALL_STATUS,
	CALL_POLL,
	CALL_RECV,
	CALL_ID_VALID,
	CALL_SEND,
	CALL_ADDFD,
	CALL_SET_FLAGS,
	CALL_NOTIF_FILTER,
	CALL_FORK,
	CALL_THREAD,
	CALL_EXEC,
	CALL_EXIT,
	CALL_DIE,
	CALL_KILL,
	CALL_SEIZE,
	CALL_OPTIONS,
	CALL_GET,
	CALL_SET,
	CALL_METADATA,
	CALL_GET_FILTER,
	CALL_CONT,
	CALL_SETSIGINFO,
	CALL_DETACH,
	CALL_STRICT,
	CALL_STOP,
	CALL_SET_PROG,
	CALL_LISTENER,
	CALL_REPLACE,
	CALL_RUN,
	CALL_REPLACED,
	CALL_KEPT,
	CALL_CALLED,
	NR_CALLS
};

/**
 * note - count an outcome, and fail if the reference does not allow it
 *
 * @ret: what the call returned, or -errno; handed back
 */
long note(enum call call, long ret);
/** print_table - what was done, by call and outcome; returns how many calls */
uint64_t print_table(double seconds);
/** wrong - report something that must not happen; the run fails */
void wrong(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* ---- What all processes share (main.c) ---- */

#define WORKERS_PER_GROUP 4
#define MAX_WORKERS 64
#define MAX_GROUPS (MAX_WORKERS / WORKERS_PER_GROUP)
/* a filter with a mark answers -(MARK_ERRNO + mark) when asked for it */
#define NR_MARKS 512
#define MARK_ERRNO 1000
/* errno above this are the answers of marks, counted as one */
#define NR_ERRNO 134

struct marks {
	uint64_t bits[NR_MARKS / 64];
};

struct worker {
	uint64_t next_step;
	pid_t tid;
	/* in a call that may not come back without a signal */
	bool blocked;
	/* marks that were seen, and must stay as long as the process lives */
	struct marks own;
	long filters;
	uint64_t ok[NR_CALLS];
	uint64_t errors[NR_CALLS][NR_ERRNO];
};

struct group {
	/* the target, and whether tracers may replace its filters */
	pid_t target;
	bool loose;
	/* the target uses only filter fds until it ends, so that they fit */
	bool fds_only;
	/* the marks that all its threads started with, or got by TSYNC */
	struct marks all;
};

/* ids of filters: how many of them are remembered */
#define NR_FACTS (1u << 20)
#define NR_IDS (1u << 26)

/* A filter that a worker created: its parent, and its mark or NR_MARKS. */
struct origin {
	uint64_t id, parent;
	uint32_t mark;
};

struct shared {
	uint64_t seed;
	uint64_t steps; /* for each worker; 0: no end */
	unsigned int workers, groups;
	unsigned int has; /* HAS_* */
	bool stop, fail_nth, log;
	uint64_t wrong, kills;
	struct group group[MAX_GROUPS];
	struct worker worker[MAX_WORKERS];
	uint64_t facts[NR_FACTS];
	struct origin origins[NR_FACTS];
	uint64_t created[NR_IDS / 64];
};

extern struct shared *shared;

/* The current worker; set in each thread that makes steps. */
extern __thread struct worker *self;
extern __thread struct group *group;

static inline unsigned int self_number(void)
{
	return self - shared->worker;
}

/** is_tracer - whether the caller is its group's first worker, which is never confined */
static inline bool is_tracer(void)
{
	return self_number() % WORKERS_PER_GROUP == 0;
}

/** now - seconds on a monotonic clock */
double now(void);
/** next_step - draw and log the worker's next step; false: there is none */
bool next_step(struct step *step);
/** perform - make a step; with fail_nth, once for each allocation in it, which then fails */
void perform(const struct step *step);

/* ---- Descriptors: fixed numbers in each group's table ---- */

enum {
	FD_SHARED = 899,
	FD_INBOX = 900, /* two for each group: to receive from, to send to */
	FD_LOG = 940,	/* one for each worker */
	FD_FILTERS = 1010,
	FD_LISTENERS = 1050,
	/* the filter that the target installed last, and one above it */
	FD_CURRENT = 1090,
	FD_NEXT,
	FD_END = 1100,
};
#define NR_FILTERS 24
#define NR_LISTENERS 16

static inline int filter_slot(unsigned int n)
{
	return FD_FILTERS + n % NR_FILTERS;
}

static inline int listener_slot(unsigned int n)
{
	return FD_LISTENERS + n % NR_LISTENERS;
}

/* ---- Calls of the interface: what they return, or -errno (calls.c) ---- */

long result(long ret);
long fd_create(int parent, unsigned int flags, const struct sock_filter *insns, unsigned int len,
	       int *listener);
long fd_install(int fd, unsigned int flags);
long set_mode(const struct sock_filter *insns, unsigned int len, unsigned int flags);
/* what only unconfined callers may read */
#define INFO_IDS (SECCOMP_FILTER_INFO_ID | SECCOMP_FILTER_INFO_PARENT_ID)
/** is_confined - whether the caller is under seccomp, which then never changes */
bool is_confined(void);
long fd_info(int fd, struct seccomp_filter_info *info);
/** fd_prog - the program of a filter fd, up to @len instructions */
long fd_prog(int fd, struct sock_filter *insns, unsigned int len);
long fd_parent(int fd);
long fd_ioctl(int fd, unsigned long request, void *arg);
/** fd_has - HAS_* of this kernel */
unsigned int fd_has(void);
/** set_prog - NOTIF_SET_PROG; the generation goes in and comes out */
long set_prog(int listener, const struct sock_filter *insns, unsigned int len, unsigned int flags,
	      uint64_t *generation);
/** make_call - NOTIF_SYSCALL, with one argument; what it returned is in @value */
long make_call(int listener, uint64_t id, unsigned int flags, unsigned int nr, uint64_t arg,
	       long *value);
long ptrace_call(long request, pid_t tid, unsigned long addr, unsigned long data);
long kcmp_filters(pid_t a, long index_a, pid_t b, long index_b);
/** status_of - a number of a status file in /proc, by its name with the colon; or -errno */
long status_of(const char *path, const char *field);
/** filters_of - Seccomp_filters of such a file */
long filters_of(const char *path);

#define MAX_LEN 4096
/* gives a short program that answers only to its mark */
#define PLAIN 0x420
/** make_program - make a random program for a filter; returns its length, up to MAX_LEN */
unsigned int make_program(struct sock_filter *insns, unsigned int mark, uint32_t n);
/** program_mark - the mark of such a program; false: it does not answer to it */
bool program_mark(const struct sock_filter *insns, unsigned int *mark);
/** replace_actions - give a program of make_program() other actions; it answers as before */
unsigned int replace_actions(struct sock_filter *insns, unsigned int mark, uint32_t n);
long probe(unsigned int mark);
/* what probe() asks getpriority(2) about: this and the mark */
#define ASK 0x5ec00000

/* System calls that Linux has removed; our filters act on them. */
enum {
	NR_NOTIFY = 181,
	NR_TRACE = 182,
	NR_LOG = 183,
	NR_KILL_THREAD = 184,
	NR_KILL_PROCESS = 185,
	NR_NOBODY = 999,
};

/** take - duplicate the descriptor in a slot for the caller, or -EBADF */
int take(int slot);
/** place - move a descriptor to a slot, if it is one; closes it */
void place(long fd, int slot, bool cloexec);
/** sometimes - true in one of @times cases, depending on a step's number */
static inline bool sometimes(uint32_t n, unsigned int times)
{
	return n % times == 0;
}

/* ---- What must always hold (facts.c) ---- */

/** check_facts - check that an id always stands for the same filter */
void check_facts(const struct seccomp_filter_info *info);
/** check_created - check that a filter is new, and its parent is right (NULL: a root) */
void check_created(const struct seccomp_filter_info *info,
		   const struct seccomp_filter_info *parent);
/** remember - record a filter that the caller created, and its program */
void remember(const struct seccomp_filter_info *info, const struct sock_filter *insns);
/** learn - find the marks of a filter fd's newest filters, as far as the caller may read them */
void learn(int fd, struct marks *marks);
/** learn_own - find the marks that now answer in the caller */
void learn_own(struct marks *marks);
/** is_below - whether the filter with @info is that of @fd or an ancestor. Only for a tracer. */
bool is_below(const struct seccomp_filter_info *info, int fd);
/** walk - go from a filter fd to its ancestors, as far as allowed; the last one, or -1 */
int walk(int fd);
/** expected_marks - the caller's marks; none if tracers may replace filters */
struct marks expected_marks(void);
/** marks_of - the same for a worker */
struct marks marks_of(const struct worker *worker);
bool has_mark(const struct marks *marks, unsigned int mark);
/** check_marks - check that each mark, or one that is expected, answers in the caller */
void check_marks(const struct marks *marks);
void check_some_mark(uint32_t n);

void add_mark(struct marks *marks, unsigned int mark);
void add_marks(struct marks *to, const struct marks *from);

/* ---- Operations, by what they act on ---- */

/* op-filter.c: filter fds */
void op_create(const struct step *step);
void op_info(const struct step *step);
void op_prog(const struct step *step);
void op_parent(const struct step *step);
void op_seal(const struct step *step);
void op_dup(const struct step *step);
void op_close(const struct step *step);
void op_pass(const struct step *step);
void op_receive(const struct step *step);
/* op-task.c: the caller itself */
void op_install(const struct step *step);
void op_set_mode(const struct step *step);
void op_kcmp(const struct step *step);
void op_probe(const struct step *step);
void op_status(const struct step *step);
void op_call(const struct step *step);
void op_fork(const struct step *step);
void op_thread(const struct step *step);
void op_exec(const struct step *step);
void op_exit(const struct step *step);
void op_die(const struct step *step);
/* op-listener.c */
/** poll_listener - POLLIN, POLLHUP and the like, as poll(2) tells them now */
long poll_listener(int fd);
/** waited_for - the first listener from @first on that has a waiting caller, or else @first */
int waited_for(unsigned int first);
/** answer_call - SECCOMP_IOCTL_NOTIF_SEND, with one of the answers */
void answer_call(int fd, const struct step *step, uint64_t id);
void op_serve(const struct step *step);
void op_notif_filter(const struct step *step);
void op_set_flags(const struct step *step);
/* op-trace.c: what a tracer does with the threads of targets */
void op_seize(const struct step *step);
void op_options(const struct step *step);
void op_get(const struct step *step);
void op_set(const struct step *step);
void op_metadata(const struct step *step);
void op_get_filter(const struct step *step);
void op_kcmp_held(const struct step *step);
void op_event(const struct step *step);
void op_detach(const struct step *step);
void op_kill(const struct step *step);
/* op-child.c */
void op_strict(const struct step *step);
void op_stop(const struct step *step);
/* op-monitor.c: what kernel-patches/monitor/ has */
void op_set_prog(const struct step *step);
void op_listener(const struct step *step);
void op_run(const struct step *step);
/* op-replaced.c, op-kept.c, op-called.c: stories, see story.h */
void op_replaced(const struct step *step);
void op_kept(const struct step *step);
void op_called(const struct step *step);
/** tracer_reap - wait for tracees, and note what happened to them */
void tracer_reap(void);

/* ---- Processes (group.c) ---- */

/** run_group - start tracer and target again and again until the run stops */
void run_group(unsigned int number);
/** go_on - continue the target after an exec in the thread of this worker */
void go_on(unsigned int worker) __attribute__((noreturn));
/** end_thread - end the calling worker's thread, or its process */
void end_thread(bool process) __attribute__((noreturn));

/* ---- Failing allocations (fail.c) ---- */

/** fail_setup - set up the kernel's fault injection; -errno if it has none */
int fail_setup(void);
/** fail_start - from now on, the @nth allocation of this thread fails */
void fail_start(unsigned int nth);
/** fail_stop - no more failures; returns whether an allocation failed */
bool fail_stop(void);
/** injecting - whether an allocation or a user copy may be made to fail now */
bool injecting(void);

#endif /* STRESS_H */
