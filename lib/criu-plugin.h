/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The part of CRIU's plugin interface that is used here: CRIU loads a library,
 * reads the descriptor that it exports, and calls the functions listed there.
 *
 * All versions of CRIU since 4.1 have this part. Newer versions have more hooks. CRIU
 * refuses a plugin only if it declares more hooks than CRIU knows. This plugin
 * declares the hooks of 4.1, so one build works with every version.
 */
#ifndef CRIU_PLUGIN_H
#define CRIU_PLUGIN_H

#include <stddef.h>

/* What CRIU looks for in the library: a struct criu_plugin_desc. */
#define CRIU_PLUGIN_SYMBOL "CR_PLUGIN_DESC"

/* 0.2.0, one byte per number; CRIU refuses a version newer than its own. */
#define CRIU_PLUGIN_VERSION 0x000200u

/* Index of each hook, and its arguments. Hooks take and return int. */
enum criu_hook {
	CRIU_HOOK_DUMP_EXT_FILE = 2,	   /* fd, id of the file */
	CRIU_HOOK_RESTORE_EXT_FILE = 3,	   /* id of the file; after 4.2 one more, see below */
	CRIU_HOOK_RESUME_DEVICES_LATE = 9, /* pid */
	CRIU_HOOK_CHECKPOINT_DEVICES = 11, /* pid */
	CRIU_HOOKS			   /* number of hooks in CRIU 4.1 */
};

/* Argument of init and exit. */
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
	unsigned int max_hooks; /* length of hooks */
	void *hooks[CRIU_HOOKS];
};

extern struct criu_plugin_desc CR_PLUGIN_DESC __attribute__((visibility("default")));

/*
 * CRIU's lists: one of all plugins, and for each hook a chain of the plugins that
 * have it. The size of the exported symbol shows how many hooks CRIU knows.
 */
#define CRIU_LISTS "cr_plugin_ctl"

struct criu_list {
	struct criu_list *prev, *next;
};

struct criu_lists {
	struct criu_list plugins;
	struct criu_list chains[];
};

/* How many hooks CRIU knows if its lists have @size bytes; 0 if the size is not valid. */
static inline size_t criu_known_hooks(size_t size)
{
	if (size < sizeof(struct criu_lists) || size % sizeof(struct criu_list))
		return 0;
	return (size - sizeof(struct criu_lists)) / sizeof(struct criu_list);
}

/*
 * If CRIU knows this many hooks or more, which means a version after 4.2,
 * CRIU_HOOK_RESTORE_EXT_FILE has a second argument, bool *retry_needed: the plugin
 * sets it to say whether CRIU has to call it again. CRIU does not initialise it.
 * (The argument was added shortly before the 15th hook; no release has 14 hooks.)
 */
#define CRIU_HOOKS_WITH_RETRY 15

/* The functions of CRIU that the plugin requires; plugin/criu.h declares them. */
#define CRIU_FUNCTIONS(each)                                                       \
	each(criu_get_image_dir) each(print_on_level) each(seccomp_collect_entry)  \
		each(add_inventory_plugin) each(check_and_remove_inventory_plugin) \
			each(inherit_fd_add) each(inherit_fd_lookup_id)

#endif /* CRIU_PLUGIN_H */
