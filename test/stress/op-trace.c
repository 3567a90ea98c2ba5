// SPDX-License-Identifier: GPL-2.0
/*
 * What a tracer does with threads of targets: it holds up to three of them,
 * stopped. Tracees are left alone as soon as they do not do as expected, since
 * exec and exit give their ids to others.
 */
#include "stress.h"

#include <fcntl.h>
#include <linux/ptrace.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "regs.h"

#define NR_HELD 3
/* how long a tracee may take to stop, in ms */
#define LONG_PATIENCE 1000
#define PATIENCE 100
#define SHORT_PATIENCE 5
#define EVENT(code) (SIGTRAP | (code) << 8)
/* exec gives a thread its leader's id; what is known of either is wrong then */
#define OPTIONS PTRACE_O_TRACEEXEC

struct held {
	pid_t tid;
	struct worker *worker;
	bool stopped;
	/* the reason of the stop, and the signal to resume with */
	int event, signal;
	unsigned int options;
};

static struct held held[NR_HELD];

static struct held *find_held(pid_t tid)
{
	int i;

	for (i = 0; i < NR_HELD; i++)
		if (held[i].tid == tid)
			return &held[i];
	return NULL;
}

static bool is_loose(const struct worker *worker)
{
	return shared->group[(worker - shared->worker) / WORKERS_PER_GROUP].loose;
}

/* Detaches the thread that made the call, and forgets the leader whose id it has now. */
static void detach_after_exec(pid_t tid)
{
	unsigned long former = tid;
	struct held *h = find_held(tid);

	if (h)
		*h = (struct held){};
	ptrace_call(PTRACE_GETEVENTMSG, tid, 0, (unsigned long)&former);
	h = find_held(former);
	if (h)
		*h = (struct held){};
	ptrace_call(PTRACE_DETACH, tid, 0, 0);
}

static void record_status(pid_t tid, int status)
{
	struct held *h = find_held(tid);

	if (!WIFSTOPPED(status)) {
		if (h)
			*h = (struct held){};
		return;
	}
	if (status >> 16 == PTRACE_EVENT_EXEC) {
		detach_after_exec(tid);
		return;
	}
	/* it was detached before it stopped */
	if (!h) {
		ptrace_call(PTRACE_DETACH, tid, 0, 0);
		return;
	}
	h->stopped = true;
	h->event = status >> 16;
	h->signal = h->event ? 0 : WSTOPSIG(status);
}

void tracer_reap(void)
{
	int status;
	pid_t tid;

	while ((tid = waitpid(-1, &status, __WALL | WNOHANG)) > 0)
		record_status(tid, status);
}

static bool wait_stop(struct held *h, double patience)
{
	double end = now() + patience / 1000;

	tracer_reap();
	while (h->tid && !h->stopped && now() < end && !shared->stop) {
		/* shorter than any sleep, and others want to run */
		sched_yield();
		tracer_reap();
	}
	return h->tid && h->stopped;
}

/* Let it go; one that does not even stop for that goes with its process. */
static void drop(struct held *h)
{
	pid_t tid = h->tid;

	if (!tid)
		return;
	if (!h->stopped && ptrace_call(PTRACE_INTERRUPT, tid, 0, 0) == 0)
		wait_stop(h, PATIENCE);
	if (h->tid && (!h->stopped ||
		       note(CALL_DETACH, ptrace_call(PTRACE_DETACH, tid, 0, h->signal)) == -ESRCH))
		kill(tid, SIGKILL);
	*h = (struct held){};
	tracer_reap();
}

static struct held *held_of(const struct step *step)
{
	struct held *h = &held[step->a % NR_HELD];

	tracer_reap();
	return h;
}

void op_seize(const struct step *step)
{
	struct held *h = held_of(step);
	unsigned int number = step->b % shared->workers;
	struct worker *worker = &shared->worker[number];
	unsigned int options = OPTIONS;
	pid_t tid = worker->tid;

	if (number % WORKERS_PER_GROUP == 0 || !tid)
		return;
	drop(h);
	if (find_held(tid))
		return;
	/* what runs without its filters could not be held to their marks */
	if (is_loose(worker) && step->n & 1)
		options |= PTRACE_O_SUSPEND_SECCOMP;
	if (step->n & 2)
		options |= PTRACE_O_TRACESECCOMP;
	if (note(CALL_SEIZE, ptrace_call(PTRACE_SEIZE, tid, 0, options)))
		return;
	*h = (struct held){ .tid = tid, .worker = worker, .options = options };
	if (ptrace_call(PTRACE_INTERRUPT, tid, 0, 0) || !wait_stop(h, PATIENCE))
		drop(h);
}

