// SPDX-License-Identifier: GPL-2.0
#include "zdtmtst.h"

#include "seccomp_tree.h"

const char *test_doc =
	"A filter that threads share stays one filter, even if one of them has more above it";
const char *test_author = "criu-seccomp maintainers";

static int leader, same, more;

static int build(void)
{
	leader = tree_confinable();
	if (leader < 0 || tree_install(leader, 1, 0) || tree_install(leader, 2, 0))
		return -1;
	same = tree_thread(leader);
	more = tree_thread(leader);
	if (same < 0 || more < 0)
		return -1;
	/* The same program as below, but another filter. */
	return tree_install(more, 2, 0);
}

static int verify(void)
{
	if (TREE_HAS(leader, 1, 2) || TREE_HAS(same, 1, 2) || TREE_HAS(more, 1, 2, 2))
		return -1;
	if (tree_refused(leader, 3, more) || tree_refused(same, 3, more))
		return -1;
	if (tree_synced(more, 3) || TREE_HAS(leader, 1, 2, 2, 3))
		return -1;
	return TREE_HAS(same, 1, 2, 2, 3);
}

int main(int argc, char **argv)
{
	return tree_test(argc, argv, build, verify, "what was shared is not shared any more");
}
