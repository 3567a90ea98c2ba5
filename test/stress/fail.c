// SPDX-License-Identifier: GPL-2.0
/*
 * Failing allocations, one after the other: the kernel's fault injection makes the Nth
 * allocation of a thread fail, and reports whether there were that many.
 */
#include "stress.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEBUGFS "/sys/kernel/debug/"
#define SLABS "/sys/kernel/slab/"

#define FAIL_NTH "/proc/thread-self/fail-nth"

/* kept open, as opening it allocates memory, too */
static __thread int control = -1;
static __thread bool armed;

static int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t ret;

	if (fd < 0)
		return -errno;
	ret = write(fd, text, strlen(text));
	if (ret < 0)
		ret = -errno;
	close(fd);
	return ret < 0 ? ret : 0;
}

/*
 * All caches except those of the leak detector, which would complain, and finally
 * disable itself. Without CONFIG_SLUB_DEBUG, caches cannot be chosen.
 */
static void choose_caches(void)
{
	DIR *dir = opendir(SLABS);
	struct dirent *entry;
	char path[512];

	while (dir && (entry = readdir(dir))) {
		snprintf(path, sizeof(path), SLABS "%s/failslab", entry->d_name);
		if (entry->d_name[0] != '.' && strncmp(entry->d_name, "kmemleak", 8))
			write_file(path, "1");
	}
	if (dir) {
		write_file(DEBUGFS "failslab/cache-filter", "Y");
		closedir(dir);
	}
}

int fail_setup(void)
{
	/* also allocations that may sleep, and single pages; without a stack trace for each */
	static const char *const settings[][2] = {
		{ DEBUGFS "failslab/ignore-gfp-wait", "N" },
		{ DEBUGFS "failslab/verbose", "0" },
		{ DEBUGFS "fail_page_alloc/ignore-gfp-wait", "N" },
		{ DEBUGFS "fail_page_alloc/min-order", "0" },
		{ DEBUGFS "fail_page_alloc/verbose", "0" },
	};
	unsigned int i;
	int ret;

	for (i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
		ret = write_file(settings[i][0], settings[i][1]);
		if (ret) {
			fprintf(stderr,
				"%s: %s (is it a kernel with FAILSLAB and FAIL_PAGE_ALLOC, and "
				"debugfs mounted?)\n",
				settings[i][0], strerror(-ret));
			return ret;
		}
	}
	/* failing user copies are optional */
	write_file(DEBUGFS "fail_usercopy/verbose", "0");
	choose_caches();
	return write_file(FAIL_NTH, "0");
}

void fail_start(unsigned int nth)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", nth);
	control = open(FAIL_NTH, O_RDWR | O_CLOEXEC);
	armed = true;
	if (control < 0 || pwrite(control, text, strlen(text), 0) < 0)
		wrong("fail-nth cannot be set: %s", strerror(errno));
}

/* Reading the file gives how many are left; 0: the Nth was reached and failed. */
bool fail_stop(void)
{
	char text[16] = "";
	int left = -1;

	/* this copies data, too: if that fails, nothing failed before */
	if (pread(control, text, sizeof(text) - 1, 0) > 0)
		left = atoi(text);
	if (pwrite(control, "0", 1, 0) != 1 && pwrite(control, "0", 1, 0) != 1)
		wrong("fail-nth cannot be reset: %s", strerror(errno));
	close(control);
	armed = false;
	return left == 0;
}

bool injecting(void)
{
	return armed;
}
