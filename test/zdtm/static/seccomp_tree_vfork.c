// SPDX-License-Identifier: GPL-2.0
#include "zdtmtst.h"

#include "seccomp_tree.h"

const char *test_doc =
	"A confined task whose vfork child still runs: the dump fails, the tasks keep running";
const char *test_author = "criu-seccomp maintainers";

static int parent, child;

/* Sleeps until the child is gone, and no signal but a fatal one wakes it. */
static long do_vfork(long nr, long unused)
{
	pid_t pid = vfork();

	(void)unused;
	/* The child uses the stack of its parent, so it never returns. */
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		tree_serve(&tree->task[nr]);
	}
	return tree_errno(pid);
}

static int build(void)
{
	parent = tree_confinable();
	if (parent < 0 || tree_install(parent, 1, 0))
		return -1;
	child = tree_new();
	tree_start(parent, do_vfork, child, 0);
	tree_born(child);
	return tree_install(child, 2, 0);
}

static long do_end(long unused, long unused2)
{
	(void)unused;
	(void)unused2;
	_exit(0);
}

static int verify(void)
{
	if (TREE_HAS(child, 1, 2))
		return -1;
	tree_start(child, do_end, 0, 0);
	if (tree_wait(parent) != tree->task[child].pid) {
		pr_err("vfork has not returned the child\n");
		return -1;
	}
	return TREE_HAS(parent, 1);
}

int main(int argc, char **argv)
{
	return tree_test(argc, argv, build, verify, "parent and child do not go on");
}
