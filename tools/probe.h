/* SPDX-License-Identifier: GPL-2.0 */
/* Checks that have to try something out. */
#ifndef PROBE_H
#define PROBE_H

#include <stdio.h>

#include "kernel.h"

/**
 * probe_output - run a command and read its stdout; its stderr is discarded
 * @argv: the path of the command first
 *
 * Returns a stream, for probe_end(), or NULL.
 */
FILE *probe_output(char **argv);
void probe_end(FILE *output);

/**
 * probe_filters - whether we may read and set a task's filters
 * @kernel: if NULL, only whether seccomp may be suspended is tried
 * @tried: out, a text that says what was tried last
 *
 * Uses a child process that is gone afterwards. Returns 0 or a negative errno.
 */
int probe_filters(const struct kernel *kernel, const char **tried);

#endif /* PROBE_H */
