/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PLUGIN_CONFIG_H
#define PLUGIN_CONFIG_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>
#include <sys/un.h>

#define CONFIG_PATH "/etc/criu-seccomp.conf"

/* What sockaddr_un can hold; unix(7). */
#define CONFIG_AGENT_SIZE sizeof(((struct sockaddr_un *)0)->sun_path)

/**
 * struct config - what the configuration file says
 * @agent: the socket of the seccomp agent; empty: the file does not name one
 * @without_agent: where there is no agent, go on, and calls that it would
 *                 answer fail with ENOSYS
 * @agent_uid: an agent may be this user's, too; -1: the file names none
 * @load_module: the kernel module may be loaded where it is needed
 */
struct config {
	char agent[CONFIG_AGENT_SIZE];
	bool without_agent;
	uid_t agent_uid;
	bool load_module;
};

/**
 * config_address_fault - why a socket cannot have this address
 *
 * Returns NULL if it can, else the end of a sentence about it.
 */
const char *config_address_fault(const char *path);

/**
 * config_read - read a configuration file
 * @config: all of it is set; without a file, to nothing
 *
 * It says to whom listeners go, so it must be a regular file of root's that nobody
 * else can write; else -EPERM.
 *
 * Returns 0, also if there is no file, or a negative errno after a message
 * that names the file and the line.
 */
int config_read(const char *path, struct config *config);

/* The same from an open file: @name is what messages call it. */
int config_parse(const char *name, FILE *file, struct config *config);

#endif /* PLUGIN_CONFIG_H */
