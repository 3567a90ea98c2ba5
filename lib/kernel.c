// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <linux/capability.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kernel.h"
#include "proc.h"

/* include/linux/proc_ns.h: the inode number of the initial user namespace */
#define PROC_USER_INIT_INO 0xEFFFFFFDu

static const struct kernel *patched(const char **why, bool *there)
{
	*there = false;
	return kernel_patched(why);
}

/* Best first. A backend has either full() or, if it can only read, reader(). */
static const struct backend {
	const char *name;
	const struct kernel *(*full)(const char **why, bool *there);
	const struct kernel_reader *(*reader)(const char **why);
} backends[KERNEL_BACKENDS] = {
	{ .name = "kernel patches", .full = patched },
	{ .name = "kernel module", .full = kernel_module },
	{ .name = "BPF", .reader = kernel_bpf },
};

static void try_backend(const struct backend *backend, struct kernel_choice *choice,
			const char **why)
{
	bool there;

	if (backend->full) {
		choice->kernel = backend->full(why, &there);
		choice->reader = choice->kernel ? &choice->kernel->reader : NULL;
	} else {
		choice->reader = backend->reader(why);
	}
}

void kernel_choose(struct kernel_choice *choice)
{
	const char *why = NULL;
	size_t i;

	*choice = (struct kernel_choice){ 0 };
	for (i = 0; !choice->reader && i < KERNEL_BACKENDS; i++) {
		try_backend(&backends[i], choice, &why);
		if (choice->reader)
			break;
		choice->refused[choice->n_refused].name = backends[i].name;
		choice->refused[choice->n_refused++].why = why;
	}
}

const struct kernel *kernel_detect(const char **unusable)
{
	const struct kernel *kernel = NULL;
	bool there = false;
	size_t i;

	for (i = 0; !kernel && !there && i < KERNEL_BACKENDS; i++)
		if (backends[i].full)
			kernel = backends[i].full(unusable, &there);
	if (kernel || !there)
		*unusable = NULL;
	return kernel;
}

const struct kernel_reader *kernel_detect_reader(void)
{
	struct kernel_choice choice;

	kernel_choose(&choice);
	return choice.reader;
}

static bool has_sys_admin(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	return syscall(SYS_capget, &header, data) ||
	       data[CAP_TO_INDEX(CAP_SYS_ADMIN)].effective & CAP_TO_MASK(CAP_SYS_ADMIN);
}

static bool in_init_userns(void)
{
	struct stat st;

	return stat("/proc/self/ns/user", &st) || st.st_ino == PROC_USER_INIT_INO;
}

int kernel_permits(void)
{
	/* not prctl(2): a filter of ours might kill us for it */
	if (proc_number(getpid(), "Seccomp") > 0)
		return -EACCES;
	return has_sys_admin() && in_init_userns() ? 0 : -EPERM;
}
