// SPDX-License-Identifier: GPL-2.0
/* Restartable sequences of stopped threads: our own memory and mappings stand for theirs. */
#include "unit.h"

#include <errno.h>
#include <linux/rseq.h>
#include <stdbool.h>
#include <sys/ptrace.h>
#include <unistd.h>

#include "rseq.h"

#define THREADS 2
#define NEAR 64

static struct {
	struct rseq area;
	struct rseq_cs sequence;
	bool registered;
	uint64_t ip;
	const char *fails; /* the call */
	int error, after;
	int n_conf, n_peeked, n_poked;
} world;

static unsigned long first_code; /* the first executable mapping */
static unsigned long start, end; /* another one */

static bool failed(const char *call)
{
	if (!world.fails || strcmp(world.fails, call) || world.after--)
		return false;
	errno = world.error;
	return true;
}

static long configuration(size_t size, struct __ptrace_rseq_configuration *conf)
{
	assert_int_equal(size, sizeof(*conf));
	world.n_conf++;
	if (failed("configuration"))
		return -1;
	if (world.registered)
		conf->rseq_abi_pointer = (uintptr_t)&world.area;
	return size;
}

static long where(size_t size, struct __ptrace_syscall_info *info)
{
	assert_int_equal(size, sizeof(*info));
	if (failed("where"))
		return -1;
	info->instruction_pointer = world.ip;
	return size;
}

long __wrap_ptrace(int request, pid_t tid, void *addr, void *data);

long __wrap_ptrace(int request, pid_t tid, void *addr, void *data)
{
	assert_int_equal(tid, getpid());
	switch (request) {
	case PTRACE_GET_RSEQ_CONFIGURATION:
		return configuration((size_t)addr, data);
	case PTRACE_GET_SYSCALL_INFO:
		return where((size_t)addr, data);
	case PTRACE_PEEKDATA:
		world.n_peeked++;
		return failed("peek") ? -1 : *(long *)addr;
	default:
		assert_int_equal(request, PTRACE_POKEDATA);
		assert_null(data);
		if (failed("poke"))
			return -1;
		world.n_poked++;
		*(long *)addr = 0;
		return 0;
	}
}

static int disarm(void)
{
	pid_t tids[THREADS] = { getpid(), getpid() };
	const struct proc_threads threads = { .tids = tids, .count = THREADS };

	said[0] = '\0';
	return rseq_disarm(&threads);
}

static void name(uint64_t from, uint64_t length, uint64_t ip)
{
	world.sequence.start_ip = from;
	world.sequence.post_commit_offset = length;
	world.area.rseq_cs = (uintptr_t)&world.sequence;
	world.ip = ip;
}

static void who_names_none_is_left_alone(void **state)
{
	(void)state;
	name(1000, 100, 0);
	world.registered = false;
	assert_int_equal(disarm(), 0);
	assert_int_equal(world.n_conf, THREADS);
	assert_int_equal(world.n_peeked, 0);
	world.registered = true;
	world.area.rseq_cs = 0;
	assert_int_equal(disarm(), 0);
	assert_int_equal(world.n_peeked, THREADS);
	assert_int_equal(world.n_poked, 0);
}

static void a_kernel_that_does_not_tell_is_no_error(void **state)
{
	(void)state;
	name(1000, 100, 0);
	world.fails = "configuration";
	world.error = EIO;
	assert_int_equal(disarm(), 0);
}

/* The place where CRIU's code will be is in it, and the thread is not. */
static void a_sequence_that_waits_is_removed(void **state)
{
	const uint64_t outside[] = { first_code - 1, first_code + NEAR, 0, -1 };
	size_t i;

	(void)state;
	for (i = 0; i < 4; i++) {
		name(first_code, NEAR, outside[i]);
		world.n_poked = 0;
		assert_int_equal(disarm(), 0);
		assert_int_equal(world.area.rseq_cs, 0);
		assert_int_equal(world.n_poked, 1);
	}
	/* the rest is the thread's */
	assert_int_equal(world.area.cpu_id, 7);
}

static void left(uint64_t from, uint64_t length, uint64_t ip)
{
	name(from, length, ip);
	assert_int_equal(disarm(), 0);
	assert_int_equal(world.area.rseq_cs, (uintptr_t)&world.sequence);
}

/* CRIU has it restarted. */
static void a_sequence_in_which_a_thread_is_stays(void **state)
{
	(void)state;
	left(start, 1, start);
	left(start, end - start, end - 1);
	left(first_code + NEAR, NEAR, first_code + NEAR + 1);
	assert_int_equal(world.n_poked, 0);
}

static void refused(uint64_t from, uint64_t length, uint64_t ip)
{
	name(from, length, ip);
	assert_int_equal(disarm(), -EPERM);
	assert_said("it is in a restartable sequence that reaches beyond its own code");
	assert_int_equal(world.n_poked, 0);
}

static void a_sequence_around_the_code_of_criu_is_refused(void **state)
{
	(void)state;
	refused(first_code, 16, first_code);
	refused(first_code + NEAR - 1, 16, first_code + NEAR);
	refused(start, end - start + 1, start + 8);
	refused(0, -1, start);
	/* no code is there */
	refused((uintptr_t)&world, 16, (uintptr_t)&world);
	refused(1, 16, 2);
}

static void failure(const char *call, int after)
{
	name(first_code, NEAR, 0);
	world.fails = call;
	world.after = after;
	world.error = ESRCH;
	assert_int_equal(disarm(), -ESRCH);
	assert_said("from leaving CRIU's code for its own: No such process");
	assert_int_equal(world.n_poked, 0);
}

static void what_cannot_be_read_is_an_error(void **state)
{
	int i;

	(void)state;
	failure("configuration", 0);
	failure("where", 0);
	failure("poke", 0);
	for (i = 0; i < 5; i++)
		failure("peek", i);
	/* the second thread */
	world.area.rseq_cs = 0;
	world.fails = "configuration";
	world.after = 1;
	assert_int_equal(disarm(), -ESRCH);
}

static int find_mappings(void **state)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	unsigned long from, to;
	char line[512], mode[8];

	(void)state;
	while (maps && fgets(line, sizeof(line), maps)) {
		if (sscanf(line, "%lx-%lx %7s", &from, &to, mode) != 3 || mode[2] != 'x')
			continue;
		if (!first_code) {
			first_code = from;
		} else if (!start) {
			start = from;
			end = to;
		}
	}
	return !maps || fclose(maps) || !start;
}

static int set_up(void **state)
{
	(void)state;
	memset(&world, 0, sizeof(world));
	world.registered = true;
	world.area.cpu_id = 7;
	return 0;
}

#define TEST(function) cmocka_unit_test_setup(function, set_up)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(who_names_none_is_left_alone),
		TEST(a_kernel_that_does_not_tell_is_no_error),
		TEST(a_sequence_that_waits_is_removed),
		TEST(a_sequence_in_which_a_thread_is_stays),
		TEST(a_sequence_around_the_code_of_criu_is_refused),
		TEST(what_cannot_be_read_is_an_error),
	};

	return cmocka_run_group_tests_name("rseq", tests, find_mappings, NULL);
}
