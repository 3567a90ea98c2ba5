/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Descriptors in messages of UNIX sockets. A parcel is a socket with a
 * descriptor in it: who has a copy of the socket can take copies of the
 * descriptor, at the same time as others, until one of them empties it.
 */
#ifndef PLUGIN_PARCEL_H
#define PLUGIN_PARCEL_H

/**
 * parcel_send - one message with a descriptor
 * @text: what else is in it, not empty
 * @fd: stays open
 *
 * One sendmsg(2). Returns 0; -EAGAIN: the socket's limit of time is over;
 * another negative errno.
 */
int parcel_send(int socket, const char *text, int fd);

/**
 * parcel_make - put a descriptor into a parcel
 * @fd: stays open
 *
 * Returns the parcel, close-on-exec, or a negative errno.
 */
int parcel_make(int fd);

/**
 * parcel_open - a copy of what is in a parcel
 *
 * Returns a descriptor, close-on-exec; -EAGAIN: it is empty; another negative
 * errno.
 */
int parcel_open(int parcel);

/* Nobody can take copies any more, whoever has the parcel. It stays open. */
void parcel_empty(int parcel);

#endif /* PLUGIN_PARCEL_H */
