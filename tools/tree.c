// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collect.h"
#include "draw.h"
#include "kernel.h"
#include "options.h"
#include "proc.h"
#include "report.h"
#include "stop.h"
#include "subcommands.h"
#include "tasks.h"

enum { OPTION_PROGRAMS = OPTION_FIRST };

/* Headlines of threads that stand on no filter. */
static const char no_filter[] = "no filter";
static const char strict_mode[] = "strict mode";
static const char not_read[] = "not read";
static const char has_exited[] = "exited";

/**
 * struct sight - what was seen of a thread
 * @filter: its newest filter, or TREE_NONE
 * @without: then why
 */
struct sight {
	uint32_t filter;
	const char *without;
};

/**
 * struct view - all that was seen
 * @sights: of each of @tasks
 * @labels: of each thread of @tree
 * @error: why no more was seen; 0: nothing
 */
struct view {
	struct tasks tasks;
	struct sight *sights;
	struct tree tree;
	struct collect collect;
	struct label *labels;
	int error;
};

static void tell_not_traced(const struct task *task, int error)
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

static void tell_not_read(const struct task *task, int error)
{
	pr_err("cannot read the filters of thread %d of process %d: %s%s", task->tid, task->pid,
	       strerror(-error),
	       error == -EACCES ? " (it needs CAP_SYS_ADMIN, and may be under no filter itself)"
				: "");
}

/* Returns 0 also where only this thread could not be read. */
static int read_filters(struct view *view, const struct task *task, struct sight *sight)
{
	int signal, ret;

	ret = stop_thread(task->tid, &signal);
	if (ret) {
		sight->without = task_is_dead(task->tid) ? has_exited : not_read;
		if (sight->without == not_read)
			tell_not_traced(task, ret);
		return 0;
	}
	ret = collect_thread(&view->collect, task->tid, &sight->filter);
	resume_thread(task->tid, signal);
	if (ret == -ESRCH) {
		sight->without = has_exited;
		return 0;
	}
	if (ret)
		tell_not_read(task, ret);
	return ret;
}

/* Only threads with filters are stopped for it. */
static int look_at(struct view *view, const struct task *task, struct sight *sight)
{
	int mode = proc_number(task->tid, "Seccomp");

	*sight = (struct sight){ .filter = TREE_NONE, .without = no_filter };
	switch (mode) {
	case SECCOMP_MODE_FILTER:
		return read_filters(view, task, sight);
	case SECCOMP_MODE_STRICT:
		sight->without = strict_mode;
		return 0;
	default:
		if (mode < 0 || task_is_dead(task->tid))
			sight->without = has_exited;
		return 0;
	}
}

static void *look_at_all(void *arg)
{
	struct view *view = arg;
	size_t i;

	for (i = 0; !view->error && i < view->tasks.count; i++)
		view->error = look_at(view, &view->tasks.list[i], &view->sights[i]);
	return NULL;
}

/*
 * In a thread of its own: when it ends, the kernel lets go of every tracee that
 * we could not, and none waits for somebody to read our output.
 */
static int see(struct view *view)
{
	pthread_t looker;
	int ret;

	view->sights = calloc(view->tasks.count, sizeof(*view->sights));
	view->labels = calloc(view->tasks.count, sizeof(*view->labels));
	if (!view->sights || !view->labels) {
		pr_err("not enough memory for %zu threads", view->tasks.count);
		return -ENOMEM;
	}
	stop_init();
	ret = pthread_create(&looker, NULL, look_at_all, view);
	if (ret) {
		pr_err("cannot start a thread: %s", strerror(ret));
		return -ret;
	}
	pthread_join(looker, NULL);
	return view->error;
}

/* The threads of one process that are still there; a leader is, as long as they are. */
static size_t living(const struct view *view, size_t first, size_t count,
		     struct tree_thread *threads)
{
	const struct sight *sight = view->sights + first;
	size_t n = 0, i;

	for (i = 0; i < count; i++) {
		if (i && sight[i].without == has_exited)
			continue;
		task_name(view->tasks.list[first + i].tid,
			  view->labels[view->tree.n_threads + n].name);
		view->labels[view->tree.n_threads + n].without = sight[i].without;
		threads[n].tid = view->tasks.list[first + i].tid;
		threads[n++].filter = sight[i].filter;
	}
	return n == 1 && sight->without == has_exited ? 0 : n;
}

