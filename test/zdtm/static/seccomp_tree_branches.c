// SPDX-License-Identifier: GPL-2.0
#include "zdtmtst.h"

#include "seccomp_tree.h"

const char *test_doc = "Threads on two branches: TSYNC stays refused until one of them is gone";
const char *test_author = "criu-seccomp maintainers";

static int stem, left, right;

static int build(void)
{
	stem = tree_confinable();
	if (stem < 0 || tree_install(stem, 1, 0))
		return -1;
	left = tree_thread(stem);
	right = tree_thread(stem);
	if (left < 0 || right < 0)
		return -1;
	return tree_install(left, 2, 0) || tree_install(right, 3, 0) ? -1 : 0;
}

static int unchanged(void)
{
	return TREE_HAS(stem, 1) || TREE_HAS(left, 1, 2) || TREE_HAS(right, 1, 3) ? -1 : 0;
}

static int verify(void)
{
	if (unchanged())
		return -1;
	if (tree_refused(stem, 4, left) || tree_refused(left, 4, right) ||
	    tree_refused(right, 4, left))
		return -1;
	if (unchanged())
		return -1;

	/* Now only the left branch is left, above the stem. */
	tree_exit(right);
	if (tree_refused(stem, 4, left) || tree_synced(left, 5))
		return -1;
	return TREE_HAS(stem, 1, 2, 5) || TREE_HAS(left, 1, 2, 5) ? -1 : 0;
}

int main(int argc, char **argv)
{
	return tree_test(argc, argv, build, verify, "the branches are not as they were");
}
