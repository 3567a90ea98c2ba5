/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Containers according to the runtime specification of the Open Container Initiative:
 * finds the container that is being restored, and creates the message with which a
 * seccomp agent receives a listener (config-linux.md, "The Container Process State").
 */
#ifndef PLUGIN_OCI_H
#define PLUGIN_OCI_H

#include <json-c/json.h>
#include <limits.h>
#include <sys/types.h>

/**
 * struct oci_container - the container that a runtime restores
 * @id: its id; empty: CRIU was not started by a runtime
 * @bundle: the folder of its config.json
 * @config: the contents of that file, or NULL
 */
struct oci_container {
	char id[256];
	char bundle[PATH_MAX];
	struct json_object *config;
};

/**
 * oci_find - find the container that the runtime, CRIU's parent, is restoring
 * @proc: the /proc folder of CRIU's parent
 * @caller: the user who has started CRIU
 * @container: out
 *
 * crun and runc run CRIU as a child process in the folder of the bundle, and their
 * command line is "... restore ... ID". Any other program may have such a command line,
 * and run in a folder with files of another user. So config.json is used only if it and
 * the folder belong to the caller, and no other user can write them. If there is no such
 * file, or it has no "ociVersion", the parent is not a runtime. Never fails; warns if
 * config.json is ignored or cannot be read.
 */
void oci_find(const char *proc, uid_t caller, struct oci_container *container);

/**
 * oci_receiver - the socket to which the runtime sends the container's listener
 * @source: out, where it is configured, for messages
 *
 * This is listenerPath in the container's configuration. If it is not set, crun uses
 * the annotation run.oci.seccomp.receiver, then the environment variable
 * RUN_OCI_SECCOMP_RECEIVER (crun(1)). Returns NULL and leaves *source unchanged if
 * none is set, or there is no container.
 */
const char *oci_receiver(const struct oci_container *container, const char **source);

/**
 * oci_process_state - the message for one listener
 * @pid: a process with its filter
 * @root: the container's first process
 *
 * Returns a string that the caller frees, or NULL if there is not enough memory.
 */
char *oci_process_state(const struct oci_container *container, pid_t pid, pid_t root);

void oci_free(struct oci_container *container);

#endif /* PLUGIN_OCI_H */
