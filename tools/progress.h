/* SPDX-License-Identifier: GPL-2.0 */
/* Where a person waits at a terminal: how far it is. */
#ifndef PROGRESS_H
#define PROGRESS_H

#include <stddef.h>

/* Shows a line on stderr, if that is a terminal and it has taken a second already. */
void progress(const char *what, size_t done, size_t all);

/* Removes the line. */
void progress_end(void);

#endif /* PROGRESS_H */
