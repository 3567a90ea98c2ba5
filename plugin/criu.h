/* SPDX-License-Identifier: GPL-2.0 */
/*
 * CRIU as the plugin sees it: the functions that CRIU exports. They are weak: a
 * CRIU that has one no more still loads the plugin, which then says which one.
 * lib/criu-plugin.h has what CRIU wants of the plugin, and a list of these.
 */
#ifndef PLUGIN_CRIU_H
#define PLUGIN_CRIU_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "criu-plugin.h"

#define PLUGIN_NAME "seccomp_plugin"

#define CRIU_EXPORT extern __attribute__((weak, visibility("default")))

/* criu/plugin.c: a descriptor of the folder with the images, CRIU's own. */
CRIU_EXPORT int criu_get_image_dir(void);

/* criu/log.c: one message in CRIU's log; the levels are those of report.h */
CRIU_EXPORT void print_on_level(unsigned int loglevel, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * criu/seccomp.c: which seccomp mode the dump writes down for a thread. CRIU
 * calls it when it seizes the thread; the last call counts. 0, or -1.
 */
CRIU_EXPORT int seccomp_collect_entry(pid_t tid_real, unsigned int mode);

/* criu/image.c: the inventory names the plugins that a restore needs. 0, or -1. */
CRIU_EXPORT int add_inventory_plugin(const char *name);

/*
 * criu/image.c: whether it named this one; also true for everything if the
 * images come from a CRIU that did not name any. Newer ones ignore @n.
 */
CRIU_EXPORT bool check_and_remove_inventory_plugin(const char *name, size_t n);

/*
 * criu/files.c: descriptors that CRIU's main process has for restored tasks. Up
 * to the end of the plugins' init they can be added under a name; CRIU then
 * moves them to a store, and every task can take copies, also from other
 * namespaces. @key is kept, not copied. 0, or -1; a descriptor, or -1.
 */
CRIU_EXPORT int inherit_fd_add(int fd, char *key);
CRIU_EXPORT int inherit_fd_lookup_id(char *key);

/*
 * criu/util.c: the name of this run of CRIU. It writes it into the inventory,
 * last of all images; a restore has read it from there when plugins are loaded,
 * and CRIU_NO_RUN_ID if it is not there.
 */
CRIU_EXPORT char criu_run_id[];
CRIU_EXPORT char dump_criu_run_id[];
#define CRIU_NO_RUN_ID 0x7f

/**
 * criu_check - is all of the above there?
 *
 * Returns 0, or -ENOSYS after a message that names what is missing.
 */
int criu_check(void);

/**
 * criu_has_retry - has RESTORE_EXT_FILE the argument retry_needed in this CRIU?
 *
 * Where it has not, what stands in its place must not be touched. Also false
 * where CRIU's lists do not tell how many hooks it knows.
 */
bool criu_has_retry(void);

/**
 * criu_hooks_first - have our hooks called before those of other plugins
 *
 * CRIU ends a chain of hooks at the first plugin that does not answer -ENOTSUP,
 * and some answer 0 for tasks that they do not know. So we put ourselves in
 * front; ours always answer -ENOTSUP where all is well. To be called at the end
 * of an init that has not failed. Where CRIU's lists do not look as expected
 * nothing is changed, and a warning printed.
 */
void criu_hooks_first(void);

/* Undoes what CRIU cannot undo itself; to be called in exit. */
void criu_hooks_exit(void);

#endif /* PLUGIN_CRIU_H */
