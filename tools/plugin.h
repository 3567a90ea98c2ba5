/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PLUGIN_H
#define PLUGIN_H

#include <stdbool.h>
#include <stddef.h>

/**
 * plugin_fits - whether this CRIU and this plugin would accept each other
 * @criu: the program; "" if there is none: only the plugin is checked
 * @path: the plugin
 * @why: out, the reason if not, and what can be done
 *
 * Makes the checks of CRIU's loader, and those of the plugin when it is loaded.
 */
bool plugin_fits(const char *criu, const char *path, char *why, size_t size);

#endif /* PLUGIN_H */
