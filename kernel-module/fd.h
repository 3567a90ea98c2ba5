/* SPDX-License-Identifier: GPL-2.0 */
/* Filter fds, with the same ioctls as those of the patches. */
#ifndef KERNEL_MODULE_FD_H
#define KERNEL_MODULE_FD_H

#include <linux/types.h>

struct file;
struct held;
struct seccomp_filter;

/* fd_new - create a filter fd; takes ownership of @held, also on failure */
int fd_new(struct held *held);

/*
 * fd_of_listener - create a filter fd for the filter of a listener
 *
 * Returns the descriptor; -EBADF: not a listener; -ENOENT: the filter is gone; or
 * another negative errno.
 */
int fd_of_listener(unsigned int listener);

/* fd_is_filter - whether a file is a filter fd of this module; fd_filter() is its filter */
bool fd_is_filter(const struct file *file);
struct seccomp_filter *fd_filter(const struct file *file);

#endif /* KERNEL_MODULE_FD_H */
