// SPDX-License-Identifier: GPL-2.0
/* The filters of running threads. */
#include <errno.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "collect.h"
#include "kernel.h"
#include "proc.h"
#include "progress.h"
#include "report.h"
#include "snapshot.h"
#include "stop.h"

/**
 * struct sight - what was seen of a thread
 * @filter: its newest filter, or TREE_NONE
 * @stops: it has been told to
 */
struct sight {
	uint32_t filter;
	bool stops;
	struct label label;
};

/**
 * struct look - all that was seen
 * @sights: of each of @tasks
 * @depth: of the pid namespace for ids
 * @error: why no more was seen; 0: nothing
 */
struct look {
	const struct tasks *tasks;
	struct snapshot *snapshot;
	struct collect collect;
	struct sight *sights;
	int depth;
	int error;
};

static void report_not_traced(const struct task *task, int error)
{
	int tracer = proc_number(task->tid, "TracerPid");

	if (error == -ETIMEDOUT)
		pr_err("thread %d of process %d does not stop, the kernel has it in an uninterruptible wait (try again later)",
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
	       error == -EACCES ? " (it needs CAP_SYS_ADMIN, and may be under no filter itself)"
				: "");
}

/* Not in filter mode, or it could not be stopped: nothing more is to be learned of it. */
static void not_stopped(const struct task *task, struct sight *sight, int error)
{
	sight->label.mode = task_is_dead(task->tid) ? THREAD_EXITED : THREAD_NOT_READ;
	if (sight->label.mode == THREAD_NOT_READ)
		report_not_traced(task, error);
}

/* Only threads with filters are stopped for it. */
static void begin(const struct look *look, const struct task *task, struct sight *sight)
{
	struct task_state state;
	int ret = task_read_state(task->tid, look->depth, &state);

	memcpy(sight->label.name, state.name, sizeof(sight->label.name));
	sight->label.inner = state.inner;
	sight->label.asleep = state.state == 'S';
	sight->filter = TREE_NONE;
	sight->stops = false;
	if (ret || task_state_is_dead(state.state)) {
		sight->label.mode = THREAD_EXITED;
	} else if (state.mode == SECCOMP_MODE_FILTER) {
		ret = stop_begin(task->tid);
		sight->stops = !ret;
		if (ret)
			not_stopped(task, sight, ret);
	} else {
		sight->label.mode =
			state.mode == SECCOMP_MODE_STRICT ? THREAD_STRICT : THREAD_NO_FILTER;
	}
}

/* Returns 0 also where only this thread could not be read. */
static int finish(struct look *look, const struct task *task, struct sight *sight)
{
	int signal, ret;

	ret = stop_finish(task->tid, &signal);
	if (ret) {
		not_stopped(task, sight, ret);
		return 0;
	}
	ret = collect_thread(&look->collect, task->tid, &sight->filter);
	resume_thread(task->tid, signal);
	if (ret == -ESRCH) {
		sight->label.mode = THREAD_EXITED;
		return 0;
	}
	if (ret)
		report_not_read(task, ret);
	sight->label.mode = sight->filter == TREE_NONE ? THREAD_NO_FILTER : THREAD_FILTER;
	return ret;
}

/*
 * Stopping a thread takes as long as it takes until a processor has time for it;
 * so many wait for that at once. They stand still for as long as the others are read.
 */
#define BATCH 64

static int look_at_batch(struct look *look, size_t first)
{
	const struct task *task = &look->tasks->list[first];
	struct sight *sight = &look->sights[first];
	size_t count = look->tasks->count - first, i;
	int ret = 0;

	if (count > BATCH)
		count = BATCH;
	for (i = 0; i < count; i++)
		begin(look, &task[i], &sight[i]);
	for (i = 0; !ret && i < count; i++)
		if (sight[i].stops)
			ret = finish(look, &task[i], &sight[i]);
	return ret;
}

static void *look_at_all(void *arg)
{
	struct look *look = arg;
	size_t i;

	for (i = 0; !look->error && i < look->tasks->count; i += BATCH) {
		look->error = look_at_batch(look, i);
		progress("threads", i, look->tasks->count);
	}
	progress_end();
	return NULL;
}

/*
 * In a thread of its own: when it ends, the kernel lets go of every tracee that
 * we could not, and none waits for somebody to read our output.
 */
