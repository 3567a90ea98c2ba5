/* SPDX-License-Identifier: GPL-2.0 */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <getopt.h>

/* Values of struct option.val begin here, so that none is a letter. */
#define OPTION_FIRST 256

/* An unknown or incomplete option; options_next() has printed a message. */
#define OPTION_WRONG '?'

/**
 * options_next - the next option of a subcommand
 * @options: as getopt_long(3) takes them; there are no short ones
 *
 * Returns its val, with its value in optarg; -1 after the last option, with optind
 * at the first other argument; OPTION_WRONG after a message.
 */
int options_next(int argc, char **argv, const struct option *options);

#endif /* OPTIONS_H */
