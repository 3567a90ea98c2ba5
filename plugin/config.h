/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PLUGIN_CONFIG_H
#define PLUGIN_CONFIG_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>
#include <sys/un.h>

#define CONFIG_PATH "/etc/criu-seccomp.conf"

/* The longest path in a sockaddr_un, with its NUL; unix(7). */
#define CONFIG_AGENT_SIZE sizeof(((struct sockaddr_un *)0)->sun_path)

/**
 * struct config - the settings of the configuration file
 * @agent: the socket of the seccomp agent; empty if not set
 * @without_agent: continue if there is no agent, as if it had gone
 * @agent_uid: an agent of this user is trusted, too; -1 if not set
 * @load_module: load the kernel module if it is needed
 */
struct config {
	char agent[CONFIG_AGENT_SIZE];
	bool without_agent;
	uid_t agent_uid;
	bool load_module;
};

/**
 * config_address_fault - check whether a path can be the address of a socket
 *
 * Returns NULL if it can, otherwise the reason, as the end of a sentence that begins
 * with the path.
 */
const char *config_address_fault(const char *path);

/**
 * config_read - read a configuration file
 * @config: out, the settings; all unset if there is no file
 *
 * The file decides who gets listeners, so it must be a regular file that belongs to
 * root and that nobody else can write. Otherwise the result is -EPERM.
 *
 * Returns 0, also if there is no file, or a negative errno after a message
 * that names the file and the line.
 */
int config_read(const char *path, struct config *config);

/* The same for an open file; messages call it @name. */
int config_parse(const char *name, FILE *file, struct config *config);

#endif /* PLUGIN_CONFIG_H */
