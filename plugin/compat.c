// SPDX-License-Identifier: GPL-2.0
#include <elf.h>
#include <errno.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>

#include "arch.h"
#include "compat.h"
#include "report.h"

/* The kernel returns as many registers as the task has: fewer, and smaller ones. */
bool compat_is_32_bit(pid_t pid)
{
	struct user_regs_struct registers;
	struct iovec iov = { &registers, sizeof(registers) };

	return !ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, &iov) && iov.iov_len < sizeof(registers);
}

int compat_check(pid_t pid)
{
	if (ARCH_NATIVE != AUDIT_ARCH_AARCH64 || !compat_is_32_bit(pid))
		return 0;
	pr_err("process %d is a 32-bit program: CRIU does not dump these on arm64", pid);
	return -EOPNOTSUPP;
}
