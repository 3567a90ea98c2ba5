/* SPDX-License-Identifier: GPL-2.0 */
/* Shared by lib/kernel-module.c and its self-test. */
#ifndef KERNEL_MODULE_H
#define KERNEL_MODULE_H

#include <linux/filter.h>
#include <stdint.h>

struct kernel;
struct puppet;

/* Argument of kernel_module_install(): the arguments of seccomp(2). */
struct kernel_module_install {
	uint32_t flags;
	struct sock_fprog program;
};

/* For puppet_call(): enters strict mode. */
long kernel_module_strict(void *arg);

/* For puppet_call(): installs a filter. Returns what seccomp(2) returns, or -errno. */
long kernel_module_install(void *arg);

/* Sets a filter on a puppet that has none. Returns 0 or a negative errno. */
int kernel_module_set_puppet(struct puppet *puppet, int filter);

/**
 * kernel_module_test - test whether the module works on this kernel
 * @what: out, the last step of the test
 *
 * Creates three filters, one of them with a listener, and tasks that have them, and
 * checks the reference counts of each. Returns 0; -EUCLEAN: the module does not work;
 * another negative errno: the test could not be completed.
 */
int kernel_module_test(const struct kernel *kernel, const char **what);

#endif /* KERNEL_MODULE_H */
