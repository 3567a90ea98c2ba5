/* SPDX-License-Identifier: GPL-2.0 */
/* The stack of filters of each thread of a process or an image. */
#ifndef SOURCE_H
#define SOURCE_H

#include <stdbool.h>

#include "snapshot.h"
#include "verdicts.h"

/**
 * struct source - where stacks of filters come from; free with source_free()
 * @snapshot: what was read; without the container of a process. On a kernel without
 *            the patches, filters that look the same are taken to be the same
 * @by_age: filters have no numbers, only their place in a stack; 0 is the oldest
 * @foreign: the image does not belong to the dump that it is with, after a message
 */
struct source {
	struct snapshot snapshot;
	bool by_age, foreign;
};

/**
 * source_open - read the filters of one process, or those in an image
 * @what: the id of a process or thread, or a path, as snapshot_read() takes it
 *
 * Also works on kernels without the patches. A process is read with all its
 * threads; those that have filters are stopped for a moment. Needs CAP_SYS_ADMIN.
 * Returns 0 or a negative errno after a message.
 */
int source_open(struct source *source, const char *what);

/* The same for a process; @quiet: without messages. */
int source_open_process(struct source *source, pid_t tid, bool quiet);
void source_free(struct source *source);

/**
 * source_stack - the programs of the filters of a thread
 * @newest: its newest filter, or TREE_NONE
 * @stack: out, for source_free_stack(): the newest first; a filter that was tightened
 *         has several
 *
 * Returns 0; -EBADMSG after a message if the kernel would not accept one of the
 * programs; -ENOMEM after a message.
 */
int source_stack(const struct source *source, uint32_t newest, struct stack *stack);
void source_free_stack(struct stack *stack);

/* The number that is shown for the filter of a program of that stack. */
unsigned long long source_number(const struct source *source, uint32_t newest, size_t index);

#endif /* SOURCE_H */