static int see(struct look *look)
{
	pthread_t looker;
	int ret;

	stop_init();
	ret = pthread_create(&looker, NULL, look_at_all, look);
	if (ret) {
		pr_err("cannot start a thread: %s", strerror(ret));
		return -ret;
	}
	pthread_join(looker, NULL);
	return look->error;
}

/* The threads of one process that are still there; a leader is, as long as they are. */
static size_t living(const struct look *look, size_t first, size_t count,
		     struct tree_thread *threads)
{
	const struct sight *sight = look->sights + first;
	struct snapshot *snapshot = look->snapshot;
	size_t n = 0, i;

	for (i = 0; i < count; i++) {
		if (i && sight[i].label.mode == THREAD_EXITED)
			continue;
		snapshot->labels[snapshot->tree.n_threads + n] = sight[i].label;
		threads[n].tid = look->tasks->list[first + i].tid;
		threads[n++].filter = sight[i].filter;
		if (sight[i].label.mode == THREAD_NOT_READ)
			snapshot->complete = false;
	}
	return n == 1 && sight->label.mode == THREAD_EXITED ? 0 : n;
}

/* The place of a container among those that are known. Returns 0 or -ENOMEM. */
static int find_container(struct snapshot *snapshot, pid_t pid, uint32_t *place)
{
	struct container container, *grown;
	size_t i;

	*place = SNAPSHOT_NO_CONTAINER;
	if (!container_of(pid, &container))
		return 0;
	/* from the last on: processes of a container are often side by side */
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

static int add_process(struct look *look, size_t first, size_t count)
{
	struct tree_thread *threads = calloc(count, sizeof(*threads));
	pid_t pid = look->tasks->list[first].pid;
	struct snapshot *snapshot = look->snapshot;
	int ret = threads ? 0 : -ENOMEM;
	size_t n;

	n = threads ? living(look, first, count, threads) : 0;
	if (n) {
		ret = find_container(snapshot, pid,
				     &snapshot->container[snapshot->tree.n_processes]);
		if (!ret)
			ret = tree_add_process(&snapshot->tree, threads, n);
	}
	free(threads);
	if (ret >= 0)
		return 0;
	pr_err("cannot take process %d in: %s", pid,
	       ret == -EINVAL ? "its threads came and went meanwhile (try again)" : strerror(-ret));
	return ret;
}

static int add_processes(struct look *look)
{
	const struct tasks *tasks = look->tasks;
	size_t first, next;
	int ret = 0;

	for (first = 0; !ret && first < tasks->count; first = next) {
		next = first + 1;
		while (next < tasks->count && tasks->list[next].pid == tasks->list[first].pid)
			next++;
		ret = add_process(look, first, next - first);
	}
	return ret;
}

static int look_and_add(struct look *look)
{
	struct snapshot *snapshot = look->snapshot;
	size_t count = look->tasks->count;
	int ret;

	look->sights = calloc(count + 1, sizeof(*look->sights));
	snapshot->labels = calloc(count + 1, sizeof(*snapshot->labels));
	snapshot->container = calloc(count + 1, sizeof(*snapshot->container));
	if (!look->sights || !snapshot->labels || !snapshot->container) {
		pr_err("not enough memory for %zu threads", count);
		return -ENOMEM;
	}
	snapshot->complete = true;
	ret = see(look);
	return ret ? ret : add_processes(look);
}

int snapshot_read_tasks(struct snapshot *snapshot, const struct tasks *tasks, int depth)
{
	struct look look = {
		.tasks = tasks,
		.snapshot = snapshot,
		.depth = depth,
		.collect = { .reader = kernel_detect_reader(), .tree = &snapshot->tree },
	};
	int ret;

	if (!look.collect.reader) {
		pr_err("there is no way to see here which filters are the same (\"criu-seccomp check\" tells why)");
		return -EOPNOTSUPP;
	}
	ret = look_and_add(&look);
	/* the snapshot keeps them, also where there are no filters */
	snapshot->ids = look.collect.ids ? look.collect.ids : calloc(1, sizeof(*snapshot->ids));
	look.collect.ids = NULL;
	collect_end(&look.collect);
	free(look.sights);
	return ret;
}
