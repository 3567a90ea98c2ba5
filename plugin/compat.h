/* SPDX-License-Identifier: GPL-2.0 */
/* 32-bit programs on a 64-bit kernel. */
#ifndef PLUGIN_COMPAT_H
#define PLUGIN_COMPAT_H

#include <stdbool.h>
#include <sys/types.h>

/* Whether it is a 32-bit task. It is traced and stopped; false if that cannot be found out. */
bool compat_is_32_bit(pid_t pid);

/**
 * compat_check - refuse a task that CRIU cannot dump, and does not refuse itself
 * @pid: a process, traced and stopped
 *
 * CRIU takes a 32-bit task of arm64 for a 64-bit one: it would save the wrong registers,
 * and run 64-bit code in it. On x86-64, CRIU dumps such tasks. Returns 0, or -EOPNOTSUPP
 * after a message.
 */
int compat_check(pid_t pid);

#endif /* PLUGIN_COMPAT_H */
