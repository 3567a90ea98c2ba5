// SPDX-License-Identifier: GPL-2.0
/* Counts outcomes and knows which ones doc/kernel-module.md allows. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "stress.h"

#define MAX_ALLOWED 4

/*
 * The errors that are allowed; 0 ends the list. ESRCH is nearly everywhere, since a tracee
 * may be killed at any time. EMFILE is nowhere: there are enough descriptors.
 */
static const struct {
	const char *name;
	int allowed[MAX_ALLOWED];
} calls[NR_CALLS] = {
	[CALL_START] = { "start a tracee", {} },
	/* EPERM: it has begun to exit, or another thread has called exec */
	[CALL_STOP] = { "stop", { ESRCH, EPERM } },
	[CALL_OPTIONS] = { "options", { ESRCH } },
	[CALL_CONTINUE] = { "continue", { ESRCH } },
	[CALL_DETACH] = { "detach", { ESRCH } },
	[CALL_KILL] = { "kill", { ESRCH } },
	[CALL_STATUS] = { "status", { ENOENT, ESRCH } },
	[CALL_IDENTIFY] = { "identify", { ESRCH, ENODATA } },
	[CALL_OPEN] = { "open newest", { ESRCH, ENODATA } },
	[CALL_OPEN_INDEX] = { "open by index", { ESRCH, ENODATA, ENOENT } },
	[CALL_OPEN_TRACE] = { "open, RET_TRACE", { ESRCH } },
	[CALL_OPEN_EXIT] = { "open, at exit", { ESRCH, ENODATA } },
	/* ENOMEM: the path is too long */
	[CALL_CREATE] = { "create", { ENOMEM } },
	/* EBUSY: there is a listener below */
	[CALL_CREATE_LISTENER] = { "create listener", { ENOMEM, EBUSY } },
	[CALL_SET] = { "set", { ESRCH } },
	[CALL_SET_CHECKED] = { "set, then called", {} },
	[CALL_INFO] = { "info", {} },
	[CALL_PROGRAM] = { "program", { ENOSPC } },
	[CALL_PARENT] = { "parent", { ENOENT } },
	[CALL_COUNTS] = { "counts", {} },
	[CALL_FDINFO] = { "fdinfo", {} },
	[CALL_LISTENER_FILTER] = { "listener's filter", { ENOENT } },
	/* EBUSY: dup2() to a number that another is about to open */
	[CALL_DUP] = { "dup", { EBADF, EBUSY } },
	[CALL_CLOSE] = { "close", { EBADF } },
	[CALL_PASS] = { "pass", { EAGAIN, ETOOMANYREFS } },
	[CALL_RECEIVE] = { "receive", { EAGAIN } },
	[CALL_WORKER_KILLED] = { "tracer killed", {} },
	[CALL_UNLOAD] = { "unload", { EAGAIN } },
	[CALL_LOAD] = { "load", {} },
	[NOT_TRACED] = { "not traced", { ESRCH } },
	[NOT_STOPPED] = { "not stopped", { ESRCH } },
	[NOT_ITS_TRACER] = { "not its tracer", { ESRCH } },
	[NOT_ITS_THREAD] = { "another thread", { ESRCH } },
	[DEAD] = { "dead", { ESRCH } },
	[NO_INDEX] = { "no such index", { ENOENT, ESRCH } },
	[NOT_SUSPENDED] = { "set: not suspended", { EPERM, ESRCH } },
	[WITHOUT_SECCOMP] = { "set: no seccomp", { EOPNOTSUPP, ESRCH } },
	[WITH_FILTERS] = { "set: has filters", { EOPNOTSUPP, ESRCH } },
	[AT_TRACE] = { "set: at RET_TRACE", { EOPNOTSUPP, ESRCH } },
	[NOT_A_FILTER] = { "set: not a filter", { EBADF } },
	[NOT_A_LISTENER] = { "not a listener", { EBADF } },
	[CONFINED] = { "confined caller", { EACCES } },
	[UNPRIVILEGED] = { "no capability", { EACCES } },
	[IN_USER_NAMESPACE] = { "user namespace", { EACCES } },
	[UNLOAD_IN_USE] = { "unload in use", { EAGAIN } },
};

static bool is_allowed(enum call call, int error)
{
	int i;

	for (i = 0; i < MAX_ALLOWED && calls[call].allowed[i]; i++)
		if (calls[call].allowed[i] == error)
			return true;
	return !error && call < REFUSED;
}

static void count(uint64_t *counter)
{
	__atomic_fetch_add(counter, 1, __ATOMIC_RELAXED);
}

long note(enum call call, long ret)
{
	int error = ret < 0 ? -ret : 0;

	if (!error)
		count(&self->ok[call]);
	else
		count(&self->errors[call][error < NR_ERRNO ? error : 0]);
	if (!is_allowed(call, error))
		wrong("%s: %s is not among what may come of it", calls[call].name,
		      error ? strerror(error) : "success");
	return ret;
}

void wrong(const char *format, ...)
{
	char text[512];
	va_list args;
	int len;

	/* the first ones are enough; more would hide the kernel's messages */
	if (__atomic_fetch_add(&shared->wrong, 1, __ATOMIC_RELAXED) >= 20)
		return;
	if (self_number() < MAX_WORKERS)
		len = snprintf(text, sizeof(text), "# worker %u, step %llu: ", self_number(),
			       (unsigned long long)self->next_step - 1);
	else
		len = snprintf(text, sizeof(text), "# ");
	va_start(args, format);
	len += vsnprintf(text + len, sizeof(text) - len - 1, format, args);
	va_end(args);
	if (len > (int)sizeof(text) - 2)
		len = sizeof(text) - 2;
	text[len++] = '\n';
	if (write(STDERR_FILENO, text, len) < 0)
		return;
}

/* ---- The table ---- */

/* The sum over all workers of how often an error came; 0: an unknown one. */
static uint64_t sum_error(enum call call, int error)
{
	uint64_t sum = 0;
	unsigned int i;

	for (i = 0; i <= MAX_WORKERS; i++)
		sum += shared->worker[i].errors[call][error];
	return sum;
}

static uint64_t print_call(enum call call, bool complain)
{
	uint64_t ok = 0, refused = 0, errors[NR_ERRNO];
	unsigned int i;

	for (i = 0; i <= MAX_WORKERS; i++)
		ok += shared->worker[i].ok[call];
	for (i = 0; i < NR_ERRNO; i++)
		refused += errors[i] = sum_error(call, i);
	printf("%-18s %9llu %9llu ", calls[call].name, (unsigned long long)(ok + refused),
	       (unsigned long long)ok);
	for (i = 0; i < NR_ERRNO; i++)
		if (errors[i])
			printf(" %s %llu", i ? strerrorname_np(i) : "unknown",
			       (unsigned long long)errors[i]);
	printf("\n");
	/* the first error is what it is about; ESRCH may be just a kill */
	if (complain && !(call < REFUSED ? ok : errors[calls[call].allowed[0]]))
		wrong("%s: never came about", calls[call].name);
	return ok + refused;
}

void print_table(double seconds)
{
	/* a run that ended early has not tried everything */
	const bool complain = !shared->wrong && !shared->warm_up;
	uint64_t all = 0;
	int call;

	printf("%-18s %9s %9s  %s\n", "operation", "done", "ok", "refused");
	for (call = 0; call < NR_CALLS; call++)
		all += print_call(call, complain);
	printf("%-18s %9llu in %.1f s, %.0f per second\n", "all", (unsigned long long)all, seconds,
	       all / seconds);
}
