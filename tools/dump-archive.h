/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A dump in the archive of a container's checkpoint, as podman and CRI-O export
 * it: a tar file, usually compressed, with the images in a folder "checkpoint".
 */
#ifndef DUMP_ARCHIVE_H
#define DUMP_ARCHIVE_H

#include <stddef.h>

/* A file from an archive; @name is its path there, or NULL if there is no such file. */
struct archive_file {
	char *name;
	void *data;
	size_t size;
};

/**
 * archive_read_dump - the tree of a dump, and the inventory beside it
 * @path: the archive; libarchive detects the compression
 * @tree, @inventory: out, for archive_free_file(), also after a failure
 *
 * Returns 0; -ENOENT after a message if it has no tree; -EINVAL without a message if
 * it is not an archive; another negative errno after a message.
 */
int archive_read_dump(const char *path, struct archive_file *tree, struct archive_file *inventory);
void archive_free_file(struct archive_file *file);

#endif /* DUMP_ARCHIVE_H */
