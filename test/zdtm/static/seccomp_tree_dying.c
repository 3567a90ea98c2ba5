// SPDX-License-Identifier: GPL-2.0
#include "zdtmtst.h"

#include "seccomp_tree_signals.h"

const char *test_doc = "A thread that a filter is killing, and that has not died yet";
const char *test_author = "criu-seccomp maintainers";

/* A process, and its thread that makes a fatal call when SIGUSR1 comes: test/zdtm/dying.py */
static int leader, thread;

static long do_install_fatal(long mark, long unused)
{
	struct sock_filter insns[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_getpriority, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, TREE_ASK + mark, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};

	(void)unused;
	return tree_seccomp(insns, ARRAY_SIZE(insns), 0);
}

static long do_die_late(long mark, long signal)
{
	return tree_await(signal, signal) < 0 ? -1 : tree_do_probe(mark, 0);
}

static int build(void)
{
	leader = tree_confinable();
	if (leader < 0 || tree_call(leader, tree_do_block, SIGUSR1, 0))
		return -1;
	thread = tree_thread(leader);
	if (thread < 0 || tree_call(thread, do_install_fatal, 1, 0))
		return -1;
	tree_start(thread, do_die_late, 1, SIGUSR1);
	return 0;
}

static int verify(void)
{
	return tree_wait(thread) == TREE_DIED ? 0 : -1;
}

int main(int argc, char **argv)
{
	return tree_test_once(argc, argv, build, verify, "the thread is alive");
}
