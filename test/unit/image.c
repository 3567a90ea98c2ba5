// SPDX-License-Identifier: GPL-2.0
/* What is written is what is read. */
#include "sample.h"

#include <sys/stat.h>

static void assert_same(const struct tree *a, const struct tree *b)
{
	size_t i;

	assert_string_equal(a->run_id, b->run_id);
	assert_int_equal(a->arch, b->arch);
	assert_int_equal(a->n_programs, b->n_programs);
	assert_int_equal(a->n_filters, b->n_filters);
	assert_int_equal(a->n_threads, b->n_threads);
	assert_int_equal(a->n_processes, b->n_processes);
	for (i = 0; i < a->n_programs; i++) {
		assert_int_equal(a->programs[i].len, b->programs[i].len);
		assert_memory_equal(a->programs[i].insns, b->programs[i].insns,
				    a->programs[i].len * sizeof(struct sock_filter));
	}
	for (i = 0; i < a->n_filters; i++) {
		assert_int_equal(a->filters[i].program, b->filters[i].program);
		assert_int_equal(a->filters[i].parent, b->filters[i].parent);
		assert_int_equal(a->filters[i].flags, b->filters[i].flags);
		assert_int_equal(a->filters[i].listener_flags, b->filters[i].listener_flags);
		assert_int_equal(a->filters[i].generation, b->filters[i].generation);
		assert_int_equal(a->filters[i].n_newer, b->filters[i].n_newer);
		if (a->filters[i].n_newer)
			assert_memory_equal(a->filters[i].newer, b->filters[i].newer,
					    a->filters[i].n_newer * sizeof(uint32_t));
	}
	assert_int_equal(a->n_files, b->n_files);
	for (i = 0; i < a->n_files; i++) {
		assert_int_equal(a->files[i].id, b->files[i].id);
		assert_int_equal(a->files[i].kind, b->files[i].kind);
		assert_int_equal(a->files[i].filter, b->files[i].filter);
		assert_int_equal(a->files[i].flags, b->files[i].flags);
	}
	for (i = 0; i < a->n_threads; i++) {
		assert_int_equal(a->threads[i].tid, b->threads[i].tid);
		assert_int_equal(a->threads[i].filter, b->threads[i].filter);
		assert_int_equal(a->threads[i].process, b->threads[i].process);
	}
}

static void assert_file_is(const struct tree *tree)
{
	struct tree read = { 0 };

	assert_int_equal(image_read(folder.fd, &read), 0);
	assert_same(tree, &read);
	tree_free(&read);
}

static void what_is_written_is_read(void **state)
{
	const uint32_t newer[] = { 0, 1, 0 };
	const struct tree_filter replaceable = {
		.parent = TREE_NONE,
		.flags = SECCOMP_FILTER_FLAG_REPLACEABLE | SECCOMP_FILTER_FLAG_KEEP,
		.generation = INT64_MAX,
		.newer = newer,
		.n_newer = 3,
	};
	struct image image = { .fd = -1 };
	struct tree tree = { 0 };

	(void)state;
	fill(&tree);
	tree.filters[0].flags = SECCOMP_FILTER_FLAG_NEW_LISTENER;
	tree.filters[0].listener_flags = SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP;
	tree_add_filter(&tree, &replaceable);
	add_file(&tree, 10, TREE_FILE_FILTER, tree.n_filters - 1);
	add_file(&tree, 1, TREE_FILE_LISTENER, 0);
	add_file(&tree, UINT32_MAX, TREE_FILE_HUNG_UP, TREE_NONE);
	add_file(&tree, 2, TREE_FILE_SEALED, 1);
	assert_int_equal(image_sync(&image, folder.fd, &tree), 0);
	assert_file_is(&tree);
	image_close(&image);
	tree_free(&tree);
}

