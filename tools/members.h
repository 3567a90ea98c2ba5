/* SPDX-License-Identifier: GPL-2.0 */
/* Which processes are meant: those of a tree, of a container, of a restored image. */
#ifndef MEMBERS_H
#define MEMBERS_H

#include <stdbool.h>
#include <sys/types.h>

#include "container.h"
#include "map.h"
#include "snapshot.h"

/* Whether a process is meant. MEMBER_GONE: it has ended, and nobody knew it before. */
enum member { MEMBER_NO, MEMBER_YES, MEMBER_GONE };

/**
 * struct members - all processes are, while it is zero bytes
 * @container: only those in a container whose id begins so
 * @restricted: only those that were put in, and what descends from them
 */
struct members {
	const char *container;
	bool restricted;

	/* private */
	struct map known;
};

/* A process, and what descends from it, as far as it is there now. Returns 0 or a negative errno.
 */
int members_add_tree(struct members *members, pid_t pid);

/**
 * members_add_restored - the processes that a restore has made from an image
 * @path: of the image, its folder or archive; younger processes only are looked at
 *
 * They are found by their ids in one pid namespace: all that the image has need to
 * be there. Returns 0 or a negative errno after a message.
 */
int members_add_restored(struct members *members, const struct snapshot *image, const char *path);

/* @container: out, the one that it is in, as far as it can still be seen */
enum member members_has(struct members *members, pid_t pid, struct container *container);

void members_free(struct members *members);

#endif /* MEMBERS_H */
