# SPDX-License-Identifier: GPL-2.0
# Builds the kernel module without the package. KDIR= is the build folder of a kernel.
KDIR ?= /lib/modules/$(shell uname -r)/build
MODULE_SRC := $(wildcard kernel-module/*.[ch]) kernel-module/Kbuild lib/seccomp-fd.h lib/seccomp-module.h
MODULE_B := $(B)/kernel-module
# the kernel has its own names for architectures; one given to us would be passed on
KBUILD = $(MAKE) -C $(KDIR) ARCH=$(ARCH:amd64=x86)

ifneq ($(filter module install-module,$(MAKECMDGOALS)),)
ifneq ($(ARCH),$(HERE_ARCH))
$(error the module is built with the headers of a kernel for this machine, not for ARCH=$(ARCH))
endif
endif

.PHONY: module install-module
module: $(MODULE_B)/criu_seccomp.ko ## builds the kernel module; KDIR=/lib/modules/(running)/build

# in a copy, because the kernel's build system writes to the source folder
$(MODULE_B)/criu_seccomp.ko: $(MODULE_SRC)
	@mkdir -p $(MODULE_B)/lib
	@cp $(filter kernel-module/%,$^) $(MODULE_B)
	@cp $(filter lib/%,$^) $(MODULE_B)/lib
	@$(KBUILD) M=$(abspath $(MODULE_B)) modules

install-module: module ## installs the kernel module; KDIR=
	@$(KBUILD) M=$(abspath $(MODULE_B)) modules_install
