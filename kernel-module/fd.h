/* SPDX-License-Identifier: GPL-2.0 */
/* Filter fds, with the ioctls that those of the patches have. */
#ifndef KERNEL_MODULE_FD_H
#define KERNEL_MODULE_FD_H

#include <linux/types.h>

struct file;
struct held;
struct seccomp_filter;

/* fd_new - a filter fd for what is held; takes @held over, also where it fails */
int fd_new(struct held *held);

/* fd_of_listener - a filter fd for the filter of a listener. Returns -EBADF, -ENOENT ... */
int fd_of_listener(unsigned int listener);

/* A filter fd of this module? Then which filter. */
bool fd_is_filter(const struct file *file);
struct seccomp_filter *fd_filter(const struct file *file);

#endif /* KERNEL_MODULE_FD_H */
