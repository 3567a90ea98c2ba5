// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ns.h"

/* Where a user namespace's 65536 ids begin outside. */
#define FIRST_ID 100000

/* The pipe on which init says that the test is ready. */
#define READY_FD 100

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		err(1, "cannot write '%s' to %s", text, path);
	close(fd);
}

static void map_ids(pid_t pid)
{
	char path[64], map[64];

	snprintf(map, sizeof(map), "0 %d 65536", FIRST_ID);
	snprintf(path, sizeof(path), "/proc/%d/uid_map", pid);
	write_file(path, map);
	snprintf(path, sizeof(path), "/proc/%d/gid_map", pid);
	write_file(path, map);
}

static void become_root(void)
{
	if (setresgid(0, 0, 0) || setresuid(0, 0, 0))
		err(1, "cannot become root of the user namespace");
	/* A change of uid clears it, and without it /proc/self belongs to somebody else. */
	if (prctl(PR_SET_DUMPABLE, 1))
		err(1, "cannot set PR_SET_DUMPABLE");
}

static void enter_root(const char *root)
{
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		err(1, "cannot make / private");
	if (mount(root, root, NULL, MS_BIND, NULL))
		err(1, "cannot bind-mount %s", root);
	if (chdir(root) || syscall(SYS_pivot_root, ".", "."))
		err(1, "cannot make %s the root", root);
	/* While the old /proc is still visible: otherwise a user namespace may not mount one. */
	if (mount("proc", "proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL))
		err(1, "cannot mount /proc");
	if (umount2(".", MNT_DETACH) || chdir("/"))
		err(1, "cannot leave the old root");
}

static void run_init(char **argv, bool user, int mapped, int ready)
{
	const char *root = getenv("ZDTM_ROOT");
	char byte;

	if (!root)
		errx(1, "ZDTM_ROOT must name the folder that is to be the root");
	if (read(mapped, &byte, 1) != 1)
		errx(1, "the starter is gone");
	if (user)
		become_root();
	setsid();
	enter_root(root);
	if (dup2(ready, READY_FD) < 0)
		err(1, "dup2");
	setenv("ZDTM_NEWNS", "init", 1);
	execv("/test", argv);
	err(1, "cannot run /test in %s", root);
}

int ns_enter(char **argv, bool user)
{
	unsigned long flags = CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS;
	int mapped[2], ready[2], pid;
	char byte = 0;

	if (pipe2(mapped, O_CLOEXEC) || pipe2(ready, O_CLOEXEC))
		err(1, "pipe");
	if (user)
		flags |= CLONE_NEWUSER;
	pid = syscall(SYS_clone, flags | SIGCHLD, NULL, NULL, NULL, NULL);
	if (pid < 0)
		err(1, "cannot make namespaces (clone flags 0x%lx)", flags);
	if (pid == 0)
		run_init(argv, user, mapped[0], ready[1]);

	if (user)
		map_ids(pid);
	if (write(mapped[1], &byte, 1) != 1)
		err(1, "pipe");
	close(ready[1]);
	if (read(ready[0], &byte, 1) != 1)
		errx(1, "the test ended before it was ready");
	/* wait until init has closed its end, so that a dump does not see the pipe */
	if (read(ready[0], &byte, 1) != 0)
		errx(1, "init says more than it has to");
	return pid;
}

static int reap(pid_t test)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid == test)
			_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
	}
	return 0;
}

int ns_init(void)
{
	sigset_t set, old;
	int ready = 0;
	pid_t test;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, &old);

	test = fork();
	if (test < 0)
		err(1, "fork");
	if (test == 0) {
		close(READY_FD);
		sigprocmask(SIG_SETMASK, &old, NULL);
		return 0;
	}

	for (;;) {
		int sig = sigwaitinfo(&set, NULL);

		if (sig == SIGCHLD) {
			reap(test);
		} else if (sig == SIGTERM && !ready) {
			/* from test_daemon() */
			ready = write(READY_FD, "", 1);
			close(READY_FD);
		} else if (sig == SIGTERM) {
			kill(test, SIGTERM);
		}
	}
}
