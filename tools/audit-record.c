// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit-record.h"

/* The kernel does not write longer records. */
#define MAX_RECORD 8970

/* The value of " KEY=" up to the next blank. Returns its length, or -1. */
static ssize_t find(const char *text, const char *key, const char **value)
{
	size_t len = strlen(key);
	const char *at = text;

	while ((at = strchr(at, ' '))) {
		at++;
		if (!strncmp(at, key, len) && at[len] == '=') {
			*value = at + len + 1;
			return **value == '"' ? (ssize_t)strcspn(*value + 1, "\"") + 2
					      : (ssize_t)strcspn(*value, " ");
		}
	}
	return -1;
}

static bool number(const char *text, const char *key, int base, uint64_t *result)
{
	const char *value;
	char *end;
	ssize_t len = find(text, key, &value);

	if (len < 1 || !isxdigit((unsigned char)*value))
		return false;
	*result = strtoull(value, &end, base);
	return end == value + len;
}

static bool small_number(const char *text, const char *key, int base, uint32_t *result)
{
	uint64_t value;

	if (!number(text, key, base, &value) || value > UINT32_MAX)
		return false;
	*result = value;
	return true;
}

static int digit(char c)
{
	return isdigit((unsigned char)c) ? c - '0' : tolower((unsigned char)c) - 'a' + 10;
}

/* The kernel writes strings with unusual characters as hexadecimal digits, without quotes. */
static void string(const char *text, const char *key, char *result, size_t size)
{
	const char *value;
	ssize_t len = find(text, key, &value), i;
	size_t n = 0;

	*result = '\0';
	if (len > 1 && *value == '"') {
		for (i = 1; i < len - 1 && n < size - 1; i++)
			result[n++] = value[i];
	} else if (len > 0 && *value != '(') {
		for (i = 0; i + 1 < len && n < size - 1; i += 2) {
			if (!isxdigit((unsigned char)value[i]) ||
			    !isxdigit((unsigned char)value[i + 1]))
				break;
			result[n++] = digit(value[i]) << 4 | digit(value[i + 1]);
		}
	}
	result[n] = '\0';
	for (n = 0; result[n]; n++)
		if (!isprint((unsigned char)result[n]))
			result[n] = '?';
}

/* "audit(1364481363.243:24287): " */
static bool stamp(const char *text, struct audit_record *record)
{
	unsigned long long seconds, serial;
	unsigned int milliseconds;

	if (sscanf(text, "audit(%llu.%3u:%llu):", &seconds, &milliseconds, &serial) != 3)
		return false;
	record->time = (struct timespec){ seconds, milliseconds * 1000000L };
	record->serial = serial;
	return true;
}

bool audit_record_parse(const char *data, size_t len, struct audit_record *record)
{
	char text[MAX_RECORD + 1];
	uint32_t pid, signal;

	if (len > MAX_RECORD)
		return false;
	memcpy(text, data, len);
	text[len] = '\0';
	*record = (struct audit_record){ 0 };
	if (!stamp(text, record) || !small_number(text, "pid", 10, &pid) ||
	    !small_number(text, "arch", 16, &record->arch) ||
	    !small_number(text, "syscall", 10, &record->nr) ||
	    !small_number(text, "code", 16, &record->code))
		return false;
	record->pid = pid;
	if (small_number(text, "sig", 10, &signal))
		record->signal = signal;
	small_number(text, "uid", 10, &record->uid);
	number(text, "ip", 16, &record->ip);
	string(text, "comm", record->name, sizeof(record->name));
	string(text, "exe", record->exe, sizeof(record->exe));
	return true;
}
