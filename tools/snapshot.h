/* SPDX-License-Identifier: GPL-2.0 */
/* A snapshot: the filters of running processes, or those in an image. */
#ifndef SNAPSHOT_H
#define SNAPSHOT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "container.h"
#include "tasks.h"
#include "tree.h"

/* How a thread is confined. An image only says whether a thread is in filter mode. */
enum thread_mode {
	THREAD_FILTER,
	THREAD_NO_FILTER,
	THREAD_STRICT,
	THREAD_NOT_FILTER,
	THREAD_EXITED,
	THREAD_NOT_READ,
	THREAD_MODES, /* how many there are */
};

/* As text, for headlines. JSON has the same words, with - instead of blanks. */
const char *thread_mode_text(enum thread_mode mode);

/**
 * struct label - what is known about a thread besides its filter
 * @name: its command, without unprintable characters; "" in an image
 * @inner: its id in the pid namespace of the first process, as in an image
 * @asleep: it was sleeping
 */
struct label {
	char name[TASK_NAME_SIZE];
	enum thread_mode mode;
	pid_t inner;
	bool asleep;
};

#define SNAPSHOT_NO_CONTAINER UINT32_MAX

/**
 * struct snapshot - the filters, the threads, and what is known about the threads
 * @name: what messages call it: "process 17", or the path of the image
 * @tree: the filters and threads
 * @labels: one for each thread of @tree
 * @ids: the kernel's number for each filter; NULL for an image, which has none
 * @containers: the containers that the processes are in
 * @container: for each process of @tree, a place in @containers or
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
 * snapshot_read_image - read an image
 * @path: the file, the folder that has it under the name of IMAGE_NAME, or the
 *        archive of a container's checkpoint
 *
 * Returns 0, or a negative errno after a message: -ESTALE if the inventory
 * beside the image belongs to another dump; the snapshot is still filled then.
 */
int snapshot_read_image(struct snapshot *snapshot, const char *path);

/**
 * snapshot_read_tasks - read running threads
 * @tasks: which threads
 * @depth: of the pid namespace for @inner, from proc_namespace_depth()
 *
 * Threads with filters are stopped for a moment while they are read. Returns 0 even
 * if some could not be read (see @complete), with a message for each of these; a
 * negative errno after a message.
 */
int snapshot_read_tasks(struct snapshot *snapshot, const struct tasks *tasks, int depth);

/* The same for processes and all their descendants. */
int snapshot_read_pids(struct snapshot *snapshot, const pid_t *pids, int count);

/**
 * snapshot_read - read either, from an argument of the command line
 * @what: the id of a process, or a path; "./17" is always a path
 */
int snapshot_read(struct snapshot *snapshot, const char *what);

void snapshot_free(struct snapshot *snapshot);

/* Whether an argument of the command line is the id of a process, not a path. */
bool snapshot_is_pid(const char *what);

/* Parses the id of a process or thread. Returns -EINVAL after a message if @text is none. */
pid_t snapshot_parse_pid(const char *text);

/* The number that is shown for a filter: the kernel's, or for an image, its place. */
uint64_t snapshot_filter_id(const struct snapshot *snapshot, uint32_t filter);

/* The leader of a thread's process. */
const struct tree_thread *snapshot_leader(const struct snapshot *snapshot, uint32_t thread);

#endif /* SNAPSHOT_H */
