// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>

#include "zdtmtst.h"

#include "seccomp_tree_supervise.h"

const char *test_doc = "Supervisors in the tree: their listeners stay attached to the same filters";
const char *test_author = "criu-seccomp maintainers";

#define LISTENER_FD 70
#define SHARED_FD 71
static int supervisor, supervised, above, forked, late;

static long do_flags(long fd, long unused)
{
	(void)unused;
	return tree_errno(fcntl(fd, F_GETFL));
}

static long do_nonblock(long fd, long unused)
{
	(void)unused;
	return tree_errno(fcntl(fd, F_SETFL, O_NONBLOCK));
}

/* All tasks of the supervisor's process have its descriptors. */
static int supervise_from_thread(void)
{
	supervised = tree_thread(supervisor);
	if (supervised < 0 || tree_install(supervised, 1, 0))
		return -1;
	if (tree_call(supervised, tree_do_supervise, 0, LISTENER_FD)) {
		pr_err("no listener\n");
		return -1;
	}
	above = tree_thread(supervised);
	if (above < 0 || tree_install(above, 2, 0))
		return -1;
	return 0;
}

static int build(void)
{
	supervisor = tree_confinable();
	if (supervisor < 0 || supervise_from_thread())
		return -1;

	/* A second one, with a copy of the descriptor in another process. */
	late = tree_thread(supervisor);
	if (late < 0 || tree_call(late, tree_do_supervise, SECCOMP_FILTER_FLAG_LOG, SHARED_FD))
		return -1;
	forked = tree_fork(supervisor);
	if (forked < 0 || tree_call(supervisor, do_nonblock, SHARED_FD, 0))
		return -1;
	return 0;
}

static int verify(void)
{
	if (tree_talk(supervised, supervisor, LISTENER_FD) ||
	    tree_talk(above, supervisor, LISTENER_FD))
		return -1;
	if (tree_talk(late, supervisor, SHARED_FD) || tree_talk(late, forked, SHARED_FD))
		return -1;
	if (tree_talk(above, forked, LISTENER_FD))
		return -1;
	if (!(tree_call(forked, do_flags, SHARED_FD, 0) & O_NONBLOCK) ||
	    tree_call(forked, do_flags, LISTENER_FD, 0) & O_NONBLOCK) {
		pr_err("the flags of the descriptors are not as they were\n");
		return -1;
	}
	if (TREE_HAS(above, 1, 2) || TREE_HAS(supervised, 1))
		return -1;
	/* Nobody is left under the filter: its listener hangs up, soon after the exit. */
	tree_exit(late);
	if (tree_call(forked, tree_do_poll, SHARED_FD, 10000) != POLLHUP) {
		pr_err("a listener without tasks does not hang up\n");
		return -1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	return tree_test(argc, argv, build, verify, "supervision is not as it was");
}
