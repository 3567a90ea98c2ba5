// SPDX-License-Identifier: GPL-2.0
#include "zdtmtst.h"

#include "seccomp_tree_twins.h"

const char *test_doc = "Equal programs that threads installed separately stay separate filters";
const char *test_author = "criu-seccomp maintainers";

static int build(void)
{
	return twins_build(0);
}

int main(int argc, char **argv)
{
	return tree_test(argc, argv, build, twins_verify, "what was apart is not apart any more");
}
