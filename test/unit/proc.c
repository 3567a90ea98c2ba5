// SPDX-License-Identifier: GPL-2.0
#include "unit.h"

#include <errno.h>
#include <pthread.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proc.h"

static const char status[] = "Name:\tNSpid: 5\n"
			     "Groups:\t1 2 3 \n"
			     "NSpid:\t4711\t12\t1\n"
			     "Seccomp:\t2\n"
			     "Seccomp_filters:\t17\n";

static void nspid_has_one_id_for_each_namespace(void **state)
{
	(void)state;
	assert_int_equal(proc_count_nspid(status), 3);
	assert_int_equal(proc_parse_nspid(status, 0), 4711);
	assert_int_equal(proc_parse_nspid(status, 1), 12);
	assert_int_equal(proc_parse_nspid(status, 2), 1);
	assert_int_equal(proc_parse_nspid(status, 3), -ENOENT);
}

static void missing_or_malformed_entries_are_not_found(void **state)
{
	(void)state;
	assert_int_equal(proc_count_nspid(""), -ENOENT);
	assert_int_equal(proc_count_nspid("NSpid:\n"), -ENOENT);
	assert_int_equal(proc_parse_nspid("NSpid:\t1\n2\n", 1), -ENOENT);
	assert_int_equal(proc_parse_nspid("NSpid:\t99999999999\n", 0), -ENOENT);
	assert_int_equal(proc_parse_number("Seccomp:\tx\n", "Seccomp"), -ENOENT);
	assert_int_equal(proc_parse_number(status, "Seccomp_filter"), -ENOENT);
}

static void a_number_is_found_by_its_whole_name(void **state)
{
	(void)state;
	assert_int_equal(proc_parse_number(status, "Seccomp"), 2);
	assert_int_equal(proc_parse_number(status, "Seccomp_filters"), 17);
}

#define THREADS 300

static pthread_mutex_t stop = PTHREAD_MUTEX_INITIALIZER;

static void *wait_to_stop(void *tid)
{
	__atomic_store_n((pid_t *)tid, syscall(SYS_gettid), __ATOMIC_SEQ_CST);
	pthread_mutex_lock(&stop);
	pthread_mutex_unlock(&stop);
	return NULL;
}

static void has_tid(const struct proc_threads *threads, pid_t tid)
{
	size_t i;

	for (i = 0; i < threads->count; i++)
		if (threads->tids[i] == tid)
			return;
	fail_msg("thread %d is missing", tid);
}

static void all_threads_are_listed_the_leader_first(void **state)
{
	struct proc_threads threads = { 0 };
	pthread_t handles[THREADS];
	static pid_t tids[THREADS];
	int i;

	(void)state;
	pthread_mutex_lock(&stop);
	for (i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&handles[i], NULL, wait_to_stop, &tids[i]), 0);
	for (i = 0; i < THREADS; i++)
		while (!__atomic_load_n(&tids[i], __ATOMIC_SEQ_CST))
			usleep(1000);
	assert_int_equal(proc_read_threads(getpid(), &threads), 0);
	assert_int_equal(threads.tids[0], getpid());
	for (i = 0; i < THREADS; i++)
		has_tid(&threads, tids[i]);
	pthread_mutex_unlock(&stop);
	for (i = 0; i < THREADS; i++)
		pthread_join(handles[i], NULL);
	proc_free_threads(&threads);
}

/* A child and a grandchild; both end when the pipe is closed. */
static pid_t make_two_generations(const int pipe[3])
{
	pid_t child, grandchild;
	char byte;

	child = fork();
	if (child)
		return child;
	close(pipe[1]);
	grandchild = fork();
	if (grandchild && write(pipe[2], &grandchild, sizeof(grandchild)) < 0)
		_exit(1);
	_exit(read(pipe[0], &byte, 1) != 0);
}

static void descendants_come_after_their_parents(void **state)
{
	struct proc_threads pids = { 0 };
	int hold[3], tell[2];
	pid_t child, grandchild;

	(void)state;
	assert_int_equal(pipe(hold), 0);
	assert_int_equal(pipe(tell), 0);
	hold[2] = tell[1];
	child = make_two_generations(hold);
	assert_int_equal(read(tell[0], &grandchild, sizeof(grandchild)), sizeof(grandchild));
	assert_int_equal(proc_read_tree(getpid(), &pids), 0);
	assert_int_equal(pids.count, 3);
	assert_int_equal(pids.tids[0], getpid());
	assert_int_equal(pids.tids[1], child);
	assert_int_equal(pids.tids[2], grandchild);
	close(hold[1]);
	waitpid(child, NULL, 0);
	proc_free_threads(&pids);
}

