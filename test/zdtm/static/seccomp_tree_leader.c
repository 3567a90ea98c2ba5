// SPDX-License-Identifier: GPL-2.0
#include "zdtmtst.h"

#include "seccomp_tree.h"

const char *test_doc =
	"One thread's filter lies under the other's: TSYNC from above works, from below not";
const char *test_author = "criu-seccomp maintainers";

/* Two processes, since a successful TSYNC changes the tree. */
static int above, thread;
static int below, above_thread;

static int build(void)
{
	/* The leader adds a filter after it has made the thread. */
	above = tree_confinable();
	if (above < 0 || tree_install(above, 1, 0))
		return -1;
	thread = tree_thread(above);
	if (thread < 0 || tree_install(above, 2, 0))
		return -1;

	/* The thread adds one after it was made. */
	below = tree_confinable();
	if (below < 0 || tree_install(below, 1, 0))
		return -1;
	above_thread = tree_thread(below);
	return above_thread < 0 ? -1 : tree_install(above_thread, 2, 0);
}

static int verify(void)
{
	if (TREE_HAS(above, 1, 2) || TREE_HAS(thread, 1))
		return -1;
	if (tree_refused(thread, 3, above) || TREE_HAS(thread, 1))
		return -1;
	if (tree_synced(above, 4) || TREE_HAS(above, 1, 2, 4) || TREE_HAS(thread, 1, 2, 4))
		return -1;
	/* Now both have the same filters, so it works from either. */
	if (tree_synced(thread, 5) || TREE_HAS(above, 1, 2, 4, 5) || TREE_HAS(thread, 1, 2, 4, 5))
		return -1;

	if (TREE_HAS(below, 1) || TREE_HAS(above_thread, 1, 2))
		return -1;
	if (tree_refused(below, 3, above_thread) || TREE_HAS(below, 1))
		return -1;
	if (tree_synced(above_thread, 4))
		return -1;
	return TREE_HAS(below, 1, 2, 4) || TREE_HAS(above_thread, 1, 2, 4) ? -1 : 0;
}

int main(int argc, char **argv)
{
	return tree_test(argc, argv, build, verify, "the filters are not as they were");
}
