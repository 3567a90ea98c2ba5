/* SPDX-License-Identifier: GPL-2.0 */
/* Loads the kernel module on kernels without the patches. */
#ifndef PLUGIN_LOAD_H
#define PLUGIN_LOAD_H

/*
 * load_module - run modprobe to load the module
 *
 * Does so only if the module would be used, is not loaded, and /etc/criu-seccomp.conf
 * has "load-module = yes". A restore calls this when its image turned out to be for this
 * machine and to have filters. On failure, prints only a warning: if the module is really
 * needed, there will be an error later.
 */
void load_module(void);

#endif /* PLUGIN_LOAD_H */
