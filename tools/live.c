// SPDX-License-Identifier: GPL-2.0
/* The filters of running threads. */
#include <errno.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>

#include "arch.h"
#include "array.h"
#include "collect.h"
#include "kernel.h"
#include "proc.h"
#include "progress.h"
#include "reader.h"
#include "report.h"
#include "snapshot.h"
#include "stop.h"

/**
 * struct result - what was read of a thread
 * @filter: its newest filter, or TREE_NONE
 * @wanted: it has filters, which are not read yet
 * @compared: they are those of another thread, see struct sample
 * @stopping: it was asked to stop
 */
struct result {
	uint32_t filter;
	bool wanted, compared, stopping;
	struct label label;
};

/**
 * struct sample - a thread that others are compared with, instead of stopping them
 * @task: NULL if there is none
 * @filter: its newest filter
 * @signal: for resume_thread(): it stays stopped meanwhile
 */
struct sample {
	const struct task *task;
	uint32_t filter;
	int signal;
};

/**
 * struct reading - the state of reading all threads
 * @results: one for each of @tasks
 * @depth: of the pid namespace for ids
 * @done: how many of @tasks were read, for the other thread
 * @error: why it was aborted, or 0
 */
struct reading {
	const struct tasks *tasks;
	struct snapshot *snapshot;
	struct collect collect;
	struct result *results;
	int depth;
	size_t done;
	int error;
};

static void report_not_traced(const struct task *task, int error)
{
	int tracer = proc_number(task->tid, "TracerPid");

	if (error == -ETIMEDOUT)
		pr_err("thread %d of process %d does not stop: it is in an uninterruptible wait in the kernel (try again later)",
		       task->tid, task->pid);
	else if (tracer > 0)
		pr_err("cannot trace thread %d of process %d: process %d does (end that one first)",
		       task->tid, task->pid, tracer);
	else
		pr_err("cannot trace thread %d of process %d: %s%s", task->tid, task->pid,
		       strerror(-error),
		       error == -EPERM ? " (it needs CAP_SYS_PTRACE and CAP_SYS_ADMIN: try as root)"
				       : "");
}

static void report_not_read(const struct task *task, int error)
{
	pr_err("cannot read the filters of thread %d of process %d: %s%s", task->tid, task->pid,
	       strerror(-error),
	       error == -EACCES
		       ? " (it needs CAP_SYS_ADMIN, and must not run under a filter itself)"
		       : "");
}

/* The thread has exited, or could not be stopped: nothing more can be read of it. */
static void not_stopped(const struct task *task, struct result *result, int error)
{
	result->label.mode = task_is_dead(task->tid) ? THREAD_EXITED : THREAD_NOT_READ;
	if (result->label.mode == THREAD_NOT_READ)
		report_not_traced(task, error);
}

/* Reads what can be read of a running thread. */
static void read_state(const struct reading *reading, const struct task *task,
		       struct result *result)
{
	struct task_state state;
	int ret = task_read_state(task->tid, reading->depth, &state);

	memcpy(result->label.name, state.name, sizeof(result->label.name));
	result->label.inner = state.inner;
	result->label.asleep = state.state == 'S';
	result->filter = TREE_NONE;
	if (ret || task_state_is_dead(state.state)) {
		result->label.mode = THREAD_EXITED;
	} else if (state.mode == SECCOMP_MODE_FILTER) {
		result->wanted = true;
	} else {
		result->label.mode =
			state.mode == SECCOMP_MODE_STRICT ? THREAD_STRICT : THREAD_NO_FILTER;
	}
}

static void begin_stop(const struct task *task, struct result *result)
{
	int ret = stop_begin(task->tid);

	result->wanted = false;
	result->stopping = !ret;
	if (ret)
		not_stopped(task, result, ret);
}

/* Returns whether the thread is stopped now. */
static bool finish_stop(const struct task *task, struct result *result, int *signal)
{
	int ret = stop_finish(task->tid, signal);

	result->stopping = false;
	if (ret)
		not_stopped(task, result, ret);
	return !ret;
}

/* Reads the filters of a stopped thread. Returns 0 also if it has exited. */
static int read_filters(struct reading *reading, const struct task *task, struct result *result)
{
	int ret = collect_thread(&reading->collect, task->tid, &result->filter);

	if (ret == -ESRCH) {
		result->label.mode = THREAD_EXITED;
		return 0;
	}
	if (ret)
		report_not_read(task, ret);
	result->label.mode = result->filter == TREE_NONE ? THREAD_NO_FILTER : THREAD_FILTER;
	return ret;
}

