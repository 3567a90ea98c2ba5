// SPDX-License-Identifier: GPL-2.0
/*
 * A plugin that behaves as CRIU's plugin for CUDA does: it answers 0 for tasks
 * that it does not know, which ends the chain of hooks.
 */
#include <criu/criu-plugin.h>

static int answer_0(int pid)
{
	(void)pid;
	return 0;
}

CR_PLUGIN_REGISTER_DUMMY("stand_in")
CR_PLUGIN_REGISTER_HOOK(CR_PLUGIN_HOOK__CHECKPOINT_DEVICES, answer_0)
#define answer_0_again answer_0
CR_PLUGIN_REGISTER_HOOK(CR_PLUGIN_HOOK__RESUME_DEVICES_LATE, answer_0_again)
