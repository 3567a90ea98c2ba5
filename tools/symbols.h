/* SPDX-License-Identifier: GPL-2.0 */
/* The symbols that a program exports to the libraries that it loads. */
#ifndef SYMBOLS_H
#define SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>

struct symbols;

/**
 * symbols_open - open a program file
 *
 * Returns a handle for symbols_close(), or NULL if it is not an ELF file with a table
 * of dynamic symbols.
 */
struct symbols *symbols_open(const char *path);
void symbols_close(struct symbols *symbols);

/**
 * symbols_find - whether the program defines and exports a symbol
 * @size: out, the size of the symbol in bytes; may be NULL
 */
bool symbols_find(const struct symbols *symbols, const char *name, size_t *size);

#endif /* SYMBOLS_H */
