// SPDX-License-Identifier: GPL-2.0
#include "zdtmtst.h"

#include "seccomp_tree.h"

const char *test_doc = "A program of 4,096 instructions, and a stack as large as the kernel allows";
const char *test_author = "criu-seccomp maintainers";

#define MOST BPF_MAXINSNS
/* The kernel allows 32768 instructions on a path, and adds 4 for each filter below. */
#define STACK 7

static int leader, thread;

/* A lost instruction would be noticed: the filter compares the sum of all additions. */
static long do_install_big(long mark, long flags)
{
	static struct sock_filter insns[MOST];
	int n = 0;

	insns[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
						  offsetof(struct seccomp_data, nr));
	insns[n++] =
		(struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_getpriority, 1, 0);
	insns[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	insns[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
						  offsetof(struct seccomp_data, args[0]));
	while (n < MOST - 3)
		insns[n++] = (struct sock_filter)BPF_STMT(BPF_ALU | BPF_ADD | BPF_K, 1);
	insns[n] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, TREE_ASK + mark + n - 4,
						0, 1);
	insns[n + 1] =
		(struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (1000 + mark));
	insns[n + 2] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	return tree_seccomp(insns, MOST, flags);
}

static int build(void)
{
	int mark;

	leader = tree_confinable();
	if (leader < 0)
		return -1;
	thread = tree_thread(leader);
	if (thread < 0)
		return -1;
	for (mark = 1; mark <= STACK; mark++) {
		long ret = tree_call(leader, do_install_big, mark, 0);

		if (ret) {
			pr_err("the program %d of %d instructions: %ld\n", mark, MOST, ret);
			return -1;
		}
	}
	return tree_call(thread, do_install_big, 1, 0) ? -1 : 0;
}

static int verify(void)
{
	int mark;

	for (mark = 1; mark <= STACK; mark++) {
		long ret = tree_call(leader, tree_do_probe, mark, 0);
		long other = tree_call(thread, tree_do_probe, mark, 0);

		if (ret == -(1000 + mark) && other == (mark == 1 ? -1001 : -EINVAL))
			continue;
		pr_err("program %d answers %ld in the leader, %ld in the thread\n", mark, ret,
		       other);
		return -1;
	}
	if (tree_refused(leader, 8, thread) || tree_refused(thread, 8, leader))
		return -1;
	/* One more filter is one too many, as before the dump. */
	if (tree_call(leader, do_install_big, STACK + 1, 0) == -ENOMEM)
		return 0;
	pr_err("a path that is too long is not refused\n");
	return -1;
}

int main(int argc, char **argv)
{
	return tree_test(argc, argv, build, verify, "the programs are not as they were");
}