static void several_listeners_on_a_path_are_read(void **state)
{
	const uint32_t nests =
		SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_ALLOW_NESTED_LISTENERS;
	struct image image = { .fd = -1 };
	struct tree tree = { 0 };
	uint32_t below, above;

	(void)state;
	set_run_id(&tree);
	below = add_filter(&tree, allow, 1, TREE_NONE, nests);
	above = add_filter(&tree, deny, 4, add_filter(&tree, allow, 1, below, 0), nests);
	add_filter(&tree, allow, 1, above, SECCOMP_FILTER_FLAG_NEW_LISTENER);
	add_process(&tree, 7, above, above + 1);
	add_file(&tree, 1, TREE_FILE_LISTENER, below);
	add_file(&tree, 2, TREE_FILE_LISTENER, above + 1);
	assert_int_equal(image_sync(&image, folder.fd, &tree), 0);
	assert_file_is(&tree);
	image_close(&image);
	tree_free(&tree);
}

/* New filters now and then, and enough threads for several entries. */
static void the_file_is_whole_after_every_step(void **state)
{
	struct image image = { .fd = -1 };
	struct tree tree = { 0 };
	uint32_t newest = TREE_NONE;
	int i;

	(void)state;
	set_run_id(&tree);
	for (i = 0; i < 1000; i++) {
		if (i % 300 == 0)
			newest = add_filter(&tree, i % 600 ? allow : deny, i % 600 ? 1 : 4, newest,
					    0);
		add_process(&tree, 1 + (i * 7919) % 100000 * 10, i % 2 ? newest : TREE_NONE,
			    newest);
		if (i % 77 == 0)
			add_file(&tree, i, TREE_FILE_FILTER, newest);
		assert_int_equal(image_sync(&image, folder.fd, &tree), 0);
		if (i % 37 == 0 || i > 990)
			assert_file_is(&tree);
	}
	image_close(&image);
	tree_free(&tree);
}

static size_t file_size(void)
{
	load();
	return folder.size;
}

/* 10,000 processes of one thread with scattered ids: at most 6 bytes a thread. */
static void a_thread_costs_few_bytes(void **state)
{
	struct image image = { .fd = -1 };
	struct tree tree = { 0 };
	size_t before;
	int i;

	(void)state;
	set_run_id(&tree);
	add_filter(&tree, deny, 4, TREE_NONE, 0);
	assert_int_equal(image_sync(&image, folder.fd, &tree), 0);
	before = file_size();
	assert_true(before <= sizeof(deny) + 200);
	for (i = 0; i < 10000; i++) {
		struct tree_thread thread = { .tid = 1 + i * 7919 % 32768, .filter = 0 };

		assert_true(tree_add_process(&tree, &thread, 1) >= 0);
		assert_int_equal(image_sync(&image, folder.fd, &tree), 0);
	}
	assert_true(file_size() <= before + 6 * 10000);
	image_close(&image);
	tree_free(&tree);
}

static void a_full_disk_is_told(void **state)
{
	struct image image = { .fd = open("/dev/full", O_WRONLY) };
	struct tree tree = { 0 };

	(void)state;
	fill(&tree);
	assert_int_equal(image_sync(&image, folder.fd, &tree), -ENOSPC);
	assert_said("cannot write seccomp-tree.img: No space left");
	image_close(&image);
	tree_free(&tree);
}

/* Another dump writes it, or somebody has put a link there. */
static void a_file_that_is_there_is_not_written_to(void **state)
{
	const char *const links[] = { "nowhere", "other.img" };
	struct image image = { .fd = -1 };
	struct tree tree = { 0 };
	struct stat st;
	size_t i;

	(void)state;
	fill(&tree);
	close(openat(folder.fd, "other.img", O_CREAT | O_WRONLY, 0600));
	for (i = 0; i < 2; i++) {
		assert_int_equal(symlinkat(links[i], folder.fd, IMAGE_NAME), 0);
		assert_int_equal(image_sync(&image, folder.fd, &tree), -EEXIST);
		image_close(&image);
		remove_image(NULL);
	}
	assert_int_equal(linkat(folder.fd, "other.img", folder.fd, IMAGE_NAME, 0), 0);
	assert_int_equal(image_sync(&image, folder.fd, &tree), -EEXIST);
	image_close(&image);
	assert_int_equal(fstatat(folder.fd, "other.img", &st, 0), 0);
	assert_int_equal(st.st_size, 0);
	assert_int_not_equal(faccessat(folder.fd, "nowhere", F_OK, 0), 0);
	unlinkat(folder.fd, "other.img", 0);
	tree_free(&tree);
}

