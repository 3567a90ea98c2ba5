/* SPDX-License-Identifier: GPL-2.0 */
/* What is looked at: the filters of running processes, or those of an image. */
#ifndef SNAPSHOT_H
#define SNAPSHOT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "container.h"
#include "tasks.h"
#include "tree.h"

/* How a thread is confined. An image only says of a thread that it is in filter mode, or not. */
enum thread_mode {
	THREAD_FILTER,
	THREAD_NO_FILTER,
	THREAD_STRICT,
	THREAD_NOT_FILTER,
	THREAD_EXITED,
	THREAD_NOT_READ,
	THREAD_MODES, /* how many there are */
};

/* In words, as a headline; JSON has it with - in place of blanks. */
const char *thread_mode_text(enum thread_mode mode);

/**
 * struct label - what is known of a thread beside its filter
 * @name: its command, without what could trouble a terminal; "" in an image
 * @inner: its id in the pid namespace of the first process, as in an image
 * @asleep: it waited for something
 */
struct label {
	char name[TASK_NAME_SIZE];
	enum thread_mode mode;
	pid_t inner;
	bool asleep;
};

#define SNAPSHOT_NO_CONTAINER UINT32_MAX

/**
 * struct snapshot - the filters, the threads, and what is known of these
 * @name: what messages call it, "process 17"
 * @tree: the model
 * @labels: of each thread of @tree
 * @ids: the kernel's number of each filter; NULL: an image, which has none
 * @containers: those that processes are in
 * @container: of each process of @tree, its place in @containers or
 *             SNAPSHOT_NO_CONTAINER
 * @complete: every thread could be read
 */
struct snapshot {
	char *name;
	struct tree tree;
	struct label *labels;
	uint64_t *ids;
	struct container *containers;
	size_t n_containers;
	uint32_t *container;
	bool complete;
};

/**
 * snapshot_read_image - an image
 * @path: the file, the folder that has it under the name of IMAGE_NAME, or the
 *        archive of a container's checkpoint
 *
 * Returns 0, or a negative errno after a message: -ESTALE if the inventory
 * beside the image is of another dump; the snapshot is filled then.
 */
int snapshot_read_image(struct snapshot *snapshot, const char *path);

/**
 * snapshot_read_tasks - running threads
 * @tasks: which
 * @depth: of the pid namespace that @inner is told for, proc_namespace_depth()
 *
 * Threads with filters are stopped for the moment that it takes to look at them.
 * Returns 0, also where some could not be read (@complete), after a message for
 * each of these; a negative errno after a message.
 */
int snapshot_read_tasks(struct snapshot *snapshot, const struct tasks *tasks, int depth);

/* The same for processes and all that descend from them. */
int snapshot_read_pids(struct snapshot *snapshot, const pid_t *pids, int count);

/**
 * snapshot_read - either, by what a person has typed
 * @what: the id of a process, or a path; "./17" is always a path
 */
int snapshot_read(struct snapshot *snapshot, const char *what);

void snapshot_free(struct snapshot *snapshot);

/* The id of a process or thread in @text, or -EINVAL after a message. */
pid_t snapshot_parse_pid(const char *text);

/* The number that a person knows a filter by: the kernel's, in an image its place. */
uint64_t snapshot_filter_id(const struct snapshot *snapshot, uint32_t filter);

/* The leader of a thread's process. */
const struct tree_thread *snapshot_leader(const struct snapshot *snapshot, uint32_t thread);

#endif /* SNAPSHOT_H */
