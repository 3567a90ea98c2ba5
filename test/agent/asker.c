// SPDX-License-Identifier: GPL-2.0
/*
 * What runs in the container: asks its supervisor again and again, and writes
 * down what it is told. asker FILE
 */
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	const struct timespec nap = { .tv_nsec = 50000000 };
	FILE *file = argc == 2 ? fopen(argv[1], "a") : NULL;
	long told;

	if (!file)
		err(1, "cannot write to the file");
	for (;;) {
		told = syscall(SYS_getppid, 4711);
		if (fprintf(file, "%ld\n", told < 0 ? -errno : told) < 0 || fflush(file))
			err(1, "cannot write to the file");
		nanosleep(&nap, NULL);
	}
}
