// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include <sys/stat.h>

#include "zdtmtst.h"

#include "seccomp_tree.h"

const char *test_doc = "As many trees of one filter as CRIU has numbers for descriptors";
const char *test_author = "criu-seccomp maintainers";

/*
 * On restore, so many filters are open when CRIU forks. With them, its own descriptors get the
 * numbers below 128 that it moves others of its own to.
 */
#define ROOTS 117

/*
 * The plugin once gave tasks that had a file of this name another one: it lets tasks inherit
 * a descriptor, and CRIU finds these by their names, which it compares with paths.
 */
static const char name[] = "/seccomp_plugin reserves numbers";
static struct stat before;

static int task[ROOTS];
static int file;

static int build(void)
{
	int i;

	file = open(name, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
	if (file < 0 || fstat(file, &before)) {
		pr_perror("%s", name);
		return -1;
	}
	task[0] = tree_confinable();
	if (task[0] < 0)
		return -1;
	for (i = 1; i < ROOTS; i++) {
		task[i] = tree_thread(task[0]);
		if (task[i] < 0)
			return -1;
	}
	for (i = 0; i < ROOTS; i++)
		if (tree_install(task[i], 1 + i, 0))
			return -1;
	return 0;
}

static int verify(void)
{
	struct stat now;
	int i, ret;

	ret = fstat(file, &now);
	close(file);
	unlink(name);
	if (ret || now.st_ino != before.st_ino || now.st_mode != before.st_mode) {
		pr_err("another file is open in the place of %s\n", name);
		return -1;
	}
	for (i = 0; i < ROOTS; i++)
		if (TREE_HAS(task[i], 1 + i))
			return -1;
	return tree_refused(task[0], 1 + ROOTS, task[1]);
}

int main(int argc, char **argv)
{
	return tree_test(argc, argv, build, verify, "the threads are not as they were");
}
