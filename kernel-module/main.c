// SPDX-License-Identifier: GPL-2.0
/*
 * File descriptors for seccomp filters, and access to the filters of a stopped tracee,
 * for kernels without the patches. The module does not create filters: user space sets
 * the parent on a task, which calls seccomp(2), and then opens the task's new filter.
 *
 * doc/kernel-module.md lists every member of kernel structures that is read or written
 * here, under which lock, and why that is safe.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/errno.h>
#include <linux/init.h>
#include <linux/kconfig.h>
#include <linux/module.h>

#include "device.h"
#include "filter.h"
#include "layout.h"
#include "release.h"

#if !defined(CONFIG_SECCOMP_FILTER) || !defined(CONFIG_CHECKPOINT_RESTORE)
#error "this kernel has no CONFIG_SECCOMP_FILTER or no CONFIG_CHECKPOINT_RESTORE: CRIU does not run on it"
#endif

static int __init criu_seccomp_init(void)
{
	int ret;

	if (IS_ENABLED(CONFIG_RANDSTRUCT)) {
		pr_err("not loaded: this kernel randomises the layout of its structures (CONFIG_RANDSTRUCT)\n");
		return -ENXIO;
	}
	if (IS_ENABLED(CONFIG_PREEMPT_RT)) {
		pr_err("not loaded: this is a real-time kernel (CONFIG_PREEMPT_RT), on which a stopped task may still wait for a lock\n");
		return -ENXIO;
	}
	ret = layout_find() ?: release_init();
	if (ret)
		return ret;
	filter_init();
	ret = seccomp_device_register();
	if (ret)
		release_exit();
	return ret;
}

static void __exit criu_seccomp_exit(void)
{
	seccomp_device_unregister();
	release_exit();
}

module_init(criu_seccomp_init);
module_exit(criu_seccomp_exit);

MODULE_DESCRIPTION("seccomp filters as file descriptors, for checkpoint and restore");
MODULE_LICENSE("GPL");
