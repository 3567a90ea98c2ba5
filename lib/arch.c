// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>

#include "arch.h"

const char *arch_text(uint32_t arch, char name[ARCH_NAME_SIZE])
{
	if (arch == AUDIT_ARCH_X86_64)
		snprintf(name, ARCH_NAME_SIZE, "x86-64");
	else if (arch == AUDIT_ARCH_AARCH64)
		snprintf(name, ARCH_NAME_SIZE, "arm64");
	else
		snprintf(name, ARCH_NAME_SIZE, "architecture %#x", arch);
	return name;
}
