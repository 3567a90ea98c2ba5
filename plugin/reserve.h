/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PLUGIN_RESERVE_H
#define PLUGIN_RESERVE_H

/**
 * reserve_numbers - let CRIU choose numbers for its descriptors that are above all of ours
 *
 * In each task that it forks, CRIU moves its own descriptors to the last numbers below
 * 128, 256 and so on (criu/servicefd.c): the first of these limits that is above all the
 * task's own files and all that tasks inherit. It does not look what is there. With so
 * many filters open that some of CRIU's own already have such a number, it would
 * overwrite these. So a descriptor with a higher number is among those that tasks
 * inherit. No task can ask for it (criu.h: CRIU_KEY).
 *
 * To be called in the plugins' init, when all filters are open. Returns 0, or a negative
 * errno after a message.
 */
int reserve_numbers(void);

#endif /* PLUGIN_RESERVE_H */
