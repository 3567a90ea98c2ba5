/* SPDX-License-Identifier: GPL-2.0 */
/* Pictures for other programs: SVG for reports and browsers, DOT for Graphviz. */
#ifndef GRAPHIC_H
#define GRAPHIC_H

#include <stdbool.h>
#include <stdint.h>

#include "snapshot.h"

/**
 * graphic_svg, graphic_dot - draw a snapshot on stdout
 * @collapse: as in rows.h
 *
 * Each filter is one box, and its users are attached to it. Filters with equal programs
 * have the same colour. Both return 0, or -ENOMEM after a message.
 */
int graphic_svg(const struct snapshot *snapshot, bool collapse);
int graphic_dot(const struct snapshot *snapshot, bool collapse);

/* The light colour of a program, "#rrggbb". */
void graphic_colour(uint32_t program, char colour[8]);

/* "filter 7: program 0 (12 instructions), log"; @size 160 is enough. */
void graphic_filter_text(const struct snapshot *snapshot, uint32_t filter, char *text, size_t size);

#endif /* GRAPHIC_H */
