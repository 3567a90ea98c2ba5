// SPDX-License-Identifier: GPL-2.0
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "criu.h"
#include "report.h"
#include "reserve.h"

/*
 * What CRIU opens from our init on until a task moves CRIU's descriptors, soon after it was
 * forked, with a margin. It also fits between this number and the lowest that CRIU moves
 * its own to, 128 - 15.
 */
#define FOR_CRIU 48

/* The highest number of an open descriptor, or a negative errno. */
static int highest_fd(void)
{
	DIR *dir = opendir("/proc/self/fd");
	struct dirent *entry;
	int highest = 0, fd;

	if (!dir)
		return -errno;
	while ((entry = readdir(dir))) {
		fd = atoi(entry->d_name);
		if (fd > highest)
			highest = fd;
	}
	closedir(dir);
	return highest;
}

/* Something that is of no use to anybody, and keeps no file system busy. */
static int open_above(int highest)
{
	int fd = eventfd(0, EFD_CLOEXEC), above;

	if (fd < 0)
		return -errno;
	above = fcntl(fd, F_DUPFD_CLOEXEC, highest + FOR_CRIU);
	if (above < 0)
		above = -errno;
	close(fd);
	return above;
}

static int add_above(int highest)
{
	static char key[] = CRIU_KEY "reserves numbers";
	int fd = open_above(highest);

	if (fd < 0)
		return fd;
	/* CRIU closes it when it has moved it to its store */
	if (!inherit_fd_add(fd, key))
		return 0;
	close(fd);
	return -EIO;
}

int reserve_numbers(void)
{
	int highest = highest_fd(), ret;

	if (highest >= 0 && highest <= FOR_CRIU)
		return 0;
	ret = highest < 0 ? highest : add_above(highest);
	if (ret)
		pr_err("cannot keep CRIU's descriptors above those of filters: %s", strerror(-ret));
	return ret;
}
