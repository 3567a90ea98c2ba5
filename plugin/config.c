// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "report.h"
#include "trust.h"

static const struct config nothing = { .agent_uid = (uid_t)-1 };

const char *config_address_fault(const char *path)
{
	if (path[0] != '/')
		return "is not an absolute path";
	if (strlen(path) >= CONFIG_AGENT_SIZE)
		return "is longer than the path of a socket can be (107 bytes)";
	return NULL;
}

/* A setter returns NULL, or the reason why it rejects the value. */
static const char *set_agent(struct config *config, const char *value)
{
	const char *fault = config_address_fault(value);

	if (!fault)
		strcpy(config->agent, value);
	return fault;
}

static const char *set_without_agent(struct config *config, const char *value)
{
	if (strcmp(value, "refuse") && strcmp(value, "enosys"))
		return "is neither 'refuse' nor 'enosys'";
	config->without_agent = !strcmp(value, "enosys");
	return NULL;
}

/* Decimal. The kernel does not allow (uid_t)-1, either. */
static const char *set_agent_uid(struct config *config, const char *value)
{
	unsigned long uid;
	char *end;

	errno = 0;
	uid = strtoul(value, &end, 10);
	if (!isdigit((unsigned char)*value) || *end || errno || uid >= (uid_t)-1)
		return "is not a user id (a number)";
	config->agent_uid = uid;
	return NULL;
}

static const char *set_load_module(struct config *config, const char *value)
{
	if (strcmp(value, "yes") && strcmp(value, "no"))
		return "is neither 'yes' nor 'no'";
	config->load_module = !strcmp(value, "yes");
	return NULL;
}

static const struct {
	const char *name;
	const char *(*set)(struct config *config, const char *value);
} keys[] = { { "agent", set_agent },
	     { "without-agent", set_without_agent },
	     { "agent-uid", set_agent_uid },
	     { "load-module", set_load_module } };

#define N_KEYS (sizeof(keys) / sizeof(*keys))

static char *trim(char *text)
{
	char *end;

	while (isspace((unsigned char)*text))
		text++;
	end = text + strlen(text);
	while (end > text && isspace((unsigned char)end[-1]))
		end--;
	*end = '\0';
	return text;
}

struct position {
	const char *name;
	unsigned int line;
	bool seen[N_KEYS];
};

static int set(struct position *at, struct config *config, const char *key, const char *value)
{
	const char *fault;
	size_t i = 0;

	while (i < N_KEYS && strcmp(keys[i].name, key))
		i++;
	if (i == N_KEYS) {
		pr_err("%s:%u: unknown key '%s' (known: agent, without-agent, agent-uid, load-module)",
		       at->name, at->line, key);
		return -EINVAL;
	}
	fault = at->seen[i] ? "is a second value" : keys[i].set(config, value);
	if (fault) {
		pr_err("%s:%u: %s: '%s' %s", at->name, at->line, key, value, fault);
		return -EINVAL;
	}
	at->seen[i] = true;
	return 0;
}

static int parse_line(struct position *at, struct config *config, char *line, size_t len)
{
	char *equals;

	if (strlen(line) != len) {
		pr_err("%s:%u: the line contains a zero byte", at->name, at->line);
		return -EINVAL;
	}
	line = trim(line);
	if (!*line || *line == '#')
		return 0;
	equals = strchr(line, '=');
	if (!equals) {
		pr_err("%s:%u: '%s' is not of the form 'key = value'", at->name, at->line, line);
		return -EINVAL;
	}
	*equals = '\0';
	return set(at, config, trim(line), trim(equals + 1));
}

int config_parse(const char *name, FILE *file, struct config *config)
{
	struct position at = { .name = name };
	char *line = NULL;
	size_t room = 0;
	ssize_t len;
	int ret = 0;

	*config = nothing;
	while (!ret && (len = getline(&line, &room, file)) >= 0) {
		at.line++;
		ret = parse_line(&at, config, line, len);
	}
	if (!ret && !feof(file)) {
		ret = -errno;
		pr_err("cannot read %s: %s", name, strerror(errno));
	}
	free(line);
	return ret;
}

/* Closes the descriptor. */
static int read_open(const char *path, int fd, struct config *config)
{
	const char *fault = trust_fault(fd, S_IFREG, 0);
	FILE *file;
	int ret;

	if (fault) {
		pr_err("%s %s: it must be a file that belongs to root and that nobody else can write",
		       path, fault);
		close(fd);
		return -EPERM;
	}
	file = fdopen(fd, "r");
	if (!file) {
		ret = -errno;
		pr_err("cannot read %s: %s", path, strerror(-ret));
		close(fd);
		return ret;
	}
	ret = config_parse(path, file, config);
	fclose(file);
	return ret;
}

int config_read(const char *path, struct config *config)
{
	/* O_NONBLOCK: opening a FIFO must not wait for a writer */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY), ret;

	*config = nothing;
	if (fd >= 0)
		return read_open(path, fd, config);
	if (errno == ENOENT)
		return 0;
	ret = -errno;
	pr_err("cannot open %s: %s", path, strerror(-ret));
	return ret;
}
