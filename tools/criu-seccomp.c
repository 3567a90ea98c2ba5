// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <locale.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "messages.h"
#include "report.h"
#include "subcommands.h"
#include "version.h"

#define POINTER(name) &name##_subcommand,

static const struct subcommand *const subcommands[] = { SUBCOMMANDS(POINTER) };

#define N_SUBCOMMANDS (sizeof(subcommands) / sizeof(*subcommands))

void report(enum report_level level, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	messages_print(level, fmt, args);
	va_end(args);
}

static const struct subcommand *find(const char *name)
{
	size_t i;

	for (i = 0; i < N_SUBCOMMANDS; i++)
		if (!strcmp(subcommands[i]->name, name))
			return subcommands[i];
	return NULL;
}

static void print_usage(FILE *to, const struct subcommand *subcommand)
{
	fprintf(to, "usage: criu-seccomp %s%s%s\n", subcommand->name,
		*subcommand->arguments ? " " : "", subcommand->arguments);
}

static void print_help(FILE *to)
{
	size_t i;

	fputs("usage: criu-seccomp SUBCOMMAND [ARG]...\n"
	      "Shows trees of seccomp filters, as the CRIU plugin saves and restores them.\n"
	      "\n",
	      to);
	for (i = 0; i < N_SUBCOMMANDS; i++)
		fprintf(to, "  %-7s %s\n", subcommands[i]->name, subcommands[i]->help);
	fputs("\n"
	      "\"criu-seccomp help SUBCOMMAND\" explains a subcommand; --version prints the version.\n",
	      to);
}

int usage_of(const char *name)
{
	print_usage(stderr, find(name));
	fprintf(stderr, "try \"criu-seccomp help %s\"\n", name);
	return EXIT_USAGE;
}

static int unknown(const char *what)
{
	pr_err("there is no subcommand '%s'", what);
	print_help(stderr);
	return EXIT_USAGE;
}

static int help(const char *name)
{
	const struct subcommand *subcommand;

	if (!name) {
		print_help(stdout);
		return EXIT_SUCCESS;
	}
	subcommand = find(name);
	if (!subcommand)
		return unknown(name);
	print_usage(stdout, subcommand);
	printf("%s.\n\n%s", subcommand->help, subcommand->details);
	return EXIT_SUCCESS;
}

/* "--help" may be anywhere among the options, as for getopt_long(3). */
static bool asks_for_help(int argc, char **argv)
{
	int i;

	for (i = 0; i < argc && strcmp(argv[i], "--"); i++)
		if (!strcmp(argv[i], "--help"))
			return true;
	return false;
}

static int run(int argc, char **argv)
{
	const struct subcommand *subcommand;

	if (argc < 2) {
		print_help(stderr);
		return EXIT_USAGE;
	}
	if (!strcmp(argv[1], "help") || !strcmp(argv[1], "--help"))
		return help(argv[2]);
	if (!strcmp(argv[1], "--version")) {
		puts("criu-seccomp " VERSION);
		return EXIT_SUCCESS;
	}
	subcommand = find(argv[1]);
	if (!subcommand)
		return unknown(argv[1]);
	if (asks_for_help(argc - 2, argv + 2))
		return help(argv[1]);
	return subcommand->run(argc - 1, argv + 1);
}

/* The exit status if something went wrong that is not the subcommand's doing. */
static int failure_of(int argc, char **argv)
{
	const struct subcommand *subcommand = argc > 1 ? find(argv[1]) : NULL;

	return subcommand && subcommand->failure ? subcommand->failure : EXIT_FAILED;
}

int main(int argc, char **argv)
{
	int status;

	setlocale(LC_CTYPE, "");
	status = run(argc, argv);
	errno = 0;
	if (fflush(stdout) || ferror(stdout)) {
		/* an earlier attempt may have failed, and not the last one */
		pr_err("cannot write the output%s%s", errno ? ": " : "",
		       errno ? strerror(errno) : "");
		return failure_of(argc, argv);
	}
	return status;
}
