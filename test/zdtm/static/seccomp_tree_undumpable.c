// SPDX-License-Identifier: GPL-2.0
#include <linux/perf_event.h>

#include "zdtmtst.h"

#include "seccomp_tree.h"

const char *test_doc = "A dump that fails midway leaves the filters as they were";
const char *test_author = "criu-seccomp maintainers";

static int leader, thread, child;

/* A descriptor that CRIU cannot dump, in the last process, after the others are dumped. */
static long do_open_unknown(long unused, long unused2)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_SW_DUMMY,
		.exclude_kernel = 1,
		.exclude_hv = 1,
	};

	(void)unused;
	(void)unused2;
	return tree_errno(syscall(__NR_perf_event_open, &attr, 0, -1, -1, 0));
}

static int build(void)
{
	leader = tree_confinable();
	if (leader < 0 || tree_install(leader, 1, 0))
		return -1;
	thread = tree_thread(leader);
	if (thread < 0 || tree_install(leader, 2, 0))
		return -1;
	child = tree_fork(leader);
	return child < 0 ? -1 : tree_install(child, 3, 0);
}

static int verify(void)
{
	if (TREE_HAS(leader, 1, 2) || TREE_HAS(thread, 1) || TREE_HAS(child, 1, 2, 3))
		return -1;
	if (tree_refused(thread, 4, leader) || tree_synced(leader, 5))
		return -1;
	return TREE_HAS(thread, 1, 2, 5);
}

int main(int argc, char **argv)
{
	long unknown;

	test_init(argc, argv);
	if (tree_rehearse(build, verify))
		return 1;
	unknown = tree_call(child, do_open_unknown, 0, 0);
	if (unknown < 0) {
		skip("perf_event_open is refused (%ld)", unknown);
		return 1;
	}
	return tree_finish(verify, "the failed dump has changed something");
}
