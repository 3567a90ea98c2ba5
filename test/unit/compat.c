// SPDX-License-Identifier: GPL-2.0
/* Whether a task has 32 bits, by the size of its registers; a child, and what arm64 says. */
#include "unit.h"

#include <errno.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "arch.h"
#include "compat.h"

static size_t size; /* of the registers; 0: as the kernel says */
static int fails;

long __real_ptrace(int request, pid_t pid, void *address, void *data);
long __wrap_ptrace(int request, pid_t pid, void *address, void *data);

long __wrap_ptrace(int request, pid_t pid, void *address, void *data)
{
	struct iovec *iov = data;

	if (fails) {
		errno = fails;
		return -1;
	}
	if (!size || request != PTRACE_GETREGSET)
		return __real_ptrace(request, pid, address, data);
	if (size < iov->iov_len)
		iov->iov_len = size;
	return 0;
}

static void a_program_of_this_machine_is_none(void **state)
{
	pid_t child = fork();
	int status;

	(void)state;
	if (!child) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		raise(SIGSTOP);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSTOPPED(status));
	assert_false(compat_is_32_bit(child));
	assert_int_equal(compat_check(child), 0);
	kill(child, SIGKILL);
	waitpid(child, &status, 0);
}

static void fewer_registers_are_those_of_32_bits(void **state)
{
	bool refused = ARCH_NATIVE == AUDIT_ARCH_AARCH64;

	(void)state;
	/* arm's, and x86's */
	for (size = 18 * 4; size; size = size == 18 * 4 ? 17 * 4 : 0) {
		said[0] = '\0';
		assert_true(compat_is_32_bit(getpid()));
		assert_int_equal(compat_check(getpid()), refused ? -EOPNOTSUPP : 0);
		assert_int_equal(!*said, !refused);
	}
}

static void what_is_not_known_is_left_to_criu(void **state)
{
	(void)state;
	fails = ESRCH;
	assert_false(compat_is_32_bit(getpid()));
	assert_int_equal(compat_check(getpid()), 0);
	fails = 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_program_of_this_machine_is_none),
		cmocka_unit_test(fewer_registers_are_those_of_32_bits),
		cmocka_unit_test(what_is_not_known_is_left_to_criu),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
