/* SPDX-License-Identifier: GPL-2.0 */
/* How verify and diff report what differs. */
#ifndef REPORT_COMPARE_H
#define REPORT_COMPARE_H

#include <stdbool.h>

#include "compare.h"

/* The exit status of both, beside EXIT_SUCCESS. */
#define EXIT_DIFFERS 1
#define EXIT_UNKNOWN 2

/* The result in JSON's words: "same", "differs", or "unknown" if not all could be read. */
const char *compare_verdict(const struct compare *compare);

/* As text. */
void compare_print(const struct compare *compare);

/* As JSON. Returns 0, or -ENOMEM after a message. */
int compare_print_json(const struct compare *compare, const char *subcommand);

/**
 * compare_and_report - compare two snapshots and print the result
 *
 * Returns the exit status of the program.
 */
int compare_and_report(const struct snapshot *a, const struct snapshot *b, const char *subcommand,
		       bool json);

#endif /* REPORT_COMPARE_H */
