// SPDX-License-Identifier: GPL-2.0
/* What a worker does with its tracees. */
#include <fcntl.h>
#include <linux/ptrace.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "seccomp-fd.h"
#include "stress.h"

/* how long a tracee may take to stop or to end, in ms */
#define PATIENCE 20000
/* how long to wait for an event that may not come */
#define SHORT_PATIENCE 30

static struct tracee tracees[NR_TRACEES];

static long trace(long request, const struct tracee *tracee, unsigned long data)
{
	return result(syscall(SYS_ptrace, request, tracee->tid, 0, data));
}

static unsigned int number_of(const struct tracee *tracee)
{
	return tracee - tracees;
}

struct tracee *tracee_of(const struct step *step)
{
	return &tracees[step->a % NR_TRACEES];
}

/* ---- Start and end ---- */

static pid_t start(enum kind kind, uint32_t n, pid_t *thread, int go)
{
	const pid_t worker = getpid();
	pid_t pid;

	/* one with a listener puts it into our slot */
	pid = kind == LISTENER ? syscall(SYS_clone, CLONE_FILES | SIGCHLD, 0, NULL, NULL, 0)
			       : fork();
	if (pid)
		return result(pid);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != worker)
		_exit(1);
	/* or it holds all that the slots hold, until it ends */
	if (kind != LISTENER && n & 0x100)
		syscall(SYS_close_range, FD_FILTERS, FD_END, 0);
	tracee_main(kind, n, thread, go);
}

void op_start(const struct step *step)
{
	struct tracee *tracee = tracee_of(step);
	const enum kind kind = step->b % 4 ? step->b % NR_KINDS : STRICT;
	const unsigned int number = number_of(tracee);
	int ends[2] = { -1, -1 };
	pid_t pid;

	if (tracee->pid) {
		if (!sometimes(step->n, 6))
			return;
		forget(tracee);
	}
	if (kind == STRICT && pipe2(ends, O_CLOEXEC)) {
		wrong("there is no pipe: %s", strerror(errno));
		return;
	}
	self->thread[number] = 0;
	pid = note(CALL_START, start(kind, step->n, &self->thread[number], ends[0]));
	if (ends[0] >= 0)
		close(ends[0]);
	if (pid < 0) {
		close(ends[1]);
		return;
	}
	*tracee = (struct tracee){ .pid = pid, .tid = pid, .kind = kind, .go = ends[1] };
	self->tracee[number] = pid;
}

/* Whether one that is being killed has ended; if it stops once more, it goes on. */
static bool has_ended(pid_t tid)
{
	int status;
	pid_t pid = waitpid(tid, &status, __WALL | WNOHANG);

	if (pid == tid && WIFSTOPPED(status))
		syscall(SYS_ptrace, PTRACE_CONT, tid, 0, 0);
	return pid < 0 || (pid == tid && !WIFSTOPPED(status));
}

static void end(struct tracee *tracee)
{
	int ms;

	kill(tracee->pid, SIGKILL);
	if (tracee->stopped)
		trace(PTRACE_CONT, tracee, 0);
	for (ms = 0; ms < PATIENCE; ms++) {
		if (has_ended(tracee->pid))
			return;
		/* its leader ends last */
		if (tracee->tid != tracee->pid)
			has_ended(tracee->tid);
		usleep(1000);
	}
	wrong("a tracee that was killed does not end");
}

void forget(struct tracee *tracee)
{
	const unsigned int number = number_of(tracee);

	if (tracee->pid)
		end(tracee);
	self->tracee[number] = self->thread[number] = 0;
	if (tracee->kind == STRICT)
		close(tracee->go);
	*tracee = (struct tracee){ 0 };
}

void forget_all(void)
{
	unsigned int i;

	for (i = 0; i < NR_TRACEES; i++)
		forget(&tracees[i]);
}

/* ---- Stops ---- */