#define CHILDREN 1000

static void a_thousand_children_are_found(void **state)
{
	struct proc_threads pids = { 0 };
	static pid_t children[CHILDREN];
	int hold[2], i;
	char byte;

	(void)state;
	assert_int_equal(pipe(hold), 0);
	for (i = 0; i < CHILDREN; i++) {
		children[i] = fork();
		if (!children[i]) {
			close(hold[1]);
			_exit(read(hold[0], &byte, 1) != 0);
		}
	}
	assert_int_equal(proc_read_tree(getpid(), &pids), 0);
	assert_int_equal(pids.count, 1 + CHILDREN);
	close(hold[1]);
	for (i = 0; i < CHILDREN; i++) {
		has_tid(&pids, children[i]);
		waitpid(children[i], NULL, 0);
	}
	proc_free_threads(&pids);
}

static void a_missing_process_has_no_threads(void **state)
{
	struct proc_threads threads = { 0 };

	(void)state;
	assert_int_equal(proc_read_threads(INT32_MAX, &threads), -ENOENT);
	assert_int_equal(proc_namespace_depth(INT32_MAX), -ENOENT);
	assert_int_equal(proc_add_children(INT32_MAX, INT32_MAX, &threads), 0);
	assert_int_equal(threads.count, 0);
	proc_free_threads(&threads);
}

static void our_own_namespace_has_our_ids(void **state)
{
	(void)state;
	assert_int_equal(proc_id_at_depth(getpid(), 0), getpid());
	assert_int_equal(proc_id_at_depth(getpid(), 30), -ESRCH);
	assert_true(proc_filter_count(getpid()) >= 0);
	assert_int_equal(proc_number(getpid(), "Tgid"), getpid());
	assert_int_equal(proc_number(getpid(), "PPid"), getppid());
	assert_int_equal(proc_number(getpid(), "Nothing"), -ENOENT);
}

struct visits {
	int ours;
	int all;
	int end_at;
};

static int count_visit(pid_t pid, void *arg)
{
	struct visits *visits = arg;

	assert_true(pid > 0);
	visits->ours += pid == getpid();
	visits->all++;
	return visits->all == visits->end_at ? -ELOOP : 0;
}

static void each_process_is_visited_until_one_is_enough(void **state)
{
	struct visits all = { 0 }, some = { .end_at = 1 };

	(void)state;
	assert_int_equal(proc_each_process(count_visit, &all), 0);
	assert_int_equal(all.ours, 1);
	assert_int_equal(proc_each_process(count_visit, &some), -ELOOP);
	assert_int_equal(some.all, 1);
}

static void without_descriptors_no_process_is_visited(void **state)
{
	struct visits none = { 0 };
	struct rlimit before, no_room;
	int ret;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	no_room = (struct rlimit){ 0, before.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &no_room), 0);
	ret = proc_each_process(count_visit, &none);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_int_equal(ret, -EMFILE);
	assert_int_equal(none.all, 0);
}

/* Signal 0 only checks the permission, so it does no harm if it is sent. */
static void only_processes_get_signals(void **state)
{
	(void)state;
	assert_int_equal(proc_kill(getpid(), 0), 0);
	assert_int_equal(proc_kill(0, 0), -ESRCH);
	assert_int_equal(proc_kill(-1, 0), -ESRCH);
	assert_int_equal(proc_kill(-getpgrp(), 0), -ESRCH);
	assert_int_equal(proc_kill(getpid(), 1000), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nspid_has_one_id_for_each_namespace),
		cmocka_unit_test(missing_or_malformed_entries_are_not_found),
		cmocka_unit_test(a_number_is_found_by_its_whole_name),
		cmocka_unit_test(all_threads_are_listed_the_leader_first),
		cmocka_unit_test(descendants_come_after_their_parents),
		cmocka_unit_test(a_thousand_children_are_found),
		cmocka_unit_test(a_missing_process_has_no_threads),
		cmocka_unit_test(our_own_namespace_has_our_ids),
		cmocka_unit_test(each_process_is_visited_until_one_is_enough),
		cmocka_unit_test(without_descriptors_no_process_is_visited),
		cmocka_unit_test(only_processes_get_signals),
	};

	return cmocka_run_group_tests_name("proc", tests, NULL, NULL);
}
