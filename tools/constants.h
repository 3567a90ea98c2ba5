/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Names for the arguments that filters check most often: the flags of clone, the domain
 * of a socket, the request of an ioctl. No library has such a table.
 */
#ifndef CONSTANTS_H
#define CONSTANTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The name of an argument, or NULL if it has none here. */
const char *argument_name(const char *call, unsigned int argument);

/* The number of an argument, by its name or as "0" to "5". Returns false if there is none. */
bool argument_find(const char *call, const char *name, unsigned int *argument);

/* Whether the bits of its values each have a meaning of their own. */
bool argument_is_bits(const char *call, unsigned int argument);

/**
 * constant_text - a value of an argument, or bits of it
 * @arch: AUDIT_ARCH_* of the call
 * @text: out: "CLONE_NEWUSER|CLONE_NEWNET", "AF_VSOCK", "0x11"
 *
 * Values without a name are numbers: decimal up to 9, hexadecimal above. So are values
 * that are not known to have their name on this architecture.
 */
void constant_text(uint32_t arch, const char *call, unsigned int argument, uint64_t value,
		   char *text, size_t size);

/*
 * The reverse: names and numbers, with | between them. Returns 0; -EINVAL if one is
 * unknown; -EDOM if its value on this architecture is; -ENOMEM.
 */
int constant_parse(uint32_t arch, const char *call, unsigned int argument, const char *text,
		   uint64_t *value);

#endif /* CONSTANTS_H */
