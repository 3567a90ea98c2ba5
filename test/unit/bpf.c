// SPDX-License-Identifier: GPL-2.0
/*
 * Compares the interpreter with this kernel: which programs are accepted, and what
 * happens to calls.
 */
#include "unit.h"

#include <errno.h>
#include <linux/audit.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bpf.h"
#include "random_programs.h"
#include "verdicts.h"

#if defined(__x86_64__)
#define NATIVE_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define NATIVE_ARCH AUDIT_ARCH_AARCH64
#endif

#define STACKS 200
#define CALLS 40
#define MUTATIONS 20000

static bool takes(const struct sock_filter *insns, size_t len)
{
	struct sock_fprog program = { .len = len, .filter = (struct sock_filter *)insns };

	return !syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
}

/* Whether filters can be installed here at all: a container may forbid it. */
static bool kernel_can(void)
{
	struct sock_filter allow[] = { BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW) };
	int status;
	pid_t child = fork();

	if (!child) {
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
		_exit(!takes(allow, 1));
	}
	return waitpid(child, &status, 0) == child && !status;
}

static volatile int trapped;

static void on_trap(int signal, siginfo_t *info, void *unused)
{
	(void)signal;
	(void)unused;
	trapped = info->si_errno;
}

/* What a task notices of a verdict: a number for the action and the data. */
static long noticed(const struct seccomp_data *data)
{
	long ret;

	trapped = -1;
	ret = syscall(data->nr, data->args[0], data->args[1], data->args[2], data->args[3],
		      data->args[4], data->args[5]);
	if (trapped >= 0)
		return 100000 + trapped;
	return ret < 0 ? errno : -1 - ret;
}

static long expected(uint32_t ret)
{
	uint32_t number = ret & SECCOMP_RET_DATA;

	switch (ret & SECCOMP_RET_ACTION_FULL) {
	case SECCOMP_RET_ERRNO:
		if (!number)
			return -1;
		return number > 4095 ? 4095 : number;
	case SECCOMP_RET_TRAP:
		return 100000 + number;
	default:
		/* there is no tracer, no supervisor, and no such call */
		return ENOSYS;
	}
}

/* In a child: makes all calls, one after the other, until one of them kills it. */
static void make_calls(const struct stack *stack, const struct seccomp_data *calls, long *results)
{
	struct sigaction action = { .sa_sigaction = on_trap, .sa_flags = SA_SIGINFO };
	size_t i;

	sigaction(SIGSYS, &action, NULL);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	for (i = stack->count; i--;)
		if (!takes(stack->programs[i].insns, stack->programs[i].len))
			_exit(1);
	for (i = 0; i < CALLS; i++)
		results[i] = noticed(&calls[i]);
	_exit(0);
}

static void compare(const struct stack *stack, const struct seccomp_data *calls,
		    const long *results, int status)
{
	size_t i, decides;
	uint32_t ret;

	for (i = 0; i < CALLS; i++) {
		ret = stack_run(stack, &calls[i], &decides);
		if (ret == SECCOMP_RET_KILL_THREAD) {
			assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS);
			assert_int_equal(results[i], -2);
			return;
		}
		if (results[i] != expected(ret))
			fail_msg("call %zu: the kernel does %ld, %#x would be %ld", i, results[i],
				 ret, expected(ret));
	}
	assert_int_equal(status, 0);
}

static void a_stack_gives_the_result_of_the_kernel(void **state)
{
	static struct sock_filter insns[4][RANDOM_MAX];
	struct program programs[4];
	struct stack stack = { .programs = programs };
	struct seccomp_data calls[CALLS];
	long *results = mmap(NULL, sizeof(*results) * CALLS, PROT_READ | PROT_WRITE,
			     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	size_t round, i, where;
	int status;
	pid_t child;

	(void)state;
	if (!kernel_can())
		skip();
	for (round = 0; round < STACKS; round++) {
		random_state = 0x5ecc000000000001 + round;
		stack.count = 1 + random_below(4);
		for (i = 0; i < stack.count; i++) {
			programs[i].insns = insns[i];
			programs[i].len = random_program(insns[i]);
			assert_null(bpf_fault(insns[i], programs[i].len, &where));
		}
		for (i = 0; i < CALLS; i++) {
			random_call(&calls[i], NATIVE_ARCH);
			results[i] = -2;
		}
		child = fork();
		if (!child)
			make_calls(&stack, calls, results);
		assert_int_equal(waitpid(child, &status, 0), child);
		compare(&stack, calls, results, status);
	}
	munmap(results, sizeof(*results) * CALLS);
}

/* Changes one thing in a valid program, which may stay valid. */
static void mutate(struct sock_filter *insns, size_t *len)
{
	struct sock_filter *insn = &insns[random_below(*len)];

	switch (random_below(6)) {
	case 0:
		insn->code = random_number();
		break;
	case 1:
		insn->code = (insn->code & ~0xffu) | (random_number() & 0xff);
		break;
	case 2:
		insn->jt = random_number();
		break;
	case 3:
		insn->jf = random_below(*len);
		break;
	case 4:
		insn->k = random_below(2) ? random_number() : random_below(80);
		break;
	default:
		*len = 1 + random_below(*len);
	}
}

static void it_accepts_what_the_kernel_accepts(void **state)
{
	struct sock_filter insns[RANDOM_MAX];
	char *taken =
		mmap(NULL, MUTATIONS, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	size_t i, len, where, faults = 0;
	int status;
	pid_t child;

	(void)state;
	if (!kernel_can())
		skip();
	for (i = 0; i < MUTATIONS; i++) {
		random_state = 0x5ecc100000000001 + i;
		len = random_program(insns);
		mutate(insns, &len);
		taken[i] = !bpf_fault(insns, len, &where);
		faults += !taken[i];
	}
	child = fork();
	if (!child) {
		/*
		 * A second listener is refused with EBUSY, but only after the
		 * program was looked at. So nothing is installed but the first.
		 */
		struct sock_filter allow[] = { BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW) };
		struct sock_fprog program = { .len = 1, .filter = allow };

		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
		if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER,
			    &program) < 0)
			_exit(1);
		for (i = 0; i < MUTATIONS; i++) {
			random_state = 0x5ecc100000000001 + i;
			len = random_program(insns);
			mutate(insns, &len);
			program = (struct sock_fprog){ .len = len, .filter = insns };
			syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
				SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
			if (errno != EBUSY && errno != EINVAL)
				_exit(2);
			if (taken[i] != (errno == EBUSY))
				taken[i] = 2 + taken[i];
		}
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	for (i = 0; i < MUTATIONS; i++)
		if (taken[i] > 1)
			fail_msg("program %zu: we say %d, the kernel the contrary", i,
				 taken[i] - 2);
	assert_in_range(faults, MUTATIONS / 5, MUTATIONS * 4 / 5);
	munmap(taken, MUTATIONS);
}

