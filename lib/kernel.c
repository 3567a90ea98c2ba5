// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <linux/capability.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kernel.h"
#include "proc.h"

/* include/linux/proc_ns.h: the number that the first user namespace always has */
#define PROC_USER_INIT_INO 0xEFFFFFFDu

const struct kernel *kernel_detect(void)
{
	return kernel_patched();
}

static bool has_sys_admin(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	return syscall(SYS_capget, &header, data) ||
	       data[CAP_TO_INDEX(CAP_SYS_ADMIN)].effective & CAP_TO_MASK(CAP_SYS_ADMIN);
}

static bool in_first_userns(void)
{
	struct stat st;

	return stat("/proc/self/ns/user", &st) || st.st_ino == PROC_USER_INIT_INO;
}

int kernel_permits(void)
{
	/* not prctl(2): our own filter may punish it */
	if (proc_number(getpid(), "Seccomp") > 0)
		return -EACCES;
	return has_sys_admin() && in_first_userns() ? 0 : -EPERM;
}
