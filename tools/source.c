// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <linux/ptrace.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "arch.h"
#include "bpf.h"
#include "collect.h"
#include "kernel.h"
#include "proc.h"
#include "reader.h"
#include "report.h"
#include "source.h"
#include "stop.h"

/**
 * struct reading - the state of reading a process
 * @collect: used if this kernel has filter descriptors; adds to the tree of @snapshot
 */
struct reading {
	struct snapshot *snapshot;
	struct proc_threads tids;
	struct tree_thread *threads;
	struct collect collect;
	pid_t pid;
	bool quiet;
	int error;
};

/* Finds a filter that looks the same and has the same parent, or adds one. */
static int find_or_add(struct tree *tree, uint32_t program, uint32_t parent, uint32_t flags)
{
	const struct tree_filter filter = { .program = program, .parent = parent, .flags = flags };
	size_t i;

	for (i = 0; i < tree->n_filters; i++)
		if (tree->filters[i].program == program && tree->filters[i].parent == parent &&
		    tree->filters[i].flags == flags)
			return i;
	return tree_add_filter(tree, &filter);
}

/*
 * Uses PTRACE_SECCOMP_GET_FILTER, which every kernel has that CRIU runs on. Returns 1 if
 * there are no more filters.
 */
static int read_filter(struct tree *tree, pid_t tid, unsigned long index, uint32_t *filter)
{
	struct seccomp_metadata metadata = { .filter_off = index };
	struct sock_filter insns[BPF_MAXINSNS];
	long len = syscall(SYS_ptrace, PTRACE_SECCOMP_GET_FILTER, tid, (void *)index, insns);
	int program, added;

	if (len < 0)
		return errno == ENOENT ? 1 : -errno;
	syscall(SYS_ptrace, PTRACE_SECCOMP_GET_METADATA, tid, (void *)sizeof(metadata), &metadata);
	program = tree_add_program(tree, insns, len);
	added = program < 0 ? program
			    : find_or_add(tree, program, *filter,
					  metadata.flags & SECCOMP_FILTER_FLAG_LOG);
	if (added < 0)
		return added;
	*filter = added;
	return 0;
}

static int read_by_ptrace(struct tree *tree, pid_t tid, uint32_t *filter)
{
	unsigned long index = 0;
	int ret;

	do {
		ret = read_filter(tree, tid, index++, filter);
	} while (!ret);
	return ret == 1 ? 0 : ret;
}

static int read_filters(struct reading *reading, pid_t tid, uint32_t *filter)
{
	int signal, ret = stop_thread(tid, &signal);

	if (ret)
		return ret;
	if (reading->collect.reader)
		ret = collect_thread(&reading->collect, tid, filter);
	else
		ret = read_by_ptrace(&reading->snapshot->tree, tid, filter);
	resume_thread(tid, signal);
	return ret;
}

static void report_not_read(const struct reading *reading, pid_t tid, int error)
{
	bool rights = error == -EPERM || error == -EACCES;

	if (reading->quiet)
		return;
	pr_err("cannot read the filters of thread %d of process %d: %s%s", tid, reading->pid,
	       strerror(-error),
	       rights ? " (this needs CAP_SYS_ADMIN, no filter of our own, and no other tracer of the thread)"
		      : "");
}

static int read_thread(struct reading *reading, size_t index)
{
	struct label *label = &reading->snapshot->labels[index];
	pid_t tid = reading->tids.tids[index];
	struct task_state state;
	int ret = 0;

	reading->threads[index] = (struct tree_thread){ .tid = tid, .filter = TREE_NONE };
	*label = (struct label){ .mode = THREAD_EXITED, .inner = tid };
	if (task_read_state(tid, 0, &state) || task_state_is_dead(state.state))
		return 0;
	memcpy(label->name, state.name, sizeof(label->name));
	label->mode = state.mode == SECCOMP_MODE_STRICT ? THREAD_STRICT : THREAD_NO_FILTER;
	if (state.mode == SECCOMP_MODE_FILTER)
		ret = read_filters(reading, tid, &reading->threads[index].filter);
	if (reading->threads[index].filter != TREE_NONE)
		label->mode = THREAD_FILTER;
	if (ret == -ESRCH)
		return 0;
	if (ret)
		report_not_read(reading, tid, ret);
	return ret;
}

static void *read_all(void *arg)
{
	struct reading *reading = arg;
	size_t i;

	for (i = 0; !reading->error && i < reading->tids.count; i++)
		reading->error = read_thread(reading, i);
	return NULL;
}

static void report_trouble(const struct reading *reading, const char *what, int error)
{
	if (!reading->quiet)
		pr_err("cannot read the filters of process %d: cannot %s: %s", reading->pid, what,
		       strerror(-error));
}

static int read_threads(struct reading *reading)
{
	struct snapshot *snapshot = reading->snapshot;
	int ret;

	reading->threads = calloc(reading->tids.count, sizeof(*reading->threads));
	snapshot->labels = calloc(reading->tids.count, sizeof(*snapshot->labels));
	if (!reading->threads || !snapshot->labels) {
		report_trouble(reading, "list its threads", -ENOMEM);
		return -ENOMEM;
	}
	ret = reader_run(read_all, NULL, reading);
	if (ret) {
		report_trouble(reading, "start a thread", ret);
		return ret;
	}
	if (reading->error)
		return reading->error;
	ret = tree_add_process(&snapshot->tree, reading->threads, reading->tids.count);
	if (ret >= 0)
		return 0;
	report_trouble(reading, "add its threads, which may have changed", ret);
	return ret;
}

