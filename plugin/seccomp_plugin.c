// SPDX-License-Identifier: GPL-2.0
/*
 * The functions that CRIU calls, in this order:
 *
 * Dump:    init; all tasks are stopped; checkpoint_devices() for each process;
 *          CRIU dumps the tasks; dump_ext_file() for each file that CRIU cannot
 *          dump; exit.
 * Restore: init; tasks are forked; restore_ext_file() in the tasks; all tasks are
 *          restored, but do not run yet; resume_devices_late() for each process;
 *          tasks run; exit.
 *
 * doc/dump-and-restore.md describes this; dump.c, restore.c and files.c implement it.
 */
#include <errno.h>

#include "criu.h"
#include "dump.h"
#include "files.h"
#include "load.h"
#include "restore.h"

static int plugin_init(int stage)
{
	int ret = criu_check();

	/* a restore does so when it has read the image */
	if (!ret && stage != CRIU_STAGE_RESTORE)
		load_module();
	if (!ret && stage == CRIU_STAGE_DUMP)
		ret = dump_begin();
	if (!ret && stage == CRIU_STAGE_RESTORE)
		ret = restore_begin();
	if (!ret)
		criu_hooks_first();
	return ret;
}

static void plugin_exit(int stage, int ret)
{
	criu_hooks_exit();
	if (stage == CRIU_STAGE_DUMP)
		dump_end(ret != 0);
	if (stage == CRIU_STAGE_RESTORE)
		restore_end(ret != 0);
}

/* With -ENOTSUP, CRIU also calls the next plugin. A failure is -1. */
static int hook_result(int ret)
{
	return ret ? -1 : -ENOTSUP;
}

/*
 * Some versions of CRIU call the hooks with pid -1 after all processes. For kill(2)
 * and waitpid(2), -1 would mean all processes.
 */
static bool is_process(int pid)
{
	return pid > 0;
}

static int checkpoint_devices(int pid)
{
	return is_process(pid) ? hook_result(dump_process(pid)) : -ENOTSUP;
}

static int resume_devices_late(int pid)
{
	return is_process(pid) ? hook_result(restore_process(pid)) : -ENOTSUP;
}

static int dump_ext_file(int fd, int id)
{
	int ret = files_dump(fd, id);

	if (ret == FILES_NOT_OURS)
		return -ENOTSUP;
	return ret ? -1 : 0;
}

/*
 * CRIU up to 4.2 passes only one argument, which the calling conventions of C on Linux
 * allow. In this case @retry_needed is undefined.
 */
static int restore_ext_file(int id, bool *retry_needed)
{
	int fd;

	if (criu_has_retry())
		*retry_needed = false;
	fd = files_restore(restore_tree(), id);
	if (fd == FILES_NOT_OURS)
		return -ENOTSUP;
	return fd < 0 ? -1 : fd;
}

struct criu_plugin_desc CR_PLUGIN_DESC = {
	.name = PLUGIN_NAME,
	.init = plugin_init,
	.exit = plugin_exit,
	.version = CRIU_PLUGIN_VERSION,
	.max_hooks = CRIU_HOOKS,
	.hooks = {
		[CRIU_HOOK_DUMP_EXT_FILE] = dump_ext_file,
		[CRIU_HOOK_RESTORE_EXT_FILE] = restore_ext_file,
		[CRIU_HOOK_CHECKPOINT_DEVICES] = checkpoint_devices,
		[CRIU_HOOK_RESUME_DEVICES_LATE] = resume_devices_late,
	},
};
