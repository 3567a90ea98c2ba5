// SPDX-License-Identifier: GPL-2.0
#include "zdtmtst.h"

#include "seccomp_tree.h"

const char *test_doc = "Equal programs that threads installed apart stay apart";
const char *test_author = "criu-seccomp maintainers";

/* Two equal filters each, one on the other; a third thread without any. */
static int leader, twin, other;
/* One each, and nobody else: where it is easiest to take them for the same. */
static int alone, alone_twin;

static int build(void)
{
	leader = tree_confinable();
	if (leader < 0)
		return -1;
	twin = tree_thread(leader);
	other = tree_thread(leader);
	if (twin < 0 || other < 0)
		return -1;
	if (tree_install(leader, 1, 0) || tree_install(leader, 2, 0))
		return -1;
	if (tree_install(twin, 1, 0) || tree_install(twin, 2, 0))
		return -1;

	alone = tree_confinable();
	if (alone < 0)
		return -1;
	alone_twin = tree_thread(alone);
	if (alone_twin < 0)
		return -1;
	return tree_install(alone, 1, 0) || tree_install(alone_twin, 1, 0) ? -1 : 0;
}

static int unchanged(void)
{
	if (TREE_HAS(leader, 1, 2) || TREE_HAS(twin, 1, 2) || TREE_HAS(other))
		return -1;
	return TREE_HAS(alone, 1) || TREE_HAS(alone_twin, 1) ? -1 : 0;
}

static int verify(void)
{
	if (unchanged())
		return -1;
	if (tree_refused(leader, 3, twin) || tree_refused(twin, 3, leader))
		return -1;
	if (tree_refused(alone, 3, alone_twin) || tree_refused(alone_twin, 3, alone))
		return -1;
	if (unchanged())
		return -1;
	tree_exit(twin);
	if (tree_synced(leader, 3))
		return -1;
	return TREE_HAS(leader, 1, 2, 3) || TREE_HAS(other, 1, 2, 3) ? -1 : 0;
}

int main(int argc, char **argv)
{
	return tree_test(argc, argv, build, verify, "what was apart is not apart any more");
}
