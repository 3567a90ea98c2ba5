/* SPDX-License-Identifier: GPL-2.0 */
/* An image to test with: a folder for it, and what is in it. */
#ifndef SAMPLE_H
#define SAMPLE_H

#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arch.h"
#include "image.h"

static const struct sock_filter allow[] = { BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW) };
static const struct sock_filter deny[] = {
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x12345678, 0, 1),
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | 1),
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
};

/* A folder for one image, and the image in memory. */
struct folder {
	char path[32];
	int fd;
	uint8_t data[1 << 20];
	size_t size;
};

static struct folder folder;

static inline int make_folder(void **state)
{
	(void)state;
	strcpy(folder.path, "/tmp/image-test.XXXXXX");
	if (!mkdtemp(folder.path))
		return -1;
	folder.fd = open(folder.path, O_DIRECTORY | O_RDONLY);
	return folder.fd < 0;
}

/* For a test to begin with. */
static inline int remove_image(void **state)
{
	(void)state;
	unlinkat(folder.fd, IMAGE_NAME, 0);
	return 0;
}

static inline int remove_folder(void **state)
{
	remove_image(state);
	close(folder.fd);
	return rmdir(folder.path);
}

static inline void load(void)
{
	int fd = openat(folder.fd, IMAGE_NAME, O_RDONLY);
	ssize_t size = read(fd, folder.data, sizeof(folder.data));

	assert_true(size > 0 && (size_t)size < sizeof(folder.data));
	folder.size = size;
	close(fd);
}

/* As CRIU names its runs. */
#define RUN_ID "b2a9a6e6-7a56-4ad4-8f6c-6c2f4f0f5a11"

static inline void set_run_id(struct tree *tree)
{
	tree->arch = ARCH_NATIVE;
	assert_int_equal(tree_set_run_id(tree, RUN_ID, strlen(RUN_ID)), 0);
}

static inline void add_file(struct tree *tree, uint32_t id, enum tree_file_kind kind,
			    uint32_t filter)
{
	const struct tree_file file = { .id = id, .kind = kind, .filter = filter };

	assert_true(tree_add_file(tree, &file) >= 0);
}

static inline uint32_t add_filter(struct tree *tree, const struct sock_filter *insns, size_t len,
				  uint32_t parent, uint32_t flags)
{
	struct tree_filter filter = { .parent = parent, .flags = flags };
	int ret;

	filter.program = tree_add_program(tree, insns, len);
	ret = tree_add_filter(tree, &filter);
	assert_true(ret >= 0);
	return ret;
}

static inline void add_process(struct tree *tree, pid_t tid, uint32_t leader, uint32_t other)
{
	const struct tree_thread threads[] = { { .tid = tid, .filter = leader },
					       { .tid = tid + 3, .filter = other } };

	assert_true(tree_add_process(tree, threads, 2) >= 0);
}

/*
 * Entries: 0 header, 1 and 2 programs, 3 to 5 filters, 6 file, 7 threads, 8 end.
 * Filters 0 and 1 are equal roots, 2 is above 1.
 */
static inline void fill(struct tree *tree)
{
	set_run_id(tree);
	add_filter(tree, allow, 1, TREE_NONE, 0);
	add_filter(tree, allow, 1, TREE_NONE, SECCOMP_FILTER_FLAG_LOG);
	add_filter(tree, deny, 4, 1, 0);
	assert_int_equal(tree_add_file(tree, &(struct tree_file){ .id = 9,
								  .kind = TREE_FILE_FILTER,
								  .filter = 2,
								  .flags = O_NONBLOCK }),
			 0);
	add_process(tree, 100, 0, TREE_NONE);
	add_process(tree, 50, 1, 2);
}

/* Writes @tree into the folder, replacing an image that is there, and empties @tree. */
static inline void put_image(struct tree *tree)
{
	struct image image = { .fd = -1 };

	remove_image(NULL);
	assert_int_equal(image_sync(&image, folder.fd, tree), 0);
	image_close(&image);
	tree_free(tree);
}

/* The same of the sample's run. */
static inline void write_image(struct tree *tree)
{
	set_run_id(tree);
	put_image(tree);
}

static inline void write_sample(void)
{
	struct tree tree = { 0 };

	fill(&tree);
	write_image(&tree);
	load();
}

#endif /* SAMPLE_H */
