/* SPDX-License-Identifier: GPL-2.0 */
/* What lib/kernel-module.c and its self-test share. */
#ifndef KERNEL_MODULE_H
#define KERNEL_MODULE_H

#include <linux/filter.h>
#include <stdint.h>

struct kernel;
struct puppet;

/* For kernel_module_install(): what seccomp(2) is called with. */
struct kernel_module_install {
	uint32_t flags;
	struct sock_fprog program;
};

/* For puppet_call(): enters strict mode. */
long kernel_module_strict(void *arg);

/* For puppet_call(): installs a filter. Returns what seccomp(2) does. */
long kernel_module_install(void *arg);

/* Has a puppet without filters stand on a filter. */
int kernel_module_set_puppet(struct puppet *puppet, int filter);

/**
 * kernel_module_test - does the module do what it should on this kernel?
 * @what: out, what was tried last
 *
 * Makes three filters, one a branch with a listener, and tasks that have them, and
 * looks at the counts of each. Returns 0; -EUCLEAN: it does not; another negative
 * errno: it could not be found out.
 */
int kernel_module_test(const struct kernel *kernel, const char **what);

#endif /* KERNEL_MODULE_H */
