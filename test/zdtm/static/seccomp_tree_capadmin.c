// SPDX-License-Identifier: GPL-2.0
#include <linux/capability.h>

#include "zdtmtst.h"

#include "seccomp_tree.h"

const char *test_doc = "Filters installed with CAP_SYS_ADMIN, all privileges dropped since";
const char *test_author = "criu-seccomp maintainers";

#define NOBODY 65534

static int leader, thread;

/* Raw system calls, so that only this thread changes. */
static long do_drop_privileges(long unused, long unused2)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[2] = {};
	int cap;

	(void)unused;
	(void)unused2;
	for (cap = 0; !prctl(PR_CAPBSET_DROP, cap, 0, 0, 0); cap++)
		;
	if (syscall(__NR_setgroups, 0, NULL) || syscall(__NR_setresgid, NOBODY, NOBODY, NOBODY) ||
	    syscall(__NR_setresuid, NOBODY, NOBODY, NOBODY) || syscall(__NR_capset, &header, none))
		return -errno;
	return 0;
}

/* 0 if no privilege is left, else a number for the one that is. */
static long do_check_privileges(long unused, long unused2)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct has[2];

	(void)unused;
	(void)unused2;
	if (syscall(__NR_capget, &header, has))
		return -errno;
	if (has[0].effective | has[0].permitted | has[1].effective | has[1].permitted)
		return 1;
	if (prctl(PR_CAPBSET_READ, CAP_SYS_ADMIN, 0, 0, 0))
		return 2;
	if (getuid() != NOBODY || geteuid() != NOBODY || getgid() != NOBODY)
		return 3;
	return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) ? 4 : 0;
}

static int build(void)
{
	/* The leader has two filters, and the thread has the first of them. */
	leader = tree_process();
	if (leader < 0 || tree_install(leader, 1, 0))
		return -1;
	thread = tree_thread(leader);
	if (thread < 0 || tree_install(leader, 2, 0))
		return -1;
	if (tree_call(leader, do_drop_privileges, 0, 0) ||
	    tree_call(thread, do_drop_privileges, 0, 0)) {
		pr_err("cannot drop privileges\n");
		return -1;
	}
	return 0;
}

static int unprivileged(int nr)
{
	long left = tree_call(nr, do_check_privileges, 0, 0);

	if (left) {
		pr_err("task %d does not have the privileges that it should have: %ld\n", nr, left);
		return -1;
	}
	/* With neither the capability nor no_new_privs, it may not install another filter. */
	if (tree_call(nr, tree_do_install, 3, 0) != -EACCES) {
		pr_err("task %d may install a filter\n", nr);
		return -1;
	}
	return 0;
}

static int verify(void)
{
	if (TREE_HAS(leader, 1, 2) || TREE_HAS(thread, 1))
		return -1;
	if (unprivileged(leader) || unprivileged(thread))
		return -1;
	if (tree_call(leader, tree_do_no_new_privs, 0, 0) ||
	    tree_call(thread, tree_do_no_new_privs, 0, 0))
		return -1;
	if (tree_refused(thread, 4, leader) || tree_synced(leader, 5))
		return -1;
	return TREE_HAS(leader, 1, 2, 5) || TREE_HAS(thread, 1, 2, 5) ? -1 : 0;
}

int main(int argc, char **argv)
{
	return tree_test(argc, argv, build, verify, "filters or privileges are not as they were");
}
