/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel's audit, by its multicast group: whoever has CAP_AUDIT_READ in the
 * initial user and network namespace hears all of it, also beside auditd.
 */
#ifndef AUDIT_H
#define AUDIT_H

#include <stddef.h>
#include <stdint.h>

struct audit;

/**
 * struct audit_handler - what is done with what comes
 * @record: a record of type AUDIT_SECCOMP, its text
 * @overrun: records came faster than they were read: some are lost, nobody knows
 *           how many
 * @dropped: the kernel has dropped @count audit records before they were sent
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
 * audit_wait - hand on what comes within a second
 *
 * Returns 0, -EINTR: a signal came; another negative errno after a message.
 */
int audit_wait(struct audit *audit);

#endif /* AUDIT_H */
