// SPDX-License-Identifier: GPL-2.0
/*
 * A plugin that behaves like CRIU's plugin for CUDA: it returns 0 for tasks that it
 * does not know, which ends the chain of hooks.
 */
#include "criu-plugin.h"

/* With other values, not every CRIU can load it. */
#ifndef DECLARES
#define DECLARES CRIU_HOOKS
#endif
#ifndef VERSION_MADE_FOR
#define VERSION_MADE_FOR CRIU_PLUGIN_VERSION
#endif

static int answer_0(int pid)
{
	(void)pid;
	return 0;
}

#ifdef LACKS
int LACKS(void);

static int lacking(int stage)
{
	(void)stage;
	return LACKS();
}
#else
#define lacking NULL
#endif

struct criu_plugin_desc CR_PLUGIN_DESC = {
	.name = "stand_in",
	.init = lacking,
	.version = VERSION_MADE_FOR,
	.max_hooks = DECLARES,
	.hooks = {
		[CRIU_HOOK_CHECKPOINT_DEVICES] = answer_0,
		[CRIU_HOOK_RESUME_DEVICES_LATE] = answer_0,
	},
};
