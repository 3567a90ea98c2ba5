/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DRAW_H
#define DRAW_H

#include <stdbool.h>

#include "snapshot.h"

/**
 * struct draw_options - what a picture has
 * @programs: the programs of the filters, too
 * @collapse: what is alike in one line, see rows.h
 * @count_unconfined: of threads without filters that are in no container only how
 *                    many there are
 */
struct draw_options {
	bool programs;
	bool collapse;
	bool count_unconfined;
};

/**
 * draw - draw the filters on stdout, and under each the threads that use it
 *
 * Returns 0 or -ENOMEM, after a message.
 */
int draw(const struct snapshot *snapshot, const struct draw_options *options);

#endif /* DRAW_H */
