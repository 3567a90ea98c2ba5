/* SPDX-License-Identifier: GPL-2.0 */
/* A stand-in for CRIU's store of descriptors that restored tasks get copies of. */
#ifndef FAKE_STORE_H
#define FAKE_STORE_H

#include "unit.h"

#include <fcntl.h>
#include <stdbool.h>
#include <unistd.h>

#include "criu.h"

static struct store {
	struct {
		int fd;
		const char *key;
	} held[8];
	int count;
	bool full;
} store;

int inherit_fd_add(int fd, char *key)
{
	/* or a task that has a file of this name would get it */
	assert_non_null(strstr(key, "//"));
	if (store.full)
		return -1;
	store.held[store.count].fd = fd;
	store.held[store.count++].key = key;
	return 0;
}

int inherit_fd_lookup_id(char *key)
{
	int i;

	for (i = 0; i < store.count; i++)
		if (!strcmp(store.held[i].key, key))
			return fcntl(store.held[i].fd, F_DUPFD_CLOEXEC, 3);
	return -1;
}

static inline void store_end(void)
{
	while (store.count)
		close(store.held[--store.count].fd);
	store.full = false;
}

#endif /* FAKE_STORE_H */
