/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Passes descriptors through UNIX sockets. A parcel is a socket with a descriptor in
 * its queue: every process that has the socket can get copies of the descriptor, at
 * the same time as others, until one of them empties the parcel.
 */
#ifndef PLUGIN_PARCEL_H
#define PLUGIN_PARCEL_H

/**
 * parcel_send - send one message with a descriptor
 * @text: the data of the message, must not be empty
 * @fd: the descriptor; stays open
 *
 * Calls sendmsg(2) once. Returns 0; -EAGAIN: the socket's timeout has expired; or another
 * negative errno.
 */
int parcel_send(int socket, const char *text, int fd);

/**
 * parcel_make - create a parcel with a descriptor
 * @fd: the descriptor; stays open
 *
 * Returns the parcel, close-on-exec, or a negative errno.
 */
int parcel_make(int fd);

/**
 * parcel_open - get a copy of the descriptor in a parcel
 *
 * Returns a descriptor, close-on-exec; -EAGAIN: the parcel is empty; or another
 * negative errno.
 */
int parcel_open(int parcel);

/* Empties a parcel, for all processes that have it. It stays open. */
void parcel_empty(int parcel);

#endif /* PLUGIN_PARCEL_H */
