// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "proc.h"
#include "report.h"
#include "tasks.h"

static FILE *open_of(pid_t pid, pid_t tid, const char *name)
{
	char path[80];

	snprintf(path, sizeof(path), "/proc/%d/task/%d/%s", pid, tid, name);
	return fopen(path, "re");
}

static int add_threads(struct tasks *tasks, const struct proc_threads *threads, pid_t pid)
{
	size_t i;
	int ret;

	ret = array_reserve(&tasks->list, &tasks->room, tasks->count + threads->count,
			    sizeof(*tasks->list));
	for (i = 0; !ret && i < threads->count; i++)
		tasks->list[tasks->count++] = (struct task){ threads->tids[i], pid };
	return ret;
}

static int add_process(struct tasks *tasks, pid_t pid)
{
	struct proc_threads threads = { 0 };
	uint32_t there;
	int ret;

	if (map_get(&tasks->processes, pid, &there))
		return 0;
	ret = map_put(&tasks->processes, pid, 0);
	if (ret)
		return ret;
	ret = proc_read_threads(pid, &threads);
	if (!ret)
		ret = add_threads(tasks, &threads, pid);
	proc_free_threads(&threads);
	return ret;
}

/* A child that has ended meanwhile is left out, the others are not. */
static int add_children(struct tasks *tasks, const struct task *task)
{
	struct proc_threads children = { 0 };
	int ret = proc_add_children(task->pid, task->tid, &children);
	size_t i;

	for (i = 0; !ret && i < children.count; i++) {
		ret = add_process(tasks, children.tids[i]);
		if (ret == -ENOENT || ret == -ESRCH)
			ret = 0;
	}
	proc_free_threads(&children);
	return ret;
}

int tasks_find(struct tasks *tasks, pid_t tid)
{
	size_t i = tasks->count;
	struct task task;
	int pid, ret;

	pid = proc_number(tid, "Tgid");
	ret = pid < 0 ? pid : add_process(tasks, pid);
	if (ret) {
		pr_err("cannot list the threads of process %d: %s", tid,
		       ret == -ENOENT ? "there is none" : strerror(-ret));
		return ret;
	}
	for (; !ret && i < tasks->count; i++) {
		task = tasks->list[i];
		ret = add_children(tasks, &task);
	}
	if (ret)
		pr_err("cannot list what descends from process %d: %s", pid, strerror(-ret));
	return ret;
}

void tasks_free(struct tasks *tasks)
{
	free(tasks->list);
	map_free(&tasks->processes);
	*tasks = (struct tasks){ 0 };
}

void task_name(pid_t tid, char name[TASK_NAME_SIZE])
{
	FILE *file = open_of(tid, tid, "comm");
	size_t len = 0, i;

	if (file) {
		len = fread(name, 1, TASK_NAME_SIZE - 1, file);
		fclose(file);
	}
	name[len] = '\0';
	name[strcspn(name, "\n")] = '\0';
	for (i = 0; name[i]; i++)
		if (!isprint((unsigned char)name[i]))
			name[i] = '?';
}

bool task_is_dead(pid_t tid)
{
	FILE *file = open_of(tid, tid, "stat");
	char line[128] = "";
	const char *state;

	if (file) {
		if (!fgets(line, sizeof(line), file))
			*line = '\0';
		fclose(file);
	}
	/* "17 (a name) S ...", and the name may have any characters */
	state = strrchr(line, ')');
	return !state || !state[1] || strchr("ZXx", state[2]);
}
