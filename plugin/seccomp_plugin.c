// SPDX-License-Identifier: GPL-2.0
/*
 * What CRIU calls, and when.
 *
 * A dump:    init, all tasks stopped, checkpoint_devices() for each process,
 *            CRIU reads the rest of the tasks, exit.
 * A restore: init, all tasks made up to their last instruction before they
 *            run, resume_devices_late() for each process, tasks run, exit.
 *
 * doc/dump-and-restore.md tells the story, dump.c and restore.c do the work.
 */
#include <errno.h>

#include "criu.h"
#include "dump.h"
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

#pragma GCC visibility push(default)
CR_PLUGIN_REGISTER(PLUGIN_NAME, plugin_init, plugin_exit)
#pragma GCC visibility pop

CR_PLUGIN_REGISTER_HOOK(CR_PLUGIN_HOOK__CHECKPOINT_DEVICES, checkpoint_devices)
CR_PLUGIN_REGISTER_HOOK(CR_PLUGIN_HOOK__RESUME_DEVICES_LATE, resume_devices_late)
