/* SPDX-License-Identifier: GPL-2.0 */
/* A set of processes: a process tree, a container, or what was restored from an image. */
#ifndef MEMBERS_H
#define MEMBERS_H

#include <stdbool.h>
#include <sys/types.h>

#include "container.h"
#include "map.h"
#include "snapshot.h"

/* Whether a process is in the set. MEMBER_GONE: it has ended, and was not known before. */
enum member { MEMBER_NO, MEMBER_YES, MEMBER_GONE };

/**
 * struct members - the set; zero bytes stand for all processes
 * @container: only processes in a container whose id begins with this
 * @restricted: only the processes that were added, and their descendants
 */
struct members {
	const char *container;
	bool restricted;

	/* private */
	struct map known;
};

/* Adds a process and the descendants that it has now. Returns 0 or a negative errno. */
int members_add_tree(struct members *members, pid_t pid);

/**
 * members_add_restored - add the processes that were restored from an image
 * @path: of the image, its folder or archive; only younger processes are considered
 *
 * They are found by their ids in one pid namespace: all ids of the image have to
 * exist there. Returns 0 or a negative errno after a message.
 */
int members_add_restored(struct members *members, const struct snapshot *image, const char *path);

/* Whether a process of the container is running. */
bool members_container_runs(const struct members *members);

/* @container: out, the container of the process, if that can still be seen */
enum member members_has(struct members *members, pid_t pid, struct container *container);

void members_free(struct members *members);

#endif /* MEMBERS_H */
