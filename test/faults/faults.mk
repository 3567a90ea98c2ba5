# SPDX-License-Identifier: GPL-2.0
# Every fault, one table: what can fail in a dump or a restore, and what becomes
# of the tasks. "unit" has those that need no machine.

FAULTS := $(B)/faults
COMPILED += $(addprefix $(FAULTS)/,trace nth nomem.so first.so syscall-names.h)

.PHONY: faults
faults: ## every fault of a dump and a restore, and what became of the tasks
	@$(MAKE) --no-print-directory $(B)/unit/faults faults-programs
	@$(B)/unit/faults --table
	@test/faults/machine

.PHONY: faults-programs
faults-programs: $(PLUGIN) zdtm $(FAULTS)/trace $(FAULTS)/nth $(FAULTS)/nomem.so \
		$(FAULTS)/first.so $(FAULTS)/old/criu ## what the faults in the machine need

$(FAULTS)/syscall-names.h:
	@mkdir -p $(@D)
	@echo '#include <sys/syscall.h>' | $(CC) -E -dM - | \
		sed -n 's/^#define __NR\(3264\)\?_\([a-z0-9_]*\) \([0-9]*\)$$/[\3] = "\2",/p' >$@

# static: for the root file system of the machine
$(FAULTS)/trace: test/faults/trace.c $(FAULTS)/syscall-names.h test/zdtm/lib/regs.h
	@echo "  CC $<"
	@$(CC) -std=gnu11 -D_GNU_SOURCE $(WARNINGS) -O2 -g -static -I$(FAULTS) -Itest/zdtm/lib -o $@ $<

$(FAULTS)/nth: test/faults/nth.c $(FAULTS)/syscall-names.h
	@echo "  CC $<"
	@$(CC) -std=gnu11 -D_GNU_SOURCE $(WARNINGS) -O2 -g -static -I$(FAULTS) -o $@ $<

$(FAULTS)/nomem.so: test/faults/nomem.c
	@mkdir -p $(@D)
	@echo "  CC $<"
	@$(CC) -std=gnu11 -D_GNU_SOURCE $(WARNINGS) -O2 -g -fPIC -fno-builtin -shared -o $@ $<

$(FAULTS)/first.so: test/faults/first.c lib/criu-plugin.h
	@mkdir -p $(@D)
	@echo "  CC $<"
	@$(CC) $(ALL_CFLAGS) -MF /dev/null -shared -o $@ $<

# Debian 12's, which knows neither the plugin's hooks nor that an image may need it
$(FAULTS)/old/criu:
	@mkdir -p $(@D)
	@cp "$$(test/vm/fetch libnet1 bookworm)"/usr/lib/*/libnet.so.1 $(@D)
	@cp "$$(test/vm/fetch criu bookworm)"/usr/sbin/criu $@
