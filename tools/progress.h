/* SPDX-License-Identifier: GPL-2.0 */
/* Progress of long operations, for somebody who waits at a terminal. */
#ifndef PROGRESS_H
#define PROGRESS_H

#include <stddef.h>

/* Shows a line on stderr if that is a terminal and a second has passed. */
void progress(const char *what, size_t done, size_t all);

/* Removes the line. */
void progress_end(void);

#endif /* PROGRESS_H */
