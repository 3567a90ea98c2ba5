// SPDX-License-Identifier: GPL-2.0
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"

static void need(bool well, const char *what)
{
	if (well)
		return;
	perror(what);
	exit(2);
}

/* Never returns. Sends the number of its listener, or -1. */
static void be_confined(int said)
{
	struct sock_filter insns[] = { BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW) };
	struct sock_fprog program = { .len = 1, .filter = insns };
	int listener;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	listener = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER,
			   &program);
	if (write(said, &listener, sizeof(listener)) == sizeof(listener))
		for (;;)
			pause();
	_exit(1);
}

void start_child(struct child *child)
{
	int said[2], listener, pidfd;

	need(!pipe(said), "pipe");
	child->pid = fork();
	need(child->pid >= 0, "fork");
	if (!child->pid)
		be_confined(said[1]);
	need(read(said[0], &listener, sizeof(listener)) == sizeof(listener) && listener >= 0,
	     "a filter with a listener");
	close(said[0]);
	close(said[1]);
	need(!ptrace(PTRACE_SEIZE, child->pid, NULL, NULL) &&
		     !ptrace(PTRACE_INTERRUPT, child->pid, NULL, NULL) &&
		     waitpid(child->pid, NULL, __WALL) == child->pid,
	     "ptrace");
	pidfd = syscall(SYS_pidfd_open, child->pid, 0);
	need(pidfd >= 0, "pidfd_open");
	child->listener = syscall(SYS_pidfd_getfd, pidfd, listener, 0);
	need(child->listener >= 0, "pidfd_getfd");
	close(pidfd);
}

void end_child(const struct child *child)
{
	if (child->pid <= 0)
		return;
	close(child->listener);
	kill(child->pid, SIGKILL);
	waitpid(child->pid, NULL, __WALL);
}
