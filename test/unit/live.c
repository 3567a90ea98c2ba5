// SPDX-License-Identifier: GPL-2.0
/*
 * Linked so that the kernel is the one below. Each thread has one filter, and exits as soon
 * as it runs again; the next filter then gets the address and the id of the one that is gone.
 */
#include "unit.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "container.h"
#include "kernel.h"
#include "messages.h"
#include "snapshot.h"
#include "stop.h"

#define FIRST 101
#define COUNT 100

static struct thread {
	int address;  /* of its filter; 0: it has none, or is gone */
	bool refuses; /* to be traced */
} threads[COUNT];
static int opened[COUNT];     /* the handle n is of the filter of thread opened[n] */
static int holds[COUNT + 1];  /* how often the filter at an address is held */
static int address_of[COUNT]; /* of the filter of each thread, for handles */
static int n_handles, n_stopped;
static bool spoken_early;

static struct thread *find(pid_t tid)
{
	return &threads[tid - FIRST];
}

static int new_address(void)
{
	int address = 1;

	while (holds[address])
		address++;
	holds[address]++;
	return address;
}

/* Whether something was written to stderr while a thread is stopped. */
static void listen(void)
{
	struct stat st;

	if (n_stopped && !fstat(STDERR_FILENO, &st) && st.st_size)
		spoken_early = true;
}

int __wrap_stop_begin(pid_t tid);
int __wrap_stop_finish(pid_t tid, int *signal);
void __wrap_resume_thread(pid_t tid, int signal);
int __wrap_task_read_state(pid_t tid, int depth, struct task_state *state);
bool __wrap_task_is_dead(pid_t tid);
bool __wrap_container_of(pid_t pid, struct container *container);
const struct kernel_reader *__wrap_kernel_detect_reader(void);
void __wrap_report(enum report_level level, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

int __wrap_stop_begin(pid_t tid)
{
	if (find(tid)->refuses)
		return -EPERM;
	n_stopped++;
	return 0;
}

int __wrap_stop_finish(pid_t tid, int *signal)
{
	*signal = 0;
	find(tid)->address = address_of[tid - FIRST] = new_address();
	return 0;
}

void __wrap_resume_thread(pid_t tid, int signal)
{
	(void)signal;
	listen();
	n_stopped--;
	holds[find(tid)->address]--;
	find(tid)->address = 0;
}

int __wrap_task_read_state(pid_t tid, int depth, struct task_state *state)
{
	(void)depth;
	*state = (struct task_state){
		.name = "a task", .mode = SECCOMP_MODE_FILTER, .state = 'S', .inner = tid
	};
	return 0;
}

bool __wrap_task_is_dead(pid_t tid)
{
	(void)tid;
	return false;
}

bool __wrap_container_of(pid_t pid, struct container *container)
{
	(void)pid;
	(void)container;
	return false;
}

void __wrap_report(enum report_level level, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	messages_print(level, fmt, args);
	va_end(args);
	listen();
}

static int identify(pid_t tid, uint64_t *id)
{
	listen();
	*id = find(tid)->address;
	return *id ? 0 : -ESRCH;
}

static int open_newest(pid_t tid, long index)
{
	(void)index;
	holds[find(tid)->address]++;
	opened[n_handles] = tid - FIRST;
	return n_handles++;
}

static int info(int handle, struct seccomp_filter_info *to)
{
	*to = (struct seccomp_filter_info){ .id = address_of[opened[handle]],
					    .depth = 1,
					    .len = 1 };
	return 0;
}

/* It says whose it is. */
static int program(int handle, struct sock_filter *insns, uint32_t len)
{
	(void)len;
	*insns = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | opened[handle]);
	return 1;
}

static void release(int handle)
{
	holds[address_of[opened[handle]]]--;
}

const struct kernel_reader *__wrap_kernel_detect_reader(void)
{
	static const struct kernel_reader reader = {
		.name = "a kernel for tests",
		.reuses_ids = true,
		.identify = identify,
		.open = open_newest,
		.info = info,
		.program = program,
		.release = release,
	};

	return &reader;
}

static struct snapshot snapshot;

static int begin(void **state)
{
	(void)state;
	memset(threads, 0, sizeof(threads));
	memset(holds, 0, sizeof(holds));
	n_handles = n_stopped = 0;
	spoken_early = false;
	snapshot = (struct snapshot){ 0 };
	return 0;
}

static int end(void **state)
{
	int i, left = n_stopped;

	(void)state;
	tree_free(&snapshot.tree);
	free(snapshot.labels);
	free(snapshot.container);
	free(snapshot.containers);
	free(snapshot.ids);
	for (i = 0; i <= COUNT; i++)
		left += holds[i];
	return left;
}

/* Reads @count processes of one thread each. */
static int read_tasks(size_t count)
{
	struct task list[COUNT];
	const struct tasks tasks = { .list = list, .count = count };
	size_t i;

	for (i = 0; i < count; i++)
		list[i] = (struct task){ FIRST + i, FIRST + i };
	return snapshot_read_tasks(&snapshot, &tasks, 0);
}

static void has_its_own_filter(uint32_t thread)
{
	const struct tree *tree = &snapshot.tree;
	uint32_t filter = tree->threads[thread].filter;

	assert_int_not_equal(filter, TREE_NONE);
	assert_int_equal(tree->programs[tree->filters[filter].program].insns->k,
			 SECCOMP_RET_ERRNO | (tree->threads[thread].tid - FIRST));
}

/* Of one batch, and of different ones. */
static void a_thread_is_not_shown_with_the_filter_of_one_that_is_gone(void **state)
{
	uint32_t i;

	(void)state;
	assert_int_equal(read_tasks(COUNT), 0);
	assert_int_equal(snapshot.tree.n_threads, COUNT);
	for (i = 0; i < COUNT; i++)
		has_its_own_filter(i);
}

static void nothing_is_said_while_a_thread_is_stopped(void **state)
{
	int file = memfd_create("stderr", MFD_CLOEXEC), before = dup(STDERR_FILENO), ret;
	char got[1024] = "";

	(void)state;
	assert_true(file >= 0 && before >= 0);
	threads[1].refuses = true;
	dup2(file, STDERR_FILENO);
	ret = read_tasks(3);
	dup2(before, STDERR_FILENO);
	assert_true(pread(file, got, sizeof(got) - 1, 0) > 0);
	close(file);
	close(before);
	assert_int_equal(ret, 0);
	assert_false(spoken_early);
	assert_false(snapshot.complete);
	assert_non_null(strstr(got, "cannot trace thread 102 of process 102"));
}

int main(void)
{
#define LIVE_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		LIVE_TEST(a_thread_is_not_shown_with_the_filter_of_one_that_is_gone),
		LIVE_TEST(nothing_is_said_while_a_thread_is_stopped),
	};

	return cmocka_run_group_tests_name("live", tests, NULL, NULL);
}
