/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel's audit record of a seccomp event. libauparse would parse it, too, but is
 * made for all records of auditd's logs; this is one line of KEY=VALUE.
 */
#ifndef AUDIT_RECORD_H
#define AUDIT_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "tasks.h"

/**
 * struct audit_record - a record of type AUDIT_SECCOMP
 * @time: of the event, with a resolution of milliseconds
 * @serial: the number of the audit event
 * @pid: the process
 * @name: of the thread; @exe: its program. Both without unprintable characters
 * @arch, @nr, @ip: as in struct seccomp_data
 * @code: what the filters returned, without the data
 * @signal: the signal that was sent to it, or 0
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
 * @len: its length; it does not have to end with a NUL
 *
 * kernel/auditsc.c: audit_seccomp(). Returns false if the text does not have that format.
 */
bool audit_record_parse(const char *text, size_t len, struct audit_record *record);

#endif /* AUDIT_RECORD_H */
