// SPDX-License-Identifier: GPL-2.0
/*
 * timed COMMAND [ARG]... - runs it and prints how long it took, in nanoseconds, and its
 * peak memory, in KiB. A shell or Python cannot do this: their own memory would be
 * counted as the command's.
 */
#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

static long long now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

int main(int argc, char *argv[])
{
	struct rusage usage;
	long long begin;
	int status, ret;
	pid_t pid;

	if (argc < 2) {
		fprintf(stderr, "usage: timed COMMAND [ARG]...\n");
		return 2;
	}
	begin = now();
	ret = posix_spawnp(&pid, argv[1], NULL, NULL, argv + 1, environ);
	if (ret) {
		fprintf(stderr, "timed: cannot run %s: %s\n", argv[1], strerror(ret));
		return 127;
	}
	if (wait4(pid, &status, 0, &usage) != pid)
		return 1;
	printf("%lld %ld\n", now() - begin, usage.ru_maxrss);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
