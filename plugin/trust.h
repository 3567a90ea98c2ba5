/* SPDX-License-Identifier: GPL-2.0 */
/* Decides which files are trusted to name the process that gets a listener. */
#ifndef PLUGIN_TRUST_H
#define PLUGIN_TRUST_H

#include <sys/stat.h>

/**
 * trust_fault - check whether a file is trusted
 * @fd: the open file or folder, so that it cannot be replaced after the check
 * @type: its type, S_IFREG or S_IFDIR
 * @owner: the only user who may be able to write it
 *
 * Access control lists need no check of their own: the rights that they give to others
 * are limited by the mask, which the mode shows as the rights of the group (acl(5)).
 *
 * Returns NULL if the file is trusted, otherwise the reason, as the end of a sentence
 * that begins with the file.
 */
const char *trust_fault(int fd, mode_t type, uid_t owner);

#endif /* PLUGIN_TRUST_H */
