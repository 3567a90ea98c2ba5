/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How the code in lib/ and what uses it speak to a person: one line at a time,
 * without the newline. Where the lines go is for the program to say.
 */
#ifndef REPORT_H
#define REPORT_H

enum report_level { REPORT_ERROR = 1, REPORT_WARN, REPORT_INFO, REPORT_DEBUG };

/**
 * report - tell the person one line
 *
 * Not defined in lib/: the plugin hands the line to CRIU's log, a command to
 * its stderr.
 */
void report(enum report_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#define pr_err(...) report(REPORT_ERROR, __VA_ARGS__)
#define pr_warn(...) report(REPORT_WARN, __VA_ARGS__)
#define pr_info(...) report(REPORT_INFO, __VA_ARGS__)
#define pr_debug(...) report(REPORT_DEBUG, __VA_ARGS__)

#endif /* REPORT_H */
