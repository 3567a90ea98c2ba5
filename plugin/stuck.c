// SPDX-License-Identifier: GPL-2.0
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "proc.h"
#include "report.h"
#include "stuck.h"

static bool is_listener(pid_t pid, const char *fd)
{
	char path[300], name[64];
	ssize_t len;

	snprintf(path, sizeof(path), "/proc/%d/fd/%s", pid, fd);
	len = readlink(path, name, sizeof(name) - 1);
	if (len < 0)
		return false;
	name[len] = '\0';
	return !strcmp(name, "anon_inode:seccomp notify");
}

struct names {
	char text[128];
	size_t len;
};

static int add_supervisor(pid_t pid, void *arg)
{
	struct names *names = arg;
	bool found = false;
	struct dirent *entry;
	char path[32];
	DIR *fds;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	fds = opendir(path);
	while (fds && !found && (entry = readdir(fds)))
		found = is_listener(pid, entry->d_name);
	if (fds)
		closedir(fds);
	if (found && names->len < sizeof(names->text) - 16)
		names->len += sprintf(names->text + names->len, " %d", pid);
	return 0;
}

static bool is_stuck(pid_t tid)
{
	return proc_tracer(tid) == getpid() && proc_state(tid) == 'D' && proc_filter_count(tid) > 0;
}

static int explain_process(pid_t pid, void *supervisors)
{
	struct proc_threads tids = { 0 };
	size_t i;

	if (!proc_read_threads(pid, &tids))
		for (i = 0; i < tids.count; i++)
			if (is_stuck(tids.tids[i]))
				pr_err("task %d cannot be stopped: it may wait for its supervisor with SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV; have the supervisor answer, then dump again (processes that hold a listener:%s)",
				       tids.tids[i], (const char *)supervisors);
	proc_free_threads(&tids);
	return 0;
}

void stuck_explain(void)
{
	struct names supervisors = { 0 };

	proc_each_process(add_supervisor, &supervisors);
	if (supervisors.len)
		proc_each_process(explain_process, supervisors.text);
}
