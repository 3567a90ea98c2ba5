// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "criu.h"
#include "dump.h"
#include "files.h"
#include "parcel.h"
#include "report.h"

#define KEY_SIZE sizeof(CRIU_KEY "4294967295")

/*
 * A file that tasks inherit goes to CRIU's store in a parcel. The store exists until
 * CRIU exits, which may be after the tasks, and would keep the file open until then. So
 * the parcels are emptied when all tasks have their files.
 */
struct parcel {
	char key[KEY_SIZE]; /* the name in CRIU's store, which keeps a pointer to it */
	int socket;	    /* -1: not created, or already closed */
};

static struct files {
	struct parcel *parcels;
	size_t count;
} files;

/* The kind of a file by its name in /proc, which is safe for any file; 0: neither kind. */
static int file_kind(int fd)
{
	char path[32], name[64];
	ssize_t len;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	len = readlink(path, name, sizeof(name) - 1);
	if (len < 0)
		return -errno;
	name[len] = '\0';
	if (!strcmp(name, "anon_inode:seccomp filter"))
		return TREE_FILE_FILTER;
	if (!strcmp(name, "anon_inode:seccomp notify"))
		return TREE_FILE_LISTENER;
	return 0;
}

static int read_listener(int fd, struct tree_file *file)
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

static int read_filter_fd(int fd, struct tree_file *file)
{
	struct seccomp_filter_info info;
	int ret = dump_kernel()->reader.info(fd, &info);

	if (ret)
		return ret;
	if (info.fd_flags & SECCOMP_FILTER_FD_SEALED)
		file->kind = TREE_FILE_SEALED;
	return dump_filter(fd, &file->filter);
}

static int read_file(int fd, struct tree_file *file)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0)
		return -errno;
	file->flags = flags & TREE_FILE_FLAGS;
	if (file->kind == TREE_FILE_FILTER)
		return read_filter_fd(fd, file);
	return read_listener(fd, file);
}

int files_dump(int fd, int id)
{
	struct tree_file file = { .id = id, .filter = TREE_NONE };
	int ret = dump_kernel() ? file_kind(fd) : 0;

	if (ret < 0) {
		pr_err("cannot read what file %d is: %s", id, strerror(-ret));
		return ret;
	}
	if (!ret)
		return FILES_NOT_OURS;
	file.kind = ret;
	ret = read_file(fd, &file);
	if (ret) {
		pr_err("cannot read the filter of a %s: %s",
		       file.kind == TREE_FILE_LISTENER ? "listener" : "filter fd", strerror(-ret));
		return ret;
	}
	return dump_file(&file);
}

static int make_parcels(const struct tree *tree)
{
	size_t i;

	if (files.parcels)
		return 0;
	files.parcels = calloc(tree->n_files, sizeof(*files.parcels));
	if (!files.parcels) {
		pr_err("not enough memory for %zu files", tree->n_files);
		return -ENOMEM;
	}
	files.count = tree->n_files;
	for (i = 0; i < files.count; i++) {
		snprintf(files.parcels[i].key, KEY_SIZE, CRIU_KEY "%u", tree->files[i].id);
		files.parcels[i].socket = -1;
	}
	return 0;
}

/* CRIU closes the copy when it has moved it to the store. */
static int offer_parcel(struct parcel *parcel, int fd)
{
	int copy;

	parcel->socket = parcel_make(fd);
	if (parcel->socket < 0)
		return parcel->socket;
	copy = fcntl(parcel->socket, F_DUPFD_CLOEXEC, 3);
	if (copy < 0)
		return -errno;
	if (!inherit_fd_add(copy, parcel->key))
		return 0;
	close(copy);
	return -EIO;
}

/* Closes @fd. */
static int offer_fd(const struct tree *tree, size_t index, int fd)
{
	int ret = fd < 0 ? fd : make_parcels(tree);

	if (!ret)
		ret = offer_parcel(&files.parcels[index], fd);
	if (ret)
		pr_err("cannot let tasks inherit file %u: %s", tree->files[index].id,
		       strerror(-ret));
	if (fd >= 0)
		close(fd);
	return ret;
}

int files_offer_listener(const struct tree *tree, const struct tree_filter *filter, int listener)
{
	return offer_fd(tree, filter->listener, listener);
}

/* A listener hangs up when no task can have its filter any more. */
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

/*
 * The first descriptor of a filter is that which it was created with, and which we close.
 * Any other has to be an open file of its own: it may be sealed alone, and has its own flags.
 */
static int make_filter_fd(const struct kernel *kernel, int filter, bool *has_one)
{
	int fd;

	if (*has_one) {
		fd = kernel->copy(filter, false);
		if (fd != -ENOMEM)
			return fd;
		/* it takes a filter more on the path for a moment */
		pr_warn("two descriptors of a filter, which were separate, share a seal and flags: its path has no room for another filter");
	}
	*has_one = true;
	fd = fcntl(filter, F_DUPFD_CLOEXEC, 3);
	return fd < 0 ? -errno : fd;
}

static int offer_all(const struct kernel *kernel, const struct tree *tree, const int *filters,
		     bool *have_one)
{
	const struct tree_file *file = tree->files;
	size_t i;
	int ret = 0;

	for (i = 0; !ret && i < tree->n_files; i++, file++) {
		if (file->kind == TREE_FILE_FILTER)
			ret = offer_fd(tree, i,
				       make_filter_fd(kernel, filters[file->filter],
						      &have_one[file->filter]));
		else if (file->kind == TREE_FILE_SEALED)
			ret = offer_fd(tree, i, kernel->copy(filters[file->filter], true));
		else if (file->kind == TREE_FILE_HUNG_UP)
			ret = offer_fd(tree, i, make_hung_up(kernel));
	}
	return ret;
}

int files_offer(const struct kernel *kernel, const struct tree *tree, const int *filters)
{
	bool *have_one = calloc(tree->n_filters + 1, sizeof(*have_one));
	int ret = -ENOMEM;

	if (have_one)
		ret = offer_all(kernel, tree, filters, have_one);
	else
		pr_err("not enough memory for the descriptors of %zu filters", tree->n_filters);
	free(have_one);
	return ret;
}

/* Returns a descriptor, or a negative errno after a message. */
static int open_inherited(const struct tree_file *file)
{
	char key[KEY_SIZE];
	int parcel, fd;

	snprintf(key, sizeof(key), CRIU_KEY "%u", file->id);
	parcel = inherit_fd_lookup_id(key);
	if (parcel < 0) {
		pr_err("file %u is not among those that CRIU lets tasks inherit", file->id);
		return -EIO;
	}
	fd = parcel_open(parcel);
	close(parcel);
	if (fd < 0)
		pr_err("cannot take file %u out of its parcel: %s", file->id, strerror(-fd));
	return fd;
}

int files_restore(const struct tree *tree, int id)
{
	const struct tree_file *file = tree_find_file(tree, id);
	int fd;

	if (!file)
		return FILES_NOT_OURS;
	fd = open_inherited(file);
	if (fd >= 0 && fcntl(fd, F_SETFL, file->flags) < 0) {
		pr_err("cannot set flags %#x of file %u: %s", file->flags, file->id,
		       strerror(errno));
		close(fd);
		return -EIO;
	}
	return fd;
}

void files_release(void)
{
	size_t i;

	for (i = 0; i < files.count; i++) {
		if (files.parcels[i].socket < 0)
			continue;
		parcel_empty(files.parcels[i].socket);
		close(files.parcels[i].socket);
		files.parcels[i].socket = -1;
	}
}

void files_end(void)
{
	files_release();
	free(files.parcels);
	files = (struct files){ 0 };
}
