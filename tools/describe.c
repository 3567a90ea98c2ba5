// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>

#include "describe.h"

static const struct word {
	const char *text;
	uint32_t flag, listener_flag;
} words[] = {
	{ "log", SECCOMP_FILTER_FLAG_LOG, 0 },
	{ "listener", SECCOMP_FILTER_FLAG_NEW_LISTENER, 0 },
	{ "wait-killable", SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, 0 },
	{ "replaceable", SECCOMP_FILTER_FLAG_REPLACEABLE, 0 },
	{ "keep", SECCOMP_FILTER_FLAG_KEEP, 0 },
	{ "nested-listeners", SECCOMP_FILTER_FLAG_ALLOW_NESTED_LISTENERS, 0 },
	{ "sync-wake-up", 0, SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP },
};

const char *describe_flag(const struct tree_filter *filter, size_t index)
{
	const struct word *word;

	for (word = words; word < words + sizeof(words) / sizeof(*words); word++)
		if ((filter->flags & word->flag || filter->listener_flags & word->listener_flag) &&
		    !index--)
			return word->text;
	return NULL;
}

void describe_flags(const struct tree_filter *filter, char *text, size_t size)
{
	const char *flag;
	size_t i, len = 0;

	*text = '\0';
	for (i = 0; (flag = describe_flag(filter, i)) && len < size; i++)
		len += snprintf(text + len, size - len, ", %s", flag);
	if (filter->generation && len < size)
		snprintf(text + len, size - len, ", generation %llu",
			 (unsigned long long)filter->generation);
}

/* How many programs of a filter a text names; JSON names all. */
#define MOST_NEWER 7

void describe_programs(const struct tree *tree, const struct tree_filter *filter, char *text,
		       size_t size)
{
	uint32_t len = tree->programs[filter->program].len, i;
	size_t used;

	if (!filter->n_newer) {
		snprintf(text, size, "program %u (%u instruction%s)", filter->program, len,
			 len == 1 ? "" : "s");
		return;
	}
	used = snprintf(text, size, "%u programs, of which all run: %u (%u instruction%s)",
			1 + filter->n_newer, filter->program, len, len == 1 ? "" : "s");
	for (i = 0; i < filter->n_newer && i < MOST_NEWER && used < size; i++)
		used += snprintf(text + used, size - used, ", %u (%u)", filter->newer[i],
				 tree->programs[filter->newer[i]].len);
	if (i < filter->n_newer && used < size)
		snprintf(text + used, size - used, ", and %u more", filter->n_newer - i);
}

const char *describe_file(enum tree_file_kind kind)
{
	switch (kind) {
	case TREE_FILE_FILTER:
		return "a descriptor of this filter";
	case TREE_FILE_LISTENER:
		return "the listener of this filter";
	case TREE_FILE_HUNG_UP:
		return "a listener that has hung up";
	case TREE_FILE_SEALED:
		return "a sealed descriptor of this filter";
	}
	return "a file";
}

/* No thread was seen yet. Neither value is the place of a container. */
#define NO_THREAD (SNAPSHOT_NO_CONTAINER - 1)

static void merge_container(uint32_t *section, uint32_t container)
{
	if (*section == NO_THREAD)
		*section = container;
	else if (*section != container)
		*section = SNAPSHOT_NO_CONTAINER;
}

void describe_sections(const struct snapshot *snapshot, uint32_t *sections)
{
	const struct tree *tree = &snapshot->tree;
	size_t i;

	for (i = 0; i < tree->n_filters; i++)
		sections[i] = NO_THREAD;
	for (i = 0; i < tree->n_threads; i++)
		if (tree->threads[i].filter != TREE_NONE)
			merge_container(&sections[tree->threads[i].filter],
					snapshot->container[tree->threads[i].process]);
	/* a parent comes before its children */
	for (i = tree->n_filters; i--;) {
		if (sections[i] == NO_THREAD)
			sections[i] = SNAPSHOT_NO_CONTAINER;
		if (tree->filters[i].parent != TREE_NONE)
			merge_container(&sections[tree->filters[i].parent], sections[i]);
	}
}
