// SPDX-License-Identifier: GPL-2.0
/* A restore takes the tree of its own dump, and refuses all others at once. */
#include "sample.h"

#include "agent.h"
#include "criu.h"
#include "files.h"
#include "load.h"
#include "reserve.h"
#include "restore.h"

#define OTHER_RUN_ID "f14ad6c8-25a2-4d3c-8f0d-96cc2ab8e1b2"

static struct {
	bool named; /* the inventory has the plugin's name */
	int asked;  /* how often the kernel was looked at: the tree was taken */
	int loaded; /* how often the module was, when the kernel was not looked at yet */
} world;

char dump_criu_run_id[37];

int criu_get_image_dir(void)
{
	return folder.fd;
}

bool check_and_remove_inventory_plugin(const char *name, size_t n)
{
	bool named = world.named && !strncmp(name, PLUGIN_NAME, n);

	world.named &= !named;
	return named;
}

const struct kernel *__wrap_kernel_detect(const char **unusable);

const struct kernel *__wrap_kernel_detect(const char **unusable)
{
	*unusable = NULL;
	world.asked++;
	return NULL;
}

/* The rest of the plugin, which nothing here gets to. */

int reserve_numbers(void)
{
	return 0;
}

void load_module(void)
{
	world.loaded += !world.asked;
}

int agent_begin(const struct tree *tree)
{
	(void)tree;
	return 0;
}

void agent_keep_listener(uint32_t filter, int listener)
{
	(void)filter;
	(void)listener;
}

int agent_hand_over(uint32_t process, pid_t pid, pid_t root)
{
	(void)process;
	(void)pid;
	(void)root;
	return 0;
}

void agent_end(void)
{
}

int files_offer_listener(const struct tree *tree, const struct tree_filter *filter, int listener)
{
	(void)tree;
	(void)filter;
	(void)listener;
	return 0;
}

int files_offer(const struct kernel *kernel, const struct tree *tree, const int *filters)
{
	(void)kernel;
	(void)tree;
	(void)filters;
	return 0;
}

void files_release(void)
{
}

void files_end(void)
{
}

/* The inventory of the dump that the sample is of. */
static int set_up(void **state)
{
	(void)state;
	write_sample();
	world.named = true;
	world.asked = 0;
	world.loaded = 0;
	strcpy(dump_criu_run_id, RUN_ID);
	said[0] = '\0';
	return 0;
}

static void assert_refused(int error, const char *why)
{
	assert_int_equal(restore_begin(), error);
	assert_said(why);
	assert_int_equal(world.asked, 0);
	assert_int_equal(world.loaded, 0);
	assert_int_equal(restore_tree()->n_filters, 0);
	/* nothing of it is left for a later hook */
	assert_int_equal(restore_process(getpid()), 0);
}

static void the_tree_of_the_dump_is_taken(void **state)
{
	(void)state;
	assert_int_equal(restore_begin(), -EOPNOTSUPP);
	assert_said("boot a kernel with the patches");
	assert_int_equal(world.asked, 1);
	assert_int_equal(world.loaded, 1);
}

static void that_of_another_dump_is_refused(void **state)
{
	(void)state;
	strcpy(dump_criu_run_id, OTHER_RUN_ID);
	assert_refused(-ESTALE, IMAGE_NAME " belongs to another dump (CRIU run " RUN_ID
					   ") than inventory.img (run " OTHER_RUN_ID
					   "): copy all files of one dump");
}

static void so_is_one_whose_name_only_begins_alike(void **state)
{
	(void)state;
	dump_criu_run_id[strlen(RUN_ID) - 1] = '\0';
	assert_refused(-ESTALE, "belongs to another dump");
}

/* CRIU before 4.1 did not name its runs. */
static void an_inventory_without_a_run_has_no_tree(void **state)
{
	(void)state;
	strcpy(dump_criu_run_id, "\x7f");
	assert_refused(-ESTALE, "inventory.img (which names none)");
	set_up(NULL);
	dump_criu_run_id[0] = '\0';
	assert_refused(-ESTALE, "inventory.img (which names none)");
}

/* Filters name system calls by number. */
static void one_of_another_architecture_is_refused(void **state)
{
	struct tree tree = { 0 };
	bool arm64 = ARCH_NATIVE == AUDIT_ARCH_AARCH64;

	(void)state;
	fill(&tree);
	tree.arch = arm64 ? AUDIT_ARCH_X86_64 : AUDIT_ARCH_AARCH64;
	put_image(&tree);
	assert_refused(-ENOEXEC,
		       arm64 ? IMAGE_NAME " was dumped on x86-64, and this is arm64: restore it"
			     : IMAGE_NAME " was dumped on arm64, and this is x86-64: restore it");
	fill(&tree);
	tree.arch = 0x28;
	put_image(&tree);
	world.named = true;
	assert_refused(-ENOEXEC, "was dumped on architecture 0x28");
}

static void a_tree_that_is_missing_is_noticed(void **state)
{
	(void)state;
	remove_image(NULL);
	assert_refused(-ENOENT, IMAGE_NAME " is missing");
}

static void a_part_of_a_tree_is_refused(void **state)
{
	size_t size = folder.size;
	int fd;

	(void)state;
	while (size--) {
		fd = openat(folder.fd, IMAGE_NAME, O_WRONLY | O_CLOEXEC);
		assert_int_equal(ftruncate(fd, size), 0);
		close(fd);
		world.named = true;
		assert_refused(-EBADMSG, IMAGE_NAME ": entry");
	}
}

/* It may be of a newer dump, whose other images are here in part. */
static void where_the_dump_had_no_tree_there_must_be_none(void **state)
{
	(void)state;
	world.named = false;
	assert_refused(-ESTALE, "which does not name it");
	remove_image(NULL);
	said[0] = '\0';
	assert_int_equal(restore_begin(), 0);
	assert_string_equal(said, "");
	assert_int_equal(world.loaded, 0);
	assert_int_equal(restore_tree()->n_filters, 0);
	restore_end(false);
}

#define RESTORE_TEST(name) cmocka_unit_test_setup(name, set_up)

int main(void)
{
	const struct CMUnitTest tests[] = {
		RESTORE_TEST(the_tree_of_the_dump_is_taken),
		RESTORE_TEST(that_of_another_dump_is_refused),
		RESTORE_TEST(so_is_one_whose_name_only_begins_alike),
		RESTORE_TEST(an_inventory_without_a_run_has_no_tree),
		RESTORE_TEST(one_of_another_architecture_is_refused),
		RESTORE_TEST(a_tree_that_is_missing_is_noticed),
		RESTORE_TEST(a_part_of_a_tree_is_refused),
		RESTORE_TEST(where_the_dump_had_no_tree_there_must_be_none),
	};

	return cmocka_run_group_tests_name("run-id", tests, make_folder, remove_folder);
}
