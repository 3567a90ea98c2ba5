// SPDX-License-Identifier: GPL-2.0
/* Any bytes as a configuration are refused with a message, or give a valid address. */
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "report.h"

static unsigned int messages;

void report(enum report_level level, const char *fmt, ...)
{
	char line[512];
	va_list args;

	(void)level;
	va_start(args, fmt);
	vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	messages++;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct config config;
	FILE *file;
	int ret;

	if (!size)
		return 0;
	file = fmemopen((void *)data, size, "r");
	if (!file)
		abort();
	messages = 0;
	ret = config_parse("config", file, &config);
	fclose(file);
	if ((ret != 0) != (messages == 1))
		abort();
	if (!ret && *config.agent && config_address_fault(config.agent))
		abort();
	return 0;
}
