// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "hash.h"
#include "tree.h"

static bool same_program(const struct tree_program *program, const struct sock_filter *insns,
			 size_t len)
{
	return program->len == len && !memcmp(program->insns, insns, len * sizeof(*insns));
}

static int append_program(struct tree *tree, const struct sock_filter *insns, size_t len,
			  uint64_t key)
{
	struct tree_program program = { .len = len };
	int ret;

	ret = array_reserve(&tree->programs, &tree->programs_room, tree->n_programs + 1,
			    sizeof(*tree->programs));
	if (ret)
		return ret;
	program.insns = malloc(len * sizeof(*insns));
	if (!program.insns)
		return -ENOMEM;
	memcpy(program.insns, insns, len * sizeof(*insns));

	ret = map_put(&tree->program_by_hash, key, tree->n_programs);
	if (ret) {
		free(program.insns);
		return ret;
	}
	tree->programs[tree->n_programs] = program;
	return tree->n_programs++;
}

int tree_add_program(struct tree *tree, const struct sock_filter *insns, size_t len)
{
	uint64_t key;
	uint32_t index;

	if (!len || len > BPF_MAXINSNS)
		return -EINVAL;
	/* If two programs have the same hash, the second one gets the next key. */
	for (key = hash_bytes(insns, len * sizeof(*insns));
	     map_get(&tree->program_by_hash, key, &index); key++)
		if (same_program(&tree->programs[index], insns, len))
			return index;
	return append_program(tree, insns, len, key);
}

/* How many instructions a filter itself counts as on its path. */
static uint32_t own_insns(const struct tree *tree, const struct tree_filter *filter)
{
	if (filter->flags & SECCOMP_FILTER_FLAG_REPLACEABLE)
		return TREE_REPLACEABLE_INSNS;
	return tree->programs[filter->program].len;
}

static uint32_t path_insns(const struct tree *tree, const struct tree_filter *filter)
{
	uint32_t below = 0;

	if (filter->parent != TREE_NONE)
		below = tree->filters[filter->parent].path_insns + TREE_FILTER_PENALTY;
	return below + own_insns(tree, filter);
}

static size_t counted_program(const struct tree *tree, uint32_t program)
{
	uint32_t len = tree->programs[program].len;

	return len < TREE_PAGE_INSNS ? TREE_PAGE_INSNS : len;
}

/* How many instructions a filter counts as for TREE_MAX_INSNS. */
static size_t counted_insns(const struct tree *tree, const struct tree_filter *filter)
{
	size_t sum = counted_program(tree, filter->program);
	uint32_t i;

	for (i = 0; i < filter->n_newer; i++)
		sum += counted_program(tree, filter->newer[i]);
	return sum;
}

/* kernel/seccomp.c: together, the programs of a filter have the size limit of a single one. */
static const char *newer_fault(const struct tree *tree, const struct tree_filter *filter)
{
	size_t sum = tree->programs[filter->program].len;
	uint32_t i;

	for (i = 0; i < filter->n_newer; i++) {
		if (filter->newer[i] >= tree->n_programs)
			return "has a program that does not come before it";
		sum += tree->programs[filter->newer[i]].len + TREE_FILTER_PENALTY;
		if (sum > BPF_MAXINSNS)
			return "has longer programs than the kernel allows";
	}
	return NULL;
}

static const char *generation_fault(const struct tree_filter *filter)
{
	bool replaceable = filter->flags & SECCOMP_FILTER_FLAG_REPLACEABLE;

	if (replaceable && !filter->generation)
		return "is replaceable and has no generation";
	/* the kernel counts up from it, and would run out of numbers */
	if (filter->generation > INT64_MAX)
		return "has a generation that is too high";
	if (!replaceable && filter->generation)
		return "has a generation and is not replaceable";
	/* each program has its own generation, that of the first is 1 */
	if (filter->n_newer && filter->n_newer >= filter->generation)
		return "has more programs than generations";
	return NULL;
}

static bool has_listener(const struct tree_filter *filter)
{
	return filter->flags & SECCOMP_FILTER_FLAG_NEW_LISTENER;
}

static bool parent_supervised(const struct tree *tree, const struct tree_filter *filter)
{
	return filter->parent != TREE_NONE && tree->filters[filter->parent].supervised;
}

