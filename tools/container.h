/* SPDX-License-Identifier: GPL-2.0 */
/* Which container a process is in, as far as its cgroup tells. */
#ifndef CONTAINER_H
#define CONTAINER_H

#include <stdbool.h>
#include <sys/types.h>

/**
 * struct container - one of them
 * @engine: who runs it ("podman", "docker", ...); "" if its name does not say
 * @id: what that calls it: 64 hexadecimal digits, or a name
 */
struct container {
	char engine[12];
	char id[68];
};

/**
 * container_of - the container of a process
 * @container: out; empty strings if there is none
 *
 * Engines have no interface in common; what is known here is how they name the
 * cgroups of containers. Returns whether it is in one.
 */
bool container_of(pid_t pid, struct container *container);

/* The same from the text of /proc/PID/cgroup, cgroups(7). */
bool container_parse(const char *cgroup, struct container *container);

#endif /* CONTAINER_H */
