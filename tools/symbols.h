/* SPDX-License-Identifier: GPL-2.0 */
/* What a program offers to the libraries that it loads. */
#ifndef SYMBOLS_H
#define SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>

struct symbols;

/**
 * symbols_open - look at a program file
 *
 * Returns what symbols_close() takes, or NULL if it is no ELF file with
 * a table of dynamic symbols.
 */
struct symbols *symbols_open(const char *path);
void symbols_close(struct symbols *symbols);

/**
 * symbols_find - does it define and export this one?
 * @size: out, the bytes that it takes; NULL: not asked for
 */
bool symbols_find(const struct symbols *symbols, const char *name, size_t *size);

#endif /* SYMBOLS_H */
