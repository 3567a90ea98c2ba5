/* SPDX-License-Identifier: GPL-2.0 */
/* What the kernel's audit says of a seccomp event. */
#ifndef AUDIT_RECORD_H
#define AUDIT_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "tasks.h"

/**
 * struct audit_record - one of type AUDIT_SECCOMP
 * @time: when; in milliseconds
 * @serial: the number of the audit event
 * @pid: the process
 * @name: of the thread; @exe: its program. Without what could trouble a terminal
 * @arch, @nr, @ip: as in struct seccomp_data
 * @code: what the filters have returned, without its data
 * @signal: that it was sent, or 0
 */
struct audit_record {
	struct timespec time;
	uint64_t serial, ip;
	pid_t pid;
	uint32_t uid, arch, nr, code;
	int signal;
	char name[TASK_NAME_SIZE];
	char exe[256];
};

/**
 * audit_record_parse - read the text of a record
 * @len: its length; it need not end with a NUL
 *
 * kernel/auditsc.c: audit_seccomp(). Returns false if it is not as that writes it.
 */
bool audit_record_parse(const char *text, size_t len, struct audit_record *record);

#endif /* AUDIT_RECORD_H */
