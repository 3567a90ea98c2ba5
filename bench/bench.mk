# SPDX-License-Identifier: GPL-2.0
# Measures what dumps and restores cost. The programs are linked statically, like the
# tests in the machine.

BENCH := $(addprefix $(B)/bench/,tree install timed share.so)
COMPILED += $(BENCH)

.PHONY: bench
bench: ## measures the cost, compared with CRIU alone and without seccomp; CLOCK=wall SHAPE=NAME KERNEL=6.12|stock
	@bench/run $(if $(CLOCK),--clock $(CLOCK)) $(if $(filter command% environment%,$(origin KERNEL)),--kernel $(KERNEL)) $(SHAPE)

.PHONY: bench-programs
bench-programs: $(PLUGIN) $(BENCH)

$(B)/bench/tree $(B)/bench/install: $(B)/bench/%: bench/%.c bench/program.c bench/program.h lib/seccomp-fd.h
	@mkdir -p $(@D)
	@echo "  CC $<"
	@$(CC) $(ALL_CFLAGS) -MF /dev/null -static -pthread -o $@ $(filter %.c,$^)

$(B)/bench/timed: bench/timed.c
	@mkdir -p $(@D)
	@echo "  CC $<"
	@$(CC) $(ALL_CFLAGS) -MF /dev/null -static -o $@ $<

$(B)/bench/share.so: bench/share.c
	@mkdir -p $(@D)
	@echo "  CC $<"
	@$(CC) $(ALL_CFLAGS) -MF /dev/null -shared -o $@ $< -ldl
