// SPDX-License-Identifier: GPL-2.0
#include "unit.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel.h"

/* Installs a filter that kills the task if it asks prctl(2) for the mode. */
static int confine_oneself(void)
{
	struct sock_filter insns[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_prctl, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { .len = 4, .filter = insns };

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

static int drop_sys_admin(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	if (syscall(SYS_capget, &header, data))
		return -1;
	data[CAP_TO_INDEX(CAP_SYS_ADMIN)].effective &= ~CAP_TO_MASK(CAP_SYS_ADMIN);
	return syscall(SYS_capset, &header, data);
}

static int enter_userns(void)
{
	return unshare(CLONE_NEWUSER);
}

#define NOT_POSSIBLE 200

/* The result in a child after @change: a positive errno, 0, or NOT_POSSIBLE. */
static int told_after(int (*change)(void))
{
	int status;
	pid_t child = fork();

	if (!child)
		_exit(change() ? NOT_POSSIBLE : -kernel_permits());
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void not_from_under_a_filter(void **state)
{
	(void)state;
	assert_int_equal(told_after(confine_oneself), EACCES);
}

/* The test itself may run confined, which is checked first, or without root. */
static void expect_eperm(int told)
{
	if (told == NOT_POSSIBLE || kernel_permits() == -EACCES)
		skip();
	assert_int_equal(told, EPERM);
}

static void not_without_the_capability(void **state)
{
	(void)state;
	expect_eperm(told_after(drop_sys_admin));
}

/* There it has all capabilities, but none of them counts. */
static void not_in_another_user_namespace(void **state)
{
	(void)state;
	expect_eperm(told_after(enter_userns));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(not_from_under_a_filter),
		cmocka_unit_test(not_without_the_capability),
		cmocka_unit_test(not_in_another_user_namespace),
	};

	return cmocka_run_group_tests_name("kernel", tests, NULL, NULL);
}