static int read_stopping(struct reading *reading, const struct task *task, struct result *result,
			 size_t count)
{
	int signal, ret = 0;
	size_t i;

	for (i = 0; !ret && i < count; i++) {
		if (!result[i].stopping || !finish_stop(&task[i], &result[i], &signal))
			continue;
		ret = read_filters(reading, &task[i], &result[i]);
		resume_thread(task[i].tid, signal);
	}
	return ret;
}

/* Reads the first thread that can be stopped, and leaves it stopped. */
static int take_sample(struct reading *reading, const struct task *task, struct result *result,
		       size_t count, struct sample *sample)
{
	const struct kernel_reader *reader = reading->collect.reader;
	size_t i;
	int ret = 0;

	for (i = 0; !ret && !sample->task && reader->same_newest && i < count; i++) {
		if (!result[i].wanted)
			continue;
		begin_stop(&task[i], &result[i]);
		if (!result[i].stopping || !finish_stop(&task[i], &result[i], &sample->signal))
			continue;
		ret = read_filters(reading, &task[i], &result[i]);
		sample->filter = result[i].filter;
		if (!ret && sample->filter != TREE_NONE)
			sample->task = &task[i];
		else
			resume_thread(task[i].tid, sample->signal);
	}
	return ret;
}

/* Whether the sample still has the filter that was read: TSYNC changes stopped threads, too. */
static bool sample_holds(const struct reading *reading, const struct sample *sample)
{
	uint64_t id;

	return !reading->collect.reader->identify(sample->task->tid, &id) &&
	       id == reading->collect.ids[sample->filter];
}

/* Threads with the filter of the sample are done; all others are asked to stop. */
static void compare_or_stop(const struct reading *reading, const struct sample *sample,
			    const struct task *task, struct result *result, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (!result[i].wanted)
			continue;
		if (!sample->task ||
		    reading->collect.reader->same_newest(task[i].tid, sample->task->tid) != 1) {
			begin_stop(&task[i], &result[i]);
			continue;
		}
		result[i].wanted = false;
		result[i].compared = true;
		result[i].filter = sample->filter;
		result[i].label.mode = THREAD_FILTER;
	}
}

static void stop_compared(const struct task *task, struct result *result, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (!result[i].compared)
			continue;
		result[i].filter = TREE_NONE;
		begin_stop(&task[i], &result[i]);
	}
}

/*
 * A thread stops only when a processor has time for it, so many are asked to stop at
 * once. Each stays stopped until those before it in the batch are read. Threads with
 * the same filter as another one need not be stopped at all where the kernel compares.
 */
#define BATCH 64

static int read_batch(struct reading *reading, size_t first)
{
	const struct task *task = &reading->tasks->list[first];
	struct result *result = &reading->results[first];
	size_t count = reading->tasks->count - first, i;
	struct sample sample = { 0 };
	int ret;

	if (count > BATCH)
		count = BATCH;
	for (i = 0; i < count; i++)
		read_state(reading, &task[i], &result[i]);
	ret = take_sample(reading, task, result, count, &sample);
	if (ret)
		return ret;
	compare_or_stop(reading, &sample, task, result, count);
	ret = read_stopping(reading, task, result, count);
	if (!ret && sample.task && !sample_holds(reading, &sample)) {
		stop_compared(task, result, count);
		ret = read_stopping(reading, task, result, count);
	}
	if (sample.task)
		resume_thread(sample.task->tid, sample.signal);
	return ret;
}

static void *read_all(void *arg)
{
	struct reading *reading = arg;
	size_t i;

	for (i = 0; !reading->error && i < reading->tasks->count; i += BATCH) {
		reading->error = read_batch(reading, i);
		__atomic_store_n(&reading->done, i, __ATOMIC_RELAXED);
	}
	return NULL;
}

/* In another thread than the one above: the terminal may not take it for a while. */
static void show_progress(void *arg)
{
	const struct reading *reading = arg;

	progress("threads", __atomic_load_n(&reading->done, __ATOMIC_RELAXED),
		 reading->tasks->count);
}

static int read_in_thread(struct reading *reading)
{
	int ret = reader_run(read_all, show_progress, reading);

	progress_end();
	if (!ret)
		return reading->error;
	pr_err("cannot start a thread: %s", strerror(-ret));
	return ret;
}

