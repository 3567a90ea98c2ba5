/* SPDX-License-Identifier: GPL-2.0 */
/* The namespaces of a test, and the init process in them. */
#ifndef ZDTM_NS_H
#define ZDTM_NS_H

#include <stdbool.h>

/**
 * ns_enter - start this program again as init of new namespaces
 * @argv: its arguments
 * @user: with a user namespace too
 *
 * pid, mount, IPC and UTS namespaces, in the folder ZDTM_ROOT, which holds
 * the program as /test. Returns init's pid once the test there is ready;
 * a failure ends the process with a message.
 */
int ns_enter(char **argv, bool user);

/**
 * ns_init - act as that init: reap children, and pass on SIGTERM
 *
 * Returns 0 in the child that is to be the test; init itself never returns.
 */
int ns_init(void);

#endif /* ZDTM_NS_H */
