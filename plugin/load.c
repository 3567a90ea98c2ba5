// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "config.h"
#include "kernel.h"
#include "load.h"
#include "report.h"
#include "seccomp-module.h"

/* The modprobe that the kernel itself would run; "" if there is none. */
static void find_modprobe(char *path, size_t size)
{
	FILE *file = fopen("/proc/sys/kernel/modprobe", "re");

	if (!file || !fgets(path, size, file))
		*path = '\0';
	if (file)
		fclose(file);
	path[strcspn(path, "\n")] = '\0';
}

/* Returns the exit status, or a negative errno. */
static int run_modprobe(char *path)
{
	char *argv[] = { path, "-q", SECCOMP_MODULE_NAME, NULL }, *env[] = { NULL };
	int ret, status;
	pid_t pid;

	ret = posix_spawn(&pid, path, NULL, NULL, argv, env);
	if (ret)
		return -ret;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -EINTR;
}

static bool would_help(void)
{
	const char *why;

	/* if CRIU has filters itself, they might kill it for the attempt */
	return !kernel_permits() && !kernel_patched(&why) &&
	       access("/dev/" SECCOMP_MODULE_DEVICE, F_OK) &&
	       access("/proc/" SECCOMP_MODULE_DEVICE, F_OK);
}

void load_module(void)
{
	struct config config;
	char path[256];
	int ret;

	/* without a configuration, the module is not loaded */
	if (access(CONFIG_PATH, F_OK) || !would_help() || config_read(CONFIG_PATH, &config) ||
	    !config.load_module)
		return;
	find_modprobe(path, sizeof(path));
	ret = run_modprobe(path);
	if (ret < 0)
		pr_warn("cannot run modprobe ('%s'): %s", path, strerror(-ret));
	else if (ret)
		pr_warn("modprobe cannot load the module " SECCOMP_MODULE_NAME
			": exit status %d (the kernel's log may say why)",
			ret);
	else
		pr_info("loaded the module " SECCOMP_MODULE_NAME ", as " CONFIG_PATH " says");
}
