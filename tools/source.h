/* SPDX-License-Identifier: GPL-2.0 */
/* The stack of filters of each thread of a process, or of an image. */
#ifndef SOURCE_H
#define SOURCE_H

#include <stdbool.h>

#include "snapshot.h"
#include "verdicts.h"

/**
 * struct source - for source_free() in the end
 * @snapshot: what was read; of a process there is no container in it. On a kernel
 *            without the patches nobody can tell whether filters that look alike
 *            are the same: here they are
 * @by_age: filters have no number there but their place in a stack, 0 is the oldest
 */
struct source {
	struct snapshot snapshot;
	bool by_age;
};

/**
 * source_open - read the filters of one process, or those in an image
 * @what: the id of a process or thread, or a path, as snapshot_read() takes it
 *
 * Works on kernels without the patches, too. A process is read with all its
 * threads; those that have filters are stopped for a moment. Needs CAP_SYS_ADMIN.
 * Returns 0 or a negative errno after a message.
 */
int source_open(struct source *source, const char *what);

/* The same for a process; @quiet: without messages. */
int source_open_process(struct source *source, pid_t tid, bool quiet);
void source_free(struct source *source);

/**
 * source_stack - the filters of a thread
 * @newest: its newest filter, or TREE_NONE
 * @stack: out, for source_free_stack()
 *
 * Returns 0; -EBADMSG after a message: the kernel would not take one of the
 * programs; -ENOMEM after a message.
 */
int source_stack(const struct source *source, uint32_t newest, struct stack *stack);
void source_free_stack(struct stack *stack);

/* The number that people know a filter of that stack by; 0 is @newest. */
unsigned long long source_number(const struct source *source, uint32_t newest, size_t index);

#endif /* SOURCE_H */
