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
#include "restore.h"

static int plugin_init(int stage)
{
	int ret = criu_check();

	if (!ret && stage == CR_PLUGIN_STAGE__DUMP)
		ret = dump_begin();
	if (!ret && stage == CR_PLUGIN_STAGE__RESTORE)
		ret = restore_begin();
	if (!ret)
		criu_hooks_first();
	return ret;
}

static void plugin_exit(int stage, int ret)
{
	criu_hooks_exit();
	if (stage == CR_PLUGIN_STAGE__DUMP)
		dump_end(ret != 0);
	if (stage == CR_PLUGIN_STAGE__RESTORE)
		restore_end(ret != 0);
}

/* -ENOTSUP lets CRIU ask the next plugin; any other failure is -1 to it. */
static int hook_result(int ret)
{
	return ret ? -1 : -ENOTSUP;
}

static int checkpoint_devices(int pid)
{
	return hook_result(dump_process(pid));
}

static int resume_devices_late(int pid)
{
	return hook_result(restore_process(pid));
}

static int dump_ext_file(int fd, int id)
{
	int ret = files_dump(fd, id);

	if (ret == FILES_NOT_OURS)
		return -ENOTSUP;
	return ret ? -1 : 0;
}

static int restore_ext_file(int id)
{
	int fd = files_restore(id);

	if (fd == FILES_NOT_OURS)
		return -ENOTSUP;
	return fd < 0 ? -1 : fd;
}

#pragma GCC visibility push(default)
/* cppcheck-suppress unknownMacro */
CR_PLUGIN_REGISTER(PLUGIN_NAME, plugin_init, plugin_exit)
#pragma GCC visibility pop

CR_PLUGIN_REGISTER_HOOK(CR_PLUGIN_HOOK__DUMP_EXT_FILE, dump_ext_file)
CR_PLUGIN_REGISTER_HOOK(CR_PLUGIN_HOOK__RESTORE_EXT_FILE, restore_ext_file)
CR_PLUGIN_REGISTER_HOOK(CR_PLUGIN_HOOK__CHECKPOINT_DEVICES, checkpoint_devices)
CR_PLUGIN_REGISTER_HOOK(CR_PLUGIN_HOOK__RESUME_DEVICES_LATE, resume_devices_late)
