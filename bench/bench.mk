# SPDX-License-Identifier: GPL-2.0
# What dumps and restores cost. Linked statically, as the tests in the machine.

BENCH := $(addprefix $(B)/bench/,tree install timed share.so)

.PHONY: bench
bench: ## what it costs, side by side with CRIU alone and with no seccomp
	@bench/run $(if $(CLOCK),--clock $(CLOCK)) $(SHAPE)

.PHONY: bench-programs
bench-programs: $(PLUGIN) $(BENCH)

$(B)/bench/tree $(B)/bench/install: $(B)/bench/%: bench/%.c bench/program.c bench/program.h
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
