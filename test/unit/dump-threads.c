// SPDX-License-Identifier: GPL-2.0
/* Dumps threads with filters. If anything fails, the dump fails: no filter is left out. */
#include "sample.h"

#include "fake_kernel.h"
#include "no_memory.h"

#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "agent.h"
#include "alone.h"
#include "compat.h"
#include "criu.h"
#include "dump.h"
#include "modes.h"
#include "rseq.h"
#include "stuck.h"
#include "thread.h"

static struct {
	const struct kernel *kernel;
	int depth, odd_id;	      /* of a thread in its namespace */
	pid_t alone;		      /* the process that CRIU dumps alone */
	int inventory, strict_result; /* what CRIU answers */
	int named;
	pid_t strict[8];
	int n_strict;
	int n_suspended, suspend_result;
	pid_t dying;
	size_t descriptors;
	pthread_t thread;
	pid_t tid;
} world;

char criu_run_id[] = RUN_ID;

int criu_get_image_dir(void)
{
	return folder.fd;
}

int add_inventory_plugin(const char *name)
{
	assert_string_equal(name, PLUGIN_NAME);
	world.named++;
	return world.inventory;
}

int seccomp_collect_entry(pid_t tid, unsigned int mode)
{
	assert_int_equal(mode, SECCOMP_MODE_STRICT);
	world.strict[world.n_strict++] = tid;
	return world.strict_result;
}

size_t agent_count(const struct tree *tree)
{
	(void)tree;
	return 0;
}

int modes_settle(const struct proc_threads *tids)
{
	(void)tids;
	return 0;
}

int modes_check(pid_t tid)
{
	return tid == world.dying ? -ESRCH : 0;
}

int modes_suspend(pid_t tid)
{
	assert_int_equal(tid, world.strict[world.n_strict - 1]);
	world.n_suspended++;
	return world.suspend_result;
}

int rseq_disarm(const struct proc_threads *tids)
{
	assert_true(tids->count > 0);
	return 0;
}

int compat_check(pid_t pid)
{
	assert_true(pid > 0);
	return 0;
}

void stuck_explain(void)
{
}

void alone_warn(const struct proc_threads *tids)
{
	assert_int_equal(tids->count, 2);
	world.alone = tids->tids[0];
}

void alone_end(void)
{
}

const struct kernel *__wrap_kernel_detect(const char **unusable);
int __wrap_proc_namespace_depth(pid_t tid);
pid_t __wrap_proc_id_at_depth(pid_t tid, int depth);

const struct kernel *__wrap_kernel_detect(const char **unusable)
{
	*unusable = NULL;
	return world.kernel;
}

int __wrap_proc_namespace_depth(pid_t tid)
{
	(void)tid;
	return world.depth;
}

pid_t __wrap_proc_id_at_depth(pid_t tid, int depth)
{
	assert_int_equal(depth, world.depth);
	if (tid == world.odd_id)
		return -ESRCH;
	return depth ? tid + 1000 : tid;
}

static int begin(void **state)
{
	(void)state;
	memset(&world, 0, sizeof(world));
	fake_reset();
	said[0] = '\0';
	world.kernel = &fake_kernel;
	world.descriptors = descriptors();
	world.tid = make_thread(&world.thread);
	assert_int_equal(dump_begin(), 0);
	return 0;
}

static int end(void **state)
{
	size_t left;

	(void)state;
	dump_end(true);
	unlinkat(folder.fd, IMAGE_NAME, 0);
	end_thread(world.thread);
	left = descriptors() - world.descriptors;
	if (left)
		print_error("%zu descriptors left\n", left);
	return left != 0;
}

/* The leader has one filter; the thread has that and another. */
static void confine_both(void)
{
	int filter = fake_filter(-1, 0);

	fake_thread(getpid(), filter);
	fake_thread(world.tid, fake_filter(filter, SECCOMP_FILTER_FLAG_LOG));
}

static void read_back(struct tree *tree)
{
	assert_int_equal(image_read(folder.fd, tree), 0);
}

static void each_thread_has_its_filter(void **state)
{
	struct tree tree = { 0 };
	struct stat st;

	(void)state;
	confine_both();
	assert_int_equal(dump_process(getpid()), 0);
	read_back(&tree);
	assert_int_equal(tree.n_filters, 2);
	assert_int_equal(tree_find_thread(&tree, getpid())->filter, 0);
	assert_int_equal(tree_find_thread(&tree, world.tid)->filter, 1);
	assert_int_equal(world.n_strict, 2);
	assert_int_equal(world.strict[1], world.tid);
	/* one may have given it to the other after CRIU had stopped that */
	assert_int_equal(world.n_suspended, 2);
	tree_free(&tree);
	dump_end(false);
	assert_int_equal(descriptors(), world.descriptors);
	/* programs reveal what a sandbox allows, so nobody else may read them */
	assert_int_equal(fstatat(folder.fd, IMAGE_NAME, &st, 0), 0);
	assert_int_equal(st.st_mode, S_IFREG | 0600);
}

