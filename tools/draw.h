/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DRAW_H
#define DRAW_H

#include <stdbool.h>
#include <stdint.h>

#include "tree.h"

/**
 * struct label - what a person wants to know of a thread
 * @name: its command, "" if that is not known
 * @without: the headline that it comes under if it has no filter
 */
struct label {
	char name[16];
	const char *without;
};

/**
 * struct picture - what is drawn
 * @tree: the model
 * @ids: the number that each filter is called by; NULL: its place in the tree
 * @labels: one for each thread of the tree; NULL: nothing is known of them
 */
struct picture {
	const struct tree *tree;
	const uint64_t *ids;
	const struct label *labels;
};

/**
 * draw - draw the filters on stdout, and under each the threads that use it
 * @programs: also list the programs
 *
 * Returns 0 or -ENOMEM, after a message.
 */
int draw(const struct picture *picture, bool programs);

#endif /* DRAW_H */
