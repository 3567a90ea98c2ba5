/* SPDX-License-Identifier: GPL-2.0 */
/* Which filter decided, for an event from the audit log. */
#ifndef DECIDER_H
#define DECIDER_H

#include <stdbool.h>

#include "audit-record.h"
#include "snapshot.h"

/**
 * struct decider - where filters can be read
 * @image: the image with the filters of the tasks, or NULL
 * @stops: running threads may be stopped to read their filters
 */
struct decider {
	const struct snapshot *image;
	bool stops;
};

/* @known: only @filter can have decided; @filter: a number from source_number() */
struct decision {
	bool known;
	unsigned long long filter;
};

/*
 * decider_ask - find the filter that decided
 *
 * The audit log names neither the arguments nor the thread. So the filter is known only
 * if no other filter of any thread of the process can have done the same.
 */
void decider_ask(const struct decider *decider, const struct audit_record *record,
		 struct decision *decision);

#endif /* DECIDER_H */
