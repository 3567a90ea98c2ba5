/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The subcommands. Each is in a file of its name that defines NAME_subcommand, and has
 * a line in SUBCOMMANDS().
 */
#ifndef SUBCOMMANDS_H
#define SUBCOMMANDS_H

/* As in the manual page; 0 is EXIT_SUCCESS. */
#define EXIT_FAILED 1
#define EXIT_USAGE 2

/**
 * struct subcommand - a subcommand
 * @name: what the user types
 * @run: gets its own arguments; argv[0] is the name. Returns the exit status
 *       of the program.
 * @help: what it does, in one line
 * @arguments: what may follow the name, for the usage message
 * @details: further lines of its help
 * @failure: its exit status if it could not do its work; 0: EXIT_FAILED
 */
struct subcommand {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *help;
	const char *arguments;
	const char *details;
	int failure;
};

/* In the order in which "criu-seccomp help" lists them. */
/* clang-format off */
#define SUBCOMMANDS(X) \
	X(tree)        \
	X(image)       \
	X(verify)      \
	X(diff)        \
	X(explain)     \
	X(watch)       \
	X(check)
/* clang-format on */

#define DECLARE(name) extern const struct subcommand name##_subcommand;
SUBCOMMANDS(DECLARE)
#undef DECLARE

/* Prints the usage of the subcommand to stderr. Returns EXIT_USAGE. */
int usage_of(const char *subcommand);

#endif /* SUBCOMMANDS_H */
