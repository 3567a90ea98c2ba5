// SPDX-License-Identifier: GPL-2.0
/* Dumps ourselves, with stand-ins for CRIU and for the kernel. */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent.h"
#include "alone.h"
#include "compat.h"
#include "criu.h"
#include "dump.h"
#include "image.h"
#include "modes.h"
#include "rseq.h"
#include "stuck.h"

static struct {
	int dir;	   /* of the images */
	bool patched;	   /* whether the kernel has the patches */
	bool confined;	   /* whether we have filters */
	int permitted;	   /* what the kernel allows CRIU to do */
	int mode;	   /* of all threads, as /proc has it */
	int named, strict; /* what CRIU was told */
	int explained, detected;
	int settled, suspended, mode_error; /* of the modes that CRIU has noted */
	int disarmed, rseq_error;	    /* of restartable sequences */
	const char *unusable;		    /* what is said of a kernel that cannot be used now */
	int compat;			    /* what is said of 32-bit programs */
	uint32_t flags;			    /* of our filter */
} world;

#define RUN_ID "0c4e9c2e-1f0f-4f0e-9d56-0b9a2b6b8c11"
char criu_run_id[37];

int criu_get_image_dir(void)
{
	return world.dir;
}

int add_inventory_plugin(const char *name)
{
	(void)name;
	world.named++;
	return 0;
}

int seccomp_collect_entry(pid_t tid, unsigned int mode)
{
	(void)tid;
	world.strict += mode == SECCOMP_MODE_STRICT;
	return 0;
}

size_t agent_count(const struct tree *tree)
{
	(void)tree;
	return 0;
}

void alone_warn(const struct proc_threads *tids)
{
	(void)tids;
}

void alone_end(void)
{
}

int modes_settle(const struct proc_threads *tids)
{
	assert_true(tids->count > 0);
	world.settled++;
	return world.mode_error;
}

int modes_check(pid_t tid)
{
	assert_true(tid > 0);
	return 0;
}

int modes_suspend(pid_t tid)
{
	assert_true(tid > 0);
	world.suspended++;
	return 0;
}

int rseq_disarm(const struct proc_threads *tids)
{
	assert_true(tids->count > 0);
	world.disarmed++;
	return world.rseq_error;
}

int compat_check(pid_t pid)
{
	assert_true(pid > 0);
	return world.compat;
}

void stuck_explain(void)
{
	world.explained++;
}

static int identify(pid_t tid, uint64_t *id)
{
	(void)tid;
	*id = 4711;
	return world.confined ? 0 : -ENODATA;
}

