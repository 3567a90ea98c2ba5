// SPDX-License-Identifier: GPL-2.0
/* Filter fds and listeners that tasks hold: what a dump records about them. */
#include "fake_kernel.h"
#include "fake_store.h"

#include <sys/resource.h>

#include "dump.h"
#include "files.h"
#include "restore.h"

static struct {
	const struct kernel *kernel;
	const char *name; /* what /proc calls the file; NULL: cannot be read */
	struct tree_file recorded;
	int records, result;
	struct tree tree;
} world;

ssize_t __wrap_readlink(const char *path, char *name, size_t room);

ssize_t __wrap_readlink(const char *path, char *name, size_t room)
{
	size_t len = world.name ? strlen(world.name) : 0;

	assert_non_null(strstr(path, "/proc/self/fd/"));
	if (!world.name) {
		errno = ENOMEM;
		return -1;
	}
	if (len > room)
		len = room;
	memcpy(name, world.name, len);
	return len;
}

const struct kernel *__wrap_kernel_detect(const char **unusable);

const struct kernel *__wrap_kernel_detect(const char **unusable)
{
	*unusable = NULL;
	return world.kernel;
}

const struct kernel *dump_kernel(void)
{
	return world.kernel;
}

int dump_filter(int fd, uint32_t *index)
{
	int filter = fake_of(fd, false);

	if (world.result)
		return world.result;
	*index = filter;
	return filter < 0 ? -ENOTTY : 0;
}

int dump_file(const struct tree_file *file)
{
	world.recorded = *file;
	world.records++;
	return 0;
}

static int begin(void **state)
{
	(void)state;
	memset(&world, 0, sizeof(world));
	fake_reset();
	world.kernel = &fake_kernel;
	fake_filter(-1, 0);
	fake_filter(0, SECCOMP_FILTER_FLAG_NEW_LISTENER);
	return 0;
}

static void is_recorded(uint32_t id, enum tree_file_kind kind, uint32_t filter, uint32_t flags)
{
	assert_int_equal(world.records, 1);
	assert_int_equal(world.recorded.id, id);
	assert_int_equal(world.recorded.kind, kind);
	assert_int_equal(world.recorded.filter, filter);
	assert_int_equal(world.recorded.flags, flags);
}

/* Dumps a file that /proc calls @name. */
static int dump_as(const char *name, int fd)
{
	size_t before = descriptors();
	int ret;

	world.name = name;
	ret = files_dump(fd, 5);
	assert_int_equal(descriptors(), before);
	close(fd);
	return ret;
}

static int open_with(int filter, bool listener, int flags)
{
	int fd = fake_open(filter, listener);

	assert_int_equal(fcntl(fd, F_SETFL, flags), 0);
	return fd;
}

static void a_filter_fd_is_recorded(void **state)
{
	(void)state;
	assert_int_equal(dump_as("anon_inode:seccomp filter", open_with(1, false, O_APPEND)), 0);
	is_recorded(5, TREE_FILE_FILTER, 1, O_APPEND);
}

static void a_sealed_filter_fd_is_recorded_as_sealed(void **state)
{
	int fd = fake_open_sealed(1);

	(void)state;
	assert_int_equal(fcntl(fd, F_SETFL, O_APPEND), 0);
	assert_int_equal(dump_as("anon_inode:seccomp filter", fd), 0);
	is_recorded(5, TREE_FILE_SEALED, 1, O_APPEND);
}

/* Otherwise it would be unknown whether it is sealed. */
static void a_filter_fd_that_cannot_be_read_fails(void **state)
{
	(void)state;
	fake_make_odd("info", 0, -EIO);
	assert_int_equal(dump_as("anon_inode:seccomp filter", fake_open(1, false)), -EIO);
	assert_said("cannot read the filter of a filter fd");
	assert_int_equal(world.records, 0);
}

static void a_listener_is_recorded_with_its_filter(void **state)
{
	(void)state;
	assert_int_equal(dump_as("anon_inode:seccomp notify", open_with(1, true, O_NONBLOCK)), 0);
	is_recorded(5, TREE_FILE_LISTENER, 1, O_NONBLOCK);
}

static void a_listener_that_hung_up_has_no_filter(void **state)
{
	(void)state;
	fake.filters[1].gone = true;
	assert_int_equal(dump_as("anon_inode:seccomp notify", open_with(1, true, 0)), 0);
	is_recorded(5, TREE_FILE_HUNG_UP, TREE_NONE, 0);
}

