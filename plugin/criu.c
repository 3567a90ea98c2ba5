// SPDX-License-Identifier: GPL-2.0
#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <stdarg.h>
#include <stdio.h>

#include "criu.h"
#include "report.h"

/* As in criu/include/plugin.h. There is one link for each hook that CRIU knows. */
struct criu_plugin {
	struct criu_plugin_desc *desc;
	struct criu_list list;
	void *handle;
	struct criu_list link[];
};

CRIU_EXPORT struct criu_lists cr_plugin_ctl;

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
#define NAME_AND_PRESENCE(function) { #function, function },
	const struct {
		const char *name;
		bool present;
	} functions[] = { CRIU_FUNCTIONS(NAME_AND_PRESENCE) };
	int ret = 0;
	size_t i;

	for (i = 0; i < sizeof(functions) / sizeof(*functions); i++) {
		if (functions[i].present)
			continue;
		pr_err("this CRIU does not export %s() (4.1 and newer do): use another CRIU, or remove the plugin",
		       functions[i].name);
		ret = -ENOSYS;
	}
	if (!criu_run_id || !dump_criu_run_id) {
		pr_err("this CRIU does not export the ids of its runs (4.1 and newer do): use another CRIU, or remove the plugin");
		ret = -ENOSYS;
	}
	return ret;
}

/* How many hooks this CRIU knows, from the size of its lists; 0 if it is not available. */
static size_t known_hooks(void)
{
	const ElfW(Sym) *symbol = NULL;
	Dl_info info;

	if (!&cr_plugin_ctl || !dladdr1(&cr_plugin_ctl, &info, (void **)&symbol, RTLD_DL_SYMENT) ||
	    !symbol)
		return 0;
	return criu_known_hooks(symbol->st_size);
}

bool criu_has_retry(void)
{
	return known_hooks() >= CRIU_HOOKS_WITH_RETRY;
}

static bool is_linked(const struct criu_list *list)
{
	return list->next && list->prev && list->next->prev == list && list->prev->next == list;
}

/* CRIU's record of this plugin, which it adds at the end of its list before it calls init. */
static struct criu_plugin *our_record(void)
{
	struct criu_plugin *record;
	size_t i;

	if (known_hooks() < CRIU_HOOKS || !is_linked(&cr_plugin_ctl.plugins))
		return NULL;
	record = (void *)((char *)cr_plugin_ctl.plugins.prev - offsetof(struct criu_plugin, list));
	if (record->desc != &CR_PLUGIN_DESC)
		return NULL;
	for (i = 0; i < CRIU_HOOKS; i++)
		if (record->link[i].next != &record->link[i] || !is_linked(&record->link[i]) ||
		    !is_linked(&cr_plugin_ctl.chains[i]))
			return NULL;
	return record;
}

static void list_add_first(struct criu_list *link, struct criu_list *chain)
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
		pr_warn("cannot put the hooks before those of other plugins (unknown CRIU): a plugin that was loaded earlier may prevent them from being called");
		return;
	}
	for (i = 0; i < CRIU_HOOKS; i++)
		if (CR_PLUGIN_DESC.hooks[i])
			list_add_first(&record->link[i], &cr_plugin_ctl.chains[i]);
	/* After init CRIU links this many hooks; ours must not be linked twice. */
	CR_PLUGIN_DESC.max_hooks = 0;
}

void criu_hooks_exit(void)
{
	/* After exit CRIU unlinks this many hooks; all of ours must be unlinked. */
	CR_PLUGIN_DESC.max_hooks = CRIU_HOOKS;
}
