// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alone.h"
#include "array.h"
#include "collect.h"
#include "kernel.h"
#include "native.h"
#include "report.h"

/* The number of thread ids in one line of the log. */
#define IDS_PER_LINE 32

static struct alone {
	bool chosen;
	struct tree tree;
	struct collect collect; /* its reader is NULL if filters cannot be read */

	/* reused for each process */
	struct native_thread *threads;
	size_t room;
} alone;

/* Only called if a process has filters: a backend may be expensive to set up. */
static void choose_reader(void)
{
	struct kernel_choice choice;

	if (alone.chosen)
		return;
	alone.chosen = true;
	kernel_choose(&choice);
	alone.collect = (struct collect){ .reader = choice.reader, .tree = &alone.tree };
	if (!choice.reader && choice.n_refused)
		pr_info("cannot determine which filters are the same, so what a restore changes is guessed (%s: %s)",
			choice.refused[choice.n_refused - 1].name,
			choice.refused[choice.n_refused - 1].why);
}

static bool has_filters(const struct proc_threads *tids)
{
	size_t i;

	for (i = 0; i < tids->count; i++)
		if (proc_filter_count(tids->tids[i]) > 0)
			return true;
	return false;
}

/* Returns 0; a negative errno: the filters of a thread cannot be read. */
static int compare_threads(const struct proc_threads *tids)
{
	size_t i;
	int ret;

	ret = array_reserve(&alone.threads, &alone.room, tids->count, sizeof(*alone.threads));
	for (i = 0; !ret && i < tids->count; i++) {
		alone.threads[i].strict =
			proc_number(tids->tids[i], "Seccomp") == SECCOMP_MODE_STRICT;
		ret = collect_thread(&alone.collect, tids->tids[i], &alone.threads[i].filter);
	}
	if (ret)
		pr_info("process %d: cannot read its filters, so what a restore changes is guessed: %s",
			tids->tids[0], strerror(-ret));
	else
		native_compare(&alone.tree, alone.threads, tids->count);
	return ret;
}

typedef bool change_test(const struct native_thread *thread);

static bool loses_tsync(const struct native_thread *thread)
{
	return thread->syncs && !thread->will_sync;
}

static bool gains_tsync(const struct native_thread *thread)
{
	return !thread->syncs && thread->will_sync;
}

static bool loses_listener(const struct native_thread *thread)
{
	return thread->changed & SECCOMP_FILTER_FLAG_NEW_LISTENER;
}

static bool loses_wait_killable(const struct native_thread *thread)
{
	return thread->changed & SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
}

static bool changes_log(const struct native_thread *thread)
{
	return thread->changed & SECCOMP_FILTER_FLAG_LOG;
}

static const struct change {
	change_test *applies;
	const char *text;
} changes[] = {
	{ loses_tsync, "SECCOMP_FILTER_FLAG_TSYNC works now, and will be refused after a restore" },
	{ gains_tsync, "SECCOMP_FILTER_FLAG_TSYNC is refused now, and will work after a restore" },
	{ loses_listener,
	  "CRIU drops SECCOMP_FILTER_FLAG_NEW_LISTENER, so calls that a supervisor answers now will fail with ENOSYS after a restore" },
	{ loses_wait_killable, "CRIU drops SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV" },
	{ changes_log, "CRIU gives them the SECCOMP_FILTER_FLAG_LOG of the leader's filters" },
};

static void warn_change(const struct proc_threads *tids, const struct change *change)
{
	char ids[IDS_PER_LINE * sizeof(" 4194304")];
	size_t len = 0, n = 0, i;

	for (i = 0; i < tids->count; i++) {
		if (!change->applies(&alone.threads[i]))
			continue;
		len += sprintf(ids + len, " %d", tids->tids[i]);
		if (++n % IDS_PER_LINE)
			continue;
		pr_warn("process %d, threads%s: %s", tids->tids[0], ids, change->text);
		len = 0;
	}
	if (len)
		pr_warn("process %d, threads%s: %s", tids->tids[0], ids, change->text);
}

static void warn_changes(const struct proc_threads *tids)
{
	size_t i;

	for (i = 0; i < sizeof(changes) / sizeof(*changes); i++)
		warn_change(tids, &changes[i]);
}

/*
 * CRIU alone restores separate copies of the filters for each thread, or, if all
 * threads have the same programs, one set of filters for all of them.
 */
static void warn_by_counts(const struct proc_threads *tids)
{
	int first, count;
	bool differ = false;
	size_t i;

	if (tids->count < 2)
		return;
	first = proc_filter_count(tids->tids[0]);
	count = first;
	for (i = 1; i < tids->count && !differ; i++) {
		count = proc_filter_count(tids->tids[i]);
		differ = count != first;
	}
	if (first < 0 || count < 0)
		return;
	if (differ)
		pr_warn("process %d: its threads have different numbers of filters; after a restore they share none, and SECCOMP_FILTER_FLAG_TSYNC is refused where it works now",
			tids->tids[0]);
	else if (first)
		pr_warn("process %d: after a restore, threads with equal filters share them, and SECCOMP_FILTER_FLAG_TSYNC works also where the filters were installed one by one",
			tids->tids[0]);
}

void alone_warn(const struct proc_threads *tids)
{
	if (!has_filters(tids))
		return;
	choose_reader();
	if (alone.collect.reader && !compare_threads(tids))
		warn_changes(tids);
	else
		warn_by_counts(tids);
}

void alone_end(void)
{
	collect_end(&alone.collect);
	tree_free(&alone.tree);
	free(alone.threads);
	alone = (struct alone){ 0 };
}
