// SPDX-License-Identifier: GPL-2.0
#include "zdtmtst.h"

#include "seccomp_tree.h"

const char *test_doc = "Dumped and restored again and again, nothing changes";
const char *test_author = "criu-seccomp maintainers";

static int leader, twin, above, child, grandchild;

static int build(void)
{
	leader = tree_confinable();
	if (leader < 0)
		return -1;
	twin = tree_thread(leader);
	if (twin < 0 || tree_install(leader, 1, SECCOMP_FILTER_FLAG_LOG) ||
	    tree_install(twin, 1, 0))
		return -1;
	above = tree_thread(leader);
	if (above < 0 || tree_install(above, 2, 0))
		return -1;
	child = tree_fork(above);
	if (child < 0 || tree_install(child, 2, 0))
		return -1;
	grandchild = tree_fork(child);
	return grandchild < 0 ? -1 : tree_install(grandchild, 3, 0);
}

static int verify(void)
{
	if (TREE_HAS(leader, 1) || TREE_HAS(twin, 1) || TREE_HAS(above, 1, 2) ||
	    TREE_HAS(child, 1, 2, 2) || TREE_HAS(grandchild, 1, 2, 2, 3))
		return -1;
	if (tree_flags(leader, 0, SECCOMP_FILTER_FLAG_LOG) || tree_flags(twin, 0, 0) ||
	    tree_flags(grandchild, 0, SECCOMP_FILTER_FLAG_LOG))
		return -1;
	if (tree_refused(leader, 4, twin) || tree_refused(above, 4, twin))
		return -1;
	tree_exit(twin);
	return tree_synced(above, 5) || TREE_HAS(leader, 1, 2, 5) ? -1 : 0;
}

int main(int argc, char **argv)
{
	return tree_test(argc, argv, build, verify, "something is different after several rounds");
}
