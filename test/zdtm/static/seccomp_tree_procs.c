// SPDX-License-Identifier: GPL-2.0
#include "zdtmtst.h"

#include "seccomp_tree.h"

const char *test_doc =
	"Filters that processes share stay shared: a parent, a child with more, a sibling with none more";
const char *test_author = "criu-seccomp maintainers";

static int parent, thread, more, none, apart;

static int build(void)
{
	parent = tree_confinable();
	if (parent < 0 || tree_install(parent, 1, 0))
		return -1;
	thread = tree_thread(parent);
	if (thread < 0 || tree_install(thread, 2, 0))
		return -1;
	/* Forked by different threads: one gets a filter more, the other has those of its parent.
	 */
	more = tree_fork(thread);
	none = tree_fork(parent);
	if (more < 0 || none < 0 || tree_install(more, 3, 0))
		return -1;

	apart = tree_confinable();
	return apart < 0 ? -1 : tree_install(apart, 1, 0);
}

static int verify(void)
{
	if (TREE_HAS(parent, 1) || TREE_HAS(thread, 1, 2) || TREE_HAS(more, 1, 2, 3) ||
	    TREE_HAS(none, 1) || TREE_HAS(apart, 1))
		return -1;
	if (tree_same(parent, 0, thread, 0, 1) || tree_same(parent, 0, more, 0, 1) ||
	    tree_same(parent, 0, none, 0, 1) || tree_same(thread, 1, more, 1, 1))
		return -1;
	if (tree_same(parent, 0, apart, 0, 0) || tree_same(more, 1, more, 2, 0))
		return -1;
	/* A change in one process does not affect the others. */
	if (tree_synced(more, 4) || TREE_HAS(none, 1) || TREE_HAS(thread, 1, 2))
		return -1;
	return tree_refused(parent, 5, thread) || tree_synced(thread, 5) ? -1 : 0;
}

int main(int argc, char **argv)
{
	return tree_test(argc, argv, build, verify, "the processes do not share what they shared");
}