static uint32_t run(const struct sock_filter *insns, size_t len, const struct seccomp_data *data)
{
	size_t where;

	assert_null(bpf_fault(insns, len, &where));
	return bpf_run(insns, data);
}

#define RUN(data, ...)                                                                        \
	run((const struct sock_filter[]){ __VA_ARGS__ },                                      \
	    sizeof((const struct sock_filter[]){ __VA_ARGS__ }) / sizeof(struct sock_filter), \
	    data)

static void each_word_can_be_loaded(void **state)
{
	struct seccomp_data data = {
		.nr = 1,
		.arch = 2,
		.instruction_pointer = 0x400000003,
		.args = { 0x600000005, 0x800000007, 0xa00000009, 0xc0000000b, 0xe0000000d,
			  0x100000000f },
	};
	uint32_t i;

	(void)state;
	for (i = 0; i < BPF_DATA_WORDS; i++)
		assert_int_equal(RUN(&data, BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 4 * i),
				     BPF_STMT(BPF_RET | BPF_A, 0)),
				 i + 1);
}

static void faults_are_named(void **state)
{
	static const struct {
		struct sock_filter insn;
		const char *fault;
	} faults[] = {
		{ BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 61),
		  "not load a word of struct seccomp_data" },
		{ BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 64),
		  "not load a word of struct seccomp_data" },
		{ BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 0), "not one that seccomp(2) knows" },
		{ BPF_STMT(BPF_ALU | BPF_DIV | BPF_K, 0), "divides by 0" },
		{ BPF_STMT(BPF_ALU | BPF_LSH | BPF_K, 32), "more than 31 bits" },
		{ BPF_STMT(BPF_ST, 16), "memory that does not exist" },
		{ BPF_STMT(BPF_LD | BPF_MEM, 1), "nothing has written" },
		{ BPF_STMT(BPF_JMP | BPF_JA, 1), "past the end" },
		{ BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0), "past the end" },
		{ BPF_STMT(BPF_RET | BPF_X, 0), "not one that seccomp(2) knows" },
	};
	static struct sock_filter insns[BPF_MAXINSNS + 1];
	const char *fault;
	size_t i, where;

	(void)state;
	for (i = 0; i <= BPF_MAXINSNS; i++)
		insns[i] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, 0);
	assert_null(bpf_fault(insns, BPF_MAXINSNS, &where));
	assert_string_equal(bpf_fault(insns, BPF_MAXINSNS + 1, &where), "is one too many");
	for (i = 0; i < sizeof(faults) / sizeof(*faults); i++) {
		insns[1] = faults[i].insn;
		fault = bpf_fault(insns, 3, &where);
		assert_non_null(fault);
		assert_non_null(strstr(fault, faults[i].fault));
		assert_int_equal(where, 1);
	}
	insns[1] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_IMM, 0);
	assert_non_null(bpf_fault(insns, 2, &where));
	assert_int_equal(where, 1);
}

static void the_newest_wins_a_tie(void **state)
{
	static const struct sock_filter returns[][1] = {
		{ BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_LOG) },
		{ BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | 7) },
		{ BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | 3) },
		{ BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW | 5) },
		{ BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS) },
	};
	struct program programs[5];
	struct stack stack = { programs, 4 };
	struct seccomp_data data = { 0 };
	size_t i, decides;

	(void)state;
	for (i = 0; i < 5; i++)
		programs[i] = (struct program){ returns[i], 1 };
	assert_int_equal(stack_run(&stack, &data, &decides), SECCOMP_RET_ERRNO | 7);
	assert_int_equal(decides, 1);
	stack.count = 5;
	assert_int_equal(stack_run(&stack, &data, &decides), SECCOMP_RET_KILL_PROCESS);
	assert_int_equal(decides, 4);
	/* ALLOW is not a decision, whatever its data */
	stack = (struct stack){ programs + 3, 1 };
	assert_int_equal(stack_run(&stack, &data, &decides), SECCOMP_RET_ALLOW);
	assert_true(decides == VERDICT_NO_FILTER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_word_can_be_loaded),
		cmocka_unit_test(faults_are_named),
		cmocka_unit_test(the_newest_wins_a_tie),
		cmocka_unit_test(it_accepts_what_the_kernel_accepts),
		cmocka_unit_test(a_stack_gives_the_result_of_the_kernel),
	};

	return cmocka_run_group_tests_name("bpf", tests, NULL, NULL);
}
