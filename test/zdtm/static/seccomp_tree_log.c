// SPDX-License-Identifier: GPL-2.0
#include "zdtmtst.h"

#include "seccomp_tree_twins.h"

const char *test_doc =
	"Two equal programs, one with SECCOMP_FILTER_FLAG_LOG: the flag stays where it was";
const char *test_author = "criu-seccomp maintainers";

static int build(void)
{
	return twins_build(SECCOMP_FILTER_FLAG_LOG);
}

static int verify(void)
{
	if (tree_flags(alone, 0, 0) || tree_flags(alone_twin, 0, SECCOMP_FILTER_FLAG_LOG))
		return -1;
	return twins_verify();
}

int main(int argc, char **argv)
{
	return tree_test(argc, argv, build, verify, "flags or filters are not as they were");
}
