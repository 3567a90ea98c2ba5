// SPDX-License-Identifier: GPL-2.0
#include "zdtmtst.h"

#include "seccomp_tree_supervise.h"

const char *test_doc =
	"A supervised call that only a fatal signal ends: the dump fails, the tasks keep running";
const char *test_author = "criu-seccomp maintainers";

#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#endif

#define LISTENER_FD 70

static int supervisor, supervised;
static long id;

static int build(void)
{
	supervisor = tree_confinable();
	if (supervisor < 0)
		return -1;
	supervised = tree_thread(supervisor);
	if (supervised < 0 || tree_install(supervised, 1, 0))
		return -1;
	if (tree_call(supervised, tree_do_supervise, SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV,
		      LISTENER_FD)) {
		pr_err("no listener\n");
		return -1;
	}
	/* Once the supervisor has received it, only a fatal signal interrupts the call. */
	tree_start(supervised, tree_do_ask, QUESTION, 0);
	id = tree_receive(supervisor, LISTENER_FD);
	return id ? 0 : -1;
}

static int verify(void)
{
	/* The answer goes to the original call, not to a restarted one. */
	if (tree_answer(supervisor, LISTENER_FD, id, supervised))
		return -1;
	return TREE_HAS(supervised, 1) || tree_talk(supervised, supervisor, LISTENER_FD) ? -1 : 0;
}

int main(int argc, char **argv)
{
	return tree_test(argc, argv, build, verify, "supervision does not go on");
}
