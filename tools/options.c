// SPDX-License-Identifier: GPL-2.0
#include <stddef.h>
#include <stdbool.h>

#include "options.h"
#include "report.h"

static const struct option *find(const struct option *options, int val)
{
	for (; options->name; options++)
		if (options->val == val)
			return options;
	return NULL;
}

int options_next(int argc, char **argv, const struct option *options)
{
	const struct option *known;
	int option;

	opterr = 0;
	option = getopt_long(argc, argv, "", options, NULL);
	if (option != OPTION_WRONG)
		return option;
	known = find(options, optopt);
	if (optopt && optopt < OPTION_FIRST)
		pr_err("there is no option '-%c'", optopt);
	else if (known && known->has_arg == required_argument)
		pr_err("option '%s' needs a value", argv[optind - 1]);
	else if (known)
		pr_err("option '--%s' takes no value", known->name);
	else
		pr_err("there is no option '%s', or more than one that begins so",
		       argv[optind - 1]);
	return OPTION_WRONG;
}
