/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DESCRIPTORS_H
#define DESCRIPTORS_H

#include <dirent.h>
#include <stddef.h>

#include "unit.h"

/* How many descriptors this process has open. */
static inline size_t descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	size_t count = 0;

	assert_non_null(dir);
	while (readdir(dir))
		count++;
	closedir(dir);
	return count;
}

#endif /* DESCRIPTORS_H */
