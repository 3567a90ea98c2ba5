// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "messages.h"
#include "progress.h"

static FILE *kept; /* NULL: messages are printed at once */
static char *text;
static size_t size;

void messages_print(enum report_level level, const char *fmt, va_list args)
{
	FILE *to = kept ? kept : stderr;

	if (level > REPORT_WARN)
		return;
	if (!kept)
		progress_end();
	fprintf(to, "criu-seccomp: %s", level == REPORT_WARN ? "warning: " : "");
	vfprintf(to, fmt, args);
	fputc('\n', to);
}

int messages_keep(void)
{
	kept = open_memstream(&text, &size);
	return kept ? 0 : -ENOMEM;
}

void messages_release(void)
{
	bool lost = ferror(kept);

	lost |= fclose(kept) != 0;
	kept = NULL;
	progress_end();
	if (text)
		fwrite(text, 1, size, stderr);
	free(text);
	text = NULL;
	if (lost)
		pr_warn("there was not enough memory for all messages");
}
