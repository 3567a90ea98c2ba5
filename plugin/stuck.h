/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PLUGIN_STUCK_H
#define PLUGIN_STUCK_H

/**
 * stuck_explain - explain why a dump could not stop all tasks
 *
 * If a filter has SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, and the supervisor has received
 * a task's call, the task waits for the answer and reacts to nothing but SIGKILL. CRIU only
 * says that a task does not stop. This prints a message for each task that may be in
 * this state: CRIU has seized it, it is in uninterruptible sleep, and it has filters.
 */
void stuck_explain(void);

#endif /* PLUGIN_STUCK_H */
