/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel's audit log, read from its multicast group. This works together with auditd. It
 * needs CAP_AUDIT_READ in the initial user namespace, and the initial network namespace.
 */
#ifndef AUDIT_H
#define AUDIT_H

#include <stddef.h>
#include <stdint.h>

struct audit;

/**
 * struct audit_handler - callbacks for what arrives
 * @record: the text of a record of type AUDIT_SECCOMP
 * @overrun: records arrived faster than they were read: an unknown number is lost
 * @dropped: the kernel dropped @count audit records before it sent them
 */
struct audit_handler {
	void (*record)(void *arg, const char *text, size_t len);
	void (*overrun)(void *arg);
	void (*dropped)(void *arg, uint32_t count);
	void *arg;
};

/* Returns NULL after a message. */
struct audit *audit_open(const struct audit_handler *handler);
void audit_close(struct audit *audit);

/**
 * audit_wait - wait up to a second and call the handlers for what arrives
 *
 * Returns 0; -EINTR if a signal came; another negative errno after a message.
 */
int audit_wait(struct audit *audit);

#endif /* AUDIT_H */
