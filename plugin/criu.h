/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The functions of CRIU that the plugin uses. They are weak symbols: a CRIU that lacks
 * one can still load the plugin, which then says which one is missing.
 * lib/criu-plugin.h has the other side of the interface, and a list of the functions.
 */
#ifndef PLUGIN_CRIU_H
#define PLUGIN_CRIU_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "criu-plugin.h"

#define PLUGIN_NAME "seccomp_plugin"

#define CRIU_EXPORT extern __attribute__((weak, visibility("default")))

/* criu/plugin.c: CRIU's descriptor of the image folder; not to be closed. */
CRIU_EXPORT int criu_get_image_dir(void);

/* criu/log.c: one message in CRIU's log; the levels are those of report.h */
CRIU_EXPORT void print_on_level(unsigned int loglevel, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * criu/seccomp.c: set the seccomp mode that the dump records for a thread. CRIU
 * calls it when it seizes the thread; the last call counts. Returns 0 or -1.
 */
CRIU_EXPORT int seccomp_collect_entry(pid_t tid_real, unsigned int mode);

/* criu/image.c: add a plugin to those that the inventory requires. Returns 0 or -1. */
CRIU_EXPORT int add_inventory_plugin(const char *name);

/*
 * criu/image.c: whether the inventory requires this plugin. Always true for images
 * of a CRIU that does not record plugins. Newer versions ignore @n.
 */
CRIU_EXPORT bool check_and_remove_inventory_plugin(const char *name, size_t n);

/*
 * criu/files.c: descriptors that restored tasks inherit from CRIU's main process.
 * They can be added under a name until the end of the plugins' init. Then CRIU moves
 * them to a store from which every task can get copies, also in other namespaces.
 * @key must stay valid. The first returns 0 or -1, the second a descriptor or -1.
 *
 * Whenever CRIU opens a file of a task, it looks for its path, without the first slash,
 * among the keys, and gives the task that descriptor instead. Tasks choose their paths,
 * so our keys begin with what no path contains: two slashes.
 */
#define CRIU_KEY PLUGIN_NAME "//"
CRIU_EXPORT int inherit_fd_add(int fd, char *key);
CRIU_EXPORT int inherit_fd_lookup_id(char *key);

/*
 * criu/util.c: the id of this run of CRIU, and on restore that of the run that
 * dumped. A dump writes its id to the inventory, the last of all images. A restore
 * reads the inventory before it loads plugins; CRIU_NO_RUN_ID: it has no id.
 */
CRIU_EXPORT char criu_run_id[];
CRIU_EXPORT char dump_criu_run_id[];
#define CRIU_NO_RUN_ID 0x7f

/**
 * criu_check - check that CRIU has all of the above
 *
 * Returns 0, or -ENOSYS after messages that name what is missing.
 */
int criu_check(void);

/**
 * criu_has_retry - whether this CRIU passes retry_needed to RESTORE_EXT_FILE
 *
 * If not, the argument is not valid and must not be used. Also false if CRIU's lists
 * do not show how many hooks it knows.
 */
bool criu_has_retry(void);

/**
 * criu_hooks_first - make CRIU call our hooks before those of other plugins
 *
 * CRIU stops calling a hook at the first plugin that does not return -ENOTSUP, and
 * some plugins return 0 for tasks that are not theirs. So our hooks are put first;
 * they return -ENOTSUP if they succeed. To be called at the end of a successful init.
 * If CRIU's lists do not look as expected, this only prints a warning.
 */
void criu_hooks_first(void);

/* Prepares the descriptor for CRIU's cleanup; to be called in exit. */
void criu_hooks_exit(void);

#endif /* PLUGIN_CRIU_H */
