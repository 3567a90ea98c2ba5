// SPDX-License-Identifier: GPL-2.0
#include "zdtmtst.h"

#include "seccomp_tree.h"

const char *test_doc = "Filters of tasks that do not run: stopped, dead, and gone";
const char *test_author = "criu-seccomp maintainers";

static int leader, stopped, dead, heir;

static long do_die(long status, long unused)
{
	(void)unused;
	_exit(status);
}

static char state_of(int nr)
{
	char path[64], line[256], *state;
	FILE *f;

	ssprintf(path, "/proc/%d/stat", tree->task[nr].pid);
	f = fopen(path, "r");
	if (!f)
		return '?';
	state = fgets(line, sizeof(line), f) ? strrchr(line, ')') : NULL;
	fclose(f);
	return state ? state[2] : '?';
}

static int wait_for_state(int nr, char state)
{
	struct timespec nap = { .tv_nsec = 1000000 };
	int i;

	for (i = 0; i < 5000 && state_of(nr) != state; i++)
		nanosleep(&nap, NULL);
	if (state_of(nr) == state)
		return 0;
	pr_err("task %d is in state %c, not %c\n", nr, state_of(nr), state);
	return -1;
}

static int build(void)
{
	int thread;

	leader = tree_confinable();
	if (leader < 0 || tree_install(leader, 1, 0))
		return -1;

	dead = tree_fork(leader);
	if (dead < 0 || tree_install(dead, 2, 0))
		return -1;
	tree_start(dead, do_die, 0, 0);

	stopped = tree_fork(leader);
	if (stopped < 0 || tree_install(stopped, 3, 0))
		return -1;
	kill(tree->task[stopped].pid, SIGSTOP);

	/* The thread that installed the filter is gone, and one that inherited it is left. */
	thread = tree_thread(leader);
	if (thread < 0 || tree_install(thread, 4, 0))
		return -1;
	heir = tree_thread(thread);
	if (heir < 0)
		return -1;
	tree_exit(thread);
	return wait_for_state(dead, 'Z') || wait_for_state(stopped, 'T') ? -1 : 0;
}

static int verify(void)
{
	if (wait_for_state(dead, 'Z') || wait_for_state(stopped, 'T'))
		return -1;
	kill(tree->task[stopped].pid, SIGCONT);
	if (TREE_HAS(stopped, 1, 3) || TREE_HAS(heir, 1, 4) || TREE_HAS(leader, 1))
		return -1;
	/* The heir is above the leader. */
	return tree_refused(leader, 5, heir) || tree_synced(heir, 6) ? -1 : 0;
}

int main(int argc, char **argv)
{
	return tree_test(argc, argv, build, verify, "the tasks are not as they were");
}
