/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Arguments that filters look at most, by name: clone's flags, the domain of a
 * socket, the request of an ioctl. No library has such a table.
 */
#ifndef CONSTANTS_H
#define CONSTANTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What an argument is called; NULL: there is no name for it. */
const char *argument_name(const char *call, unsigned int argument);

/* The number of an argument, by its name or as "0" to "5". Returns false if there is none. */
bool argument_find(const char *call, const char *name, unsigned int *argument);

/* Are its values bits, which are set or not, each with a meaning of its own? */
bool argument_is_bits(const char *call, unsigned int argument);

/**
 * constant_text - a value of an argument, or bits of it
 * @text: out: "CLONE_NEWUSER|CLONE_NEWNET", "AF_VSOCK", "0x11"
 *
 * What has no name is a number: decimal up to 9, hexadecimal beyond.
 */
void constant_text(const char *call, unsigned int argument, uint64_t value, char *text,
		   size_t size);

/* The contrary: names and numbers, with | between them. Returns false if one is unknown. */
bool constant_parse(const char *call, unsigned int argument, const char *text, uint64_t *value);

#endif /* CONSTANTS_H */
