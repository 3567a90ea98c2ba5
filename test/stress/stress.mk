# SPDX-License-Identifier: GPL-2.0
# Random operations of the kernel interface, on a kernel that watches itself.

STRESS := $(B)/stress/stress
COMPILED += $(STRESS)
SECONDS ?= 60
SEED ?= 1
# not what is the default elsewhere
STRESS_KERNEL = $(if $(filter command% environment%,$(origin KERNEL)),$(KERNEL),6.12-monitor-debug)

# alone on its root file system, so nothing that it would have to find there
$(STRESS): $(wildcard test/stress/*.[ch]) lib/seccomp-fd.h test/zdtm/lib/regs.h
	@mkdir -p $(@D)
	@echo "  CC test/stress"
	@$(CC) -std=gnu11 $(WARNINGS) $(CFLAGS) -Ilib -Itest/zdtm/lib -static -pthread \
		-o $@ $(filter %.c,$^)

$(B)/stress/run: test/stress/run
	@mkdir -p $(@D)
	@cp $< $@

.PHONY: stress stress-program
stress-program: $(STRESS) $(B)/stress/run

stress: ## random operations on a debug kernel; SECONDS=60 SEED=1 KERNEL=6.12-monitor-debug
	@$(MAKE) --no-print-directory stress-program
	@test/vm/run -k $(STRESS_KERNEL) -n -t $$(($(SECONDS) * 2 + 900)) -v $(B)/stress:/mnt -- \
		/mnt/run $(SECONDS) $(SEED)