/* These are the numbers that "criu-seccomp tree" shows. */
static int take_ids(const struct reading *reading)
{
	const struct collect *collect = &reading->collect;
	struct snapshot *snapshot = reading->snapshot;
	size_t size = snapshot->tree.n_filters * sizeof(*snapshot->ids);

	if (!collect->reader || !size)
		return 0;
	snapshot->ids = malloc(size);
	if (!snapshot->ids) {
		report_trouble(reading, "keep the ids of its filters", -ENOMEM);
		return -ENOMEM;
	}
	memcpy(snapshot->ids, collect->ids, size);
	return 0;
}

int source_open_process(struct source *source, pid_t tid, bool quiet)
{
	struct reading reading = {
		.snapshot = &source->snapshot,
		.collect = { .reader = kernel_detect_reader(),
			     .tree = &source->snapshot.tree,
			     .keep = reader_handles() },
		.quiet = quiet,
	};
	int ret;

	*source = (struct source){ .by_age = !reading.collect.reader };
	source->snapshot.tree.arch = ARCH_NATIVE;
	ret = reading.pid = proc_number(tid, "Tgid");
	if (ret > 0)
		ret = proc_read_threads(reading.pid, &reading.tids);
	if (ret && !quiet)
		pr_err("cannot list the threads of process %d: %s", tid,
		       ret == -ENOENT ? "there is none" : strerror(-ret));
	if (!ret)
		ret = read_threads(&reading);
	if (!ret)
		ret = take_ids(&reading);
	collect_end(&reading.collect);
	proc_free_threads(&reading.tids);
	free(reading.threads);
	if (ret)
		source_free(source);
	return ret;
}

int source_open(struct source *source, const char *what)
{
	pid_t pid;
	int ret;

	*source = (struct source){ 0 };
	if (snapshot_is_pid(what)) {
		pid = snapshot_parse_pid(what);
		return pid < 0 ? pid : source_open_process(source, pid, false);
	}
	ret = snapshot_read_image(&source->snapshot, what);
	source->foreign = ret == -ESTALE;
	if (source->foreign)
		return 0;
	if (ret)
		source_free(source);
	return ret;
}

void source_free(struct source *source)
{
	snapshot_free(&source->snapshot);
}

static const struct tree_filter *filter_at(const struct source *source, uint32_t filter)
{
	return &source->snapshot.tree.filters[filter];
}

static size_t height(const struct source *source, uint32_t newest)
{
	size_t count = 0;

	for (; newest != TREE_NONE; newest = filter_at(source, newest)->parent)
		count++;
	return count;
}

static size_t count_programs(const struct source *source, uint32_t newest)
{
	size_t count = 0;

	for (; newest != TREE_NONE; newest = filter_at(source, newest)->parent)
		count += 1 + filter_at(source, newest)->n_newer;
	return count;
}

unsigned long long source_number(const struct source *source, uint32_t newest, size_t index)
{
	uint32_t filter = newest;

	while (index > filter_at(source, filter)->n_newer) {
		index -= 1 + filter_at(source, filter)->n_newer;
		filter = filter_at(source, filter)->parent;
	}
	if (source->by_age)
		return height(source, filter) - 1;
	return snapshot_filter_id(&source->snapshot, filter);
}

/* Adds a program to the stack, which has room for it. */
static int add_program(const struct source *source, uint32_t index, struct stack *stack)
{
	const struct tree_program *program = &source->snapshot.tree.programs[index];
	const char *fault;
	size_t where;

	stack->programs[stack->count++] = (struct program){ program->insns, program->len };
	fault = bpf_fault(program->insns, program->len, &where);
	if (!fault)
		return 0;
	pr_err("no kernel takes program %u: instruction %zu %s", index, where, fault);
	return -EBADMSG;
}

/* The programs of one filter, the newest first. */
static int add_programs(const struct source *source, const struct tree_filter *filter,
			struct stack *stack)
{
	uint32_t i;
	int ret = 0;

	for (i = filter->n_newer; !ret && i--;)
		ret = add_program(source, filter->newer[i], stack);
	return ret ? ret : add_program(source, filter->program, stack);
}

int source_stack(const struct source *source, uint32_t newest, struct stack *stack)
{
	size_t count = count_programs(source, newest);
	int ret = 0;

	*stack = (struct stack){ calloc(count + 1, sizeof(*stack->programs)), 0 };
	if (!stack->programs) {
		pr_err("not enough memory for %zu programs", count);
		return -ENOMEM;
	}
	for (; !ret && newest != TREE_NONE; newest = filter_at(source, newest)->parent)
		ret = add_programs(source, filter_at(source, newest), stack);
	if (ret)
		source_free_stack(stack);
	return ret;
}

void source_free_stack(struct stack *stack)
{
	free(stack->programs);
	*stack = (struct stack){ 0 };
}
