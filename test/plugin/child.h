/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CHILD_H
#define CHILD_H

#include <sys/types.h>

/* A task to be dumped: it is stopped, we trace it, and it has a filter. */
struct child {
	pid_t pid;
	int listener; /* our copy of what it holds, its filter's */
};

/* Both end the program with a message if they cannot. */
void start_child(struct child *child);
void end_child(const struct child *child);

#endif /* CHILD_H */
