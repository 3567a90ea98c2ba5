/* SPDX-License-Identifier: GPL-2.0 */
/* What every unit test includes: cmocka, and the last line that lib/ said. */
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

static char said[512];

void report(enum report_level level, const char *fmt, ...)
{
	va_list args;

	(void)level;
	va_start(args, fmt);
	vsnprintf(said, sizeof(said), fmt, args);
	va_end(args);
}

static inline void assert_said(const char *text)
{
	if (!strstr(said, text))
		fail_msg("expected \"%s\" in \"%s\"", text, said);
}

#endif /* UNIT_H */
