// SPDX-License-Identifier: GPL-2.0
/*
 * A plugin that ends the chain of one hook before ours, which put themselves in front:
 * loaded after ours, it does the same. $FIRST is the hook's number.
 */
#include <stddef.h>
#include <stdlib.h>

#include <criu/criu-plugin.h>

/* As plugin/criu.c has them. */
struct list {
	struct list *prev, *next;
};

struct plugin {
	cr_plugin_desc_t *desc;
	struct list list;
	void *handle;
	struct list link[CR_PLUGIN_HOOK__MAX];
};

extern struct {
	struct list head;
	struct list chain[CR_PLUGIN_HOOK__MAX];
} cr_plugin_ctl;

/* Right for all four: done, or file descriptor 0. */
static int answer_0(void)
{
	return 0;
}

static int take_the_lead(int stage);

static void leave(int stage, int ret)
{
	(void)stage;
	(void)ret;
	/* now CRIU takes it out of the chain */
	CR_PLUGIN_DESC.max_hooks = CR_PLUGIN_HOOK__MAX;
}

CR_PLUGIN_REGISTER("first", take_the_lead, leave)

static int take_the_lead(int stage)
{
	struct plugin *record =
		(void *)((char *)cr_plugin_ctl.head.prev - offsetof(struct plugin, list));
	const char *number = getenv("FIRST");
	struct list *link, *chain;

	(void)stage;
	if (!number || record->desc != &CR_PLUGIN_DESC)
		return -1;
	link = &record->link[atoi(number)];
	chain = &cr_plugin_ctl.chain[atoi(number)];
	CR_PLUGIN_DESC.hooks[atoi(number)] = answer_0;
	CR_PLUGIN_DESC.max_hooks = 0;
	link->next = chain->next;
	link->prev = chain;
	chain->next->prev = link;
	chain->next = link;
	return 0;
}
