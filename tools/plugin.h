/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PLUGIN_H
#define PLUGIN_H

#include <stdbool.h>
#include <stddef.h>

/**
 * plugin_fits - would this CRIU load this plugin, and the plugin go along?
 * @criu: the program; "": there is none, only the plugin is looked at
 * @path: the plugin
 * @why: out, a text that says why not, with what can be done
 *
 * What CRIU's loader looks at, and what the plugin looks at when it is loaded.
 */
bool plugin_fits(const char *criu, const char *path, char *why, size_t size);

#endif /* PLUGIN_H */
