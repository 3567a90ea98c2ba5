// SPDX-License-Identifier: GPL-2.0
/*
 * What CRIU calls, and when.
 *
 * A dump:    init, all tasks stopped, checkpoint_devices() for each process,
 *            CRIU reads the rest of the tasks, dump_ext_file() for each file
 *            that it does not know, exit.
 * A restore: init, tasks are forked, restore_ext_file() in them, all tasks made
 *            up to their last instruction before they run,
 *            resume_devices_late() for each process, tasks run, exit.
 *
 * doc/dump-and-restore.md tells the story; dump.c, restore.c and files.c do the
 * work.
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

	if (!ret)
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

/* -ENOTSUP lets CRIU ask the next plugin; any other failure is -1 to it. */
static int hook_result(int ret)
{
	return ret ? -1 : -ENOTSUP;
}

/*
 * No process: a CRIU may tell plugins with pid -1 that all have had their turn.
 * For kill(2) and waitpid(2) that would be everybody.
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
 * CRIU up to 4.2 calls it with one argument, which the calling conventions of C
 * on Linux allow: then @retry_needed is whatever a register had in it.
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
