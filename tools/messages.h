/* SPDX-License-Identifier: GPL-2.0 */
/* Prints the messages of the command, or keeps them until nobody has to wait for them. */
#ifndef MESSAGES_H
#define MESSAGES_H

#include <stdarg.h>

#include "report.h"

/* Does what report() has to do: prints one message to stderr, or keeps it. */
void messages_print(enum report_level level, const char *fmt, va_list args);

/**
 * messages_keep - keep all messages until messages_release()
 *
 * For threads that must not wait until somebody reads stderr. Returns 0 or -ENOMEM.
 */
int messages_keep(void);

/* Prints what was kept; from then on, messages are printed at once again. */
void messages_release(void);

#endif /* MESSAGES_H */
