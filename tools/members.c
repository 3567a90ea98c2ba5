// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "array.h"
#include "members.h"
#include "proc.h"
#include "report.h"

/* proc(5): the field of /proc/PID/stat with the time at which it was started, in ticks. */
#define FIELD_START 22

/* How many ancestors are looked at. */
#define MAX_ANCESTORS 64

/* A process that may have been restored from the image, and its innermost pid namespace. */
struct candidate {
	pid_t pid;
	int depth;
	ino_t namespace;
};

struct candidates {
	/* in seconds since boot: when they may have been started at the earliest */
	double not_before;
	struct candidate *list;
	size_t count;
	size_t room;
};

/* Returns 0 if the process has gone. */
static unsigned long long start_time(pid_t pid)
{
	unsigned long long start = 0;
	char path[32], line[1024];
	const char *field;
	size_t len, i;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	file = fopen(path, "re");
	if (!file)
		return 0;
	len = fread(line, 1, sizeof(line) - 1, file);
	fclose(file);
	line[len] = '\0';
	/* the second field is the name, which may contain blanks */
	field = strrchr(line, ')');
	for (i = 2; field && i < FIELD_START; i++)
		field = strchr(field + 1, ' ');
	if (field)
		start = strtoull(field, NULL, 10);
	return start;
}

/* Pids are reused, so the start time is kept, too. */
static int remember(struct members *members, pid_t pid)
{
	return map_put(&members->known, pid, start_time(pid));
}

static bool is_known(const struct members *members, pid_t pid)
{
	uint32_t start;
	unsigned long long now;

	if (!map_get(&members->known, pid, &start))
		return false;
	now = start_time(pid);
	return !now || !start || start == (uint32_t)now;
}

int members_add_tree(struct members *members, pid_t pid)
{
	struct tasks tasks = { 0 };
	size_t i;
	int ret;

	members->restricted = true;
	ret = tasks_find(&tasks, pid);
	for (i = 0; !ret && i < tasks.count; i++)
		ret = remember(members, tasks.list[i].pid);
	tasks_free(&tasks);
	return ret;
}

static int is_in_container(pid_t pid, void *name)
{
	struct container container;

	return container_of(pid, &container) && container_is(&container, *(const char **)name);
}

bool members_container_runs(const struct members *members)
{
	const char *name = members->container;

	return proc_each_process(is_in_container, &name) > 0;
}

static enum member descends(struct members *members, pid_t pid)
{
	pid_t ancestor = pid;
	int i;

	for (i = 0; i < MAX_ANCESTORS && ancestor > 0; i++) {
		if (is_known(members, ancestor)) {
			if (i)
				remember(members, pid);
			return MEMBER_YES;
		}
		ancestor = proc_number(ancestor, "PPid");
		if (ancestor < 0 && !i)
			return MEMBER_GONE;
	}
	return MEMBER_NO;
}

enum member members_has(struct members *members, pid_t pid, struct container *container)
{
	bool seen = container_of(pid, container);

	if (members->container) {
		if (seen && container_is(container, members->container)) {
			remember(members, pid);
			return MEMBER_YES;
		}
		if (seen || start_time(pid))
			return MEMBER_NO;
		return is_known(members, pid) ? MEMBER_YES : MEMBER_GONE;
	}
	return members->restricted ? descends(members, pid) : MEMBER_YES;
}

void members_free(struct members *members)
{
	map_free(&members->known);
}

static bool has_id(pid_t pid, int depth, pid_t id)
{
	return proc_id_at_depth(pid, depth) == id;
}

static int add_candidate(pid_t pid, void *arg)
{
	struct candidates *candidates = arg;
	int depth, ret;
	char path[64];
	struct stat st;

	if ((double)start_time(pid) / sysconf(_SC_CLK_TCK) < candidates->not_before)
		return 0;
	depth = proc_namespace_depth(pid);
	snprintf(path, sizeof(path), "/proc/%d/ns/pid", pid);
	if (depth < 0 || stat(path, &st))
		return 0;
	ret = array_reserve(&candidates->list, &candidates->room, candidates->count + 1,
			    sizeof(*candidates->list));
	if (!ret)
		candidates->list[candidates->count++] = (struct candidate){ pid, depth, st.st_ino };
	return ret;
}

/* When the image was written, in seconds since boot; one less, as clocks are coarse. */
static double written_at(const char *path)
{
	struct timespec now, up;
	struct stat st;

	if (stat(path, &st))
		return 0;
	clock_gettime(CLOCK_REALTIME, &now);
	clock_gettime(CLOCK_BOOTTIME, &up);
	return (double)up.tv_sec - (double)(now.tv_sec - st.st_mtim.tv_sec) - 1;
}

/* The process with that id in the namespace of @first. It may be in a namespace below. */
static const struct candidate *find_process(const struct candidates *candidates,
					    const struct candidate *first, pid_t id)
{
	const struct candidate *list = candidates->list;
	size_t i;

	for (i = 0; i < candidates->count; i++)
		if ((list[i].namespace == first->namespace || list[i].depth > first->depth) &&
		    has_id(list[i].pid, first->depth, id))
			return &list[i];
	return NULL;
}

static pid_t leader_of(const struct tree *tree, size_t process)
{
	return tree->threads[tree->processes[process].first].tid;
}

static bool all_running(const struct tree *tree, const struct candidates *candidates,
			const struct candidate *first)
{
	size_t i;

	for (i = 0; i < tree->n_processes; i++)
		if (!find_process(candidates, first, leader_of(tree, i)))
			return false;
	return true;
}

/* Returns how many namespaces have all processes. @found: the first process in the last one. */
static size_t find_first(const struct tree *tree, const struct candidates *candidates,
			 const struct candidate **found)
{
	const struct candidate *list = candidates->list;
	size_t matches = 0, i;

	for (i = 0; tree->n_processes && i < candidates->count; i++)
		if (has_id(list[i].pid, list[i].depth, leader_of(tree, 0)) &&
		    all_running(tree, candidates, &list[i])) {
			*found = &list[i];
			matches++;
		}
	return matches;
}

static int add_all(struct members *members, const struct tree *tree,
		   const struct candidates *candidates, const struct candidate *first)
{
	size_t i;
	int ret = 0;

	for (i = 0; !ret && i < tree->n_processes; i++)
		ret = members_add_tree(members,
				       find_process(candidates, first, leader_of(tree, i))->pid);
	return ret;
}

int members_add_restored(struct members *members, const struct snapshot *image, const char *path)
{
	struct candidates candidates = { .not_before = written_at(image->name) };
	const struct candidate *first = NULL;
	size_t matches;
	int ret = proc_each_process(add_candidate, &candidates);

	if (ret) {
		pr_err("cannot look for the processes of %s: %s", path, strerror(-ret));
		free(candidates.list);
		return ret;
	}
	matches = find_first(&image->tree, &candidates, &first);
	if (matches == 1) {
		ret = add_all(members, &image->tree, &candidates, first);
	} else if (matches) {
		pr_err("%s may have been restored more than once: also give the process", path);
		ret = -ENOTUNIQ;
	} else {
		pr_err("not all processes that were restored from %s are running: also give the first one",
		       path);
		ret = -ESRCH;
	}
	free(candidates.list);
	return ret;
}
