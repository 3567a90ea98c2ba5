// SPDX-License-Identifier: GPL-2.0
/*
 * use TIMES: what a restore asks of the module, as often: a chain of filters and a
 * branch with a listener are made, a task gets one, and all is let go.
 */
#include <err.h>
#include <errno.h>
#include <linux/filter.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "kernel-module.h"
#include "kernel.h"
#include "proc.h"
#include "puppet.h"
#include "seccomp-module.h"

#define CHAIN 8

static const struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);

static int must(int ret, const char *what)
{
	if (ret < 0)
		errx(1, "%s: %s", what, strerror(-ret));
	return ret;
}

/* In the puppet. Strict mode disables the time-stamp counter, a filter does not. */
static long read_counter(void *unused)
{
	(void)unused;
#ifdef __x86_64__
	__builtin_ia32_rdtsc();
#endif
	return 0;
}

static void once(const struct kernel *kernel)
{
	int chain[CHAIN], i, branch, count, listener = -1;
	struct seccomp_filter_info info;
	struct puppet *puppet;

	for (i = 0; i < CHAIN; i++)
		chain[i] = must(kernel->create(i ? chain[i - 1] : -1, 0, &allow, 1, NULL),
				"cannot make a filter");
	branch = must(
		kernel->create(chain[0], SECCOMP_FILTER_FLAG_NEW_LISTENER, &allow, 1, &listener),
		"cannot make a branch");
	must(kernel->reader.info(chain[CHAIN - 1], &info), "cannot look at a filter");
	if (info.depth != CHAIN)
		errx(1, "the filter is %u deep, not %d", info.depth, CHAIN);
	must(puppet_start(&puppet, NULL), "cannot start a task");
	must(kernel_module_set_puppet(puppet, chain[CHAIN - 1]), "cannot set a filter");
	count = must(proc_filter_count(puppet_tid(puppet)), "cannot count a task's filters");
	if (count != CHAIN)
		errx(1, "the task is said to have %d filters, not %d", count, CHAIN);
	must(puppet_call(puppet, read_counter, NULL), "the task cannot read the counter");
	/* the task is the last to hold them */
	for (i = 0; i < CHAIN; i++)
		close(chain[i]);
	puppet_end(puppet);
	close(branch);
	close(listener);
}

int main(int argc, char **argv)
{
	const struct kernel *kernel;
	const char *why;
	bool there;
	int times = argc == 2 ? atoi(argv[1]) : 0;

	if (times <= 0)
		errx(2, "usage: use TIMES");
	kernel = kernel_module(&why, &there);
	if (!kernel)
		errx(1, "%s", why);
	while (times--)
		once(kernel);
	return 0;
}
