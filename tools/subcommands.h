/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One function for each thing that a person can ask for, in the file of that
 * name. Each gets its own arguments, argv[0] is the subcommand, and returns
 * the exit status of the program.
 */
#ifndef SUBCOMMANDS_H
#define SUBCOMMANDS_H

/* As in the manual page; 0 is EXIT_SUCCESS. */
#define EXIT_FAILED 1
#define EXIT_USAGE 2

int tree_main(int argc, char **argv);
int image_main(int argc, char **argv);
int check_main(int argc, char **argv);

/* Says how the subcommand is used, on stderr. Returns EXIT_USAGE. */
int usage_of(const char *subcommand);

#endif /* SUBCOMMANDS_H */
