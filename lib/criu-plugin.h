/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What CRIU and its plugins agree on, as far as we use it: CRIU loads a library,
 * reads the descriptor that it exports, and calls the functions named there.
 *
 * It is the part that all versions from 4.1 on have in common. Newer ones know
 * more hooks, and refuse only a plugin that declares more than they know. So
 * ours declares those of 4.1, and one build fits every CRIU.
 */
#ifndef CRIU_PLUGIN_H
#define CRIU_PLUGIN_H

#include <stddef.h>

/* What CRIU looks for in the library: a struct criu_plugin_desc. */
#define CRIU_PLUGIN_SYMBOL "CR_PLUGIN_DESC"

/* 0.2.0, a byte each; CRIU refuses what is newer than its own. */
#define CRIU_PLUGIN_VERSION 0x000200u

/* Where each hook has its place. All of them take and return int. */
enum criu_hook {
	CRIU_HOOK_DUMP_EXT_FILE = 2,	   /* fd, id of the file */
	CRIU_HOOK_RESTORE_EXT_FILE = 3,	   /* id of the file; after 4.2 one more, see below */
	CRIU_HOOK_RESUME_DEVICES_LATE = 9, /* pid */
	CRIU_HOOK_CHECKPOINT_DEVICES = 11, /* pid */
	CRIU_HOOKS			   /* as many as CRIU 4.1 has */
};

/* Given to init and exit. */
enum criu_stage {
	CRIU_STAGE_DUMP,
	CRIU_STAGE_PRE_DUMP,
	CRIU_STAGE_RESTORE,
};

struct criu_plugin_desc {
	const char *name;
	int (*init)(int stage); /* 0, or CRIU ends with an error */
	void (*exit)(int stage, int ret);
	unsigned int version;
	unsigned int max_hooks; /* places in hooks */
	void *hooks[CRIU_HOOKS];
};

extern struct criu_plugin_desc CR_PLUGIN_DESC __attribute__((visibility("default")));

/*
 * CRIU's lists: one of all plugins, and for each hook that it knows a chain of
 * those that have it. So the size of what it exports tells how many it knows.
 */
#define CRIU_LISTS "cr_plugin_ctl"

struct criu_list {
	struct criu_list *prev, *next;
};

struct criu_lists {
	struct criu_list plugins;
	struct criu_list chains[];
};

/* How many hooks the CRIU knows whose lists take @size bytes; 0: no such lists. */
static inline size_t criu_known_hooks(size_t size)
{
	if (size < sizeof(struct criu_lists) || size % sizeof(struct criu_list))
		return 0;
	return (size - sizeof(struct criu_lists)) / sizeof(struct criu_list);
}

/*
 * From this many on, which is after 4.2, CRIU_HOOK_RESTORE_EXT_FILE has a second
 * argument, bool *retry_needed: the plugin says whether it has to be asked
 * again. CRIU does not set it before. (The argument came shortly before the 15th
 * hook; no release has 14.)
 */
#define CRIU_HOOKS_WITH_RETRY 15

/* What the plugin uses of CRIU and cannot do without; plugin/criu.h declares it. */
#define CRIU_FUNCTIONS(each)                                                       \
	each(criu_get_image_dir) each(print_on_level) each(seccomp_collect_entry)  \
		each(add_inventory_plugin) each(check_and_remove_inventory_plugin) \
			each(inherit_fd_add) each(inherit_fd_lookup_id)

#endif /* CRIU_PLUGIN_H */