/* The threads of one process that still exist. A leader exists as long as the others do. */
static size_t collect_living(const struct reading *reading, size_t first, size_t count,
			     struct tree_thread *threads)
{
	const struct result *result = reading->results + first;
	struct snapshot *snapshot = reading->snapshot;
	size_t n = 0, i;

	for (i = 0; i < count; i++) {
		if (i && result[i].label.mode == THREAD_EXITED)
			continue;
		snapshot->labels[snapshot->tree.n_threads + n] = result[i].label;
		threads[n].tid = reading->tasks->list[first + i].tid;
		threads[n++].filter = result[i].filter;
		if (result[i].label.mode == THREAD_NOT_READ)
			snapshot->complete = false;
	}
	return n == 1 && result->label.mode == THREAD_EXITED ? 0 : n;
}

/* Finds the container of a process in the list, or adds it. Returns 0 or -ENOMEM. */
static int find_container(struct snapshot *snapshot, pid_t pid, uint32_t *place)
{
	struct container container, *grown;
	size_t i;

	*place = SNAPSHOT_NO_CONTAINER;
	if (!container_of(pid, &container))
		return 0;
	/* from the last one on: processes of a container are often next to each other */
	for (i = snapshot->n_containers; i--;)
		if (!strcmp(snapshot->containers[i].id, container.id)) {
			*place = i;
			return 0;
		}
	grown = reallocarray(snapshot->containers, snapshot->n_containers + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	snapshot->containers = grown;
	grown[snapshot->n_containers] = container;
	*place = snapshot->n_containers++;
	return 0;
}

static int add_process(struct reading *reading, size_t first, size_t count)
{
	struct tree_thread *threads = calloc(count, sizeof(*threads));
	pid_t pid = reading->tasks->list[first].pid;
	struct snapshot *snapshot = reading->snapshot;
	int ret = threads ? 0 : -ENOMEM;
	size_t n;

	n = threads ? collect_living(reading, first, count, threads) : 0;
	if (n) {
		ret = find_container(snapshot, pid,
				     &snapshot->container[snapshot->tree.n_processes]);
		if (!ret)
			ret = tree_add_process(&snapshot->tree, threads, n);
	}
	free(threads);
	if (ret >= 0)
		return 0;
	pr_err("cannot add process %d: %s", pid,
	       ret == -EINVAL ? "its threads changed meanwhile (try again)" : strerror(-ret));
	return ret;
}

static int add_processes(struct reading *reading)
{
	const struct tasks *tasks = reading->tasks;
	size_t first, next;
	int ret = 0;

	for (first = 0; !ret && first < tasks->count; first = next) {
		next = first + 1;
		while (next < tasks->count && tasks->list[next].pid == tasks->list[first].pid)
			next++;
		ret = add_process(reading, first, next - first);
	}
	return ret;
}

static int read_and_add(struct reading *reading)
{
	struct snapshot *snapshot = reading->snapshot;
	size_t count = reading->tasks->count;
	int ret;

	reading->results = calloc(count + 1, sizeof(*reading->results));
	snapshot->labels = calloc(count + 1, sizeof(*snapshot->labels));
	snapshot->container = calloc(count + 1, sizeof(*snapshot->container));
	if (!reading->results || !snapshot->labels || !snapshot->container) {
		pr_err("not enough memory for %zu threads", count);
		return -ENOMEM;
	}
	snapshot->complete = true;
	ret = read_in_thread(reading);
	return ret ? ret : add_processes(reading);
}

int snapshot_read_tasks(struct snapshot *snapshot, const struct tasks *tasks, int depth)
{
	struct reading reading = {
		.tasks = tasks,
		.snapshot = snapshot,
		.depth = depth,
		.collect = { .reader = kernel_detect_reader(),
			     .tree = &snapshot->tree,
			     .keep = reader_handles() },
	};
	int ret;

	if (!reading.collect.reader) {
		pr_err("there is no way to see here which filters are the same (%s)",
		       kernel_permits()
			       ? "it needs CAP_SYS_ADMIN, and must not run under a filter itself: try as root"
			       : "\"criu-seccomp check\" says why");
		return -EOPNOTSUPP;
	}
	snapshot->tree.arch = ARCH_NATIVE;
	ret = read_and_add(&reading);
	/* the snapshot keeps the ids, and has them even if there are no filters */
	snapshot->ids =
		reading.collect.ids ? reading.collect.ids : calloc(1, sizeof(*snapshot->ids));
	reading.collect.ids = NULL;
	collect_end(&reading.collect);
	free(reading.results);
	return ret;
}
