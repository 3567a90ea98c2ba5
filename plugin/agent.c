// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "agent.h"
#include "config.h"
#include "oci.h"
#include "parcel.h"
#include "report.h"

#define AGENT_VARIABLE "CRIU_SECCOMP_AGENT"

/* How long an agent may take to accept a connection or a message. */
#define TIMEOUT_SECONDS 10

/* A filter with an external supervisor. */
struct external {
	uint32_t filter;
	uint32_t process; /* the first process that has it, or TREE_NONE */
	int listener;	  /* -1: not created yet, or not kept */
};

static struct agent {
	struct external *filters;
	size_t count;
	bool absent; /* continue without an agent */
	char address[CONFIG_AGENT_SIZE];
	uid_t uid;  /* an agent of this user is trusted, too; -1: not set */
	int socket; /* connected, but not used yet; or -1 */
	struct oci_container container;
} agent = { .socket = -1 };

static bool is_external(const struct tree_filter *filter)
{
	return filter->flags & SECCOMP_FILTER_FLAG_NEW_LISTENER && filter->listener == TREE_NONE;
}

size_t agent_count(const struct tree *tree)
{
	size_t i, count = 0;

	for (i = 0; i < tree->n_filters; i++)
		count += is_external(&tree->filters[i]);
	return count;
}

/*
 * A process has all filters on the path. If an earlier process has one of them, it also
 * has all filters below that one.
 */
static void mark_path(const struct tree *tree, uint32_t *first, uint32_t filter, uint32_t process)
{
	while (filter != TREE_NONE && first[filter] == TREE_NONE) {
		first[filter] = process;
		filter = tree->filters[filter].parent;
	}
}

/* The first process that has each filter, or TREE_NONE. The caller frees the array. */
static uint32_t *first_processes(const struct tree *tree)
{
	uint32_t *first = malloc(tree->n_filters * sizeof(*first));
	size_t i;

	if (!first)
		return NULL;
	for (i = 0; i < tree->n_filters; i++)
		first[i] = TREE_NONE;
	for (i = 0; i < tree->n_threads; i++)
		mark_path(tree, first, tree->threads[i].filter, tree->threads[i].process);
	return first;
}

/* Sorted by filter, as bsearch() needs it. */
static int list_filters(const struct tree *tree)
{
	uint32_t *first = first_processes(tree);
	struct external *external;
	size_t i;

	agent.filters = calloc(agent.count, sizeof(*agent.filters));
	if (!first || !agent.filters) {
		free(first);
		free(agent.filters);
		agent.filters = NULL;
		pr_err("not enough memory for %zu supervised filters", agent.count);
		return -ENOMEM;
	}
	external = agent.filters;
	for (i = 0; i < tree->n_filters; i++)
		if (is_external(&tree->filters[i]))
			*external++ = (struct external){ .filter = i,
							 .process = first[i],
							 .listener = -1 };
	free(first);
	return 0;
}

/*
 * Whoever has a listener decides on system calls of the tasks. So the agent must run
 * as root, as the user who restores the tasks, or as a user that root has configured.
 */
static int check_user(int socket)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);

	if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &len))
		return -errno;
	if (!peer.uid || peer.uid == getuid() || (peer.uid == agent.uid && agent.uid != (uid_t)-1))
		return 0;
	pr_warn("the seccomp agent at %s runs as user %u, but only agents of root and of user %u are trusted (to trust this one, set 'agent-uid = %u' in %s)",
		agent.address, peer.uid, getuid(), peer.uid, CONFIG_PATH);
	return -EPERM;
}

static int open_connection(int fd)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const struct timeval timeout = { .tv_sec = TIMEOUT_SECONDS };
	int ret;

	strcpy(address.sun_path, agent.address);
	if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout)))
		return -errno;
	do
		ret = connect(fd, (struct sockaddr *)&address, sizeof(address));
	while (ret && errno == EINTR);
	return ret ? -errno : check_user(fd);
}

static int connect_to_agent(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), ret;

	if (fd < 0)
		return -errno;
	ret = open_connection(fd);
	if (!ret)
		return fd;
	close(fd);
	return ret;
}

static const char *error_name(int error)
{
	switch (error) {
	case -EAGAIN:
		return "busy for more than 10 seconds";
	case -EPERM:
		return "its user is not trusted";
	default:
		return strerror(-error);
	}
}

static int reconnect_and_send(const char *text, int listener)
{
	int fd = connect_to_agent(), ret;

	if (fd < 0)
		return fd;
	ret = parcel_send(fd, text, listener);
	close(fd);
	return ret;
}

/*
 * During a long restore, an agent may close the idle connection. Then it has received
 * nothing, and the message can be sent again.
 */
