// SPDX-License-Identifier: GPL-2.0
#include "zdtmtst.h"

#include "seccomp_tree.h"
#include "seccomp_tree_user.h"

const char *test_doc = "Threads of one process with filters and different credentials";
const char *test_author = "criu-seccomp maintainers";

static int leader, user, locked;

struct who {
	uid_t uid;
	gid_t gid;
	int no_new_privs;
};

static const struct who root = {}, locked_root = { .no_new_privs = 1 },
			plain = { .uid = USER, .gid = GROUP };

static long do_is(long who, long unused)
{
	const struct who *want = (const struct who *)who;

	(void)unused;
	if (geteuid() != want->uid || getuid() != want->uid)
		return 1;
	if (getegid() != want->gid || getgid() != want->gid)
		return 2;
	return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == want->no_new_privs ? 0 : 3;
}

static int is(int nr, const struct who *want)
{
	long ret = tree_call(nr, do_is, (long)want, 0);

	if (!ret)
		return 0;
	pr_err("task %d has other credentials: %ld\n", nr, ret);
	return -1;
}

static int build(void)
{
	leader = tree_process();
	if (leader < 0 || tree_install(leader, 1, 0))
		return -1;
	user = tree_thread(leader);
	if (user < 0 || tree_install(user, 2, 0))
		return -1;
	locked = tree_thread(leader);
	if (locked < 0 || tree_call(locked, tree_do_no_new_privs, 0, 0))
		return -1;
	if (tree_call(user, do_become_user, 0, 0)) {
		pr_err("cannot become another user\n");
		return -1;
	}
	return 0;
}

static int verify(void)
{
	if (TREE_HAS(leader, 1) || TREE_HAS(user, 1, 2) || TREE_HAS(locked, 1))
		return -1;
	if (is(leader, &root) || is(user, &plain) || is(locked, &locked_root))
		return -1;
	/* It has neither the capability nor no_new_privs. */
	if (tree_call(user, tree_do_install, 3, 0) != -EACCES) {
		pr_err("the thread that is not root may install a filter\n");
		return -1;
	}
	if (tree_refused(leader, 4, user) || tree_refused(locked, 5, user))
		return -1;
	if (tree_call(user, tree_do_no_new_privs, 0, 0) || tree_synced(user, 6))
		return -1;
	/* TSYNC passes on no_new_privs together with the filters. */
	if (TREE_HAS(leader, 1, 2, 6) || TREE_HAS(locked, 1, 2, 6))
		return -1;
	return is(leader, &locked_root);
}

int main(int argc, char **argv)
{
	return tree_test(argc, argv, build, verify, "filters or credentials are not as they were");
}
