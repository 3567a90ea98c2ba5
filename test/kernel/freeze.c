// SPDX-License-Identifier: GPL-2.0
/*
 * The freezer of cgroups (Documentation/admin-guide/cgroup-v2.rst, cgroup.freeze), with which
 * CRIU and container engines stop a tree.
 */
#include "monitor.h"

#include <sys/stat.h>

#define GROUP "/sys/fs/cgroup/seccomp-fd-frozen"

static bool write_group(const char *file, const char *value)
{
	return write_setting(GROUP "/", file, value);
}

static void move_into_group(pid_t pid)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", pid);
	CHECK(write_group("cgroup.procs", text));
}

static bool is_frozen(void)
{
	char text[64] = "";
	int fd = open(GROUP "/cgroup.events", O_RDONLY);

	CHECK(fd >= 0 && read(fd, text, sizeof(text) - 1) > 0);
	close(fd);
	return strstr(text, "frozen 1");
}

/* Both are frozen while the task makes a call that would wait for ever. */
TEST(run_lets_both_be_frozen)
{
	static char much[1 << 21];
	int listener, fd, pipes[2], i;
	uint64_t args[6] = { 0, (uintptr_t)much, sizeof(much) };
	pid_t pid, monitor;
	uint64_t id, again;
	char c;

	need_feature(SECCOMP_FD_FEATURE_SYSCALL_RUN);
	if ((mkdir(GROUP, 0755) && errno != EEXIST) || !write_group("cgroup.freeze", "0"))
		test_skipped("no cgroups with a freezer in /sys/fs/cgroup");
	IS(pipe(pipes), 0);
	args[0] = pipes[1];
	fd = asking_fd(-1, 0, &listener);
	pid = asking_task(fd, 4711);
	id = receive(listener).id;
	/* more than the pipe takes; when there is something to read, it has begun */
	monitor = monitor_that_runs(listener, id, SYS_write, args, fcntl(pipes[1], F_GETPIPE_SZ));
	IS(read(pipes[0], &c, 1), 1);
	move_into_group(pid);
	move_into_group(monitor);
	CHECK(write_group("cgroup.freeze", "1"));
	for (i = 0; i < 200 && !is_frozen(); i++)
		usleep(100000);
	CHECK(is_frozen());
	CHECK(write_group("cgroup.freeze", "0"));
	/* it was interrupted, so the task makes its own call again */
	ended_well(monitor);
	again = receive(listener).id;
	CHECK(again != id);
	IS(answer(listener, again, 4711), 0);
	ended_well(pid);
	/* a group is busy until the last task in it has been reaped */
	while (rmdir(GROUP) && errno == EBUSY)
		usleep(1000);
}