static void a_file_of_unknown_kind_fails(void **state)
{
	(void)state;
	assert_int_equal(dump_as(NULL, fake_open(1, false)), -ENOMEM);
	assert_said("cannot read what file 5 is: Cannot allocate memory");
	assert_int_equal(world.records, 0);
}

static void other_files_are_ignored(void **state)
{
	(void)state;
	assert_int_equal(dump_as("/tmp/anon_inode:seccomp filter", fake_open(1, false)),
			 FILES_NOT_OURS);
	assert_int_equal(dump_as("anon_inode:[eventfd]", fake_open(1, false)), FILES_NOT_OURS);
	world.kernel = NULL;
	assert_int_equal(dump_as("anon_inode:seccomp notify", fake_open(1, true)), FILES_NOT_OURS);
	assert_int_equal(world.records, 0);
}

/* Only ENOENT means that it has hung up. */
static void a_listener_that_cannot_be_read_fails(void **state)
{
	(void)state;
	fake_make_odd("listener_filter", 0, -EIO);
	assert_int_equal(dump_as("anon_inode:seccomp notify", fake_open(1, true)), -EIO);
	assert_said("cannot read the filter of a listener");
	fake.odd = NULL;
	world.result = -ENOMEM;
	assert_int_equal(dump_as("anon_inode:seccomp notify", fake_open(1, true)), -ENOMEM);
	assert_int_equal(dump_as("anon_inode:seccomp filter", fake_open(1, false)), -ENOMEM);
	assert_said("cannot read the filter of a filter fd");
	assert_int_equal(world.records, 0);
}

/* A tree with a file of each kind: 1 a filter fd, 2 a listener, 3 one that hung up, 4 sealed. */
static void make_tree(void)
{
	const struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	const struct tree_filter filters[] = {
		{ .parent = TREE_NONE },
		{ .parent = 0, .flags = SECCOMP_FILTER_FLAG_NEW_LISTENER },
	};
	const struct tree_file files[] = {
		{ .id = 1, .kind = TREE_FILE_FILTER, .flags = O_NONBLOCK },
		{ .id = 2, .kind = TREE_FILE_LISTENER, .filter = 1 },
		{ .id = 3, .kind = TREE_FILE_HUNG_UP, .filter = TREE_NONE },
		{ .id = 4, .kind = TREE_FILE_SEALED, .filter = 0 },
		{ .id = 6, .kind = TREE_FILE_FILTER },
	};
	size_t i;

	assert_int_equal(tree_add_program(&world.tree, &allow, 1), 0);
	for (i = 0; i < 2; i++)
		assert_int_equal(tree_add_filter(&world.tree, &filters[i]), i);
	for (i = 0; i < 5; i++)
		assert_int_equal(tree_add_file(&world.tree, &files[i]), i);
}

static int offer_all(void)
{
	int filters[] = { fake_open(0, false), fake_open(1, false) };
	const struct tree_filter *supervised = &world.tree.filters[1];
	int ret;

	ret = files_offer_listener(&world.tree, supervised, fake_open(1, true));
	if (!ret)
		ret = files_offer(&fake_kernel, &world.tree, filters);
	close(filters[0]);
	close(filters[1]);
	return ret;
}

static void every_task_can_take_offered_files(void **state)
{
	size_t before = descriptors();
	int fd, other;

	(void)state;
	make_tree();
	assert_int_equal(offer_all(), 0);
	fd = files_restore(&world.tree, 1);
	assert_int_equal(fake_of(fd, false), 0);
	assert_false(fake_is_sealed(fd));
	assert_true(fcntl(fd, F_GETFL) & O_NONBLOCK);
	close(fd);
	fd = files_restore(&world.tree, 2);
	assert_int_equal(fake_of(fd, true), 1);
	close(fd);
	/* this one gets a new filter, which has no other descriptor */
	fd = files_restore(&world.tree, 3);
	assert_int_equal(fake_of(fd, true), 2);
	assert_int_equal(fake.filters[2].flags, SECCOMP_FILTER_FLAG_NEW_LISTENER);
	assert_int_equal(fake.filters[2].parent, -1);
	close(fd);
	fd = files_restore(&world.tree, 4);
	assert_int_equal(fake_of(fd, false), 0);
	assert_true(fake_is_sealed(fd));
	close(fd);
	assert_int_equal(files_restore(&world.tree, 5), FILES_NOT_OURS);

	/* Descriptors of one filter that were opened separately are separate again. */
	fd = files_restore(&world.tree, 1);
	other = files_restore(&world.tree, 6);
	assert_int_equal(fake_of(other, false), 0);
	assert_false(fake_is_sealed(other));
	assert_int_equal(fcntl(fd, F_SETFL, O_APPEND), 0);
	assert_int_equal(fcntl(other, F_GETFL) & TREE_FILE_FLAGS, 0);
	close(fd);
	close(other);

	/* What is left in CRIU's store is useless then. */
	files_release();
	assert_int_equal(files_restore(&world.tree, 1), -EAGAIN);
	assert_said("cannot take file 1 out of its parcel");
	files_end();
	store_end();
	assert_int_equal(files_restore(&world.tree, 2), -EIO);
	assert_said("file 2 is not among those");
	tree_free(&world.tree);
	assert_int_equal(descriptors(), before);
}