bool wait_stop(struct tracee *tracee, unsigned int ms)
{
	unsigned int i;
	int status;
	pid_t tid;

	for (i = 0; i <= ms * 2; i++) {
		tid = waitpid(tracee->tid, &status, __WALL | WNOHANG);
		if (tid < 0 || (tid && !WIFSTOPPED(status))) {
			/* with its leader, the process is gone, and its id may be another's */
			if (tid == tracee->pid)
				tracee->pid = 0;
			break;
		}
		if (tid) {
			tracee->stopped = true;
			tracee->event = status >> 16;
			tracee->signal = tracee->event ? 0 : WSTOPSIG(status);
			return true;
		}
		usleep(500);
	}
	return false;
}

static long status_field(const char *text, const char *name)
{
	const char *at = strstr(text, name);

	return at ? strtol(at + strlen(name), NULL, 10) : -ENODATA;
}

bool check_status(struct tracee *tracee)
{
	char path[64], text[4096];
	long mode, filters, len;
	uint64_t id;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/status", tracee->tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	len = result(fd < 0 ? fd : read(fd, text, sizeof(text) - 1));
	if (fd >= 0)
		close(fd);
	/* one that was killed is not asked any more */
	if (note(CALL_STATUS, len) < 0 || kernel->reader.identify(tracee->tid, &id) == -ESRCH)
		return false;
	text[len] = '\0';
	mode = status_field(text, "\nSeccomp:");
	filters = status_field(text, "\nSeccomp_filters:");
	if (mode < 0 || filters < 0)
		wrong("%s does not say what seccomp does", path);
	if (tracee->seen_tid == tracee->tid &&
	    (filters < tracee->filters || (tracee->mode && mode != tracee->mode)))
		wrong("a tracee had mode %ld and %ld filters, and has mode %ld and %ld filters",
		      tracee->mode, tracee->filters, mode, filters);
	if ((mode == SECCOMP_MODE_FILTER) != (filters > 0))
		wrong("a tracee has mode %ld and %ld filters", mode, filters);
	tracee->seen_tid = tracee->tid;
	tracee->mode = mode;
	tracee->filters = filters;
	return true;
}

static bool seize(struct tracee *tracee, uint32_t n)
{
	const pid_t thread = self->thread[number_of(tracee)];

	tracee->tid = n & 1 && thread ? thread : tracee->pid;
	tracee->options = n & 6 ? PTRACE_O_SUSPEND_SECCOMP : 0;
	tracee->traced = !note(CALL_STOP, trace(PTRACE_SEIZE, tracee, tracee->options));
	return tracee->traced;
}

void op_stop(const struct step *step)
{
	struct tracee *tracee = tracee_of(step);

	if (!tracee->pid || tracee->stopped)
		return;
	if ((!tracee->traced && !seize(tracee, step->n)) ||
	    note(CALL_STOP, trace(PTRACE_INTERRUPT, tracee, 0)) || !wait_stop(tracee, PATIENCE) ||
	    !check_status(tracee))
		forget(tracee);
}

static long set_options(struct tracee *tracee, unsigned int options)
{
	long ret = note(CALL_OPTIONS, trace(PTRACE_SETOPTIONS, tracee, options));

	if (!ret)
		tracee->options = options;
	return ret;
}

void op_options(const struct step *step)
{
	struct tracee *tracee = tracee_of(step);

	if (tracee->stopped)
		set_options(tracee, step->n & 3 ? PTRACE_O_SUSPEND_SECCOMP : 0);
}

/*
 * No event is switched on and no signal is on its way, see op_event(). So it does not
 * stop again by itself.
 */
static bool let_run(struct tracee *tracee)
{
	if (note(CALL_CONTINUE, trace(PTRACE_CONT, tracee, tracee->signal))) {
		forget(tracee);
		return false;
	}
	tracee->stopped = false;
	return true;
}

void op_continue(const struct step *step)
{
	struct tracee *tracee = tracee_of(step);
	uint64_t id;

	if (tracee->stopped && let_run(tracee) && step->n & 1)
		note(NOT_STOPPED, kernel->reader.identify(tracee->tid, &id));
}

