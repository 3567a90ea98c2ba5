// SPDX-License-Identifier: GPL-2.0
/* A file that is not an image, or cannot be read: nothing is loaded. */
#include "sample.h"

/* 8 TiB, which do not fit into memory, and would take long to read. */
static void other_files_are_not_loaded(void **state)
{
	struct tree tree = { 0 };
	int fd = openat(folder.fd, "other.img", O_CREAT | O_RDWR | O_CLOEXEC, 0600);

	(void)state;
	if (ftruncate(fd, 1ll << 43)) {
		close(fd);
		skip();
	}
	assert_int_equal(image_read_file(folder.fd, "other.img", &tree), -EBADMSG);
	assert_said("other.img: entry 0 at byte 0: wrong magic number");
	assert_int_equal(ftruncate(fd, 7), 0);
	assert_int_equal(image_read_file(folder.fd, "other.img", &tree), -EBADMSG);
	assert_said("cut off in its magic number");
	close(fd);
	unlinkat(folder.fd, "other.img", 0);
}

/* One byte more than the largest tree: it is refused before memory is allocated for it. */
static void a_file_that_is_too_large_is_not_loaded(void **state)
{
	struct tree tree = { 0 };
	int fd;

	(void)state;
	write_sample();
	fd = openat(folder.fd, IMAGE_NAME, O_RDWR | O_CLOEXEC);
	assert_int_equal(ftruncate(fd, 695599241), 0);
	assert_int_equal(image_read(folder.fd, &tree), -EBADMSG);
	assert_said("695599241 bytes, a tree has at most 695599240");
	assert_int_equal(ftruncate(fd, folder.size + 1), 0);
	assert_int_equal(image_read(folder.fd, &tree), -EBADMSG);
	assert_said("1 bytes after the end entry");
	close(fd);
}

static off_t promised;

int __real_fstat(int fd, struct stat *st);
int __wrap_fstat(int fd, struct stat *st);

/* For a file that becomes shorter before it is read. */
int __wrap_fstat(int fd, struct stat *st)
{
	int ret = __real_fstat(fd, st);

	st->st_size += promised;
	return ret;
}

static void what_cannot_be_read_is_refused(void **state)
{
	struct tree tree = { 0 };

	(void)state;
	write_sample();
	promised = 1;
	assert_int_equal(image_read(folder.fd, &tree), -EIO);
	promised = 0;
	assert_int_equal(symlinkat("loop", folder.fd, "loop"), 0);
	assert_int_equal(image_read_file(folder.fd, "loop", &tree), -ELOOP);
	assert_said("cannot read loop: ");
	assert_int_equal(unlinkat(folder.fd, "loop", 0), 0);
	assert_int_equal(image_read_file(folder.fd, ".", &tree), -EINVAL);
	/* it has no writer, and must not be waited for */
	assert_int_equal(mkfifoat(folder.fd, "fifo", 0600), 0);
	alarm(10);
	assert_int_equal(image_read_file(folder.fd, "fifo", &tree), -EINVAL);
	alarm(0);
	assert_int_equal(unlinkat(folder.fd, "fifo", 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(other_files_are_not_loaded),
		cmocka_unit_test(a_file_that_is_too_large_is_not_loaded),
		cmocka_unit_test(what_cannot_be_read_is_refused),
	};

	return cmocka_run_group_tests_name("image-file", tests, make_folder, remove_folder);
}
