/* SPDX-License-Identifier: GPL-2.0 */
/* Which filter has decided, of an event that the audit reports. */
#ifndef DECIDER_H
#define DECIDER_H

#include <stdbool.h>

#include "audit-record.h"
#include "snapshot.h"

/**
 * struct decider - where filters can be read
 * @image: those of the tasks are in there; NULL: they are not
 * @stops: running threads may be stopped to read theirs
 */
struct decider {
	const struct snapshot *image;
	bool stops;
};

/* @known: only this one can have decided; @filter: its number, as source_number() */
struct decision {
	bool known;
	unsigned long long filter;
};

/*
 * decider_ask - which one has it been?
 *
 * The audit does not report arguments, nor which thread it was. So it is known where
 * no other filter of no other thread of the process can have done the same.
 */
void decider_ask(const struct decider *decider, const struct audit_record *record,
		 struct decision *decision);

#endif /* DECIDER_H */
