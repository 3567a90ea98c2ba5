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

# random operations on the module
MODULE_STRESS := $(B)/module-stress/stress
COMPILED += $(MODULE_TESTS) $(MODULE_STRESS)
# not what is the default elsewhere
MODULE_STRESS_KERNEL = $(if $(filter command% environment%,$(origin KERNEL)),$(KERNEL),6.12-plain-debug)

$(MODULE_STRESS): $(wildcard test/module/stress/*.[ch]) lib/kernel-module.c lib/kernel-module-test.c lib/puppet.c lib/proc.c $(wildcard lib/*.h)
	@mkdir -p $(@D)
	@echo "  CC test/module/stress"
	@$(CC) $(ALL_CFLAGS) -MF /dev/null -static -pthread -o $@ $(filter %.c,$^)

$(B)/module-stress/run: test/module/stress/run
	@mkdir -p $(@D)
	@cp $< $@

.PHONY: stress-module module-stress
module-stress: $(MODULE_STRESS) $(B)/module-stress/run

stress-module: ## random operations on the module on a debug kernel; SECONDS=60 SEED=1
	@$(MAKE) --no-print-directory module-stress
	@test/vm/run -k $(MODULE_STRESS_KERNEL) -n -t $$(($(SECONDS) * 2 + 900)) -v $(B)/module-stress:/mnt -- \
		/mnt/run $(SECONDS) $(SEED)