const char *tree_filter_fault(const struct tree *tree, const struct tree_filter *filter)
{
	const char *fault;

	if (filter->program >= tree->n_programs)
		return "has a program that does not come before it";
	if (filter->parent != TREE_NONE && filter->parent >= tree->n_filters)
		return "has a parent that does not come before it";
	if (filter->flags & ~TREE_FILTER_FLAGS)
		return "has unknown flags";
	if (filter->listener_flags & ~TREE_LISTENER_FLAGS)
		return "has unknown listener flags";
	if (filter->listener_flags && !has_listener(filter))
		return "has listener flags and no listener";
	fault = generation_fault(filter) ?: newer_fault(tree, filter);
	if (fault)
		return fault;
	if (path_insns(tree, filter) > TREE_MAX_PATH_INSNS)
		return "makes its path longer than the kernel allows";
	if (tree->insns + counted_insns(tree, filter) > TREE_MAX_INSNS)
		return "makes all filters together too large";
	return NULL;
}

static void mark_used(struct tree *tree, uint32_t filter)
{
	if (filter != TREE_NONE)
		tree->filters[filter].used = true;
}

int tree_add_filter(struct tree *tree, const struct tree_filter *filter)
{
	uint32_t *newer = NULL;
	struct tree_filter *new;
	uint32_t i;
	int ret;

	if (tree_filter_fault(tree, filter))
		return -EINVAL;
	ret = array_reserve(&tree->filters, &tree->filters_room, tree->n_filters + 1,
			    sizeof(*tree->filters));
	if (ret)
		return ret;
	if (filter->n_newer) {
		newer = calloc(filter->n_newer, sizeof(*newer));
		if (!newer)
			return -ENOMEM;
		memcpy(newer, filter->newer, filter->n_newer * sizeof(*newer));
	}

	new = &tree->filters[tree->n_filters];
	*new = *filter;
	new->newer = newer;
	new->path_insns = path_insns(tree, filter);
	new->supervised = has_listener(filter) || parent_supervised(tree, filter);
	new->used = false;
	new->listener = TREE_NONE;
	tree->insns += counted_insns(tree, filter);
	tree->programs[filter->program].used = true;
	for (i = 0; i < filter->n_newer; i++)
		tree->programs[filter->newer[i]].used = true;
	mark_used(tree, filter->parent);
	return tree->n_filters++;
}

const char *tree_process_fault(const struct tree *tree, const struct tree_thread *threads,
			       size_t count)
{
	size_t i;

	if (!count)
		return "has no threads";
	for (i = 0; i < count; i++) {
		if (threads[i].tid < 1 || threads[i].tid > TREE_MAX_TID)
			return "has a thread id out of range";
		if (threads[i].filter != TREE_NONE && threads[i].filter >= tree->n_filters)
			return "has a thread whose filter does not come before it";
		if (tree_find_thread(tree, threads[i].tid))
			return "has a thread id that another process has";
	}
	return NULL;
}

static int index_threads(struct tree *tree, const struct tree_thread *threads, size_t count)
{
	size_t i;
	int ret;

	for (i = 0; i < count; i++) {
		if (tree_find_thread(tree, threads[i].tid))
			return -EINVAL;
		tree->threads[tree->n_threads] = (struct tree_thread){
			.tid = threads[i].tid,
			.filter = threads[i].filter,
			.process = tree->n_processes,
		};
		ret = map_put(&tree->thread_by_tid, threads[i].tid, tree->n_threads);
		if (ret)
			return ret;
		mark_used(tree, threads[i].filter);
		tree->n_threads++;
	}
	return 0;
}

int tree_add_process(struct tree *tree, const struct tree_thread *threads, size_t count)
{
	struct tree_process process = { .first = tree->n_threads, .count = count };
	int ret;

	if (tree_process_fault(tree, threads, count))
		return -EINVAL;
	ret = array_reserve(&tree->threads, &tree->threads_room, tree->n_threads + count,
			    sizeof(*tree->threads));
	if (ret)
		return ret;
	ret = array_reserve(&tree->processes, &tree->processes_room, tree->n_processes + 1,
			    sizeof(*tree->processes));
	if (ret)
		return ret;

	ret = index_threads(tree, threads, count);
	if (ret)
		return ret;
	tree->processes[tree->n_processes] = process;
	return tree->n_processes++;
}

