// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>

#include "describe.h"
#include "graphic.h"

/* Hues a golden angle apart make consecutive programs easy to tell apart. */
void graphic_colour(uint32_t program, char colour[8])
{
	unsigned int hue = program * 137u % 360, part = hue % 60 * 45 / 60;
	const unsigned int high = 245, low = 200;
	unsigned int up = low + part, down = high - part;
	const unsigned int rgb[6][3] = {
		{ high, up, low },   { down, high, low }, { low, high, up },
		{ low, down, high }, { up, low, high },	  { high, low, down },
	};

	snprintf(colour, 8, "#%02x%02x%02x", rgb[hue / 60][0] & 0xff, rgb[hue / 60][1] & 0xff,
		 rgb[hue / 60][2] & 0xff);
}

void graphic_filter_text(const struct snapshot *snapshot, uint32_t index, char *text, size_t size)
{
	const struct tree_filter *filter = &snapshot->tree.filters[index];
	char programs[DESCRIBE_PROGRAMS], flags[DESCRIBE_FLAGS];

	describe_flags(filter, flags, sizeof(flags));
	describe_programs(&snapshot->tree, filter, programs, sizeof(programs));
	snprintf(text, size, "filter %llu: %s%s",
		 (unsigned long long)snapshot_filter_id(snapshot, index), programs, flags);
}
