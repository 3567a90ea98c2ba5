// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <linux/seccomp.h>
#include <string.h>
#include <sys/ptrace.h>

#include "criu.h"
#include "modes.h"
#include "report.h"

/* The mode of a thread that a filter has killed and that has not exited (kernel/seccomp.c) */
#define SECCOMP_MODE_DEAD (SECCOMP_MODE_FILTER + 1)

/* The same options as those that CRIU sets for threads with filters. */
int modes_suspend(pid_t tid)
{
	int ret;

	if (!ptrace(PTRACE_SETOPTIONS, tid, NULL, PTRACE_O_SUSPEND_SECCOMP | PTRACE_O_TRACESYSGOOD))
		return 0;
	ret = -errno;
	pr_err("cannot suspend seccomp for task %d: %s", tid, strerror(-ret));
	return ret;
}

/* Whether a restore knows the mode that was read, or a negative errno after a message. */
static int check_mode(pid_t tid, int mode)
{
	switch (mode) {
	case SECCOMP_MODE_DISABLED:
	case SECCOMP_MODE_STRICT:
	case SECCOMP_MODE_FILTER:
		return 0;
	case SECCOMP_MODE_DEAD:
		pr_err("a filter is killing task %d: dump again when it is gone", tid);
		return -ESRCH;
	default:
		pr_err("cannot read the seccomp mode of task %d: %s", tid,
		       mode < 0 ? strerror(-mode) : "it is not known");
		return mode < 0 ? mode : -EOPNOTSUPP;
	}
}

int modes_check(pid_t tid)
{
	return check_mode(tid, proc_number(tid, "Seccomp"));
}

static int settle(pid_t tid)
{
	int mode = proc_number(tid, "Seccomp");
	int ret;

	if (mode == -ENOENT) /* a kernel without seccomp */
		return 0;
	ret = check_mode(tid, mode);
	if (ret || mode != SECCOMP_MODE_FILTER)
		return ret;
	if (!seccomp_collect_entry(tid, SECCOMP_MODE_FILTER))
		return modes_suspend(tid);
	pr_err("CRIU does not accept filter mode for task %d", tid);
	return -EIO;
}

int modes_settle(const struct proc_threads *tids)
{
	size_t i;
	int ret = 0;

	for (i = 0; !ret && i < tids->count; i++)
		ret = settle(tids->tids[i]);
	return ret;
}
