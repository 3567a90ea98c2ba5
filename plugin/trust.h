/* SPDX-License-Identifier: GPL-2.0 */
/* Which files of the system may say where a listener goes. */
#ifndef PLUGIN_TRUST_H
#define PLUGIN_TRUST_H

#include <sys/stat.h>

/**
 * trust_fault - why it does not count what a file says
 * @fd: of the file or folder itself, so that nobody can put another into its place
 * @type: what it has to be, S_IFREG or S_IFDIR
 * @owner: the one user who may have written it
 *
 * An access control list needs no look of its own: what it gives to others is
 * limited by its mask, which the mode shows as the rights of the group (acl(5)).
 *
 * Returns NULL if it counts, else the end of a sentence about it.
 */
const char *trust_fault(int fd, mode_t type, uid_t owner);

#endif /* PLUGIN_TRUST_H */