/* It is in the image, so that a restore finds it, but gets no placeholder. */
static void a_leader_without_filters_is_in_the_image(void **state)
{
	struct tree tree = { 0 };

	(void)state;
	fake_thread(world.tid, fake_filter(-1, 0));
	assert_int_equal(dump_process(getpid()), 0);
	read_back(&tree);
	assert_int_equal(tree_find_thread(&tree, getpid())->filter, TREE_NONE);
	assert_int_equal(tree_find_thread(&tree, world.tid)->filter, 0);
	assert_int_equal(world.n_strict, 1);
	assert_int_equal(world.strict[0], world.tid);
	tree_free(&tree);
}

static void ids_are_those_of_the_namespace(void **state)
{
	struct tree tree = { 0 };

	(void)state;
	confine_both();
	world.depth = 1;
	assert_int_equal(dump_process(getpid()), 0);
	read_back(&tree);
	assert_non_null(tree_find_process(&tree, getpid() + 1000));
	assert_non_null(tree_find_thread(&tree, world.tid + 1000));
	tree_free(&tree);
}

static void a_thread_that_cannot_be_read_fails_the_dump(void **state)
{
	int i;

	(void)state;
	confine_both();
	for (i = 0; i < 2; i++) {
		fake_make_odd("identify", i, -EACCES);
		assert_int_equal(dump_process(getpid()), -EACCES);
		assert_said("cannot read the seccomp filters of task");
		assert_said("CRIU needs CAP_SYS_ADMIN");
	}
	assert_int_equal(world.n_strict, 0);
}

/* It seems to have no filters, or to be gone. Whoever has some is not asked. */
static void a_thread_that_a_filter_is_killing_fails_the_dump(void **state)
{
	(void)state;
	world.dying = world.tid;
	assert_int_equal(dump_process(getpid()), -ESRCH);
	fake_make_odd("identify", 1, -ESRCH);
	assert_int_equal(dump_process(getpid()), -ESRCH);
	assert_null(strstr(said, "cannot read"));
	fake_thread(getpid(), fake_filter(-1, 0));
	assert_int_equal(dump_process(getpid()), -ESRCH);
	assert_int_equal(world.n_strict, 0);
	world.dying = getpid();
	assert_int_equal(dump_process(getpid()), 0);
	assert_int_equal(world.n_strict, 1);
	/* one that is gone */
	world.dying = 0;
	fake_make_odd("identify", 1, -ESRCH);
	assert_int_equal(dump_process(getpid()), -ESRCH);
	assert_said("cannot read the seccomp filters of task");
}

static void a_thread_without_an_id_fails_the_dump(void **state)
{
	(void)state;
	confine_both();
	world.odd_id = world.tid;
	assert_int_equal(dump_process(getpid()), -ESRCH);
	assert_said("in its pid namespace");
	assert_int_equal(world.n_strict, 0);
}

static void a_root_without_a_namespace_fails_the_dump(void **state)
{
	(void)state;
	confine_both();
	world.depth = -EIO;
	assert_int_equal(dump_process(getpid()), -EIO);
	assert_said("cannot read the pid namespace of task");
}

static void a_process_that_is_gone_fails_the_dump(void **state)
{
	pid_t gone = fork();

	(void)state;
	if (!gone)
		_exit(0);
	waitpid(gone, NULL, 0);
	confine_both();
	assert_int_equal(dump_process(getpid()), 0);
	assert_int_equal(dump_process(gone), -ENOENT);
	assert_said("cannot list the threads of process");
}

static void a_process_that_is_dumped_twice_is_refused(void **state)
{
	(void)state;
	confine_both();
	assert_int_equal(dump_process(getpid()), 0);
	assert_int_equal(dump_process(getpid()), -EINVAL);
	assert_said("cannot record process");
}

static void a_refusal_by_criu_fails_the_dump(void **state)
{
	(void)state;
	confine_both();
	world.inventory = -1;
	assert_int_equal(dump_process(getpid()), -ENOMEM);
	assert_said("cannot name the plugin in CRIU's inventory");
	dump_end(true);
	world.inventory = 0;
	world.strict_result = -1;
	assert_int_equal(dump_begin(), 0);
	assert_int_equal(dump_process(getpid()), -EIO);
	assert_said("CRIU does not accept strict mode for task");
}

static void a_thread_that_cannot_be_suspended_fails_the_dump(void **state)
{
	(void)state;
	confine_both();
	world.suspend_result = -EPERM;
	assert_int_equal(dump_process(getpid()), -EPERM);
}

