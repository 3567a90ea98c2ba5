// SPDX-License-Identifier: GPL-2.0
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "style.h"

static bool use_colours(void)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return !(no && *no) && term && *term && strcmp(term, "dumb") && isatty(STDOUT_FILENO);
}

const char *style(enum style style)
{
	/* ECMA-48, "select graphic rendition" */
	static const char *const codes[] = {
		[STYLE_PLAIN] = "\033[0m", [STYLE_TITLE] = "\033[1m", [STYLE_FILTER] = "\033[36m",
		[STYLE_NOTE] = "\033[33m", [STYLE_GOOD] = "\033[32m", [STYLE_BAD] = "\033[1;31m",
	};
	static int answer = -1;

	if (answer < 0)
		answer = use_colours();
	return answer ? codes[style] : "";
}
