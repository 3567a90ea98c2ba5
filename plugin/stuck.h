/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PLUGIN_STUCK_H
#define PLUGIN_STUCK_H

/**
 * stuck_explain - after a dump that could not stop all tasks: why?
 *
 * A task that waits for its supervisor, who has received its call, can only be
 * killed if its filter has SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV. CRIU says no
 * more than that a task does not stop. Prints a message for each task that may
 * be one: CRIU has seized it, it sleeps without being interruptible, and it is
 * under filters.
 */
void stuck_explain(void);

#endif /* PLUGIN_STUCK_H */