void op_options(const struct step *step)
{
	struct held *h = held_of(step);
	unsigned int options = OPTIONS | (step->n & 2 ? PTRACE_O_TRACESECCOMP : 0);

	if (!h->stopped)
		return;
	if (is_loose(h->worker) && step->n & 5)
		options |= PTRACE_O_SUSPEND_SECCOMP;
	if (!note(CALL_OPTIONS, ptrace_call(PTRACE_SETOPTIONS, h->tid, 0, options)))
		h->options = options;
}

static unsigned long draw_index(uint32_t n)
{
	return n & 4 ? -1UL : n >> 3 & 7;
}

/* The id of the tracee's filter at an index; 0: there is none. */
static uint64_t id_at(struct held *h, unsigned long index)
{
	struct seccomp_metadata_id data = { .filter_off = index };
	long ret = note(CALL_METADATA, ptrace_call(PTRACE_SECCOMP_GET_METADATA, h->tid,
						   sizeof(data), (unsigned long)&data));

	if (ret >= 0 && (ret != sizeof(data) || !data.id))
		wrong("METADATA filled in %ld bytes and says id %llu", ret,
		      (unsigned long long)data.id);
	return ret < 0 ? 0 : data.id;
}

/* Seccomp_filters is the depth of the newest filter, if that did not change. */
static void check_status(struct held *h, const struct seccomp_filter_info *info)
{
	char path[64];
	long filters;

	snprintf(path, sizeof(path), "/proc/%d/status", h->tid);
	if (id_at(h, -1UL) != info->id)
		return;
	filters = note(CALL_STATUS, filters_of(path));
	if (filters >= 0 && id_at(h, -1UL) == info->id && filters != info->depth)
		wrong("filter %llu is at depth %u, and its task has %ld filters",
		      (unsigned long long)info->id, info->depth, filters);
}

void op_get(const struct step *step)
{
	struct held *h = held_of(step);
	unsigned long index = draw_index(step->n);
	struct seccomp_filter_info info;
	long fd;

	if (!h->tid)
		return;
	fd = note(CALL_GET, ptrace_call(PTRACE_SECCOMP_GET_FILTER_FD, h->tid, index, 0));
	if (fd < 0)
		return;
	if (!fd_info(fd, &info)) {
		check_facts(&info);
		if (index == -1UL)
			check_status(h, &info);
		else if (info.depth != index + 1)
			wrong("the filter at index %lu has depth %u", index, info.depth);
	}
	place(fd, filter_slot(step->b), step->n & 1);
}

/*
 * Make a stop for SECCOMP_RET_TRACE look like another one: what SET may do, and
 * which filters the kernel checks afterwards, must not depend on it.
 */
static void disguise(struct held *h, uint32_t n)
{
	siginfo_t info;

	if (h->event != PTRACE_EVENT_SECCOMP || !(n & 0x800))
		return;
	if (ptrace_call(PTRACE_GETSIGINFO, h->tid, 0, (unsigned long)&info))
		return;
	info.si_code = SI_USER;
	note(CALL_SETSIGINFO, ptrace_call(PTRACE_SETSIGINFO, h->tid, 0, (unsigned long)&info));
	/* with a number that is no call, the kernel goes past its filters, to the log */
	if (n & 0x1000)
		regs_set_call(h->tid, -1);
}

/* In a stop for SECCOMP_RET_TRACE seccomp is not suspended, or it had not come. */
static void suspend(struct held *h)
{
	unsigned int options = OPTIONS | PTRACE_O_SUSPEND_SECCOMP | PTRACE_O_TRACESECCOMP;

	if (h->event != PTRACE_EVENT_SECCOMP || !is_loose(h->worker))
		return;
	if (!note(CALL_OPTIONS, ptrace_call(PTRACE_SETOPTIONS, h->tid, 0, options)))
		h->options = options;
}

/* A child of the tracee's newest filter, which is all that SET takes where there is one. */
static int above_newest(int newest, unsigned int mark)
{
	struct sock_filter insns[64];
	unsigned int len = make_program(insns, mark, PLAIN);
	int listener;

	return note(CALL_CREATE, fd_create(newest, 0, insns, len, &listener));
}

static int draw_filter(const struct step *step, int newest)
{
	if (newest >= 0 && step->n & 0x100)
		return above_newest(newest, step->mark);
	return take(sometimes(step->n, 31) ? listener_slot(step->b) : filter_slot(step->b));
}

