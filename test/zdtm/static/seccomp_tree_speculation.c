// SPDX-License-Identifier: GPL-2.0
#include "zdtmtst.h"

#include "seccomp_tree.h"

const char *test_doc = "Whether the processor may speculate for a task under filters";
const char *test_author = "criu-seccomp maintainers";

#ifndef SECCOMP_FILTER_FLAG_SPEC_ALLOW
#define SECCOMP_FILTER_FLAG_SPEC_ALLOW (1UL << 2)
#endif

/* PR_SPEC_STORE_BYPASS, PR_SPEC_INDIRECT_BRANCH */
static const int kinds[] = { 0, 1 };

static int allowed, plain;
/* Read before the dump, compared after it. */
static struct {
	long allowed[ARRAY_SIZE(kinds)], plain[ARRAY_SIZE(kinds)];
} was;

static long do_get(long kind, long unused)
{
	(void)unused;
	return tree_errno(prctl(PR_GET_SPECULATION_CTRL, kind, 0, 0, 0));
}

/* 0: the processor may speculate, or this cannot be disabled */
static int strictness(long state)
{
	if (state < 0)
		return 0;
	if (state & PR_SPEC_FORCE_DISABLE)
		return 2;
	return state & (PR_SPEC_DISABLE | PR_SPEC_DISABLE_NOEXEC) ? 1 : 0;
}

static int build(void)
{
	size_t i;

	allowed = tree_confinable();
	plain = tree_confinable();
	if (allowed < 0 || plain < 0)
		return -1;
	if (tree_install(allowed, 1, SECCOMP_FILTER_FLAG_SPEC_ALLOW) || tree_install(plain, 2, 0))
		return -1;
	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		was.allowed[i] = tree_call(allowed, do_get, kinds[i], 0);
		was.plain[i] = tree_call(plain, do_get, kinds[i], 0);
	}
	return 0;
}

/* Stricter is allowed: strict mode force-disables speculation, which cannot be undone. */
static int check(int nr, int kind, long before)
{
	long now = tree_call(nr, do_get, kind, 0);

	if (before < 0 || !(before & PR_SPEC_PRCTL))
		test_msg("speculation %d is not a task's own on this machine (%ld)\n", kind,
			 before);
	if (strictness(now) >= strictness(before))
		return 0;
	pr_err("task %d: speculation %d was 0x%lx, is 0x%lx\n", nr, kind, before, now);
	return -1;
}

static int verify(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		if (check(allowed, kinds[i], was.allowed[i]) ||
		    check(plain, kinds[i], was.plain[i]))
			return -1;
	return TREE_HAS(allowed, 1) || TREE_HAS(plain, 2) ? -1 : 0;
}

int main(int argc, char **argv)
{
	return tree_test(argc, argv, build, verify, "a task may speculate more than before");
}
