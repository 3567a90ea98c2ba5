/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Messages to the user from lib/ and its users: one line each, without the newline.
 * The program decides where they go.
 */
#ifndef REPORT_H
#define REPORT_H

enum report_level { REPORT_ERROR = 1, REPORT_WARN, REPORT_INFO, REPORT_DEBUG };

/**
 * report - print one message
 *
 * Not defined in lib/: the plugin writes to CRIU's log, a command to stderr.
 */
void report(enum report_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#define pr_err(...) report(REPORT_ERROR, __VA_ARGS__)
#define pr_warn(...) report(REPORT_WARN, __VA_ARGS__)
#define pr_info(...) report(REPORT_INFO, __VA_ARGS__)
#define pr_debug(...) report(REPORT_DEBUG, __VA_ARGS__)

#endif /* REPORT_H */
