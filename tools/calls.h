/* SPDX-License-Identifier: GPL-2.0 */
/* Names of system calls and architectures, from libseccomp. */
#ifndef CALLS_H
#define CALLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All call numbers are below this, on every architecture, except a few private calls of arm. */
#define CALLS_END 7168

/* x32 calls have the architecture x86_64, and this bit set in their number. */
#define CALLS_X32_BIT 0x40000000u

/* A number that no architecture uses for a call. */
#define CALLS_NONE 1023u

/* Room for a name, or a number as text. */
#define CALL_NAME_SIZE 48

/**
 * struct arch - a way to make system calls
 * @name: libseccomp's name for it
 * @token: libseccomp's number for it
 * @audit: what a filter sees, AUDIT_ARCH_*
 * @bits: set in all its call numbers
 */
struct arch {
	const char *name;
	uint32_t token, audit, bits;
};

/* Returns false if libseccomp does not know it. */
bool arch_find(const char *name, struct arch *arch);

/* The @index-th architecture that a kernel of AUDIT_ARCH_* runs; 0 is its own. */
bool arch_on(uint32_t audit, unsigned int index, struct arch *arch);

/* The architecture of a call, from what a filter sees. */
bool arch_of(uint32_t audit, uint32_t nr, struct arch *arch);

/* The name of an AUDIT_ARCH_* value: x32 is x86_64 here. NULL if it is unknown. */
const char *arch_name(uint32_t audit);

/**
 * call_name - the name of a call
 * @name: out
 *
 * Returns false if no call has this number; @name is the number then.
 */
bool call_name(const struct arch *arch, uint32_t nr, char name[CALL_NAME_SIZE]);

/**
 * call_number - the number of a call
 * @name: its name, or its number
 *
 * Returns false if this architecture has no call of that name.
 */
bool call_number(const struct arch *arch, const char *name, uint32_t *nr);

#endif /* CALLS_H */