static const char *listener_fault(const struct tree_filter *filter)
{
	if (!has_listener(filter))
		return "is the listener of a filter that has none";
	if (filter->listener != TREE_NONE)
		return "is a second listener of its filter";
	return NULL;
}

const char *tree_file_fault(const struct tree *tree, const struct tree_file *file)
{
	bool hung_up = file->kind == TREE_FILE_HUNG_UP;

	if (file->kind < TREE_FILE_FILTER || file->kind > TREE_FILE_SEALED)
		return "is of an unknown kind";
	if (hung_up && file->filter != TREE_NONE)
		return "is a listener that has hung up, and has a filter";
	if (!hung_up && file->filter >= tree->n_filters)
		return "has a filter that does not come before it";
	if (file->flags & ~TREE_FILE_FLAGS)
		return "has unknown flags";
	if (tree_find_file(tree, file->id))
		return "has the number of another file";
	if (tree->n_files >= TREE_MAX_FILES)
		return "is one more than a restore can open";
	if (hung_up && tree->insns + TREE_PAGE_INSNS > TREE_MAX_INSNS)
		return "makes all filters together too large, that which it keeps counted";
	if (file->kind == TREE_FILE_LISTENER)
		return listener_fault(&tree->filters[file->filter]);
	return NULL;
}

int tree_add_file(struct tree *tree, const struct tree_file *file)
{
	int ret;

	if (tree_file_fault(tree, file))
		return -EINVAL;
	ret = array_reserve(&tree->files, &tree->files_room, tree->n_files + 1,
			    sizeof(*tree->files));
	if (ret)
		return ret;
	ret = map_put(&tree->file_by_id, file->id, tree->n_files);
	if (ret)
		return ret;
	if (file->kind == TREE_FILE_LISTENER)
		tree->filters[file->filter].listener = tree->n_files;
	if (file->kind == TREE_FILE_HUNG_UP)
		tree->insns += TREE_PAGE_INSNS;
	mark_used(tree, file->filter);
	tree->files[tree->n_files] = *file;
	return tree->n_files++;
}

const char *tree_find_unused(const struct tree *tree, size_t *index)
{
	for (*index = 0; *index < tree->n_programs; ++*index)
		if (!tree->programs[*index].used)
			return "program";
	for (*index = 0; *index < tree->n_filters; ++*index)
		if (!tree->filters[*index].used)
			return "filter";
	return NULL;
}

const struct tree_file *tree_find_file(const struct tree *tree, uint32_t id)
{
	uint32_t index;

	return map_get(&tree->file_by_id, id, &index) ? &tree->files[index] : NULL;
}

const struct tree_thread *tree_find_thread(const struct tree *tree, pid_t tid)
{
	uint32_t index;

	return map_get(&tree->thread_by_tid, tid, &index) ? &tree->threads[index] : NULL;
}

const struct tree_process *tree_find_process(const struct tree *tree, pid_t leader)
{
	const struct tree_thread *thread = tree_find_thread(tree, leader);
	const struct tree_process *process;

	if (!thread)
		return NULL;
	process = &tree->processes[thread->process];
	return &tree->threads[process->first] == thread ? process : NULL;
}

int tree_set_run_id(struct tree *tree, const char *id, size_t len)
{
	size_t i;

	if (!len || len >= sizeof(tree->run_id))
		return -EINVAL;
	for (i = 0; i < len; i++)
		if (id[i] <= ' ' || id[i] > '~')
			return -EINVAL;
	memcpy(tree->run_id, id, len);
	tree->run_id[len] = '\0';
	return 0;
}

void tree_free(struct tree *tree)
{
	size_t i;

	for (i = 0; i < tree->n_programs; i++)
		free(tree->programs[i].insns);
	for (i = 0; i < tree->n_filters; i++)
		free((void *)tree->filters[i].newer);
	free(tree->programs);
	free(tree->filters);
	free(tree->threads);
	free(tree->processes);
	free(tree->files);
	map_free(&tree->program_by_hash);
	map_free(&tree->thread_by_tid);
	map_free(&tree->file_by_id);
	*tree = (struct tree){ 0 };
}
