// SPDX-License-Identifier: GPL-2.0
#include "zdtmtst.h"

#include "seccomp_tree.h"

const char *test_doc = "A chain of 120 filters, and a thread halfway up";
const char *test_author = "criu-seccomp maintainers";

#define DEEP 120
#define HALF 60

static int leader, half;

static int build(void)
{
	int mark;

	leader = tree_confinable();
	half = -1;
	for (mark = 1; mark <= DEEP; mark++) {
		if (leader < 0 || tree_install(leader, mark, 0))
			return -1;
		if (mark != HALF)
			continue;
		half = tree_thread(leader);
		if (half < 0)
			return -1;
	}
	return 0;
}

/* The task has all of 1..top, and nothing above. */
static int has_up_to(int nr, int top)
{
	int mark;

	for (mark = 1; mark <= DEEP; mark++) {
		long ret = tree_call(nr, tree_do_probe, mark, 0);
		long want = mark <= top ? -(1000 + mark) : -EINVAL;

		if (ret == want)
			continue;
		pr_err("task %d: filter %d answers %ld, not %ld\n", nr, mark, ret, want);
		return -1;
	}
	if (tree_call(nr, tree_do_probe, 0, 0) == -(1000 + top))
		return 0;
	pr_err("task %d: the newest filter is not %d\n", nr, top);
	return -1;
}

static int verify(void)
{
	if (has_up_to(leader, DEEP) || has_up_to(half, HALF))
		return -1;
	if (tree_refused(half, DEEP + 1, leader) || tree_synced(leader, DEEP + 2))
		return -1;
	/* Now the thread has the filters above it, too. */
	return tree_call(half, tree_do_probe, DEEP, 0) == -(1000 + DEEP) ? 0 : -1;
}

int main(int argc, char **argv)
{
	return tree_test(argc, argv, build, verify, "the chain is not as it was");
}
