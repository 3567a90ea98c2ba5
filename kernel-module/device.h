/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KERNEL_MODULE_DEVICE_H
#define KERNEL_MODULE_DEVICE_H

#include <linux/types.h>

/* seccomp_device_break - calls the module off for good, and says why */
void seccomp_device_break(const char *why);

/* The module answers: not called off. */
bool seccomp_device_works(void);

/* For whom PTRACE_SECCOMP_GET_FILTER is, too. Returns 0 or -EACCES. */
int seccomp_device_permits(void);

int seccomp_device_register(void);
void seccomp_device_unregister(void);

#endif /* KERNEL_MODULE_DEVICE_H */
