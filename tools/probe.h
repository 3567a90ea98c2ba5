/* SPDX-License-Identifier: GPL-2.0 */
/* What is known only by trying it. */
#ifndef PROBE_H
#define PROBE_H

#include <stdio.h>

#include "kernel.h"

/**
 * probe_output - what a command prints on stdout; its stderr is not shown
 * @argv: the path of the command first
 *
 * Returns a stream, for probe_end(), or NULL.
 */
FILE *probe_output(char **argv);
void probe_end(FILE *output);

/**
 * probe_filters - may we read a task's filters, and set them?
 * @kernel: NULL: then only whether seccomp may be suspended is tried
 * @tried: out, what was tried last, in words
 *
 * On a child of our own, which is gone afterwards. Returns 0 or a negative errno.
 */
int probe_filters(const struct kernel *kernel, const char **tried);

#endif /* PROBE_H */
