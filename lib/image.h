/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Writes a tree to seccomp-tree.img, and reads it. doc/image-format.md describes
 * the file, proto/seccomp-tree.proto its messages.
 */
#ifndef IMAGE_H
#define IMAGE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "tree.h"

#define IMAGE_NAME "seccomp-tree.img"
#define IMAGE_VERSION 3

/*
 * The two magic numbers at the start, as in every image since CRIU 2.0: the common
 * one, then that of this image ("SCTR" in the file).
 */
#define IMAGE_COMMON_MAGIC 0x54564319
#define IMAGE_MAGIC 0x52544353

/**
 * struct image - an image that is being written
 *
 * The file is final up to @tail. The last threads follow, and the end entry at @end;
 * the next image_sync() overwrites both. To begin an image: { .fd = -1 }.
 */
struct image {
	int fd;
	off_t tail, end;
	size_t programs, filters, files; /* how many of the tree are in the file */
	size_t processes_before_tail, processes;
};

/**
 * image_sync - write to the file what was added to the tree since the last call
 * @dir: the folder; the first call creates the file there, and fails with -EEXIST
 *       if there is one
 * @tree: its run_id and arch must be set
 *
 * After each call the file is complete: it has its end entry, and image_read()
 * accepts it. The cost depends on what was added, not on the size of the tree.
 *
 * Returns 0, or a negative errno after a message; the file is invalid then and can
 * only be removed.
 */
int image_sync(struct image *image, int dir, const struct tree *tree);

/* Closes the file, without removing it. */
void image_close(struct image *image);

/**
 * image_read - read and check a whole image
 * @tree: must be empty; stays empty on failure
 *
 * Returns 0; -ENOENT, without a message: there is no image; another negative
 * errno after a message that names the file and the fault (-EBADMSG: the image
 * does not conform to doc/image-format.md).
 */
int image_read(int dir, struct tree *tree);

/* The same for a file of another name; @dir and @path as for openat(2). */
int image_read_file(int dir, const char *path, struct tree *tree);

/* The same for an image in memory; messages call it @name. */
int image_parse(const char *name, const uint8_t *data, size_t size, struct tree *tree);

#endif /* IMAGE_H */
