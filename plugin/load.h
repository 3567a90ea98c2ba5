/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel module, for kernels without the patches. */
#ifndef PLUGIN_LOAD_H
#define PLUGIN_LOAD_H

/*
 * load_module - have modprobe load the module
 *
 * Only where it would help, is not loaded yet, and /etc/criu-seccomp.conf says
 * "load-module = yes". A failure is a warning: what needs the module will say so.
 */
void load_module(void);

#endif /* PLUGIN_LOAD_H */
