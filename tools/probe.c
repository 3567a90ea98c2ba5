// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/ptrace.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "probe.h"
#include "proc.h"
#include "stop.h"

FILE *probe_output(char **argv)
{
	int ends[2];
	pid_t child;

	if (pipe2(ends, O_CLOEXEC))
		return NULL;
	child = fork();
	if (!child) {
		dup2(ends[1], STDOUT_FILENO);
		close(STDERR_FILENO);
		execv(argv[0], argv);
		_exit(127);
	}
	close(ends[1]);
	if (child > 0)
		return fdopen(ends[0], "r");
	close(ends[0]);
	return NULL;
}

void probe_end(FILE *output)
{
	fclose(output);
	wait(NULL);
}

/* Allows everything. */
static struct sock_filter allow[] = { BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW) };

static void be_confined(void)
{
	struct sock_fprog program = { .len = 1, .filter = allow };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
		_exit(errno);
	proc_kill(getpid(), SIGSTOP);
	_exit(0);
}

static int start_confined(pid_t *child)
{
	int status;

	*child = fork();
	if (*child < 0)
		return -errno;
	if (!*child)
		be_confined();
	if (waitpid(*child, &status, WUNTRACED) < 0)
		return -errno;
	if (WIFSTOPPED(status))
		return 0;
	return WIFEXITED(status) && WEXITSTATUS(status) ? -WEXITSTATUS(status) : -ECHILD;
}

static void end_child(pid_t child)
{
	if (child <= 0)
		return;
	proc_kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

/* The state in which a restore finds a task that it gives filters: strict mode. */
static void be_strict(int parent)
{
	char byte = 0;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT))
		_exit(errno);
	/* the answer never comes */
	if (write(parent, &byte, 1) == 1)
		(void)!read(parent, &byte, 1);
	syscall(SYS_exit, 1);
}

static int start_strict(pid_t *child)
{
	int ends[2], status, ret = 0;
	char byte;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
		return -errno;
	*child = fork();
	if (!*child)
		be_strict(ends[1]);
	if (*child < 0)
		ret = -errno;
	close(ends[1]);
	/* nothing comes from one that has ended, with the reason */
	if (!ret && read(ends[0], &byte, 1) != 1) {
		ret = waitpid(*child, &status, 0) == *child && WIFEXITED(status) &&
				      WEXITSTATUS(status)
			      ? -WEXITSTATUS(status)
			      : -ECHILD;
		*child = 0;
	}
	close(ends[0]);
	return ret;
}

static int suspend_seccomp(pid_t tid)
{
	return syscall(SYS_ptrace, PTRACE_SETOPTIONS, tid, 0, PTRACE_O_SUSPEND_SECCOMP) ? -errno
											: 0;
}

static int try_set(const struct kernel *kernel, pid_t child, int filter, const char **tried)
{
	int signal, ret = stop_thread(child, &signal);

	if (ret)
		return ret;
	*tried = "cannot suspend seccomp of a task";
	ret = suspend_seccomp(child);
	if (ret || !kernel)
		return ret;
	*tried = "cannot set the filters of a task";
	return kernel->set(child, filter);
}

/* Opens the newest filter of a task that has one. */
static int try_open(const struct kernel *kernel, const char **tried)
{
	int signal, ret;
	pid_t child = 0;

	*tried = "cannot confine a task";
	ret = start_confined(&child);
	if (!ret) {
		*tried = "cannot trace a task";
		ret = stop_thread(child, &signal);
	}
	if (!ret) {
		*tried = "cannot read the filters of a task";
		ret = kernel->reader.open(child, KERNEL_NEWEST);
	}
	end_child(child);
	return ret;
}

static int try_filters(const struct kernel *kernel, const char **tried)
{
	int filter = kernel ? try_open(kernel, tried) : 0, ret;
	pid_t child = 0;

	if (filter < 0)
		return filter;
	*tried = "cannot put a task into strict mode";
	ret = start_strict(&child);
	if (!ret) {
		*tried = "cannot trace a task";
		ret = try_set(kernel, child, filter, tried);
	}
	end_child(child);
	if (kernel)
		kernel->reader.release(filter);
	return ret;
}

int probe_filters(const struct kernel *kernel, const char **tried)
{
	int ret;

	stop_init();
	ret = try_filters(kernel, tried);
	if (!ret)
		*tried = kernel ? "can read the filters of a task, and set them"
				: "can suspend the filters of a task";
	return ret;
}