void op_detach(const struct step *step)
{
	struct tracee *tracee = tracee_of(step);

	if (!tracee->stopped)
		return;
	if (note(CALL_DETACH, trace(PTRACE_DETACH, tracee, tracee->signal))) {
		forget(tracee);
		return;
	}
	tracee->stopped = tracee->traced = false;
}

void op_kill(const struct step *step)
{
	struct tracee *tracee = tracee_of(step);

	if (!tracee->pid)
		return;
	note(CALL_KILL, result(kill(tracee->pid, SIGKILL)));
	if (step->n & 1)
		forget(tracee);
}

/* ---- Requests of the module ---- */

void op_identify(const struct step *step)
{
	struct tracee *tracee = tracee_of(step);
	uint64_t id = 0;
	long ret;

	if (!tracee->pid)
		return;
	ret = note(tracee->stopped  ? CALL_IDENTIFY
		   : tracee->traced ? NOT_STOPPED
				    : NOT_TRACED,
		   kernel->reader.identify(tracee->tid, &id));
	if (tracee->stopped && ret == -ESRCH)
		forget(tracee);
	else if (!ret && !id)
		wrong("the number of a filter is 0");
}

/* What a stopped tracee's newest filter says must be what /proc says of the tracee. */
static void check_newest(struct tracee *tracee, int fd)
{
	struct seccomp_filter_info info = check_info(fd);
	uint64_t before = 0, after = 0;

	kernel->reader.identify(tracee->tid, &before);
	if (!check_status(tracee) || kernel->reader.identify(tracee->tid, &after))
		return;
	/* a sibling's TSYNC moves it on */
	if (before == info.id && after == info.id && tracee->filters != info.depth)
		wrong("a tracee with %ld filters has the filter of depth %u", tracee->filters,
		      info.depth);
	if (tracee->kind == PLAIN || tracee->mode != SECCOMP_MODE_FILTER)
		wrong("a tracee without filters has filter %llu", (unsigned long long)info.id);
	mark_of(fd);
}

static void check_index(int fd, unsigned int index)
{
	struct seccomp_filter_info info = check_info(fd);

	if (info.depth != index + 1)
		wrong("the filter at index %u has depth %u", index, info.depth);
	mark_of(fd);
}

void op_open(const struct step *step)
{
	struct tracee *tracee = tracee_of(step);
	const bool newest = step->n & 1;
	/* some of them are not there */
	const unsigned int index = sometimes(step->n, 9) ? 100 : step->n >> 8 & 3;
	int fd;

	if (!tracee->pid)
		return;
	if (!tracee->stopped) {
		note(tracee->traced ? NOT_STOPPED : NOT_TRACED,
		     kernel->reader.open(tracee->tid, KERNEL_NEWEST));
		return;
	}
	if (sometimes(step->n, 16))
		note(NO_INDEX, kernel->reader.open(tracee->tid, -2));
	fd = note(newest ? CALL_OPEN : CALL_OPEN_INDEX,
		  kernel->reader.open(tracee->tid, newest ? KERNEL_NEWEST : (long)index));
	if (fd >= 0 && newest)
		check_newest(tracee, fd);
	else if (fd >= 0)
		check_index(fd, index);
	place(fd, filter_slot(step->b));
	if (fd == -ESRCH)
		forget(tracee);
}

/* What is refused, and not by mistake, depends on what the tracee is. */
static enum call set_as(const struct tracee *tracee)
{
	if (!(tracee->options & PTRACE_O_SUSPEND_SECCOMP))
		return NOT_SUSPENDED;
	if (tracee->event == PTRACE_EVENT_SECCOMP)
		return AT_TRACE;
	if (tracee->mode == SECCOMP_MODE_STRICT)
		return CALL_SET;
	return tracee->mode ? WITH_FILTERS : WITHOUT_SECCOMP;
}

