/* SPDX-License-Identifier: GPL-2.0 */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <getopt.h>

/* The val of each struct option: from here on, so that none is a letter. */
#define OPTION_FIRST 256

/* Not an option that there is; options_next() has said so. */
#define OPTION_WRONG '?'

/**
 * options_next - the next option of a subcommand
 * @options: as getopt_long(3) takes them; there are no short ones
 *
 * Returns its val, with its value in optarg; -1 after the last one, and optind
 * is then the place of the first other argument; OPTION_WRONG after a message.
 */
int options_next(int argc, char **argv, const struct option *options);

#endif /* OPTIONS_H */
