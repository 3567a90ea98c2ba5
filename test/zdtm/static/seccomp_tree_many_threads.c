// SPDX-License-Identifier: GPL-2.0
#include "zdtmtst.h"

#include "seccomp_tree.h"

const char *test_doc = "100 threads on 20 different stacks";
const char *test_author = "criu-seccomp maintainers";

#define STACKS 20
#define THREADS 100

static int task[THREADS];

/* Stack n has filters 1 and 2 + n; every fourth thread also has a filter of its own. */
static int build(void)
{
	int i;

	task[0] = tree_confinable();
	if (task[0] < 0 || tree_install(task[0], 1, 0))
		return -1;
	/* The first thread of each stack makes the others on that stack. */
	for (i = 1; i < THREADS; i++) {
		task[i] = tree_thread(i < STACKS ? task[0] : task[i % STACKS]);
		if (task[i] < 0 || (i < STACKS && tree_install(task[i], 2 + i, 0)))
			return -1;
	}
	for (i = STACKS; i < THREADS; i += 4)
		if (tree_install(task[i], 25, 0))
			return -1;
	return 0;
}

static int has_its_own(int i)
{
	int more = i >= STACKS && i % 4 == 0;

	if (i % STACKS == 0)
		return more ? TREE_HAS(task[i], 1, 25) : TREE_HAS(task[i], 1);
	return more ? TREE_HAS(task[i], 1, 2 + i % STACKS, 25)
		    : TREE_HAS(task[i], 1, 2 + i % STACKS);
}

static int verify(void)
{
	int i;

	for (i = 0; i < THREADS; i++)
		if (has_its_own(i))
			return -1;
	if (tree_refused(task[0], 30, task[1]))
		return -1;
	/* Until only one stack is left, with the leader at its bottom. */
	for (i = THREADS - 1; i > 0; i--)
		if (i % STACKS != 3 && i % STACKS != 0)
			tree_exit(task[i]);
	for (i = STACKS; i < THREADS; i++)
		if (i % STACKS == 0)
			tree_exit(task[i]);
	if (tree_refused(task[0], 30, task[3]) || tree_synced(task[3], 31))
		return -1;
	return TREE_HAS(task[0], 1, 5, 31) || TREE_HAS(task[83], 1, 5, 31) ? -1 : 0;
}

int main(int argc, char **argv)
{
	return tree_test(argc, argv, build, verify, "the threads are not as they were");
}
