/* SPDX-License-Identifier: GPL-2.0 */
/* The return value of a filter as text. seccomp(2) lists the actions. */
#ifndef ACTION_H
#define ACTION_H

#include <stddef.h>
#include <stdint.h>

#define ACTION_TEXT_SIZE 48

/* The action alone: "ERRNO", "KILL_PROCESS". NULL if the kernel does not know it. */
const char *action_name(uint32_t ret);

/*
 * The action with its data, as far as the kernel uses it: "ERRNO EPERM", "TRACE 7",
 * "ALLOW". An unknown action is printed as its number and "(as KILL_PROCESS)".
 */
void action_text(uint32_t ret, char text[ACTION_TEXT_SIZE]);

/* The error number that the call fails with; the kernel caps it at 4095. */
unsigned int action_errno(uint32_t ret);

#endif /* ACTION_H */
