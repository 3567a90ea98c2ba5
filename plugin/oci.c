// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "oci.h"
#include "report.h"
#include "trust.h"

/* The first version with the container process state. */
#define OCI_VERSION "1.1.0"

/* Alternatives to listenerPath in crun. */
#define RECEIVER_ANNOTATION "run.oci.seccomp.receiver"
#define RECEIVER_VARIABLE "RUN_OCI_SECCOMP_RECEIVER"

/* Some hundred times the size that container engines write. */
#define CONFIG_MAX (4 << 20)

/* Finds the ID in "RUNTIME ... restore ... ID". Returns false for other command lines. */
static bool find_id(const char *proc, char *id, size_t size)
{
	bool restores = false, is_id = false;
	char path[PATH_MAX], *word = NULL;
	size_t room = 0, len = 0;
	FILE *file;

	snprintf(path, sizeof(path), "%s/cmdline", proc);
	file = fopen(path, "re");
	if (!file)
		return false;
	while (getdelim(&word, &room, '\0', file) > 0) {
		/* the last argument after "restore", if it is not an option */
		is_id = restores && *word && *word != '-';
		restores = restores || !strcmp(word, "restore");
		len = snprintf(id, size, "%s", word);
	}
	free(word);
	fclose(file);
	return is_id && len < size;
}

static bool find_bundle(const char *proc, char *bundle, size_t size)
{
	char path[PATH_MAX];
	ssize_t len;

	snprintf(path, sizeof(path), "%s/cwd", proc);
	len = readlink(path, bundle, size - 1);
	if (len < 0)
		return false;
	bundle[len] = '\0';
	return true;
}

/* A value of the configuration, or NULL. */
static struct json_object *get(struct json_object *in, const char *key, json_type type)
{
	struct json_object *value;

	/* @in may be something else than an object, or NULL */
	if (!json_object_object_get_ex(in, key, &value) || !json_object_is_type(value, type))
		return NULL;
	return value;
}

/* Reads a file of @size bytes, and adds a NUL. Returns NULL on failure, with errno. */
static char *read_text(int fd, size_t size)
{
	char *text = malloc(size + 1);
	size_t len = 0;
	ssize_t ret = 1;

	while (text && ret && len < size) {
		ret = read(fd, text + len, size - len);
		if (ret < 0) {
			free(text);
			return NULL;
		}
		len += ret;
	}
	if (text)
		text[len] = '\0';
	return text;
}

/* Parses an open config.json, if it is trusted. */
static struct json_object *parse_config(int fd, const char *bundle, uid_t caller)
{
	const char *fault = trust_fault(fd, S_IFREG, caller);
	enum json_tokener_error error;
	struct json_object *config;
	struct stat st;
	char *text;

	if (!fault && !fstat(fd, &st) && st.st_size > CONFIG_MAX)
		fault = "is larger than 4 MiB";
	if (fault) {
		pr_warn("%s/config.json is ignored: it %s", bundle, fault);
		return NULL;
	}
	text = read_text(fd, st.st_size);
	if (!text) {
		pr_warn("cannot read %s/config.json: %s", bundle, strerror(errno));
		return NULL;
	}
	config = json_tokener_parse_verbose(text, &error);
	if (!config)
		pr_warn("cannot read %s/config.json: %s", bundle, json_tokener_error_desc(error));
	free(text);
	return config;
}

/*
 * The folder must be trusted, too: others could move a file of the caller into a folder
 * that they can write. The folders above it do not matter, since they are not looked up.
 */
static struct json_object *open_config(int folder, const char *bundle, uid_t caller)
{
	struct json_object *config;
	const char *fault;
	int fd;

	if (faccessat(folder, "config.json", F_OK, AT_SYMLINK_NOFOLLOW))
		return NULL;
	fault = trust_fault(folder, S_IFDIR, caller);
	if (fault) {
		pr_warn("%s/config.json is ignored: its folder %s", bundle, fault);
		return NULL;
	}
	/* O_NONBLOCK: opening a FIFO must not wait for a writer */
	fd = openat(folder, "config.json",
		    O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	if (fd < 0) {
		pr_warn("cannot open %s/config.json: %s", bundle,
			errno == ELOOP ? "it is a symbolic link" : strerror(errno));
		return NULL;
	}
	config = parse_config(fd, bundle, caller);
	close(fd);
	return config;
}

/* Opens the folder through /proc, which also works in another mount namespace. */
static struct json_object *read_config(const char *proc, const char *bundle, uid_t caller)
{
	struct json_object *config;
	char path[PATH_MAX];
	int folder;

