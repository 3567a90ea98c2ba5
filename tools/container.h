/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which container a process is in, as far as its cgroup shows. Engines have libraries
 * for their own containers only.
 */
#ifndef CONTAINER_H
#define CONTAINER_H

#include <stdbool.h>
#include <sys/types.h>

/**
 * struct container - a container
 * @engine: what runs it ("podman", "docker", ...); "" if the cgroup does not say
 * @id: the engine's id for it: 64 hexadecimal digits, or a name
 */
struct container {
	char engine[12];
	char id[68];
};

/**
 * container_of - the container of a process
 * @container: out; empty strings if there is none
 *
 * Engines have no common interface, so containers are recognized by the names that the
 * engines give to their cgroups. Returns whether the process is in a container.
 */
bool container_of(pid_t pid, struct container *container);

/* The same from the text of /proc/PID/cgroup, cgroups(7). */
bool container_parse(const char *cgroup, struct container *container);

/**
 * container_is - whether a user who types @wanted means this container
 * @wanted: the first digits of its id, or all of its name
 */
bool container_is(const struct container *container, const char *wanted);

#endif /* CONTAINER_H */
