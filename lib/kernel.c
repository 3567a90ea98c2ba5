// SPDX-License-Identifier: GPL-2.0
#include "kernel.h"

const struct kernel *kernel_detect(void)
{
	return kernel_patched();
}