	snprintf(path, sizeof(path), "%s/cwd", proc);
	folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0)
		return NULL;
	config = open_config(folder, bundle, caller);
	close(folder);
	if (get(config, "ociVersion", json_type_string))
		return config;
	json_object_put(config);
	return NULL;
}

void oci_find(const char *proc, uid_t caller, struct oci_container *container)
{
	struct json_object *config = NULL;

	if (find_id(proc, container->id, sizeof(container->id)) &&
	    find_bundle(proc, container->bundle, sizeof(container->bundle)))
		config = read_config(proc, container->bundle, caller);
	if (!config)
		container->id[0] = container->bundle[0] = '\0';
	container->config = config;
}

static struct json_object *get_seccomp(const struct oci_container *container)
{
	return get(get(container->config, "linux", json_type_object), "seccomp", json_type_object);
}

/* An annotation of the container. */
static struct json_object *get_annotation(const struct oci_container *container, const char *key)
{
	return get(get(container->config, "annotations", json_type_object), key, json_type_string);
}

const char *oci_receiver(const struct oci_container *container, const char **source)
{
	struct json_object *value = get(get_seccomp(container), "listenerPath", json_type_string);
	const char *variable;

	if (value) {
		*source = "listenerPath in config.json";
		return json_object_get_string(value);
	}
	value = get_annotation(container, RECEIVER_ANNOTATION);
	if (value) {
		*source = "annotation " RECEIVER_ANNOTATION " in config.json";
		return json_object_get_string(value);
	}
	variable = container->config ? getenv(RECEIVER_VARIABLE) : NULL;
	if (variable)
		*source = RECEIVER_VARIABLE;
	return variable;
}

/* Takes ownership of @value, also on failure. */
static bool add(struct json_object *to, const char *key, struct json_object *value)
{
	if (value && !json_object_object_add(to, key, value))
		return true;
	json_object_put(value);
	return false;
}

/* Adds a value of the configuration, unless it is NULL. */
static bool add_copy(struct json_object *to, const char *key, struct json_object *value)
{
	return !value || add(to, key, json_object_get(value));
}

/* runtime.md, "State" */
static struct json_object *make_state(const struct oci_container *container, pid_t root)
{
	struct json_object *state = json_object_new_object();
	char id[32];

	/* a unique id, if the container has none */
	snprintf(id, sizeof(id), "criu-%d", root);
	if (!state || !add(state, "ociVersion", json_object_new_string(OCI_VERSION)) ||
	    !add(state, "id", json_object_new_string(*container->id ? container->id : id)) ||
	    !add(state, "status", json_object_new_string("creating")) ||
	    !add(state, "pid", json_object_new_int(root)) ||
	    !add(state, "bundle", json_object_new_string(container->bundle)) ||
	    !add_copy(state, "annotations",
		      get(container->config, "annotations", json_type_object))) {
		json_object_put(state);
		return NULL;
	}
	return state;
}

static struct json_object *make_fds(void)
{
	struct json_object *fds = json_object_new_array();
	struct json_object *name = json_object_new_string("seccompFd");

	if (fds && name && !json_object_array_add(fds, name))
		return fds;
	json_object_put(name);
	json_object_put(fds);
	return NULL;
}

char *oci_process_state(const struct oci_container *container, pid_t pid, pid_t root)
{
	struct json_object *message = json_object_new_object();
	const char *text = NULL;
	char *copy;

	if (message && add(message, "ociVersion", json_object_new_string(OCI_VERSION)) &&
	    add(message, "fds", make_fds()) && add(message, "pid", json_object_new_int(pid)) &&
	    add_copy(message, "metadata",
		     get(get_seccomp(container), "listenerMetadata", json_type_string)) &&
	    add(message, "state", make_state(container, root)))
		text = json_object_to_json_string_ext(
			message, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
	copy = text ? strdup(text) : NULL;
	json_object_put(message);
	return copy;
}

void oci_free(struct oci_container *container)
{
	json_object_put(container->config);
	container->config = NULL;
}
