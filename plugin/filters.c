// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent.h"
#include "files.h"
#include "filters.h"
#include "image.h"
#include "report.h"

static struct creation {
	const struct kernel *kernel;
	const struct tree *tree;
	int *fds; /* a filter fd for each filter; -1: not open */
} creation;

/*
 * Counts the users of each filter fd: filters that are created on top of it, and the
 * threads and files that have it. At 0 the descriptor is not needed any more: in the
 * kernel, a filter keeps its parent.
 */
static uint32_t *count_fd_users(const struct tree *tree)
{
	uint32_t *users = calloc(tree->n_filters + 1, sizeof(*users));
	size_t i;

	if (!users)
		return NULL;
	for (i = 0; i < tree->n_filters; i++)
		if (tree->filters[i].parent != TREE_NONE)
			users[tree->filters[i].parent]++;
	for (i = 0; i < tree->n_threads; i++)
		if (tree->threads[i].filter != TREE_NONE)
			users[tree->threads[i].filter]++;
	for (i = 0; i < tree->n_files; i++)
		if (tree->files[i].filter != TREE_NONE)
			users[tree->files[i].filter]++;
	return users;
}

static void put_fd(uint32_t *users, uint32_t filter)
{
	if (--users[filter])
		return;
	close(creation.fds[filter]);
	creation.fds[filter] = -1;
}

#define MONITOR_FLAGS (SECCOMP_FILTER_FLAG_REPLACEABLE | SECCOMP_FILTER_FLAG_KEEP)
/* flags that have an effect on calls even if the listener is gone */
#define LASTING_FLAGS (MONITOR_FLAGS | SECCOMP_FILTER_FLAG_ALLOW_NESTED_LISTENERS)

/*
 * The kernel accepts the other flags of a listener only with NEW_LISTENER. A filter that
 * has lost its listener, but has one of the lasting flags, gets a new one, which is closed.
 */
static uint32_t create_flags(const struct tree_filter *filter)
{
	if (filter->flags & SECCOMP_FILTER_FLAG_NEW_LISTENER)
		return filter->flags;
	if (filter->flags & LASTING_FLAGS)
		return filter->flags | SECCOMP_FILTER_FLAG_NEW_LISTENER;
	return filter->flags & ~SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
}

static int set_program(const struct tree_filter *filter, uint32_t program, uint32_t flags,
		       uint64_t generation, int listener)
{
	const struct tree_program *p = &creation.tree->programs[program];
	int ret = creation.kernel->set_program(listener, flags, p->insns, p->len, generation);

	if (ret)
		pr_err("%s: the kernel refuses program %u of filter %td: %s", IMAGE_NAME, program,
		       filter - creation.tree->filters, strerror(-ret));
	return ret;
}

/* The holder of the listener can continue with the generation that it knows. */
static int set_programs(const struct tree_filter *filter, int listener)
{
	uint32_t i;
	int ret = 0;

	if (!filter->n_newer)
		return filter->generation < 2 ? 0
					      : set_program(filter, filter->program, 0,
							    filter->generation, listener);
	for (i = 0; !ret && i < filter->n_newer; i++)
		ret = set_program(filter, filter->newer[i], SECCOMP_NOTIF_PROG_TIGHTEN,
				  filter->generation - (filter->n_newer - 1 - i), listener);
	return ret;
}

static int set_listener_flags(uint32_t flags, int listener)
{
	int ret = flags ? creation.kernel->set_listener_flags(listener, flags) : 0;

	if (ret)
		pr_err("cannot set flags %#x on a listener: %s", flags, strerror(-ret));
	return ret;
}

/* A listener goes to the tasks that held it or to the agent. If nobody had it, it is closed. */
static int assign_listener(size_t index, int listener)
{
	const struct tree_filter *filter = &creation.tree->filters[index];
	int ret = set_programs(filter, listener);

	if (!ret)
		ret = set_listener_flags(filter->listener_flags, listener);
	if (ret || !(filter->flags & SECCOMP_FILTER_FLAG_NEW_LISTENER))
		close(listener);
	else if (filter->listener == TREE_NONE)
		agent_keep_listener(index, listener);
	else
		ret = files_offer_listener(creation.tree, filter, listener);
	return ret;
}

/* What a kernel that refuses a filter may lack, as the end of a message. */
static const char *why_refused(const struct tree_filter *filter, int error)
{
	if (error == -EINVAL && filter->flags & MONITOR_FLAGS)
		return " (it is replaceable, or its calls wait for a new listener, which needs a kernel with kernel-patches/monitor)";
	if (error == -EINVAL && filter->flags & SECCOMP_FILTER_FLAG_ALLOW_NESTED_LISTENERS)
		return " (it allows filters above it to have a listener, which this kernel does not support)";
	if (error == -EBUSY)
		return " (it is created with a listener, and a filter below it has one: this kernel allows only one on a path)";
	return "";
}

static int create_filter(size_t index)
{
	const struct tree_filter *filter = &creation.tree->filters[index];
	const struct tree_program *program = &creation.tree->programs[filter->program];
	int parent = filter->parent == TREE_NONE ? -1 : creation.fds[filter->parent];
	int listener = -1, fd;

	fd = creation.kernel->create(parent, create_flags(filter), program->insns, program->len,
				     &listener);
	if (fd < 0) {
		pr_err("%s: the kernel refuses filter %zu (program %u): %s%s", IMAGE_NAME, index,
		       filter->program, strerror(-fd), why_refused(filter, fd));
		return fd;
	}
	creation.fds[index] = fd;
	return listener < 0 ? 0 : assign_listener(index, listener);
}

static int create_in_order(uint32_t *users)
{
	const struct tree *tree = creation.tree;
	size_t i;
	int ret;

	for (i = 0; i < tree->n_filters; i++) {
		ret = create_filter(i);
		if (ret)
			return ret;
		if (tree->filters[i].parent != TREE_NONE)
			put_fd(users, tree->filters[i].parent);
	}
	return 0;
}

int filters_create(const struct kernel *kernel, const struct tree *tree, int *fds)
{
	uint32_t *users = count_fd_users(tree);
	int ret;

	if (!users) {
		pr_err("not enough memory for %zu filters", tree->n_filters);
		return -ENOMEM;
	}
	creation = (struct creation){ kernel, tree, fds };
	ret = create_in_order(users);
	free(users);
	return ret;
}
