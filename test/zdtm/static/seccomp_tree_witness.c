// SPDX-License-Identifier: GPL-2.0
#include <sched.h>

#include "zdtmtst.h"

#include "seccomp_tree.h"

const char *test_doc = "Tasks that check all the time whether they are still confined";
const char *test_author = "criu-seccomp maintainers";

/* A process and a thread of another, both under two filters. */
static int process, leader, thread;

/* What each has seen; a call that gets through is remembered forever. */
struct seen {
	unsigned long confined;
	int unconfined;
};

static volatile struct seen *seen;

/* Reports at once, and directly, as the tree may not live until the test checks it. */
static void report_unconfined(long which, long answer)
{
	char text[64];
	int len = snprintf(text, sizeof(text), "UNCONFINED: the answer is %ld\n", answer);

	seen[which].unconfined = 1;
	if (write(2, text, len) != len)
		_exit(1);
}

/* Keeps making the call that its filter forbids. */
static long do_watch(long mark, long which)
{
	for (;;) {
		long answer = tree_do_probe(mark, 0);

		if (answer == -(1000 + mark))
			seen[which].confined++;
		else if (!seen[which].unconfined)
			report_unconfined(which, answer);
		sched_yield();
	}
	return 0;
}

static int build(void)
{
	seen = mmap(NULL, 2 * sizeof(*seen), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		    0);
	if (seen == MAP_FAILED || tree_init())
		return -1;
	process = tree_confinable();
	leader = tree_confinable();
	if (process < 0 || leader < 0)
		return -1;
	thread = tree_thread(leader);
	if (thread < 0 || tree_install(process, 1, 0) || tree_install(process, 2, 0) ||
	    tree_install(thread, 1, 0) || tree_install(thread, 2, 0))
		return -1;
	tree_start(process, do_watch, 1, 0);
	tree_start(thread, do_watch, 2, 1);
	return 0;
}

/* The task is alive, keeps trying, and no call has ever got through. */
static int still_confined(int nr, int which)
{
	struct timespec nap = { .tv_nsec = 1000000 };
	unsigned long before = seen[which].confined;
	int i;

	for (i = 0; i < 30000 && seen[which].confined == before; i++)
		nanosleep(&nap, NULL);
	if (seen[which].unconfined) {
		pr_err("task %d has run unconfined\n", nr);
		return -1;
	}
	if (seen[which].confined == before) {
		pr_err("task %d does not run: %s\n", nr,
		       tree_gone(&tree->task[nr]) ? "it is dead" : "it hangs");
		return -1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	int ret;

	test_init(argc, argv);
	if (build() || still_confined(process, 0) || still_confined(thread, 1)) {
		fail("the checks fail even before a dump");
		return 1;
	}

	test_daemon();
	test_waitsig();

	ret = still_confined(process, 0) || still_confined(thread, 1);
	tree_kill();
	if (ret)
		fail("not confined all the time");
	else
		pass();
	return ret;
}
