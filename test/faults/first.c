// SPDX-License-Identifier: GPL-2.0
/*
 * A plugin that ends the chain of one hook before our plugin's hook, which puts itself
 * first: this one is loaded later and does the same. $FIRST is the hook's number.
 */
#include <stddef.h>
#include <stdlib.h>

#include "criu-plugin.h"

/* As in plugin/criu.c. */
struct plugin {
	struct criu_plugin_desc *desc;
	struct criu_list list;
	void *handle;
	struct criu_list link[];
};

extern struct criu_lists cr_plugin_ctl __attribute__((visibility("default")));

/* A valid result for all four hooks: done, or file descriptor 0. */
static int answer_0(void)
{
	return 0;
}

static void leave(int stage, int ret)
{
	(void)stage;
	(void)ret;
	/* CRIU now removes it from the chain */
	CR_PLUGIN_DESC.max_hooks = CRIU_HOOKS;
}

static int take_the_lead(int stage)
{
	struct plugin *record =
		(void *)((char *)cr_plugin_ctl.plugins.prev - offsetof(struct plugin, list));
	const char *number = getenv("FIRST");
	struct criu_list *link, *chain;

	(void)stage;
	if (!number || record->desc != &CR_PLUGIN_DESC)
		return -1;
	link = &record->link[atoi(number)];
	chain = &cr_plugin_ctl.chains[atoi(number)];
	CR_PLUGIN_DESC.hooks[atoi(number)] = answer_0;
	CR_PLUGIN_DESC.max_hooks = 0;
	link->next = chain->next;
	link->prev = chain;
	chain->next->prev = link;
	chain->next = link;
	return 0;
}

struct criu_plugin_desc CR_PLUGIN_DESC = {
	.name = "first",
	.init = take_the_lead,
	.exit = leave,
	.version = CRIU_PLUGIN_VERSION,
	.max_hooks = CRIU_HOOKS,
};
