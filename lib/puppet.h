/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A puppet is a child task that runs single functions for the caller and is stopped
 * in between. The caller traces it, with seccomp suspended. It is used for operations
 * that the kernel only performs on the calling task, such as installing a filter.
 *
 * It shares memory and descriptors with the caller and receives no signals. It is killed
 * when the caller ends, for whatever reason. The caller must be single-threaded and keep
 * all signals blocked: both use the same thread-local storage of the C library, so they
 * must not run at the same time.
 */
#ifndef PUPPET_H
#define PUPPET_H

#include <sys/types.h>

struct puppet;

/* Runs in the puppet; puppet_call() returns its result. */
typedef long puppet_function(void *arg);

/**
 * puppet_start - start a puppet; it is stopped when this returns
 * @puppet: out, to be ended with puppet_end()
 * @leader: NULL for a new process, or a puppet: start a thread of its process
 *
 * Returns 0 or a negative errno.
 */
int puppet_start(struct puppet **puppet, struct puppet *leader);

/* Runs a function in the puppet. Returns its result, or a negative errno. */
long puppet_call(struct puppet *puppet, puppet_function *function, void *arg);

/* The id of the puppet, a tracee of the caller. */
pid_t puppet_tid(const struct puppet *puppet);

/* Kills the puppet and waits for it; does nothing for NULL. End threads before their leader. */
void puppet_end(struct puppet *puppet);

#endif /* PUPPET_H */