/* Programs show what a task may do: whatever the umask, nobody else can read them. */
static void the_file_is_for_its_owner_only(void **state)
{
	struct image image = { .fd = -1 };
	struct tree tree = { 0 };
	mode_t mask = umask(0);
	struct stat st;

	(void)state;
	fill(&tree);
	assert_int_equal(image_sync(&image, folder.fd, &tree), 0);
	umask(mask);
	assert_int_equal(fstatat(folder.fd, IMAGE_NAME, &st, AT_SYMLINK_NOFOLLOW), 0);
	assert_int_equal(st.st_mode, S_IFREG | 0600);
	image_close(&image);
	tree_free(&tree);
}

static void a_tree_of_no_dump_is_not_written(void **state)
{
	struct image image = { .fd = -1 };
	struct tree tree = { 0 };

	(void)state;
	add_filter(&tree, allow, 1, TREE_NONE, 0);
	assert_int_equal(image_sync(&image, folder.fd, &tree), -EINVAL);
	image_close(&image);
	tree_free(&tree);
}

static size_t at_once = SIZE_MAX;

ssize_t __real_pwrite(int fd, const void *data, size_t size, off_t offset);
ssize_t __wrap_pwrite(int fd, const void *data, size_t size, off_t offset);

/* A file that takes so many bytes at once, and is interrupted each second time. */
ssize_t __wrap_pwrite(int fd, const void *data, size_t size, off_t offset)
{
	static bool interrupted;

	if (size > at_once)
		size = at_once;
	interrupted = at_once != SIZE_MAX && !interrupted;
	if (!interrupted)
		return __real_pwrite(fd, data, size, offset);
	errno = EINTR;
	return -1;
}

static bool no_room; /* which only close(2) says */

int __real_close(int fd);
int __wrap_close(int fd);

int __wrap_close(int fd)
{
	int ret = __real_close(fd);

	if (!no_room)
		return ret;
	errno = EDQUOT;
	return -1;
}

static void what_only_close_says_fails(void **state)
{
	struct image image = { .fd = -1 };
	struct tree tree = { 0 };
	int ret;

	(void)state;
	fill(&tree);
	no_room = true;
	ret = image_sync(&image, folder.fd, &tree);
	no_room = false;
	assert_int_equal(ret, -EDQUOT);
	assert_said("cannot write " IMAGE_NAME ": Disk quota exceeded");
	image_close(&image);
	tree_free(&tree);
}

static void what_is_written_in_pieces_is_whole(void **state)
{
	struct image image = { .fd = -1 };
	struct tree tree = { 0 };

	(void)state;
	fill(&tree);
	at_once = 7;
	assert_int_equal(image_sync(&image, folder.fd, &tree), 0);
	at_once = SIZE_MAX;
	assert_file_is(&tree);
	image_close(&image);
	tree_free(&tree);
}

static void no_file_is_not_a_fault(void **state)
{
	struct tree tree = { 0 };

	(void)state;
	said[0] = '\0';
	assert_int_equal(image_read(folder.fd, &tree), -ENOENT);
	assert_string_equal(said, "");
}

#define IMAGE_TEST(name) cmocka_unit_test_setup(name, remove_image)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IMAGE_TEST(what_is_written_is_read),
		IMAGE_TEST(several_listeners_on_a_path_are_read),
		IMAGE_TEST(the_file_is_whole_after_every_step),
		IMAGE_TEST(a_thread_costs_few_bytes),
		IMAGE_TEST(a_full_disk_is_told),
		IMAGE_TEST(what_is_written_in_pieces_is_whole),
		IMAGE_TEST(a_file_that_is_there_is_not_written_to),
		IMAGE_TEST(the_file_is_for_its_owner_only),
		IMAGE_TEST(a_tree_of_no_dump_is_not_written),
		IMAGE_TEST(what_only_close_says_fails),
		IMAGE_TEST(no_file_is_not_a_fault),
	};

	return cmocka_run_group_tests_name("image", tests, make_folder, remove_folder);
}
