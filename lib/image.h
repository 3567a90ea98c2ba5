/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The model to and from seccomp-tree.img. doc/image-format.md describes the
 * file, proto/seccomp-tree.proto its messages.
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
 * The two magic numbers in front, as in every image of CRIU 2.0 and newer: the
 * one they have in common, then the image's own ("SCTR" in the file).
 */
#define IMAGE_COMMON_MAGIC 0x54564319
#define IMAGE_MAGIC 0x52544353

/**
 * struct image - an image that is being written
 *
 * What is in the file before @tail stays. Behind it lie the last threads, from
 * @end on the end entry; the next image_sync() writes both anew. { .fd = -1 }
 * is an image that nobody has begun.
 */
struct image {
	int fd;
	off_t tail, end;
	size_t programs, filters, files; /* of the tree, in the file */
	size_t processes_before_tail, processes;
};

/**
 * image_sync - bring the file up to date with what was added to the tree
 * @dir: the folder that the file is made in, by the first call; there must be
 *       none yet (-EEXIST)
 * @tree: its run_id is set
 *
 * After each call the file is whole: it has its end entry, and image_read()
 * takes it. The cost is that of what was added, not of what is there.
 *
 * Returns 0, or a negative errno after a message; the file is then not to be
 * used, only to be removed.
 */
int image_sync(struct image *image, int dir, const struct tree *tree);

/* Closes the file; it stays. */
void image_close(struct image *image);

/**
 * image_read - read and check a whole image
 * @tree: empty; on failure it is left so
 *
 * Returns 0; -ENOENT, without a message: there is no image; another negative
 * errno after a message that names the file and the fault (-EBADMSG: it is not
 * as doc/image-format.md says).
 */
int image_read(int dir, struct tree *tree);

/* The same with another name for the file, as openat(2) takes it. */
int image_read_file(int dir, const char *path, struct tree *tree);

/* The same from memory: @name is what messages call it. */
int image_parse(const char *name, const uint8_t *data, size_t size, struct tree *tree);

#endif /* IMAGE_H */
