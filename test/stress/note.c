// SPDX-License-Identifier: GPL-2.0
/* Counts outcomes and knows which ones doc/kernel-interface.md allows. */
#include "stress.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define MAX_ALLOWED 8

struct call_info {
	const char *name;
	/* errors that are allowed; 0 ends the list */
	int allowed[MAX_ALLOWED];
};

/*
 * EMFILE is nowhere, as there are enough descriptors. EBADF is nearly everywhere, since
 * a slot may be empty; EINVAL and ENOTTY where it may hold the other kind of descriptor.
 */
static const struct call_info calls[NR_CALLS] = {
	/* EBUSY: above the caller's own filter, below a listener; EPERM: a sealed parent */
	[CALL_CREATE] = { "create", { EBADF, ENOMEM, EBUSY, EPERM } },
	[CALL_CREATE_LISTENER] = { "create listener", { EBADF, ENOMEM, EBUSY, EPERM } },
	/* EACCES: one that can be replaced, or above one, without no_new_privs */
	[CALL_INSTALL] = { "install", { EBADF, EPERM, EACCES } },
	[CALL_INSTALL_TSYNC] = { "install tsync", { EBADF, EPERM, ESRCH, EACCES } },
	[CALL_SET_MODE] = { "set mode", { ENOMEM } },
	[CALL_SET_MODE_TSYNC] = { "set mode tsync", { ENOMEM, ESRCH } },
	[CALL_SET_MODE_LISTENER] = { "set mode listener", { ENOMEM, EBUSY } },
	[CALL_INFO] = { "info", { EBADF, EINVAL, EINTR } },
	[CALL_PROG] = { "prog", { EBADF, EINVAL, ENOSPC, EACCES } },
	[CALL_PARENT] = { "parent", { EBADF, EINVAL, ENOENT, EACCES } },
	[CALL_SEAL] = { "seal", { EBADF, EINVAL } },
	[CALL_DUP] = { "dup", { EBADF, EBUSY } },
	[CALL_CLOSE] = { "close", { EBADF } },
	[CALL_PASS] = { "pass", { EBADF, EAGAIN, ETOOMANYREFS } },
	[CALL_RECEIVE] = { "receive", { EAGAIN } },
	/* EPERM: a task that is gone cannot be read from */
	[CALL_KCMP] = { "kcmp", { ENOENT, ESRCH, EPERM, EINTR, EACCES } },
	[CALL_PROBE] = { "probe", { EINVAL } },
	/* what supervisors answer, no supervisor, a signal; EINVAL: another call, with no mark */
	[CALL_NOTIFY] = { "supervised call", { E2BIG, ENOSYS, EINTR, EINVAL } },
	[CALL_TRACE] = { "traced call", { ENOSYS } },
	[CALL_LOG] = { "logged call", { ENOSYS } },
	[CALL_STATUS] = { "status", { ENOENT, ESRCH } },
	[CALL_POLL] = { "poll", { EINTR } },
	[CALL_RECV] = { "recv", { ENOENT, EINTR } },
	[CALL_ID_VALID] = { "id valid", { ENOENT } },
	[CALL_SEND] = { "send", { ENOENT, EINPROGRESS } },
	[CALL_ADDFD] = { "addfd", { ENOENT, EINPROGRESS, EBADF, EINTR, EBUSY } },
	/* EINVAL: Linux 6.1 has none */
	[CALL_SET_FLAGS] = { "set flags", { EINVAL } },
	[CALL_NOTIF_FILTER] = { "notif filter", { ENOENT } },
	[CALL_FORK] = { "fork", { EINTR } },
	/* EAGAIN: another thread is in exec */
	[CALL_THREAD] = { "thread", { EAGAIN } },
	/* ETXTBSY and the like cannot happen */
	[CALL_EXEC] = { "exec", {} },
	[CALL_EXIT] = { "exit", {} },
	[CALL_DIE] = { "die", { ENOSYS } },
	[CALL_KILL] = { "kill", { ESRCH } },
	[CALL_SEIZE] = { "seize", { ESRCH, EPERM } },
	[CALL_OPTIONS] = { "options", { ESRCH } },
	[CALL_GET] = { "get", { ESRCH, EINVAL, ENOENT } },
	[CALL_SET] = { "set", { ESRCH, EBADF, EPERM } },
	[CALL_METADATA] = { "metadata", { ESRCH, EINVAL, ENOENT } },
	/* EMEDIUMTYPE: there are several */
	[CALL_GET_FILTER] = { "get program", { ESRCH, EINVAL, ENOENT, EMEDIUMTYPE } },
	[CALL_CONT] = { "cont", { ESRCH } },
	[CALL_SETSIGINFO] = { "set siginfo", { ESRCH, EINVAL } },
	[CALL_DETACH] = { "detach", { ESRCH } },
	[CALL_STRICT] = { "strict child", {} },
	[CALL_STOP] = { "traced child", {} },
	/* EPERM: the caller is under the filter */
	[CALL_SET_PROG] = { "set prog", { EPERM, ESTALE, EOPNOTSUPP, EINTR, ENOMEM } },
	[CALL_LISTENER] = { "listener", { EPERM, EBUSY, EOPNOTSUPP, EINTR } },
	[CALL_REPLACE] = { "call replaced", { ENOENT, EINPROGRESS, EINTR, EPERM } },
	[CALL_RUN] = { "call run", { ENOENT, EINPROGRESS, EINTR, ESRCH, EPERM } },
	[CALL_REPLACED] = { "story of replaced", {} },
	[CALL_KEPT] = { "story of kept", {} },
	[CALL_CALLED] = { "story of called", {} },
};

