// SPDX-License-Identifier: GPL-2.0
#include "zdtmtst.h"

#include "seccomp_tree.h"

const char *test_doc = "Three threads, one above the other: TSYNC works from the top only";
const char *test_author = "criu-seccomp maintainers";

static int low, middle, high;

static int build(void)
{
	low = tree_confinable();
	if (low < 0 || tree_install(low, 1, 0))
		return -1;
	middle = tree_thread(low);
	if (middle < 0 || tree_install(middle, 2, 0))
		return -1;
	high = tree_thread(middle);
	return high < 0 ? -1 : tree_install(high, 3, 0);
}

static int verify(void)
{
	if (TREE_HAS(low, 1) || TREE_HAS(middle, 1, 2) || TREE_HAS(high, 1, 2, 3))
		return -1;
	/* Of the two above, the kernel names the older one, the first in its list of threads. */
	if (tree_refused(low, 4, middle) || tree_refused(middle, 4, high))
		return -1;
	if (TREE_HAS(low, 1) || TREE_HAS(middle, 1, 2) || TREE_HAS(high, 1, 2, 3))
		return -1;
	if (tree_synced(high, 5))
		return -1;
	if (TREE_HAS(low, 1, 2, 3, 5) || TREE_HAS(middle, 1, 2, 3, 5))
		return -1;
	return TREE_HAS(high, 1, 2, 3, 5);
}

int main(int argc, char **argv)
{
	return tree_test(argc, argv, build, verify, "the chain is not as it was");
}
