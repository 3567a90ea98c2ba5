// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "criu.h"
#include "dump.h"
#include "files.h"
#include "report.h"
#include "restore.h"

#define KEY_SIZE sizeof(PLUGIN_NAME ":4294967295")

/* The names that files are inherited under; CRIU holds on to them. */
static char (*keys)[KEY_SIZE];

/* What /proc calls a file: its kind, before anything is asked of it. */
static enum tree_file_kind kind_of(int fd)
{
	char path[32], name[64];
	ssize_t len;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	len = readlink(path, name, sizeof(name) - 1);
	if (len < 0)
		return 0;
	name[len] = '\0';
	if (!strcmp(name, "anon_inode:seccomp filter"))
		return TREE_FILE_FILTER;
	if (!strcmp(name, "anon_inode:seccomp notify"))
		return TREE_FILE_LISTENER;
	return 0;
}

static int record_listener(int fd, struct tree_file *file)
{
	int filter = dump_kernel()->listener_filter(fd), ret;

	if (filter == -ENOENT) {
		file->kind = TREE_FILE_HUNG_UP;
		return 0;
	}
	if (filter < 0)
		return filter;
	ret = dump_filter(filter, &file->filter);
	close(filter);
	return ret;
}

static int record(int fd, struct tree_file *file)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0)
		return -errno;
	file->flags = flags & TREE_FILE_FLAGS;
	if (file->kind == TREE_FILE_FILTER)
		return dump_filter(fd, &file->filter);
	return record_listener(fd, file);
}

int files_dump(int fd, int id)
{
	struct tree_file file = { .id = id, .filter = TREE_NONE };
	int ret;

	file.kind = dump_kernel() ? kind_of(fd) : 0;
	if (!file.kind)
		return FILES_NOT_OURS;
	ret = record(fd, &file);
	if (ret) {
		pr_err("cannot read the filter of a %s: %s",
		       file.kind == TREE_FILE_FILTER ? "filter fd" : "listener", strerror(-ret));
		return ret;
	}
	return dump_file(&file);
}

static int make_keys(const struct tree *tree)
{
	size_t i;

	if (keys)
		return 0;
	keys = calloc(tree->n_files, sizeof(*keys));
	if (!keys) {
		pr_err("not enough memory for %zu files", tree->n_files);
		return -ENOMEM;
	}
	for (i = 0; i < tree->n_files; i++)
		snprintf(keys[i], sizeof(*keys), PLUGIN_NAME ":%u", tree->files[i].id);
	return 0;
}

/* Takes @fd over: CRIU closes it when it is in the store. */
static int offer(const struct tree *tree, size_t index, int fd)
{
	int ret = fd < 0 ? fd : make_keys(tree);

	if (!ret && inherit_fd_add(fd, keys[index]))
		ret = -EIO;
	if (!ret)
		return 0;
	pr_err("cannot have file %u inherited: %s", tree->files[index].id, strerror(-ret));
	if (fd >= 0)
		close(fd);
	return ret;
}

int files_offer_listener(const struct tree *tree, const struct tree_filter *filter, int listener)
{
	return offer(tree, filter->listener, listener);
}

/* A listener hangs up with the last thing that could bring it a task. */
static int make_hung_up(const struct kernel *kernel)
{
	const struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	int listener = -1;
	int filter = kernel->create(-1, SECCOMP_FILTER_FLAG_NEW_LISTENER, &allow, 1, &listener);

	if (filter < 0)
		return filter;
	close(filter);
	return listener;
}

int files_offer(const struct kernel *kernel, const struct tree *tree, const int *filters)
{
	const struct tree_file *file = tree->files;
	size_t i;
	int fd, ret = 0;

	for (i = 0; !ret && i < tree->n_files; i++, file++) {
		if (file->kind == TREE_FILE_FILTER) {
			fd = fcntl(filters[file->filter], F_DUPFD_CLOEXEC, 3);
			ret = offer(tree, i, fd < 0 ? -errno : fd);
		} else if (file->kind == TREE_FILE_HUNG_UP) {
			ret = offer(tree, i, make_hung_up(kernel));
		}
	}
	return ret;
}

int files_restore(int id)
{
	const struct tree_file *file = tree_find_file(restore_tree(), id);
	char key[KEY_SIZE];
	int fd;

	if (!file)
		return FILES_NOT_OURS;
	snprintf(key, sizeof(key), PLUGIN_NAME ":%u", file->id);
	fd = inherit_fd_lookup_id(key);
	if (fd < 0) {
		pr_err("file %u is not among those that CRIU lets tasks inherit", file->id);
		return -EIO;
	}
	if (fcntl(fd, F_SETFL, file->flags) < 0) {
		pr_err("cannot set flags %#x of file %u: %s", file->flags, file->id,
		       strerror(errno));
		close(fd);
		return -EIO;
	}
	return fd;
}

void files_end(void)
{
	free(keys);
	keys = NULL;
}