static bool is_allowed(enum call call, int error)
{
	int i;

	/* user space may turn an injected failure into another error */
	if (injecting() && (error == ENOMEM || error == EFAULT || error == EAGAIN ||
			    error == ENOBUFS || error == ENFILE || error == EMFILE))
		return true;
	for (i = 0; i < MAX_ALLOWED && calls[call].allowed[i]; i++)
		if (calls[call].allowed[i] == error)
			return true;
	return (call == CALL_PROBE || call == CALL_NOTIFY) && error >= MARK_ERRNO &&
	       error < MARK_ERRNO + NR_MARKS;
}

static void count(uint64_t *counter)
{
	__atomic_fetch_add(counter, 1, __ATOMIC_RELAXED);
}

long note(enum call call, long ret)
{
	int error = ret < 0 ? -ret : 0;

	if (!error) {
		count(&self->ok[call]);
		return ret;
	}
	count(&self->errors[call][error < NR_ERRNO ? error : 0]);
	if (!is_allowed(call, error))
		wrong("%s: %s is not among what it may refuse with", calls[call].name,
		      strerror(error));
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
	len = snprintf(text, sizeof(text), "# worker %u, step %llu: ", self_number(),
		       (unsigned long long)self->next_step - 1);
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

static uint64_t sum_ok(enum call call)
{
	uint64_t sum = 0;
	unsigned int i;

	for (i = 0; i < shared->workers; i++)
		sum += shared->worker[i].ok[call];
	return sum;
}

static uint64_t sum_error(enum call call, int error)
{
	uint64_t sum = 0;
	unsigned int i;

	for (i = 0; i < shared->workers; i++)
		sum += shared->worker[i].errors[call][error];
	return sum;
}

static uint64_t print_call(enum call call)
{
	uint64_t ok = sum_ok(call), errors[NR_ERRNO], all = ok;
	int error;

	for (error = 0; error < NR_ERRNO; error++)
		all += errors[error] = sum_error(call, error);
	printf("%-18s %10llu %10llu ", calls[call].name, (unsigned long long)all,
	       (unsigned long long)ok);
	for (error = 0; error < NR_ERRNO; error++)
		if (errors[error])
			printf(" %s %llu", error ? strerrorname_np(error) : "mark",
			       (unsigned long long)errors[error]);
	printf("\n");
	return all;
}

uint64_t print_table(double seconds)
{
	uint64_t all = 0;
	int call;

	printf("%-18s %10s %10s  %s\n", "operation", "done", "ok", "refused");
	for (call = 0; call < NR_CALLS; call++)
		all += print_call(call);
	printf("%-18s %10llu in %.1f s, %.0f per second\n", "all", (unsigned long long)all, seconds,
	       all / seconds);
	return all;
}
