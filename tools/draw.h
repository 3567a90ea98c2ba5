/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DRAW_H
#define DRAW_H

#include <stdbool.h>

#include "snapshot.h"

/**
 * struct draw_options - what is drawn
 * @programs: also list the programs of the filters
 * @collapse: one line for what is alike, see rows.h
 * @count_unconfined: only count the threads that have no filters and are not in a
 *                    container
 */
struct draw_options {
	bool programs;
	bool collapse;
	bool count_unconfined;
};

/**
 * draw - draw the filters on stdout, and under each the threads that use it
 *
 * Returns 0, or -ENOMEM after a message.
 */
int draw(const struct snapshot *snapshot, const struct draw_options *options);

#endif /* DRAW_H */
