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

/* One that has ended meanwhile is left out. */
static int add_if_there(struct tasks *tasks, pid_t pid)
{
	int ret = add_process(tasks, pid);

	return ret == -ENOENT || ret == -ESRCH ? 0 : ret;
}

static int add_children(struct tasks *tasks, const struct task *task)
{
	struct proc_threads children = { 0 };
	int ret = proc_add_children(task->pid, task->tid, &children);
	size_t i;

	for (i = 0; !ret && i < children.count; i++)
		ret = add_if_there(tasks, children.tids[i]);
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
		pr_err("cannot list the descendants of process %d: %s", pid, strerror(-ret));
	return ret;
}

/* include/linux/sched.h: PF_KTHREAD. Before Linux 6.8, /proc/PID/status does not say it. */
#define KERNEL_THREAD 0x00200000u

static bool is_kernel_thread(pid_t pid)
{
	char path[40], line[512] = "";
	const char *behind;
	unsigned int flags;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	file = fopen(path, "re");
	if (!file)
		return false;
	if (!fgets(line, sizeof(line), file))
		line[0] = '\0';
	fclose(file);
	/* "17 (a name) S 1 ...", where the name may contain any characters */
	behind = strrchr(line, ')');
	return behind && sscanf(behind, ") %*c %*d %*d %*d %*d %*d %u", &flags) == 1 &&
	       flags & KERNEL_THREAD;
}

static int add_if_user(pid_t pid, void *tasks)
{
	return is_kernel_thread(pid) ? 0 : add_if_there(tasks, pid);
}

int tasks_find_all(struct tasks *tasks)
{
	int ret = proc_each_process(add_if_user, tasks);

	if (ret)
		pr_err("cannot list all processes: %s", strerror(-ret));
	return ret;
}

void tasks_free(struct tasks *tasks)
{
	free(tasks->list);
	map_free(&tasks->processes);
	*tasks = (struct tasks){ 0 };
}

/* The kernel writes a newline as \n, and a backslash as two of them. */
static void parse_name(const char *text, char name[TASK_NAME_SIZE])
{
	size_t len = 0;

	for (; text && *text && *text != '\n' && len < TASK_NAME_SIZE - 1; text++) {
		if (*text == '\\')
			name[len++] = *++text == '\\' ? '\\' : '?';
		else
			name[len++] = isprint((unsigned char)*text) ? *text : '?';
	}
	name[len] = '\0';
}

int task_read_state(pid_t tid, int depth, struct task_state *state)
{
	const char *status, *letter;
	int ret = proc_read_status(tid, &status);

	*state = (struct task_state){ 0 };
	if (ret)
		return ret;
	parse_name(proc_parse_text(status, "Name"), state->name);
	letter = proc_parse_text(status, "State");
	state->state = letter ? *letter : 'X';
	state->mode = proc_parse_number(status, "Seccomp");
	state->inner = depth ? proc_parse_nspid(status, depth) : tid;
	if (state->inner < 0)
		state->inner = 0;
	return state->mode < 0 ? state->mode : 0;
}

bool task_is_dead(pid_t tid)
{
	int state = proc_state(tid);

	return state < 0 || task_state_is_dead(state);
}
