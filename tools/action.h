/* SPDX-License-Identifier: GPL-2.0 */
/* What a filter returns, in words. seccomp(2) has the actions. */
#ifndef ACTION_H
#define ACTION_H

#include <stddef.h>
#include <stdint.h>

#define ACTION_TEXT_SIZE 48

/* The action alone: "ERRNO", "KILL_PROCESS". NULL: the kernel knows none such. */
const char *action_name(uint32_t ret);

/*
 * The action with its data, as far as the kernel uses it: "ERRNO EPERM", "TRACE 7",
 * "ALLOW". An unknown one is the number, and "as KILL_PROCESS".
 */
void action_text(uint32_t ret, char text[ACTION_TEXT_SIZE]);

/* The error number that the call fails with; the kernel knows none above 4095. */
unsigned int action_errno(uint32_t ret);

#endif /* ACTION_H */
