/* SPDX-License-Identifier: GPL-2.0 */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>

/**
 * options_parse - the options of subcommands that draw
 * @programs: out, whether --programs is there
 *
 * Afterwards optind is the place of the first other argument. Returns 0, or
 * -EINVAL after a message.
 */
int options_parse(int argc, char **argv, bool *programs);

#endif /* OPTIONS_H */
