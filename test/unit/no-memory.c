// SPDX-License-Identifier: GPL-2.0
/* Each allocation in lib/ fails once: this is reported, and nothing is leaked. */
#include "sample.h"

#include "fake_kernel.h"
#include "no_memory.h"

#include "collect.h"

/* A thread under two filters, one of them with a listener. */
static void collect_without_memory(const struct kernel_reader *reader, size_t keep)
{
	struct tree tree = { 0 };
	struct collect collect;
	size_t before = descriptors();
	uint32_t filter;
	bool failed;
	int n, ret;

	for (n = 0, failed = true; failed; n++) {
		fake_reset();
		fake_thread(7, fake_filter(fake_filter(-1, 0), SECCOMP_FILTER_FLAG_NEW_LISTENER));
		collect = (struct collect){ .reader = reader, .tree = &tree, .keep = keep };
		allocations = n;
		ret = collect_thread(&collect, 7, &filter);
		failed = memory_ran_out();
		assert_int_equal(ret, failed ? -ENOMEM : 0);
		collect_end(&collect);
		tree_free(&tree);
		assert_int_equal(descriptors(), before);
	}
	assert_true(n > 5);
}

static void filters_that_do_not_fit_are_not_collected(void **state)
{
	struct kernel_reader reader = fake_kernel.reader;

	(void)state;
	collect_without_memory(&reader, 0);
	reader.reuses_ids = true;
	collect_without_memory(&reader, 10);
}

/* More processes than one entry holds. */
static void an_image_that_does_not_fit_is_not_written(void **state)
{
	struct tree tree = { 0 };
	struct image image;
	bool failed;
	int i, n, ret;

	(void)state;
	fill(&tree);
	for (i = 0; i < 100; i++)
		add_process(&tree, 1000 + 10 * i, 0, 1);
	for (n = 0, failed = true; failed; n++) {
		remove_image(NULL);
		image = (struct image){ .fd = -1 };
		allocations = n;
		ret = image_sync(&image, folder.fd, &tree);
		failed = memory_ran_out();
		assert_int_equal(ret, failed ? -ENOMEM : 0);
		image_close(&image);
	}
	assert_true(n > 5);
	tree_free(&tree);
}

static void an_image_that_does_not_fit_is_not_read(void **state)
{
	struct tree tree = { 0 };
	bool failed;
	int n, ret;

	(void)state;
	write_sample();
	for (n = 0, failed = true; failed; n++) {
		allocations = n;
		ret = image_read(folder.fd, &tree);
		failed = memory_ran_out();
		assert_int_equal(ret, failed ? -ENOMEM : 0);
		if (failed)
			assert_int_equal(tree.n_filters + tree.n_threads + tree.n_files, 0);
		tree_free(&tree);
	}
	assert_true(n > 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(filters_that_do_not_fit_are_not_collected),
		cmocka_unit_test(an_image_that_does_not_fit_is_not_written),
		cmocka_unit_test(an_image_that_does_not_fit_is_not_read),
	};

	return cmocka_run_group_tests_name("no-memory", tests, make_folder, remove_folder);
}
