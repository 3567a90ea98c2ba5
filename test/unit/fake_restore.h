/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Restores filters to processes of our own: the parts of CRIU and of the agent that
 * restore.c uses, a kernel in memory, and tasks.
 */
#ifndef FAKE_RESTORE_H
#define FAKE_RESTORE_H

#include "sample.h"

#include "fake_kernel.h"
#include "fake_store.h"

#include <signal.h>
#include <sys/wait.h>

#include "agent.h"
#include "dump.h"
#include "files.h"
#include "load.h"
#include "reserve.h"
#include "restore.h"
#include "thread.h"

static struct {
	bool named, names_all; /* what the inventory says */
	const struct kernel *kernel;
	const char *unusable;
	int permits, agent, hand_over;
	uint32_t taken; /* by the agent: the filter of the last listener */
	int listeners, ends;
	size_t descriptors;
} world;

char dump_criu_run_id[] = RUN_ID;

int criu_get_image_dir(void)
{
	return folder.fd;
}

bool check_and_remove_inventory_plugin(const char *name, size_t n)
{
	(void)n;
	return world.names_all || (world.named && !strcmp(name, PLUGIN_NAME));
}

const struct kernel *__wrap_kernel_detect(const char **unusable);
int __wrap_kernel_permits(void);

const struct kernel *__wrap_kernel_detect(const char **unusable)
{
	*unusable = world.unusable;
	return world.kernel;
}

int __wrap_kernel_permits(void)
{
	return world.permits;
}

int reserve_numbers(void)
{
	return 0;
}

void load_module(void)
{
}

int agent_begin(const struct tree *tree)
{
	assert_non_null(tree);
	return world.agent;
}

void agent_keep_listener(uint32_t filter, int listener)
{
	assert_int_equal(fake_of(listener, true), filter);
	world.taken = filter;
	world.listeners++;
	close(listener);
}

int agent_hand_over(uint32_t process, pid_t pid, pid_t root)
{
	(void)process;
	(void)pid;
	assert_true(root > 0);
	return world.hand_over;
}

void agent_end(void)
{
	world.ends++;
}

/* Needed by the dump half of files.c; a restore does not use it. */
const struct kernel *dump_kernel(void)
{
	return NULL;
}

int dump_filter(int fd, uint32_t *index)
{
	(void)fd;
	(void)index;
	return -ENOSYS;
}

int dump_file(const struct tree_file *file)
{
	(void)file;
	return -ENOSYS;
}

static inline int begin(void **state)
{
	(void)state;
	memset(&world, 0, sizeof(world));
	fake_reset();
	said[0] = '\0';
	world.named = true;
	world.kernel = &fake_kernel;
	world.descriptors = descriptors();
	return 0;
}

static inline int end(void **state)
{
	size_t left;

	(void)state;
	restore_end(true);
	store_end();
	unlinkat(folder.fd, IMAGE_NAME, 0);
	left = descriptors() - world.descriptors;
	if (left)
		print_error("%zu descriptors left\n", left);
	return left != 0;
}

static inline pid_t child(void)
{
	pid_t pid = fork();

	if (!pid)
		for (;;)
			pause();
	assert_true(pid > 0);
	return pid;
}

/* Whether a signal has killed it; if not, it is killed now. */
static inline bool was_killed(pid_t pid)
{
	struct timespec nap = { .tv_nsec = 1000000 };
	int i, status = 0;

	for (i = 0; i < 200; i++) {
		if (waitpid(pid, &status, WNOHANG) == pid)
			return WIFSIGNALED(status);
		nanosleep(&nap, NULL);
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return false;
}

static inline void add_threads(struct tree *tree, pid_t leader, uint32_t filter, pid_t other,
			       uint32_t filter2)
{
	const struct tree_thread threads[] = { { .tid = leader, .filter = filter },
					       { .tid = other, .filter = filter2 } };

	assert_true(tree_add_process(tree, threads, other ? 2 : 1) >= 0);
}

/* A stack of three filters, the second with LOG; process @pid has the third. */
static inline void write_stack(pid_t pid)
{
	struct tree tree = { 0 };

	add_filter(&tree, allow, 1, TREE_NONE, 0);
	add_filter(&tree, deny, 4, 0, SECCOMP_FILTER_FLAG_LOG);
	add_filter(&tree, allow, 1, 1, 0);
	add_threads(&tree, pid, 2, 0, 0);
	write_image(&tree);
}

/* A child with a second thread. */
static inline pid_t child_with_thread(pid_t *tid)
{
	pid_t pid, *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
				  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pthread_t thread;

	assert_ptr_not_equal(shared, MAP_FAILED);
	pid = fork();
	if (!pid) {
		__atomic_store_n(shared, make_thread(&thread), __ATOMIC_SEQ_CST);
		for (;;)
			pause();
	}
	while (!(*tid = __atomic_load_n(shared, __ATOMIC_SEQ_CST)))
		sched_yield();
	munmap(shared, sizeof(*shared));
	return pid;
}

static inline void has_filter(pid_t tid, int filter)
{
	const struct fake_thread *thread = fake_find(tid);

	assert_non_null(thread);
	assert_int_equal(thread->filter, filter);
}

#define RESTORE_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

#endif /* FAKE_RESTORE_H */
