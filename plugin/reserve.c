// SPDX-License-Identifier: GPL-2.0
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "criu.h"
#include "report.h"
#include "reserve.h"

/*
 * What CRIU opens between our init and the first fork, with a margin. It also fits between
 * this number and the lowest that CRIU moves its own to, 128 - 15.
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

static int add_above(int highest)
{
	static char key[] = PLUGIN_NAME " reserves numbers";
	int fd = fcntl(criu_get_image_dir(), F_DUPFD_CLOEXEC, highest + FOR_CRIU);

	if (fd < 0)
		return -errno;
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