/* What SET did, where @got is the tracee's newest filter afterwards. */
static void check_set(const struct held *h, int fd, const struct seccomp_filter_info *before,
		      int got)
{
	struct seccomp_filter_info info, after;

	if (!h->stopped || !(h->options & PTRACE_O_SUSPEND_SECCOMP))
		wrong("SET of a tracee whose seccomp is not suspended works");
	if (!fd_info(fd, &info) && info.flags & SECCOMP_FILTER_FLAG_REPLACEABLE) {
		char path[64];

		snprintf(path, sizeof(path), "/proc/%d/status", h->tid);
		if (status_of(path, "NoNewPrivs:") == 0)
			wrong("SET of a replaceable filter works without no_new_privs");
	}
	if (before && !is_below(before, fd))
		wrong("SET has taken filter %llu away", (unsigned long long)before->id);
	/* TSYNC of a sibling may have moved it on, but only deeper */
	if (!fd_info(fd, &info) && !fd_info(got, &after) && !is_below(&info, got))
		wrong("after SET to filter %llu there is filter %llu", (unsigned long long)info.id,
		      (unsigned long long)after.id);
}

static void try_set(struct held *h, int fd, const struct seccomp_filter_info *before)
{
	struct seccomp_filter_info info;
	const pid_t tid = h->tid;
	bool sealed;
	int got;

	/* before, as anybody may seal it meanwhile */
	sealed = !fd_info(fd, &info) && info.fd_flags & SECCOMP_FILTER_FD_SEALED;
	if (note(CALL_SET, ptrace_call(PTRACE_SECCOMP_SET_FILTER_FD, tid, 0, fd)))
		return;
	if (sealed)
		wrong("SET of a sealed filter fd works");
	got = ptrace_call(PTRACE_SECCOMP_GET_FILTER_FD, tid, -1UL, 0);
	/* one that is killed will not stop, one in another program has other filters */
	wait_stop(h, LONG_PATIENCE);
	if (got >= 0 && h->tid == tid)
		check_set(h, fd, before, got);
	if (got >= 0)
		close(got);
}

void op_set(const struct step *step)
{
	struct held *h = held_of(step);
	struct seccomp_filter_info before;
	bool had_filter;
	int fd, newest;

	if (!h->tid)
		return;
	newest = note(CALL_GET, ptrace_call(PTRACE_SECCOMP_GET_FILTER_FD, h->tid, -1UL, 0));
	had_filter = newest >= 0 && !fd_info(newest, &before);
	fd = draw_filter(step, newest);
	if (newest >= 0)
		close(newest);
	if (fd < 0)
		return;
	suspend(h);
	disguise(h, step->n);
	try_set(h, fd, had_filter ? &before : NULL);
	close(fd);
}

void op_metadata(const struct step *step)
{
	struct held *h = held_of(step);

	if (h->tid)
		id_at(h, draw_index(step->n));
}

void op_get_filter(const struct step *step)
{
	static struct sock_filter insns[MAX_LEN];
	struct held *h = held_of(step);
	unsigned int mark;
	long ret;

	if (!h->tid)
		return;
	ret = note(CALL_GET_FILTER, ptrace_call(PTRACE_SECCOMP_GET_FILTER, h->tid,
						draw_index(step->n), (unsigned long)insns));
	if (ret >= 0)
		program_mark(insns, &mark);
}

/* What kcmp says of two filters is what their ids say. */
void op_kcmp_held(const struct step *step)
{
	struct held *a = held_of(step), *b = &held[step->b % NR_HELD];
	unsigned long i = draw_index(step->n), j = draw_index(step->n >> 8);
	uint64_t id_a, id_b;
	long ret;

	if (!a->stopped || !b->stopped)
		return;
	id_a = id_at(a, i);
	id_b = id_at(b, j);
	ret = kcmp_filters(a->tid, i, b->tid, j);
	/* TSYNC of others may move them meanwhile */
	if (ret < 0 || !id_a || !id_b || id_at(a, i) != id_a || id_at(b, j) != id_b)
		return;
	if ((ret == 0) != (id_a == id_b))
		wrong("kcmp of filters %llu and %llu says %ld", (unsigned long long)id_a,
		      (unsigned long long)id_b, ret);
}

/* Go on until the next stop, which is one of SECCOMP_RET_TRACE now and then. */
void op_event(const struct step *step)
{
	struct held *h = held_of(step);

	if (!h->stopped)
		return;
	if (note(CALL_CONT, ptrace_call(PTRACE_CONT, h->tid, 0, h->signal)))
		return;
	h->stopped = false;
	h->event = h->signal = 0;
	if (sometimes(step->n, 2))
		wait_stop(h, SHORT_PATIENCE);
}

void op_detach(const struct step *step)
{
	drop(held_of(step));
}

void op_kill(const struct step *step)
{
	pid_t pid = shared->group[step->b % shared->groups].target;

	if (pid)
		note(CALL_KILL, result(kill(pid, SIGKILL)));
}
