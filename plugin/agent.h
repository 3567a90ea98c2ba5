/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Filters with an external supervisor: no task of the dump holds their listener.
 * On restore the new listener is handed to a seccomp agent, as an OCI runtime does
 * when it creates a container. doc/containers.md describes how the agent is found,
 * and what happens if there is none.
 */
#ifndef PLUGIN_AGENT_H
#define PLUGIN_AGENT_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "tree.h"

/* The number of filters with an external supervisor. */
size_t agent_count(const struct tree *tree);

/**
 * agent_begin - connect to the agent, if one is needed
 * @tree: must stay valid until agent_end()
 *
 * This happens before anything is forked, so that a missing agent is noticed early.
 * The agent must run as root, as the caller, or as the user in the configuration.
 * Returns 0, or a negative errno after a message: the restore must fail.
 */
int agent_begin(const struct tree *tree);

/**
 * agent_keep_listener - keep the listener of a filter for the agent
 * @filter: its index; must have an external supervisor
 * @listener: its listener; the caller must not close it
 *
 * If the restore continues without an agent, the listener is closed at once: then
 * the kernel fails supervised calls with ENOSYS, or keeps them, as the filter says.
 */
void agent_keep_listener(uint32_t filter, int listener);

/**
 * agent_hand_over - hand the listeners of a process over to the agent
 * @process: its index in the tree, or TREE_NONE if it is not there
 * @pid: its id; none of its tasks has run yet
 * @root: the root task
 *
 * To be called for all processes, the root task first. A listener is handed over with
 * the first process that has its filter, or with the root task if no process has it.
 * If the agent has closed the connection of agent_begin(), a new one is made. Returns
 * 0, or a negative errno after a message.
 */
int agent_hand_over(uint32_t process, pid_t pid, pid_t root);

/* Ends the restore: closes the listeners that were not handed over. */
void agent_end(void);

#endif /* PLUGIN_AGENT_H */
