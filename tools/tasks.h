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

void tasks_free(struct tasks *tasks);

/* The name of a thread, without what could trouble a terminal; "" if it has gone. */
void task_name(pid_t tid, char name[TASK_NAME_SIZE]);

/* Has the thread gone, or only not been waited for? */
bool task_is_dead(pid_t tid);

#endif /* TASKS_H */
