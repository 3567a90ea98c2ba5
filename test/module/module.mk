# SPDX-License-Identifier: GPL-2.0
# Programs for a machine that has the module loaded.
MODULE_TESTS := $(B)/module-tests/use $(B)/module-tests/refusals

.PHONY: module-tests
module-tests: $(MODULE_TESTS) ## tests of the kernel module that run in the machine

# without the image's reader, and so without its library
$(B)/module-tests/%: test/module/%.c lib/kernel-module.c lib/kernel-module-test.c lib/puppet.c lib/proc.c $(wildcard lib/*.h)
	@mkdir -p $(@D)
	@echo "  CC $<"
	@$(CC) $(ALL_CFLAGS) -MF /dev/null -static -o $@ $(filter %.c,$^)
