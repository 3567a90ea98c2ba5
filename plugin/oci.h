/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Containers as the Open Container Initiative's runtime specification has
 * them: what can be known of the container that is restored, and the message
 * with which a seccomp agent is given a listener (config-linux.md, "The
 * Container Process State").
 */
#ifndef PLUGIN_OCI_H
#define PLUGIN_OCI_H

#include <json-c/json.h>
#include <limits.h>
#include <sys/types.h>

/**
 * struct oci_container - the container that a runtime restores
 * @id: its name; empty: CRIU was not started by a runtime
 * @bundle: the folder of its config.json
 * @config: that file; NULL: not known
 */
struct oci_container {
	char id[256];
	char bundle[PATH_MAX];
	struct json_object *config;
};

/**
 * oci_find - what does the runtime restore that has started CRIU?
 * @proc: the /proc folder of CRIU's parent
 * @caller: who has started CRIU
 * @container: all of it is set
 *
 * crun and runc run CRIU as their child, from the folder of the bundle, and
 * have been called as "... restore ... ID". So may anything else be called, in
 * a folder that anybody has filled: config.json counts only if it and the folder
 * are the caller's, and no other user can write them. A parent without such a
 * file, or with one that has no "ociVersion", is no runtime. Never fails; warns
 * of a config.json that does not count or cannot be read.
 */
void oci_find(const char *proc, uid_t caller, struct oci_container *container);

/**
 * oci_receiver - where the runtime sends the container's listener
 * @source: who says so, for messages
 *
 * The listenerPath of the container's configuration, and else what crun takes for
 * one, in its order: the annotation run.oci.seccomp.receiver, the environment
 * variable RUN_OCI_SECCOMP_RECEIVER (crun(1)). Returns NULL if there is none, or
 * no container; *source is untouched then.
 */
const char *oci_receiver(const struct oci_container *container, const char **source);

/**
 * oci_process_state - the message for one listener
 * @pid: a process under its filter
 * @root: the container's first process
 *
 * Returns text to be freed, or NULL: not enough memory.
 */
char *oci_process_state(const struct oci_container *container, pid_t pid, pid_t root);

void oci_free(struct oci_container *container);

#endif /* PLUGIN_OCI_H */
