/* SPDX-License-Identifier: GPL-2.0 */
#ifndef INVENTORY_H
#define INVENTORY_H

#include <stddef.h>

#define INVENTORY_NAME "inventory.img"

/**
 * inventory_run_id - the run of CRIU that wrote an inventory.img
 * @id: out, @size bytes with the NUL; empty if it names none, as before CRIU 4.1
 *
 * An id that is longer than @size, or not printable, counts as none. Returns 0;
 * -ENOENT without a message if there is no such file; another negative errno after
 * a message (-EBADMSG: it is not an inventory).
 */
int inventory_run_id(const char *path, char *id, size_t size);

/* The same for an inventory in memory; messages call it @name. */
int inventory_parse_run_id(const char *name, const void *data, size_t len, char *id, size_t size);

#endif /* INVENTORY_H */