static void files_that_cannot_be_offered_fail(void **state)
{
	size_t before = descriptors();
	const int none[] = { -1, -1 };

	(void)state;
	make_tree();
	store.full = true;
	assert_int_equal(offer_all(), -EIO);
	assert_said("cannot let tasks inherit file 2");
	files_end();
	store.full = false;
	fake_make_odd("create", 0, -ENOMEM);
	assert_int_equal(offer_all(), -ENOMEM);
	assert_said("cannot let tasks inherit file 3");
	files_end();
	fake_make_odd("copy", 0, -EMFILE);
	assert_int_equal(offer_all(), -EMFILE);
	assert_said("cannot let tasks inherit file 4");
	assert_int_equal(files_offer(&fake_kernel, &world.tree, none), -EBADF);
	assert_said("cannot let tasks inherit file 1");
	files_end();
	store_end();
	tree_free(&world.tree);
	assert_int_equal(descriptors(), before);
}

/* Better one descriptor for two than none at all; but a sealed one is never unsealed. */
static void a_path_without_room_has_one_open_file(void **state)
{
	const int filters[] = { fake_open(0, false), fake_open(1, false) };
	int fd, other;

	(void)state;
	make_tree();
	world.tree.files[3].kind = TREE_FILE_FILTER;
	fake_make_odd("copy", 0, -ENOMEM);
	assert_int_equal(files_offer(&fake_kernel, &world.tree, filters), 0);
	assert_said("share a seal");
	fd = files_restore(&world.tree, 1);
	other = files_restore(&world.tree, 4);
	assert_int_equal(fake_of(other, false), 0);
	assert_int_equal(fcntl(fd, F_SETFL, O_APPEND), 0);
	assert_true(fcntl(other, F_GETFL) & O_APPEND);
	close(fd);
	close(other);
	files_end();
	world.tree.files[3].kind = TREE_FILE_SEALED;
	fake_make_odd("copy", 0, -ENOMEM);
	assert_int_equal(files_offer(&fake_kernel, &world.tree, filters), -ENOMEM);
	assert_said("cannot let tasks inherit file 4");
	files_end();
	close(filters[0]);
	close(filters[1]);
	store_end();
	tree_free(&world.tree);
}

/* There is no room for another descriptor in this process. */
static void a_full_table_fails(void **state)
{
	int listener = fake_open(1, true);
	struct rlimit old, full;

	(void)state;
	make_tree();
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
	full = old;
	full.rlim_cur = listener + 1;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &full), 0);
	assert_int_equal(files_offer_listener(&world.tree, &world.tree.filters[1], listener),
			 -EMFILE);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
	assert_said("cannot let tasks inherit file 2");
	files_end();
	tree_free(&world.tree);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_filter_fd_is_recorded, begin),
		cmocka_unit_test_setup(a_sealed_filter_fd_is_recorded_as_sealed, begin),
		cmocka_unit_test_setup(a_filter_fd_that_cannot_be_read_fails, begin),
		cmocka_unit_test_setup(a_listener_is_recorded_with_its_filter, begin),
		cmocka_unit_test_setup(a_listener_that_hung_up_has_no_filter, begin),
		cmocka_unit_test_setup(a_file_of_unknown_kind_fails, begin),
		cmocka_unit_test_setup(other_files_are_ignored, begin),
		cmocka_unit_test_setup(a_listener_that_cannot_be_read_fails, begin),
		cmocka_unit_test_setup(every_task_can_take_offered_files, begin),
		cmocka_unit_test_setup(files_that_cannot_be_offered_fail, begin),
		cmocka_unit_test_setup(a_path_without_room_has_one_open_file, begin),
		cmocka_unit_test_setup(a_full_table_fails, begin),
	};

	return cmocka_run_group_tests_name("files", tests, NULL, NULL);
}
