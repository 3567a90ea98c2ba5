/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A task of ours that does single calls and is stopped in between, traced by the
 * caller with seccomp suspended: for what the kernel does only for the caller
 * himself, such as making a filter.
 *
 * It shares memory and descriptors with the caller and takes no signals. The caller
 * has only one thread, and has blocked all signals meanwhile: memory that a C library
 * keeps for each thread is the same for both, so one of them has to wait.
 */
#ifndef PUPPET_H
#define PUPPET_H

#include <sys/types.h>

struct puppet;

/* Runs in the puppet. Returns what puppet_call() returns, negative errno or not. */
typedef long puppet_function(void *arg);

/**
 * puppet_start - a process, stopped
 * @of: NULL; or a puppet that it shall be a thread of
 *
 * Returns 0 and *puppet, for puppet_end(); or a negative errno.
 */
int puppet_start(struct puppet **puppet, struct puppet *of);

/* puppet_call - have it do something, and stop again */
long puppet_call(struct puppet *puppet, puppet_function *function, void *arg);

/* The tracee that it is. */
pid_t puppet_tid(const struct puppet *puppet);

/* puppet_end - kills and waits for it; NULL is none. A process after its threads. */
void puppet_end(struct puppet *puppet);

#endif /* PUPPET_H */
