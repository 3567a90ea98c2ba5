/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MODULE_STRESS_GROUP_H
#define MODULE_STRESS_GROUP_H

#include <sys/types.h>

/** start_groups - start a keeper for each group; they end when shared->stop is set */
void start_groups(pid_t *keepers);

#endif /* MODULE_STRESS_GROUP_H */