/* It goes on under its new filter, which answers, and reads the time-stamp counter. */
static void check_call(struct tracee *tracee, uint16_t mark)
{
	int status = 0;

	if (trace(PTRACE_DETACH, tracee, 0) || write(tracee->go, &mark, sizeof(mark)) != 2) {
		forget(tracee);
		return;
	}
	tracee->stopped = tracee->traced = false;
	if (waitpid(tracee->pid, &status, __WALL) != tracee->pid)
		wrong("a tracee cannot be waited for: %s", strerror(errno));
	tracee->pid = 0;
	forget(tracee);
	if (WIFEXITED(status) && !WEXITSTATUS(status))
		note(CALL_SET_CHECKED, 0);
	else if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
		wrong("a tracee is not under the filter that was set: status %x", status);
}

static void check_set(struct tracee *tracee, int fd, uint32_t n)
{
	struct seccomp_filter_info info = check_info(fd);
	uint64_t id = 0;

	tracee->mode = SECCOMP_MODE_FILTER;
	tracee->filters = info.depth;
	if (!check_status(tracee) || kernel->reader.identify(tracee->tid, &id)) {
		forget(tracee);
		return;
	}
	if (id != info.id || tracee->filters != info.depth)
		wrong("filter %llu of depth %u was set, and there are %ld filters, the newest %llu",
		      (unsigned long long)info.id, info.depth, tracee->filters,
		      (unsigned long long)id);
	if (tracee->event == PTRACE_EVENT_STOP && n & 1)
		check_call(tracee, mark_of(fd));
}

void op_set(const struct step *step)
{
	struct tracee *tracee = tracee_of(step);
	int fd = take(filter_slot(step->b));
	long ret;

	if (fd < 0)
		return;
	if (tracee->pid && !tracee->stopped) {
		note(tracee->traced ? NOT_STOPPED : NOT_TRACED, kernel->set(tracee->tid, fd));
	} else if (tracee->pid && !check_status(tracee)) {
		forget(tracee);
	} else if (tracee->pid) {
		ret = note(set_as(tracee), kernel->set(tracee->tid, fd));
		if (!ret)
			check_set(tracee, fd, step->n);
		else if (ret == -ESRCH)
			forget(tracee);
	}
	close(fd);
}

/* ---- Other stops: for SECCOMP_RET_TRACE, and at exit ---- */

/* Lets it run until it stops for the event, or else stops it. False: it is gone. */
static bool reach(struct tracee *tracee, unsigned int option)
{
	const unsigned int options = option == PTRACE_O_TRACEEXIT ? tracee->options : 0;

	if (set_options(tracee, option | options) || !let_run(tracee))
		return false;
	/* the option does not keep it from being killed */
	if (option == PTRACE_O_TRACEEXIT)
		kill(tracee->pid, SIGKILL);
	if (wait_stop(tracee, option == PTRACE_O_TRACEEXIT ? PATIENCE : SHORT_PATIENCE))
		return true;
	if (!tracee->pid || trace(PTRACE_INTERRUPT, tracee, 0) || !wait_stop(tracee, PATIENCE))
		return false;
	/* the stop that was asked for comes after an event */
	return tracee->event == PTRACE_EVENT_STOP ||
	       (!set_options(tracee, 0) && let_run(tracee) && wait_stop(tracee, PATIENCE));
}

static void refused_at_trace(struct tracee *tracee, int filter)
{
	if (set_options(tracee, PTRACE_O_SUSPEND_SECCOMP))
		return;
	note(AT_TRACE, kernel->set(tracee->tid, filter));
}

void op_event(const struct step *step)
{
	struct tracee *tracee = tracee_of(step);
	const bool at_exit = sometimes(step->n, 4);
	int fd;

	if (!tracee->stopped)
		return;
	if (!reach(tracee, at_exit ? PTRACE_O_TRACEEXIT : PTRACE_O_TRACESECCOMP)) {
		forget(tracee);
		return;
	}
	if (tracee->event != PTRACE_EVENT_STOP) {
		fd = note(at_exit ? CALL_OPEN_EXIT : CALL_OPEN_TRACE,
			  kernel->reader.open(tracee->tid, KERNEL_NEWEST));
		if (!at_exit && fd >= 0)
			refused_at_trace(tracee, fd);
		place(fd, filter_slot(step->b));
	}
	set_options(tracee, PTRACE_O_SUSPEND_SECCOMP);
}
