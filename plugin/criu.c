// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "criu.h"
#include "report.h"

/* As CRIU's include/common/list.h and criu/include/plugin.h have them. */
struct criu_list {
	struct criu_list *prev, *next;
};

struct criu_plugin {
	cr_plugin_desc_t *desc;
	struct criu_list list;
	void *handle;
	struct criu_list link[CR_PLUGIN_HOOK__MAX];
};

struct criu_plugin_ctl {
	struct criu_list head;
	struct criu_list hook_chain[CR_PLUGIN_HOOK__MAX];
};

CRIU_EXPORT struct criu_plugin_ctl cr_plugin_ctl;

void report(enum report_level level, const char *fmt, ...)
{
	static const char *const prefix[] = {
		[REPORT_ERROR] = "Error (" PLUGIN_NAME "): ",
		[REPORT_WARN] = "Warn  (" PLUGIN_NAME "): ",
		[REPORT_INFO] = PLUGIN_NAME ": ",
		[REPORT_DEBUG] = PLUGIN_NAME ": ",
	};
	char line[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	if (print_on_level)
		print_on_level(level, "%s%s\n", prefix[level], line);
	else
		fprintf(stderr, "%s%s\n", prefix[level], line);
}

int criu_check(void)
{
	const struct {
		const char *name;
		bool there;
	} functions[] = {
		{ "criu_get_image_dir", criu_get_image_dir },
		{ "print_on_level", print_on_level },
		{ "seccomp_collect_entry", seccomp_collect_entry },
		{ "add_inventory_plugin", add_inventory_plugin },
		{ "check_and_remove_inventory_plugin", check_and_remove_inventory_plugin },
		{ "inherit_fd_add", inherit_fd_add },
		{ "inherit_fd_lookup_id", inherit_fd_lookup_id },
	};
	int ret = 0;
	size_t i;

	for (i = 0; i < sizeof(functions) / sizeof(*functions); i++) {
		if (functions[i].there)
			continue;
		pr_err("this CRIU does not export %s() (4.1 and newer do): use another CRIU, or remove the plugin",
		       functions[i].name);
		ret = -ENOSYS;
	}
	return ret;
}

static bool is_list(const struct criu_list *list)
{
	return list->next && list->prev && list->next->prev == list && list->prev->next == list;
}

/* CRIU's record of us: it puts it at the end of its list, then calls our init. */
static struct criu_plugin *our_record(void)
{
	struct criu_plugin *record;
	size_t i;

	if (!&cr_plugin_ctl || !is_list(&cr_plugin_ctl.head))
		return NULL;
	record = (void *)((char *)cr_plugin_ctl.head.prev - offsetof(struct criu_plugin, list));
	if (record->desc != &CR_PLUGIN_DESC)
		return NULL;
	for (i = 0; i < CR_PLUGIN_HOOK__MAX; i++)
		if (record->link[i].next != &record->link[i] || !is_list(&record->link[i]) ||
		    !is_list(&cr_plugin_ctl.hook_chain[i]))
			return NULL;
	return record;
}

static void add_first(struct criu_list *link, struct criu_list *chain)
{
	link->next = chain->next;
	link->prev = chain;
	chain->next->prev = link;
	chain->next = link;
}

void criu_hooks_first(void)
{
	struct criu_plugin *record = our_record();
	size_t i;

	if (!record) {
		pr_warn("cannot put the hooks before those of other plugins (unknown CRIU): a plugin that is loaded first may keep tasks from them");
		return;
	}
	for (i = 0; i < CR_PLUGIN_HOOK__MAX; i++)
		if (CR_PLUGIN_DESC.hooks[i])
			add_first(&record->link[i], &cr_plugin_ctl.hook_chain[i]);
	/* Nothing is left for CRIU to chain. */
	CR_PLUGIN_DESC.max_hooks = 0;
}

void criu_hooks_exit(void)
{
	/* CRIU takes this many of our hooks out of its chains now. */
	CR_PLUGIN_DESC.max_hooks = CR_PLUGIN_HOOK__MAX;
}
