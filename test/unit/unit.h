/* SPDX-License-Identifier: GPL-2.0 */
/* Included by every unit test: cmocka, and the messages of lib/. */
#ifndef UNIT_H
#define UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "report.h"

/* The last message, and all messages until the test clears them. */
static char said[512];
static char all_said[8192];

void report(enum report_level level, const char *fmt, ...)
{
	va_list args;

	(void)level;
	va_start(args, fmt);
	vsnprintf(said, sizeof(said), fmt, args);
	va_end(args);
	strncat(all_said, said, sizeof(all_said) - strlen(all_said) - 1);
	strncat(all_said, "\n", sizeof(all_said) - strlen(all_said) - 1);
}

static inline void assert_said(const char *text)
{
	if (!strstr(said, text))
		fail_msg("expected \"%s\" in \"%s\"", text, said);
}

#endif /* UNIT_H */
