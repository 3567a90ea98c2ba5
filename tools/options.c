// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <getopt.h>
#include <stddef.h>

#include "options.h"
#include "report.h"

#define PROGRAMS 256 /* no letter */

int options_parse(int argc, char **argv, bool *programs)
{
	static const struct option options[] = {
		{ "programs", no_argument, NULL, PROGRAMS },
		{ 0 },
	};
	int option;

	*programs = false;
	opterr = 0;
	while ((option = getopt_long(argc, argv, "", options, NULL)) == PROGRAMS)
		*programs = true;
	if (option == -1)
		return 0;
	if (optopt && optopt != PROGRAMS)
		pr_err("there is no option '-%c'", optopt);
	else
		pr_err("there is no option '%s'", argv[optind - 1]);
	return -EINVAL;
}
