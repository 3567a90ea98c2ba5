// SPDX-License-Identifier: GPL-2.0
#include <linux/seccomp.h>
#include <stdio.h>
#include <string.h>

#include "action.h"

/* include/linux/err.h: MAX_ERRNO */
#define MAX_ERRNO 4095

const char *action_name(uint32_t ret)
{
	switch (ret & SECCOMP_RET_ACTION_FULL) {
	case SECCOMP_RET_KILL_PROCESS:
		return "KILL_PROCESS";
	case SECCOMP_RET_KILL_THREAD:
		return "KILL_THREAD";
	case SECCOMP_RET_TRAP:
		return "TRAP";
	case SECCOMP_RET_ERRNO:
		return "ERRNO";
	case SECCOMP_RET_USER_NOTIF:
		return "USER_NOTIF";
	case SECCOMP_RET_TRACE:
		return "TRACE";
	case SECCOMP_RET_LOG:
		return "LOG";
	case SECCOMP_RET_ALLOW:
		return "ALLOW";
	default:
		return NULL;
	}
}

unsigned int action_errno(uint32_t ret)
{
	uint32_t data = ret & SECCOMP_RET_DATA;

	return data < MAX_ERRNO ? data : MAX_ERRNO;
}

static void errno_text(uint32_t ret, char text[ACTION_TEXT_SIZE])
{
	const char *name = strerrorname_np(action_errno(ret));

	if (name && action_errno(ret))
		snprintf(text, ACTION_TEXT_SIZE, "ERRNO %s", name);
	else
		snprintf(text, ACTION_TEXT_SIZE, "ERRNO %u", action_errno(ret));
}

void action_text(uint32_t ret, char text[ACTION_TEXT_SIZE])
{
	const char *name = action_name(ret);

	switch (ret & SECCOMP_RET_ACTION_FULL) {
	case SECCOMP_RET_ERRNO:
		errno_text(ret, text);
		break;
	case SECCOMP_RET_TRAP:
	case SECCOMP_RET_TRACE:
		snprintf(text, ACTION_TEXT_SIZE, "%s %u", name, ret & SECCOMP_RET_DATA);
		break;
	default:
		if (name)
			snprintf(text, ACTION_TEXT_SIZE, "%s", name);
		else
			snprintf(text, ACTION_TEXT_SIZE, "%#x (as KILL_PROCESS)", ret);
	}
}
