// SPDX-License-Identifier: GPL-2.0
/*
 * The processes of a group: a keeper, which restarts the other two when they end, the
 * tracer, and the target. All three share one descriptor table.
 */
#include "stress.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* steps until a tracer, a thread of a target, end by themselves */
#define TRACER_LIFE 1500
#define TARGET_LIFE 400
/* how often the keeper looks, in us; after how many looks a worker counts as stuck */
#define INTERVAL 5000
#define TARGET_STUCK 400
#define TRACER_STUCK 12000
/* interrupts a blocked call if there is a handler; without one, after exec, it does nothing */
#define PING SIGURG

/* What the keeper knows about one of its two processes. */
struct process {
	pid_t pid;
	uint64_t steps;
	unsigned int idle;
};

/* ---- Workers ---- */

static void on_ping(int signal)
{
	(void)signal;
}

static void handle_ping(void)
{
	struct sigaction action = { .sa_handler = on_ping };

	sigaction(PING, &action, NULL);
}

static void *work(void *arg)
{
	unsigned int i, life = TARGET_LIFE;
	struct step step;

	self = arg;
	group = &shared->group[self_number() / WORKERS_PER_GROUP];
	if (is_tracer())
		life = TRACER_LIFE;
	self->tid = syscall(SYS_gettid);
	for (i = 0; i < life && next_step(&step); i++)
		perform(&step);
	self->tid = 0;
	return NULL;
}

static struct worker *workers_of(unsigned int number)
{
	return &shared->worker[number * WORKERS_PER_GROUP];
}

static void __attribute__((noreturn)) run_target(unsigned int number)
{
	struct worker *workers = workers_of(number);
	pthread_t thread[WORKERS_PER_GROUP];
	bool started[WORKERS_PER_GROUP];
	unsigned int i;

	handle_ping();
	/* EAGAIN is possible: a thread that was already started may call exec */
	for (i = 2; i < WORKERS_PER_GROUP; i++)
		started[i] = !pthread_create(&thread[i], NULL, work, &workers[i]);
	/* the first thread is a worker like the others */
	work(&workers[1]);
	for (i = 2; i < WORKERS_PER_GROUP; i++)
		if (started[i])
			pthread_join(thread[i], NULL);
	_exit(0);
}

static void __attribute__((noreturn)) run_tracer(unsigned int number)
{
	handle_ping();
	work(workers_of(number));
	_exit(0);
}

void end_thread(bool process)
{
	self->tid = 0;
	syscall(process ? SYS_exit_group : SYS_exit, 0);
	__builtin_unreachable();
}

void go_on(unsigned int number)
{
	struct worker *workers = workers_of(number / WORKERS_PER_GROUP);
	unsigned int i;

	group = &shared->group[number / WORKERS_PER_GROUP];
	add_marks(&group->all, &shared->worker[number].own);
	for (i = 1; i < WORKERS_PER_GROUP; i++) {
		workers[i].own = (struct marks){};
		workers[i].filters = shared->worker[number].filters;
		workers[i].blocked = false;
	}
	run_target(number / WORKERS_PER_GROUP);
}

/* ---- The keeper ---- */

/* Starts a child that shares the descriptor table, and dies with the keeper. */
static pid_t start(void (*run)(unsigned int), unsigned int number)
{
	pid_t keeper = getpid();
	pid_t pid = syscall(SYS_clone, CLONE_FILES | SIGCHLD, 0, NULL, NULL, 0);

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != keeper)
		_exit(1);
	run(number);
	_exit(1);
}

static void start_target(unsigned int number, struct process *target)
{
	struct worker *workers = workers_of(number);
	unsigned int i;

	group->all = (struct marks){};
	group->fds_only = !group->fds_only;
	close(FD_CURRENT);
	close(FD_NEXT);
	for (i = 1; i < WORKERS_PER_GROUP; i++) {
		workers[i].own = (struct marks){};
		workers[i].filters = 0;
		workers[i].blocked = false;
		workers[i].tid = 0;
	}
	*target = (struct process){ .pid = start(run_target, number) };
	group->target = target->pid;
}