static int open_filter(pid_t tid, long index)
{
	(void)tid;
	(void)index;
	return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

static int info(int filter, struct seccomp_filter_info *about)
{
	(void)filter;
	*about = (struct seccomp_filter_info){
		.id = 4711,
		.depth = 1,
		.len = 1,
		.flags = world.flags,
		.generation = !!(world.flags & SECCOMP_FILTER_FLAG_REPLACEABLE),
	};
	return 0;
}

static int program(int filter, struct sock_filter *insns, uint32_t len)
{
	(void)filter;
	(void)len;
	*insns = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	return 1;
}

static void release(int filter)
{
	close(filter);
}

static const struct kernel stand_in = {
	.reader = {
		.identify = identify,
		.open = open_filter,
		.info = info,
		.program = program,
		.release = release,
	},
};

const struct kernel *__wrap_kernel_detect(const char **unusable);

const struct kernel *__wrap_kernel_detect(const char **unusable)
{
	*unusable = world.unusable;
	world.detected++;
	return world.patched ? &stand_in : NULL;
}

int __wrap_kernel_permits(void);

int __wrap_kernel_permits(void)
{
	return world.permitted;
}

int __real_proc_number(pid_t tid, const char *name);
int __wrap_proc_number(pid_t tid, const char *name);

int __wrap_proc_number(pid_t tid, const char *name)
{
	return strcmp(name, "Seccomp") ? __real_proc_number(tid, name) : world.mode;
}

static bool has_image(void)
{
	return !faccessat(world.dir, IMAGE_NAME, F_OK, 0);
}

/* Leaves an image, as an earlier dump may have done. */
static void leave_image(void)
{
	close(openat(world.dir, IMAGE_NAME, O_CREAT | O_WRONLY, 0600));
}

static void is_whole(size_t filters)
{
	struct tree tree = { 0 };

	assert_int_equal(image_read(world.dir, &tree), 0);
	assert_string_equal(tree.run_id, RUN_ID);
	assert_int_equal(tree.n_filters, filters);
	assert_int_equal(tree.n_processes, 1);
	tree_free(&tree);
}

static void dump_ourselves(void)
{
	assert_int_equal(dump_begin(), 0);
	assert_int_equal(dump_process(getpid()), 0);
	dump_end(false);
}

static void a_dump_that_finds_no_tasks_keeps_the_image(void **state)
{
	(void)state;
	leave_image();
	assert_int_equal(dump_begin(), 0);
	dump_end(true);
	assert_true(has_image());
	assert_int_equal(world.explained, 1);
}

static void tasks_without_filters_have_no_image(void **state)
{
	(void)state;
	leave_image();
	world.confined = false;
	dump_ourselves();
	assert_false(has_image());
	assert_int_equal(world.named, 0);
}

static void tasks_on_another_kernel_have_no_image(void **state)
{
	(void)state;
	leave_image();
	world.patched = false;
	dump_ourselves();
	assert_false(has_image());
}

static void a_dump_that_fails_late_leaves_none(void **state)
{
	(void)state;
	leave_image();
	assert_int_equal(dump_begin(), 0);
	assert_int_equal(dump_process(getpid()), 0);
	is_whole(1);
	dump_end(true);
	assert_false(has_image());
	assert_int_equal(world.explained, 0);
}

static void what_a_monitor_outside_can_do_is_told(void **state)
{
	static const struct {
		uint32_t flags;
		const char *said;
	} monitors[] = {
		{ SECCOMP_FILTER_FLAG_REPLACEABLE | SECCOMP_FILTER_FLAG_NEW_LISTENER,
		  "can replace programs of filters (1)" },
		{ SECCOMP_FILTER_FLAG_KEEP, "calls wait for another (1)" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		world.flags = monitors[i].flags;
		*all_said = 0;
		assert_int_equal(dump_begin(), 0);
		assert_int_equal(dump_process(getpid()), 0);
		dump_end(false);
		assert_non_null(strstr(all_said, monitors[i].said));
	}
	world.flags = 0;
}

static void an_image_that_cannot_be_removed_fails_the_dump(void **state)
{
	(void)state;
	assert_int_equal(mkdirat(world.dir, IMAGE_NAME, 0700), 0);
	assert_int_equal(dump_begin(), 0);
	assert_int_equal(dump_process(getpid()), -EIO);
	assert_said("cannot remove the old " IMAGE_NAME);
	dump_end(true);
	assert_int_equal(unlinkat(world.dir, IMAGE_NAME, AT_REMOVEDIR), 0);
}

static void what_criu_would_dump_wrongly_is_refused(void **state)
{
	(void)state;
	leave_image();
	world.compat = -EOPNOTSUPP;
	assert_int_equal(dump_begin(), 0);
	assert_int_equal(dump_process(getpid()), -EOPNOTSUPP);
	assert_int_equal(world.strict, 0);
	/* also where CRIU dumps the filters itself */
	dump_end(true);
	world.patched = false;
	assert_int_equal(dump_begin(), 0);
	assert_int_equal(dump_process(getpid()), -EOPNOTSUPP);
	dump_end(true);
	assert_false(has_image());
}

static void a_pre_dump_changes_nothing(void **state)
{
	(void)state;
	leave_image();
	assert_int_equal(dump_process(getpid()), 0);
	dump_end(false);
	assert_true(has_image());
	assert_int_equal(world.strict, 0);
}

static void a_dump_keeps_nothing_of_the_last_one(void **state)
{
	(void)state;
	dump_ourselves();
	is_whole(1);
	dump_ourselves();
	is_whole(1);
	assert_int_equal(world.named, 2);
	assert_int_equal(world.strict, 2);
}

/* Otherwise, nobody could tell which dump the image belongs to. */
static void a_criu_that_does_not_name_its_runs_is_refused(void **state)
{
	(void)state;
	criu_run_id[0] = '\0';
	assert_int_equal(dump_begin(), 0);
	assert_int_equal(dump_process(getpid()), -EOPNOTSUPP);
	assert_said("does not name its runs");
	dump_end(true);
	assert_false(has_image());
	assert_int_equal(world.strict, 0);
	world.confined = false;
	dump_ourselves();
}

/* Without CAP_SYS_ADMIN, or under seccomp itself. */
static void tasks_without_filters_need_no_permission(void **state)
{
	const int refusals[] = { -EPERM, -EACCES };
	const int modes[] = { SECCOMP_MODE_DISABLED, SECCOMP_MODE_STRICT };
	size_t i;

	(void)state;
	for (i = 0; i < 4; i++) {
		leave_image();
		world.permitted = refusals[i / 2];
		world.mode = modes[i % 2];
		dump_ourselves();
		assert_false(has_image());
	}
	assert_int_equal(world.named, 0);
	assert_int_equal(world.strict, 0);
	/* a filter on CRIU may kill it for the attempt to find out */
	assert_int_equal(world.detected, 0);
}

static void tasks_with_filters_are_refused_without_permission(void **state)
{
	const int refusals[] = { -EPERM, -EACCES };
	size_t i;

	(void)state;
	world.mode = SECCOMP_MODE_FILTER;
	for (i = 0; i < 2; i++) {
		world.permitted = refusals[i];
		assert_int_equal(dump_begin(), 0);
		assert_int_equal(dump_process(getpid()), refusals[i]);
		assert_said("cannot read the seccomp filters of task");
		assert_said("CRIU needs CAP_SYS_ADMIN in the initial user namespace");
		dump_end(true);
		assert_false(has_image());
	}
	world.mode = -ESRCH;
	assert_int_equal(dump_begin(), 0);
	assert_int_equal(dump_process(getpid()), -ESRCH);
	dump_end(true);
}

/* It would be dumped with the module at other times: CRIU alone would lose the tree. */
static void tasks_with_filters_are_refused_while_the_module_cannot_be_used(void **state)
{
	(void)state;
	leave_image();
	world.patched = false;
	world.unusable = "/dev/criu-seccomp cannot be opened";
	world.mode = SECCOMP_MODE_DISABLED;
	dump_ourselves();
	assert_false(has_image());
	world.mode = SECCOMP_MODE_FILTER;
	assert_int_equal(dump_begin(), 0);
	assert_int_equal(dump_process(getpid()), -EOPNOTSUPP);
	assert_said("cannot be opened");
	dump_end(true);
	assert_int_equal(world.strict, 0);
}

static void modes_that_cannot_be_settled_fail_the_dump(void **state)
{
	(void)state;
	world.patched = false;
	world.mode_error = -EPERM;
	assert_int_equal(dump_begin(), 0);
	assert_int_equal(dump_process(getpid()), -EPERM);
	dump_end(true);
	assert_int_equal(world.settled, 1);
}

/* Whether it has filters or not, and whoever dumps them. */
static void every_process_is_disarmed(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < 4; i++) {
		world.patched = i & 1;
		world.confined = i & 2;
		dump_ourselves();
		assert_int_equal(world.disarmed, i + 1);
	}
	world.rseq_error = -EPERM;
	assert_int_equal(dump_begin(), 0);
	assert_int_equal(dump_process(getpid()), -EPERM);
	dump_end(true);
}

/* The thread that gave it filters may have exited. */
static void a_thread_alone_is_suspended_too(void **state)
{
	(void)state;
	dump_ourselves();
	is_whole(1);
	assert_int_equal(world.suspended, 1);
}

static int set_up(void **state)
{
	char path[] = "/tmp/unit-dump.XXXXXX";

	(void)state;
	world.dir = mkdtemp(path) ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	world.patched = world.confined = true;
	world.named = world.strict = world.explained = world.detected = 0;
	world.disarmed = world.rseq_error = 0;
	world.permitted = world.compat = world.settled = world.suspended = world.mode_error = 0;
	world.unusable = NULL;
	strcpy(criu_run_id, RUN_ID);
	*state = strdup(path);
	return world.dir < 0;
}

static int tear_down(void **state)
{
	unlinkat(world.dir, IMAGE_NAME, 0);
	close(world.dir);
	rmdir(*state);
	free(*state);
	return 0;
}

#define DUMP_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		DUMP_TEST(a_dump_that_finds_no_tasks_keeps_the_image),
		DUMP_TEST(tasks_without_filters_have_no_image),
		DUMP_TEST(tasks_on_another_kernel_have_no_image),
		DUMP_TEST(a_dump_that_fails_late_leaves_none),
		DUMP_TEST(what_a_monitor_outside_can_do_is_told),
		DUMP_TEST(an_image_that_cannot_be_removed_fails_the_dump),
		DUMP_TEST(what_criu_would_dump_wrongly_is_refused),
		DUMP_TEST(a_pre_dump_changes_nothing),
		DUMP_TEST(a_dump_keeps_nothing_of_the_last_one),
		DUMP_TEST(a_criu_that_does_not_name_its_runs_is_refused),
		DUMP_TEST(tasks_without_filters_need_no_permission),
		DUMP_TEST(tasks_with_filters_are_refused_without_permission),
		DUMP_TEST(tasks_with_filters_are_refused_while_the_module_cannot_be_used),
		DUMP_TEST(modes_that_cannot_be_settled_fail_the_dump),
		DUMP_TEST(a_thread_alone_is_suspended_too),
		DUMP_TEST(every_process_is_disarmed),
	};

	return cmocka_run_group_tests_name("dump", tests, NULL, NULL);
}
