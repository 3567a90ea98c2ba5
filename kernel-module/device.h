/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KERNEL_MODULE_DEVICE_H
#define KERNEL_MODULE_DEVICE_H

#include <linux/types.h>

/* seccomp_device_break - disable the module permanently, and log the reason */
void seccomp_device_break(const char *why);

/* Whether the module is not disabled. */
bool seccomp_device_works(void);

/* The same check as in PTRACE_SECCOMP_GET_FILTER. Returns 0 or -EACCES. */
int seccomp_device_permits(void);

int seccomp_device_register(void);
void seccomp_device_unregister(void);

#endif /* KERNEL_MODULE_DEVICE_H */
