/* SPDX-License-Identifier: GPL-2.0 */
/* Which threads exist, from /proc. */
#ifndef TASKS_H
#define TASKS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "map.h"

#define TASK_NAME_SIZE 16 /* include/linux/sched.h: TASK_COMM_LEN */

struct task {
	pid_t tid;
	pid_t pid; /* of its process */
};

/* The threads of one process after the other; in each process, the leader comes first. */
struct tasks {
	struct task *list;
	size_t count;
	size_t room;
	struct map processes; /* private */
};

/**
 * tasks_find - find the threads of a process and of all its descendants
 * @pid: the process, or any of its threads
 *
 * Adds to @tasks what is not there yet. Returns 0 or a negative errno after
 * a message.
 */
int tasks_find(struct tasks *tasks, pid_t pid);

/**
 * tasks_find_all - find every thread of every process, except kernel threads
 *
 * Adds and returns as tasks_find().
 */
int tasks_find_all(struct tasks *tasks);

void tasks_free(struct tasks *tasks);

/**
 * struct task_state - what /proc says about a thread
 * @name: its command, without unprintable characters
 * @mode: SECCOMP_MODE_*
 * @state: the letter of its state, proc(5)
 * @inner: its id in the pid namespace that was asked for; 0 if it is not in that
 */
struct task_state {
	char name[TASK_NAME_SIZE];
	int mode;
	char state;
	pid_t inner;
};

/**
 * task_read_state - read what /proc says about a thread
 * @depth: of the pid namespace for @inner, from proc_namespace_depth()
 *
 * Returns 0, or a negative errno, which usually means that it has gone.
 */
int task_read_state(pid_t tid, int depth, struct task_state *state);

/* Whether the thread has ended. It may still be a zombie. */
bool task_is_dead(pid_t tid);

/* The same, from the letter of its state. */
static inline bool task_state_is_dead(char state)
{
	return state == 'Z' || state == 'X' || state == 'x';
}

#endif /* TASKS_H */
