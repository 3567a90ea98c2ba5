// SPDX-License-Identifier: GPL-2.0
/*
 * Makes a tree of tasks, which do nothing until they are killed:
 *
 *   tree PROCESSES FILTERS INSNS [THREADS STACKS OWN]
 *
 * The root task installs FILTERS filters of INSNS instructions each and forks,
 * so that all PROCESSES share them. With THREADS, each process has that many
 * threads, in STACKS groups; the first thread of each group installs one more filter
 * of OWN instructions, and then makes the others of the group, which share it.
 *
 * FILTERS 0: the same tree without any seccomp.
 *
 * Prints "ready" on stdout when everything is set up, then closes its files.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "program.h"

/* Enough for a waiting thread, and for the instructions of a filter. */
#define STACK_SIZE (128 * 1024)
/* Each filter returns a different errno; those of groups begin here. */
#define FIRST_GROUP_ERROR 1000

static struct {
	int processes, filters, insns, threads, stacks, own;
} args = { .threads = 1, .stacks = 1 };

static pthread_barrier_t all_there;

static void die(const char *what, int error)
{
	fprintf(stderr, "tree: %s: %s\n", what, strerror(error));
	exit(1);
}

static void install(size_t len, unsigned int error)
{
	int ret = program_install(len, error);

	if (ret)
		die("seccomp", -ret);
}

static void make_thread(void *(*run)(void *), long group)
{
	pthread_attr_t attr;
	pthread_t thread;
	int ret;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_SIZE);
	pthread_attr_setguardsize(&attr, 0);
	ret = pthread_create(&thread, &attr, run, (void *)group);
	if (ret)
		die("cannot make a thread", ret);
	pthread_attr_destroy(&attr);
}

static void wait_for_all(void)
{
	pthread_barrier_wait(&all_there);
}

static void *follow(void *unused)
{
	wait_for_all();
	for (;;)
		pause();
	return unused;
}

/* What the first thread of a group does. */
static void lead(long group)
{
	int i;

	if (args.filters && args.own)
		install(args.own, FIRST_GROUP_ERROR + group);
	for (i = 1; i < args.threads / args.stacks; i++)
		make_thread(follow, group);
}

static void *lead_group(void *group)
{
	lead((long)group);
	return follow(group);
}

/* The leader makes the other groups before it installs a filter of its own. */
static void make_threads(void)
{
	long group;

	if (args.threads == 1)
		return;
	pthread_barrier_init(&all_there, NULL, args.threads);
	for (group = 1; group < args.stacks; group++)
		make_thread(lead_group, group);
	lead(0);
	wait_for_all();
	pthread_barrier_destroy(&all_there);
}

/* Keeps only files that CRIU can restore. */
static void detach(void)
{
	int fd, null = open("/dev/null", O_RDWR);

	if (null < 0)
		die("/dev/null", errno);
	for (fd = 0; fd < 3; fd++)
		dup2(null, fd);
	close(null);
}

static void be_child(int done)
{
	make_threads();
	if (write(done, "", 1) != 1)
		die("write", errno);
	close(done);
	detach();
}

static void make_children(int done)
{
	pid_t pid;
	int i;

	for (i = 1; i < args.processes; i++) {
		pid = fork();
		if (pid < 0)
			die("fork", errno);
		if (pid)
			continue;
		be_child(done);
		for (;;)
			pause();
	}
}

/* Each child sends one byte. */
static void wait_for_children(int ready)
{
	char byte;
	int i;

	for (i = 1; i < args.processes; i++)
		if (read(ready, &byte, 1) != 1)
			die("a process of the tree has ended", EPROTO);
	close(ready);
}

static void build(void)
{
	int ready[2], i;

	if (pipe2(ready, O_CLOEXEC))
		die("pipe", errno);
	if (args.filters && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		die("no_new_privs", errno);
	for (i = 0; i < args.filters; i++)
		install(args.insns, i + 1);
	make_children(ready[1]);
	close(ready[1]);
	make_threads();
	wait_for_children(ready[0]);
}

static void parse_args(int argc, char *argv[])
{
	int *fields[] = { &args.processes, &args.filters, &args.insns,
			  &args.threads,   &args.stacks,  &args.own };
	int i;

	for (i = 1; i < argc && i <= 6; i++)
		*fields[i - 1] = atoi(argv[i]);
	if ((argc == 4 || argc == 7) && args.processes > 0 && args.stacks > 0 &&
	    args.threads >= args.stacks && args.threads % args.stacks == 0)
		return;
	fprintf(stderr, "usage: tree PROCESSES FILTERS INSNS [THREADS STACKS OWN]\n");
	exit(2);
}

int main(int argc, char *argv[])
{
	parse_args(argc, argv);
	setsid();
	build();
	puts("ready");
	fflush(stdout);
	detach();
	for (;;)
		pause();
}
