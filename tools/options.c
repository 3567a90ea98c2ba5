// SPDX-License-Identifier: GPL-2.0
#include <stddef.h>
#include <stdbool.h>

#include "options.h"
#include "report.h"

static bool takes_value(const struct option *options, int val)
{
	for (; options->name; options++)
		if (options->val == val)
			return options->has_arg == required_argument;
	return false;
}

int options_next(int argc, char **argv, const struct option *options)
{
	int option;

	opterr = 0;
	option = getopt_long(argc, argv, "", options, NULL);
	if (option != OPTION_WRONG)
		return option;
	if (optopt && optopt < OPTION_FIRST)
		pr_err("there is no option '-%c'", optopt);
	else if (takes_value(options, optopt))
		pr_err("option '%s' needs a value", argv[optind - 1]);
	else
		pr_err("there is no option '%s'", argv[optind - 1]);
	return OPTION_WRONG;
}