static bool may_end(int status)
{
	if (WIFEXITED(status))
		return !WEXITSTATUS(status);
	/* killed by a worker, or by a filter, or because its signal frame was made to fail */
	return WTERMSIG(status) == SIGKILL || WTERMSIG(status) == SIGSYS ||
	       (shared->fail_nth && WTERMSIG(status) == SIGSEGV);
}

static void check_end(const char *name, int status)
{
	/* a process that a filter killed cannot count this itself */
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS)
		note(CALL_DIE, 0);
	if (!may_end(status))
		wrong("a %s ended with status %x", name, status);
}

static void reap(struct process *tracer, struct process *target)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid == target->pid) {
			check_end("target", status);
			group->target = target->pid = 0;
		} else if (pid == tracer->pid) {
			check_end("tracer", status);
			tracer->pid = 0;
		}
	}
}

static void end(struct process *process)
{
	if (!process->pid)
		return;
	kill(process->pid, SIGKILL);
	waitpid(process->pid, NULL, 0);
	process->pid = 0;
}

/* Ends both, the tracer first: a target that is stopped by it ends only afterwards. */
static void end_both(struct process *tracer, struct process *target)
{
	end(tracer);
	group->target = 0;
	end(target);
	/* close what they had open when they were killed */
	syscall(SYS_close_range, STDERR_FILENO + 1, FD_SHARED - 1, 0);
	syscall(SYS_close_range, FD_FILTERS, FD_END - 1, 0);
}

/* Sends a signal to workers in a call that may never be answered. */
static void ping(unsigned int number, const struct process *tracer, const struct process *target)
{
	struct worker *workers = workers_of(number);
	unsigned int i;

	for (i = 0; i < WORKERS_PER_GROUP; i++)
		if (workers[i].blocked && workers[i].tid)
			syscall(SYS_tgkill, i ? target->pid : tracer->pid, workers[i].tid, PING);
}

static bool is_stuck(struct process *process, uint64_t steps, unsigned int patience)
{
	if (steps != process->steps)
		process->idle = 0;
	process->steps = steps;
	return process->pid && ++process->idle > patience;
}

/* A supervisor may forget a call, and its caller then waits forever. */
static void watch(unsigned int number, struct process *tracer, struct process *target)
{
	struct worker *workers = workers_of(number);
	uint64_t steps = 0;
	unsigned int i;

	for (i = 1; i < WORKERS_PER_GROUP; i++)
		steps += workers[i].next_step;
	if (is_stuck(target, steps, TARGET_STUCK)) {
		__atomic_fetch_add(&shared->kills, 1, __ATOMIC_RELAXED);
		kill(target->pid, SIGKILL);
		target->idle = 0;
	}
	if (is_stuck(tracer, workers[0].next_step, TRACER_STUCK)) {
		wrong("the tracer does not come back from its step");
		kill(tracer->pid, SIGKILL);
		tracer->idle = 0;
	}
}

/* Whether workers of a group have made all their steps; the first is the tracer. */
static bool are_done(unsigned int number, unsigned int first, unsigned int end)
{
	struct worker *workers = workers_of(number);
	unsigned int i;

	for (i = first; shared->steps && i < end; i++)
		if (workers[i].next_step < shared->steps)
			return false;
	return shared->steps;
}

void run_group(unsigned int number)
{
	struct process tracer = {}, target = {};

	self = workers_of(number);
	group = &shared->group[number];
	group->loose = number % 2;
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	while (!shared->stop && !are_done(number, 0, WORKERS_PER_GROUP)) {
		reap(&tracer, &target);
		/* one with nothing left to do would end at once, and its target each time */
		if (!tracer.pid && !are_done(number, 0, 1)) {
			end_both(&tracer, &target);
			tracer.pid = start(run_tracer, number);
		}
		if (!target.pid && !are_done(number, 1, WORKERS_PER_GROUP))
			start_target(number, &target);
		ping(number, &tracer, &target);
		watch(number, &tracer, &target);
		usleep(INTERVAL);
	}
	end_both(&tracer, &target);
}
