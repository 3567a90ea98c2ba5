/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Supervisors outside of the dump: a filter had a listener that no task of the
 * dump holds. On restore its new listener is handed to a seccomp agent, as an
 * OCI runtime does it that creates a container. doc/containers.md tells which
 * agent that is, and what becomes of the filter where there is none.
 */
#ifndef PLUGIN_AGENT_H
#define PLUGIN_AGENT_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "tree.h"

/* How many filters of the tree have a supervisor outside of it. */
size_t agent_count(const struct tree *tree);

/**
 * agent_begin - see to it that there is an agent, if one is needed
 * @tree: has to last until agent_end()
 *
 * Connects to it, so that its absence is found before anything is forked. It has
 * to be root's, the caller's, or of a user whom the configuration names.
 * Returns 0, or a negative errno after a message: the restore has to fail.
 */
int agent_begin(const struct tree *tree);

/**
 * agent_keep_listener - keep the listener of a filter for the agent
 * @filter: its index; its supervisor is outside
 * @listener: taken over
 *
 * Where the restore goes on without an agent it is closed at once: from then on
 * the kernel answers supervised calls with ENOSYS.
 */
void agent_keep_listener(uint32_t filter, int listener);

/**
 * agent_hand_over - give the agent the listeners that have to do with a process
 * @process: in the tree, none of its tasks has run yet; TREE_NONE: not there
 * @pid: of the same
 * @root: the root task; all processes come, this one first
 *
 * A listener is handed over with the first process that is under its filter, and
 * with the root task if none is. An agent that has closed the connection of
 * agent_begin() gets another. Returns 0, or a negative errno after a message.
 */
int agent_hand_over(uint32_t process, pid_t pid, pid_t root);

/* The restore is over. What was not handed over is closed. */
void agent_end(void);

#endif /* PLUGIN_AGENT_H */