static int add_process(struct view *view, size_t first, size_t count)
{
	struct tree_thread *threads = calloc(count, sizeof(*threads));
	size_t n;
	int ret = threads ? 0 : -ENOMEM;

	if (threads) {
		n = living(view, first, count, threads);
		ret = n ? tree_add_process(&view->tree, threads, n) : 0;
	}
	free(threads);
	if (ret >= 0)
		return 0;
	pr_err("cannot take process %d in: %s", view->tasks.list[first].pid,
	       ret == -EINVAL ? "its threads came and went meanwhile (try again)" : strerror(-ret));
	return ret;
}

static int add_processes(struct view *view)
{
	const struct tasks *tasks = &view->tasks;
	size_t first, next;
	int ret = 0;

	for (first = 0; !ret && first < tasks->count; first = next) {
		next = first + 1;
		while (next < tasks->count && tasks->list[next].pid == tasks->list[first].pid)
			next++;
		ret = add_process(view, first, next - first);
	}
	return ret;
}

static bool all_were_read(const struct view *view)
{
	size_t i;

	for (i = 0; i < view->tasks.count; i++)
		if (view->sights[i].without == not_read)
			return false;
	return true;
}

static int show(struct view *view, bool programs)
{
	struct picture picture = { .tree = &view->tree };
	int ret;

	ret = see(view);
	if (!ret)
		ret = add_processes(view);
	if (ret)
		return ret;
	picture.ids = view->collect.ids;
	picture.labels = view->labels;
	ret = draw(&picture, programs);
	return ret || all_were_read(view) ? ret : -EPERM;
}

static void view_free(struct view *view)
{
	collect_end(&view->collect);
	tree_free(&view->tree);
	tasks_free(&view->tasks);
	free(view->sights);
	free(view->labels);
}

static pid_t parse_pid(const char *text)
{
	char *end;
	long pid;

	errno = 0;
	pid = strtol(text, &end, 10);
	if (errno || end == text || *end || pid < 1 || pid > TREE_MAX_TID) {
		pr_err("'%s' is not the id of a process", text);
		return -EINVAL;
	}
	return pid;
}

static int parse_pids(int count, char **texts, pid_t *pids)
{
	int i;

	for (i = 0; i < count; i++) {
		pids[i] = parse_pid(texts[i]);
		if (pids[i] < 0)
			return -EINVAL;
	}
	return 0;
}

static int view_pids(const pid_t *pids, int count, bool programs)
{
	struct view view = { .collect.kernel = kernel_detect() };
	int ret = 0, i;

	if (!view.collect.kernel) {
		pr_err("this kernel does not show seccomp filters as a tree (boot one with the patches; \"criu-seccomp check\" tells more)");
		return -EOPNOTSUPP;
	}
	view.collect.tree = &view.tree;
	for (i = 0; !ret && i < count; i++)
		ret = tasks_find(&view.tasks, pids[i]);
	if (!ret)
		ret = show(&view, programs);
	view_free(&view);
	return ret;
}

static int tree_main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "programs", no_argument, NULL, OPTION_PROGRAMS },
		{ 0 },
	};
	bool programs = false;
	pid_t *pids;
	int option, count, ret;

	while ((option = options_next(argc, argv, options)) == OPTION_PROGRAMS)
		programs = true;
	if (option == OPTION_WRONG || optind == argc)
		return usage_of("tree");
	count = argc - optind;
	pids = calloc(count, sizeof(*pids));
	if (!pids) {
		pr_err("not enough memory for %d process ids", count);
		return EXIT_FAILED;
	}
	if (parse_pids(count, argv + optind, pids)) {
		free(pids);
		return EXIT_USAGE;
	}
	ret = view_pids(pids, count, programs);
	free(pids);
	return ret ? EXIT_FAILED : EXIT_SUCCESS;
}

const struct subcommand tree_subcommand = {
	.name = "tree",
	.run = tree_main,
	.help = "Shows the filters of running processes and who shares them",
	.arguments = "[--programs] PID...",
	.details = "  Shows the processes PID and all that descend from them.\n"
		   "  --programs  also lists the programs of the filters\n"
		   "\n"
		   "Needs CAP_SYS_ADMIN and a kernel with filter descriptors. Each thread that\n"
		   "has filters is stopped for the moment that it takes to look at it.\n",
};
