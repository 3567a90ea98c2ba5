/* SPDX-License-Identifier: GPL-2.0 */
/* Which threads there are, by what /proc says. */
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

/* Processes one after the other, in each the leader first. */
struct tasks {
	struct task *list;
	size_t count;
	size_t room;
	struct map processes; /* private */
};

/**
 * tasks_find - the threads of a process and of all that descend from it
 * @pid: the process, or any of its threads
 *
 * Adds to @tasks what is not there already. Returns 0 or a negative errno after
 * a message.
 */
int tasks_find(struct tasks *tasks, pid_t pid);

/**
 * tasks_find_all - every thread of every process but those of the kernel itself
 *
 * As tasks_find().
 */
int tasks_find_all(struct tasks *tasks);

void tasks_free(struct tasks *tasks);

/**
 * struct task_state - what /proc says of a thread
 * @name: its command, without what could trouble a terminal
 * @mode: SECCOMP_MODE_*
 * @state: the letter of its state, proc(5)
 * @inner: its id in the pid namespace that was asked for; 0: it is not in it
 */
struct task_state {
	char name[TASK_NAME_SIZE];
	int mode;
	char state;
	pid_t inner;
};

/**
 * task_read_state - what /proc says of a thread
 * @depth: of the pid namespace for @inner, from proc_namespace_depth()
 *
 * Returns 0, or a negative errno: then it has gone, as a rule.
 */
int task_read_state(pid_t tid, int depth, struct task_state *state);

/* Has the thread gone, or only not been waited for? */
bool task_is_dead(pid_t tid);

/* The same by the letter of its state. */
static inline bool task_state_is_dead(char state)
{
	return state == 'Z' || state == 'X' || state == 'x';
}

#endif /* TASKS_H */
