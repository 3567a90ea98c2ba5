// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "container.h"

#define ID_DIGITS 64

/* How names of container cgroups begin. If two match, the longer one has to come first. */
static const struct prefix {
	const char *text;
	const char *engine; /* NULL: not a container */
	bool any_name;	    /* what follows does not have to be an id */
} prefixes[] = {
	{ "libpod-conmon-", NULL, false },
	{ "libpod-payload-", "podman", false },
	{ "libpod-", "podman", false },
	{ "docker-", "docker", false },
	{ "crio-conmon-", NULL, false },
	{ "crio-", "cri-o", false },
	{ "cri-containerd-", "containerd", false },
	{ "nerdctl-", "nerdctl", false },
	{ "crun-", "crun", true },
	{ "runc-", "runc", true },
	{ "lxc.payload.", "lxc", true },
	{ "systemd-nspawn@", "nspawn", true },
	{ "", "", false },
};

#define N_PREFIXES (sizeof(prefixes) / sizeof(*prefixes))

static bool is_id(const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (!isxdigit((unsigned char)text[i]))
			return false;
	return len == ID_DIGITS;
}

static bool is_name(const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (!isalnum((unsigned char)text[i]) && !strchr("-_.", text[i]))
			return false;
	return len;
}

static size_t length_without_suffix(const char *text, size_t len)
{
	static const char *const suffixes[] = { ".scope", ".service" };
	size_t i, size;

	for (i = 0; i < sizeof(suffixes) / sizeof(*suffixes); i++) {
		size = strlen(suffixes[i]);
		if (len > size && !memcmp(text + len - size, suffixes[i], size))
			return len - size;
	}
	return len;
}

/* One component of a path, of @len characters. */
static void parse_name(const char *text, size_t len, struct container *container)
{
	const struct prefix *prefix;
	size_t begin;

	len = length_without_suffix(text, len);
	for (prefix = prefixes; prefix < prefixes + N_PREFIXES; prefix++) {
		begin = strlen(prefix->text);
		if (len <= begin || memcmp(text, prefix->text, begin))
			continue;
		if (!prefix->engine || len - begin >= sizeof(container->id))
			return;
		if (!is_id(text + begin, len - begin) &&
		    !(prefix->any_name && is_name(text + begin, len - begin)))
			return;
		/* "/docker/ID": the folder has already named the engine */
		if (*prefix->engine || container->id[0])
			strcpy(container->engine, prefix->engine);
		snprintf(container->id, sizeof(container->id), "%.*s", (int)(len - begin),
			 text + begin);
		return;
	}
}

/* Containers may be nested: the innermost one counts. */
static bool parse_path(const char *path, size_t len, struct container *container)
{
	static const char docker[] = "docker";
	const char *end = path + len, *name;

	for (name = path; name < end; name += len + 1) {
		len = strcspn(name, "/\n");
		if (len == strlen(docker) && !memcmp(name, docker, len) && !container->id[0])
			strcpy(container->engine, docker);
		else
			parse_name(name, len, container);
	}
	if (!container->id[0])
		container->engine[0] = '\0';
	return container->id[0];
}

bool container_parse(const char *cgroup, struct container *container)
{
	const char *line, *path;
	size_t len;

	for (line = cgroup; *line; line += len + (line[len] == '\n')) {
		*container = (struct container){ 0 };
		len = strcspn(line, "\n");
		path = memchr(line, '/', len);
		if (path && parse_path(path + 1, line + len - path - 1, container))
			return true;
	}
	return false;
}

bool container_is(const struct container *container, const char *wanted)
{
	if (!*wanted)
		return false;
	if (is_id(container->id, strlen(container->id)))
		return !strncmp(container->id, wanted, strlen(wanted));
	return !strcmp(container->id, wanted);
}

bool container_of(pid_t pid, struct container *container)
{
	char path[40], text[8192];
	size_t len;
	FILE *file;

	*container = (struct container){ 0 };
	snprintf(path, sizeof(path), "/proc/%d/cgroup", pid);
	file = fopen(path, "re");
	if (!file)
		return false;
	len = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	text[len] = '\0';
	return container_parse(text, container);
}
