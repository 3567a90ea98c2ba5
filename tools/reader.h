/* SPDX-License-Identifier: GPL-2.0 */
/* Runs what reads the filters of running threads, so that none of them waits for us. */
#ifndef READER_H
#define READER_H

#include <stddef.h>

/**
 * reader_run - run a function that stops threads, in a thread of its own
 * @read: the function
 * @meanwhile: called ten times a second by the caller's thread; NULL: nothing
 * @arg: of both
 *
 * When @read has returned, the kernel detaches all its tracees, also those that could not
 * be resumed because they stopped too late. Until then nothing may hold us up: messages
 * are kept, and a terminal cannot stop us, only end us. The exception is SIGSTOP. Only
 * @meanwhile may wait for a terminal.
 *
 * Returns 0; a negative errno: @read was not called.
 */
int reader_run(void *(*read)(void *), void (*meanwhile)(void *), void *arg);

/**
 * reader_handles - how many filters a reading may keep open
 *
 * Raises our limit for descriptors as far as we may. Some are left for everything else.
 */
size_t reader_handles(void);

#endif /* READER_H */
