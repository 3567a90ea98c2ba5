// SPDX-License-Identifier: GPL-2.0
/* Restartable sequences of stopped threads: our own memory stands for theirs. */
#include "unit.h"

#include <elf.h>
#include <errno.h>
#include <linux/rseq.h>
#include <stdbool.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <unistd.h>

#include "rseq.h"

#define THREADS 2
#define START 100000
#define LENGTH 64
#define SIGNATURE 0x53053053

static struct {
	struct rseq area;
	struct rseq_cs sequence;
	uint32_t handler[4]; /* the second is its signature, and its code follows */
	bool registered;
	uint64_t ip, call; /* call: one that was interrupted */
	const char *fails; /* the call */
	int error, after;
	int n_conf, n_peeked, n_poked, n_moved;
} world;

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
	conf->signature = SIGNATURE;
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

/* One register, or, on arm64, all. */
static long set_register(void *addr, void *data)
{
	if (failed("registers"))
		return -1;
#ifdef __x86_64__
	if ((size_t)addr == offsetof(struct user_regs_struct, orig_rax)) {
		world.call = (uint64_t)data;
		return 0;
	}
	assert_int_equal((size_t)addr, offsetof(struct user_regs_struct, rip));
	world.ip = (uint64_t)data;
#else
	assert_int_equal((size_t)addr, NT_PRSTATUS);
	world.ip = ((struct user_regs_struct *)((struct iovec *)data)->iov_base)->pc;
	world.call = -1;
#endif
	world.n_moved++;
	return 0;
}

static long peek(const char *addr)
{
	long word;

	world.n_peeked++;
	if (failed("peek"))
		return -1;
	memcpy(&word, addr, sizeof(word));
	return word;
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
		return peek(addr);
	case PTRACE_GETREGSET:
		return failed("registers") ? -1 : 0;
	case PTRACE_POKEUSER:
	case PTRACE_SETREGSET:
		return set_register(addr, data);
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
	world.sequence.abort_ip = (uintptr_t)&world.handler[2];
	world.area.rseq_cs = (uintptr_t)&world.sequence;
	world.handler[1] = SIGNATURE;
	world.call = 35;
	world.ip = ip;
}

static void who_names_none_is_left_alone(void **state)
{
	(void)state;
	name(START, LENGTH, 0);
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
	name(START, LENGTH, 0);
	world.fails = "configuration";
	world.error = EIO;
	assert_int_equal(disarm(), 0);
}

static void a_sequence_that_waits_is_removed(void **state)
{
	const uint64_t outside[] = { START - 1, START + LENGTH, 0, -1 };
	size_t i;

	(void)state;
	for (i = 0; i < 4; i++) {
		name(START, LENGTH, outside[i]);
		world.n_poked = 0;
		assert_int_equal(disarm(), 0);
		assert_int_equal(world.area.rseq_cs, 0);
		assert_int_equal(world.n_poked, 1);
		assert_int_equal(world.ip, outside[i]);
	}
	assert_int_equal(world.n_moved, 0);
	assert_int_equal(world.call, 35);
	/* the rest is the thread's */
	assert_int_equal(world.area.cpu_id, 7);
}

static void aborted(uint64_t from, uint64_t length, uint64_t ip)
{
	name(from, length, ip);
	world.n_moved = 0;
	assert_int_equal(disarm(), 0);
	assert_int_equal(world.area.rseq_cs, 0);
	assert_int_equal(world.ip, (uintptr_t)&world.handler[2]);
	assert_int_equal(world.call, -1);
	assert_int_equal(world.n_moved, 1);
}

static void a_thread_in_a_sequence_goes_on_at_its_handler(void **state)
{
	(void)state;
	aborted(START, LENGTH, START);
	aborted(START, LENGTH, START + LENGTH - 1);
	aborted(START, 1, START);
	/* however long it is */
	aborted(0, 1UL << 30, START);
}

static void refused(void)
{
	assert_int_equal(disarm(), -EINVAL);
	assert_said("it is in a restartable sequence that cannot be aborted");
	assert_int_equal(world.n_poked, 0);
	assert_int_equal(world.n_moved, 0);
}

/* For these, the kernel would kill the thread. */
static void a_sequence_that_cannot_be_aborted_is_refused(void **state)
{
	(void)state;
	name(START, LENGTH, START);
	world.handler[1]++;
	refused();
	name(START, LENGTH, START);
	world.handler[1] = 0;
	world.handler[2] = SIGNATURE;
	refused();
	name(START, LENGTH, START);
	world.sequence.version = 1;
	refused();
	world.sequence.version = 0;
	world.sequence.flags = 1;
	refused();
	world.sequence.flags = 0;
	name((uintptr_t)&world.handler[2], 1, (uintptr_t)&world.handler[2]);
	refused();
	name((uintptr_t)&world.handler[0], 9, (uintptr_t)&world.handler[0]);
	refused();
}

static void failure(const char *call, int after, uint64_t ip)
{
	name(START, LENGTH, ip);
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
	failure("configuration", 0, 0);
	failure("where", 0, 0);
	failure("poke", 0, 0);
	failure("registers", 0, START);
	failure("registers", 1, START);
	for (i = 0; i < 6; i++)
		failure("peek", i, START);
	/* the second thread */
	world.area.rseq_cs = 0;
	world.fails = "configuration";
	world.after = 1;
	assert_int_equal(disarm(), -ESRCH);
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
		TEST(a_thread_in_a_sequence_goes_on_at_its_handler),
		TEST(a_sequence_that_cannot_be_aborted_is_refused),
		TEST(what_cannot_be_read_is_an_error),
	};

	return cmocka_run_group_tests_name("rseq", tests, NULL, NULL);
}