static int send_message(const char *text, int listener)
{
	int fd = agent.socket, ret = -EPIPE;

	agent.socket = -1;
	if (fd >= 0) {
		ret = parcel_send(fd, text, listener);
		close(fd);
	}
	return ret == -EPIPE || ret == -ECONNRESET ? reconnect_and_send(text, listener) : ret;
}

/*
 * One connection per listener, as the specification requires, and one message: some
 * agents read only once.
 */
static int hand_over(struct external *external, pid_t pid, pid_t root)
{
	char *text = oci_process_state(&agent.container, pid, root);
	int ret = text ? send_message(text, external->listener) : -ENOMEM;

	if (ret)
		pr_err("cannot hand the listener of filter %u to the seccomp agent at %s: %s",
		       external->filter, agent.address, error_name(ret));
	free(text);
	close(external->listener);
	external->listener = -1;
	return ret;
}

int agent_hand_over(uint32_t process, pid_t pid, pid_t root)
{
	struct external *external = agent.filters;
	int ret = 0;
	size_t i;

	for (i = 0; !ret && i < agent.count; i++, external++)
		if (external->listener >= 0 &&
		    (external->process == TREE_NONE || external->process == process))
			ret = hand_over(external, pid, root);
	return ret;
}

static int compare_filter(const void *filter, const void *external)
{
	uint32_t a = *(const uint32_t *)filter, b = ((const struct external *)external)->filter;

	return (a > b) - (a < b);
}

void agent_keep_listener(uint32_t filter, int listener)
{
	struct external *external = NULL;

	if (agent.count && !agent.absent)
		external = bsearch(&filter, agent.filters, agent.count, sizeof(*external),
				   compare_filter);
	if (external)
		external->listener = listener;
	else
		close(listener);
}

/*
 * The user's settings take precedence over those of the container. *source says where
 * the address comes from; it is unchanged if there is none.
 */
static int find_address(const struct config *config, const char **source)
{
	const char *variable = getenv(AGENT_VARIABLE), *address = NULL, *fault;

	if (variable && *variable) {
		*source = AGENT_VARIABLE;
		address = variable;
	} else if (*config->agent) {
		*source = CONFIG_PATH;
		address = config->agent;
	} else {
		address = oci_receiver(&agent.container, source);
	}
	if (!address)
		return 0;
	fault = config_address_fault(address);
	if (fault) {
		pr_err("%s: the seccomp agent's address '%s' %s", *source, address, fault);
		return -EINVAL;
	}
	strcpy(agent.address, address);
	return 0;
}

static int continue_without(const char *why)
{
	agent.absent = true;
	pr_warn("%s; filters are restored without one (%zu), as configured in %s: calls that their supervisor would answer fail with ENOSYS, or wait for another one if the filter keeps them",
		why, agent.count, CONFIG_PATH);
	return 0;
}

static int refuse(const char *why, int error)
{
	pr_err("%s, but the dump has filters that need one (%zu): name a running agent (%s, or 'agent = PATH' in %s), or let their calls fail ('without-agent = enosys' there)",
	       why, agent.count, AGENT_VARIABLE, CONFIG_PATH);
	return error;
}

static int find_agent(void)
{
	char why[256] = "no seccomp agent is configured";
	struct config config;
	const char *source = NULL;
	int ret = config_read(CONFIG_PATH, &config);

	if (!ret)
		ret = find_address(&config, &source);
	if (ret)
		return ret;
	agent.uid = config.agent_uid;
	ret = source ? connect_to_agent() : -EDESTADDRREQ;
	if (ret >= 0) {
		agent.socket = ret;
		pr_info("connected to the seccomp agent at %s (named by %s)", agent.address,
			source);
		return 0;
	}
	if (source)
		snprintf(why, sizeof(why),
			 "the seccomp agent at %s (named by %s) cannot be used: %s", agent.address,
			 source, error_name(ret));
	return config.without_agent ? continue_without(why) : refuse(why, ret);
}

/* CRIU's parent may exit while it is examined; then another process may get its id. */
static void find_container(void)
{
	const pid_t pid = getppid();
	char parent[32];

	snprintf(parent, sizeof(parent), "/proc/%d", pid);
	oci_find(parent, getuid(), &agent.container);
	if (getppid() == pid)
		return;
	oci_free(&agent.container);
	agent.container = (struct oci_container){ 0 };
}

int agent_begin(const struct tree *tree)
{
	int ret;

	agent.count = agent_count(tree);
	if (!agent.count)
		return 0;
	ret = list_filters(tree);
	if (ret)
		return ret;
	find_container();
	return find_agent();
}

void agent_end(void)
{
	size_t i;

	for (i = 0; agent.filters && i < agent.count; i++)
		if (agent.filters[i].listener >= 0)
			close(agent.filters[i].listener);
	if (agent.socket >= 0)
		close(agent.socket);
	free(agent.filters);
	oci_free(&agent.container);
	agent = (struct agent){ .socket = -1 };
}
