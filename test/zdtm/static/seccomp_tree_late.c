// SPDX-License-Identifier: GPL-2.0
#include "zdtmtst.h"

#include "seccomp_tree_signals.h"

const char *test_doc = "A filter that reaches a thread when CRIU has stopped it already";
const char *test_author = "criu-seccomp maintainers";

/*
 * The leader, and the thread that gives both a filter when SIGUSR1 or SIGUSR2 comes, and with
 * SIGUSR2 exits: test/faults/late.py
 */
static int leader, thread;

/* What CRIU does in the leader fails if seccomp is not suspended: it maps memory there. */
static long do_install_late(long mark, long unused)
{
	struct sock_filter insns[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_mmap, 4, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_getpriority, 0, 4),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, TREE_ASK_NEWEST, 1, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, TREE_ASK + mark, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (1000 + mark)),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	int got = tree_await(SIGUSR1, SIGUSR2);
	long ret;

	(void)unused;
	if (got < 0)
		return -1;
	ret = tree_seccomp(insns, ARRAY_SIZE(insns), SECCOMP_FILTER_FLAG_TSYNC);
	if (!ret && got == SIGUSR2)
		pthread_exit(NULL);
	return ret;
}

static int build(void)
{
	leader = tree_confinable();
	if (leader < 0 || tree_call(leader, tree_do_block, SIGUSR1, 0) ||
	    tree_call(leader, tree_do_block, SIGUSR2, 0))
		return -1;
	thread = tree_thread(leader);
	if (thread < 0)
		return -1;
	tree_start(thread, do_install_late, 1, 0);
	return 0;
}

static int verify(void)
{
	long ret = tree_wait(thread);

	if (ret == TREE_DIED)
		return TREE_HAS(leader, 1);
	if (ret) {
		pr_err("the thread could not install its filter\n");
		return -1;
	}
	return TREE_HAS(leader, 1) || TREE_HAS(thread, 1) ? -1 : tree_synced(leader, 2);
}

int main(int argc, char **argv)
{
	return tree_test_once(argc, argv, build, verify, "the filter is not where it was");
}
