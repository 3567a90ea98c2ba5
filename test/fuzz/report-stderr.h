/* SPDX-License-Identifier: GPL-2.0 */
/* report() of a program that is one file; to be included by that file alone. */
#ifndef REPORT_STDERR_H
#define REPORT_STDERR_H

#include <stdarg.h>
#include <stdio.h>

#include "report.h"

void report(enum report_level level, const char *fmt, ...)
{
	va_list args;

	(void)level;
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
}

#endif /* REPORT_STDERR_H */
