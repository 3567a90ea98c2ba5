// SPDX-License-Identifier: GPL-2.0
/*
 * install HOW TASKS INSNS - measures the time that a task needs to get a filter:
 *
 *   create   each task makes its own filter of INSNS instructions with seccomp(2)
 *   install  one filter is made, and each task installs it by its descriptor
 *
 * Prints "ready" when the tasks exist, waits for a line, lets them do it one by one,
 * prints the median in nanoseconds, and keeps all tasks until its stdin is closed.
 */
#include <errno.h>
#include <linux/filter.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "program.h"
#include "seccomp-fd.h"

/* The errno of the call that the filters refuse; any number would do. */
#define ERROR 1

static int insns, filter = -1;

static void die(const char *what)
{
	fprintf(stderr, "install: %s: %s\n", what, strerror(errno));
	exit(1);
}

static uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

static int make_filter(void)
{
	struct sock_filter program[BPF_MAXINSNS];
	struct seccomp_fd_create create = {
		.size = sizeof(create),
		.parent_fd = -1,
		.len = insns,
		.insns = (uintptr_t)program,
	};
	int fd;

	program_make(program, insns, ERROR);
	fd = syscall(SYS_seccomp, SECCOMP_FD_CREATE, 0, &create);
	if (fd < 0)
		die("cannot make a filter (the kernel needs the patches)");
	return fd;
}

static uint64_t create_own(void)
{
	struct sock_filter program[BPF_MAXINSNS];
	struct sock_fprog fprog = { .len = insns, .filter = program };
	uint64_t begin;

	program_make(program, insns, ERROR);
	begin = now();
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &fprog))
		die("cannot create a filter");
	return now() - begin;
}

static uint64_t install_existing(void)
{
	struct seccomp_fd_install install = { .size = sizeof(install),
					      .filter_fd = filter,
					      .pidfd = -1 };
	uint64_t begin = now();

	if (syscall(SYS_seccomp, SECCOMP_FD_INSTALL, 0, &install))
		die("cannot install a filter");
	return now() - begin;
}

/* A task: waits for its turn, gets its filter, and reports how long that took. */
static void be_task(int order, int result, uint64_t (*get)(void))
{
	uint64_t ns;
	char byte;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (read(order, &byte, 1) != 1)
		exit(1);
	ns = get();
	if (write(result, &ns, sizeof(ns)) != sizeof(ns))
		die("write");
	for (;;)
		pause();
}

static void make_tasks(int tasks, int order, int result, uint64_t (*get)(void))
{
	pid_t pid;
	int i;

	for (i = 0; i < tasks; i++) {
		pid = fork();
		if (pid < 0)
			die("fork");
		if (!pid)
			be_task(order, result, get);
	}
}

static int by_size(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* Runs one task after the other; the next is the one that reads the byte. */
static uint64_t median_of(int tasks, int order, int result)
{
	uint64_t *ns = calloc(tasks, sizeof(*ns)), median;
	int i;

	if (!ns)
		die("calloc");
	for (i = 0; i < tasks; i++)
		if (write(order, "", 1) != 1 || read(result, &ns[i], sizeof(*ns)) != sizeof(*ns))
			die("a task has ended");
	qsort(ns, tasks, sizeof(*ns), by_size);
	median = ns[tasks / 2];
	free(ns);
	return median;
}

static void say(const char *text)
{
	puts(text);
	fflush(stdout);
}

int main(int argc, char *argv[])
{
	bool create = argc == 4 && !strcmp(argv[1], "create");
	int tasks = argc == 4 ? atoi(argv[2]) : 0;
	int order[2], result[2];
	char line[64];

	insns = argc == 4 ? atoi(argv[3]) : 0;
	if (tasks < 1 || insns < PROGRAM_MIN || insns > BPF_MAXINSNS ||
	    (!create && strcmp(argv[1], "install"))) {
		fprintf(stderr, "usage: install create|install TASKS INSNS\n");
		return 2;
	}
	if (pipe(order) || pipe(result))
		die("pipe");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		die("no_new_privs");
	if (!create)
		filter = make_filter();
	make_tasks(tasks, order[0], result[1], create ? create_own : install_existing);
	say("ready");
	if (!fgets(line, sizeof(line), stdin))
		return 1;
	snprintf(line, sizeof(line), "%lu", median_of(tasks, order[1], result[0]));
	say(line);
	while (fgets(line, sizeof(line), stdin))
		;
	return 0;
}