/* A child with the same filters as the leader. */
static void a_second_process_goes_into_the_same_image(void **state)
{
	struct tree tree = { 0 };
	pid_t child;

	(void)state;
	confine_both();
	child = fork();
	if (!child)
		for (;;)
			pause();
	fake_thread(child, 0);
	assert_int_equal(dump_process(getpid()), 0);
	assert_int_equal(dump_process(child), 0);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	assert_int_equal(world.named, 1);
	read_back(&tree);
	assert_int_equal(tree.n_processes, 2);
	assert_int_equal(tree_find_thread(&tree, child)->filter, 0);
	tree_free(&tree);
}

static void a_stream_is_refused(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd;

	(void)state;
	confine_both();
	/* only a socket is a stream */
	fd = openat(folder.fd, "streamer-capture.sock", O_CREAT | O_WRONLY, 0600);
	close(fd);
	assert_int_equal(dump_process(getpid()), 0);
	dump_end(true);
	unlinkat(folder.fd, "streamer-capture.sock", 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s/streamer-capture.sock",
		 folder.path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	close(fd);
	assert_int_equal(dump_begin(), 0);
	assert_int_equal(dump_process(getpid()), -EOPNOTSUPP);
	assert_said("--stream");
	unlinkat(folder.fd, "streamer-capture.sock", 0);
}

static void a_dump_without_memory_fails(void **state)
{
	bool failed;
	int n, ret;

	(void)state;
	confine_both();
	for (n = 0, failed = true; failed; n++) {
		allocations = n;
		ret = dump_process(getpid());
		failed = memory_ran_out();
		assert_int_equal(ret, failed ? -ENOMEM : 0);
		dump_end(failed);
		assert_int_equal(dump_begin(), 0);
	}
	assert_true(n > 5);
}

/* No file can be created in a folder that is gone. */
static void an_image_that_cannot_be_written_fails_the_dump(void **state)
{
	struct folder old = folder;

	confine_both();
	assert_int_equal(make_folder(state), 0);
	assert_int_equal(rmdir(folder.path), 0);
	assert_int_equal(dump_process(getpid()), -ENOENT);
	assert_said("cannot write " IMAGE_NAME);
	close(folder.fd);
	folder = old;
	assert_int_equal(world.n_strict, 0);
}

static void files_go_into_the_image(void **state)
{
	const struct tree_file unknown = { .id = 6, .kind = TREE_FILE_FILTER, .filter = 7 };
	struct tree_file file = { .id = 5, .kind = TREE_FILE_FILTER };
	int fd = fake_open(fake_filter(-1, 0), false);
	struct tree tree = { 0 };

	(void)state;
	confine_both();
	assert_int_equal(dump_process(getpid()), 0);
	assert_int_equal(dump_filter(fd, &file.filter), 0);
	close(fd);
	assert_int_equal(dump_file(&file), 0);
	read_back(&tree);
	assert_int_equal(tree_find_file(&tree, 5)->filter, 2);
	tree_free(&tree);
	assert_int_equal(dump_file(&unknown), -EINVAL);
	assert_said("cannot record file 6: has a filter that does not come before it");
}

static void a_dump_by_criu_alone_gives_a_warning(void **state)
{
	(void)state;
	confine_both();
	assert_int_equal(dump_process(getpid()), 0);
	assert_int_equal(world.alone, 0);
	dump_end(false);
	world.kernel = NULL;
	assert_int_equal(dump_begin(), 0);
	assert_int_equal(dump_process(getpid()), 0);
	assert_int_equal(world.alone, getpid());
}

#define THREADS_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		THREADS_TEST(each_thread_has_its_filter),
		THREADS_TEST(a_leader_without_filters_is_in_the_image),
		THREADS_TEST(ids_are_those_of_the_namespace),
		THREADS_TEST(a_thread_that_cannot_be_read_fails_the_dump),
		THREADS_TEST(a_thread_that_a_filter_is_killing_fails_the_dump),
		THREADS_TEST(a_thread_without_an_id_fails_the_dump),
		THREADS_TEST(a_root_without_a_namespace_fails_the_dump),
		THREADS_TEST(a_process_that_is_gone_fails_the_dump),
		THREADS_TEST(a_process_that_is_dumped_twice_is_refused),
		THREADS_TEST(a_refusal_by_criu_fails_the_dump),
		THREADS_TEST(a_thread_that_cannot_be_suspended_fails_the_dump),
		THREADS_TEST(a_second_process_goes_into_the_same_image),
		THREADS_TEST(a_stream_is_refused),
		THREADS_TEST(a_dump_without_memory_fails),
		THREADS_TEST(an_image_that_cannot_be_written_fails_the_dump),
		THREADS_TEST(files_go_into_the_image),
		THREADS_TEST(a_dump_by_criu_alone_gives_a_warning),
	};

	return cmocka_run_group_tests_name("dump-threads", tests, make_folder, remove_folder);
}
