# SPDX-License-Identifier: GPL-2.0
# The action cache as the patch makes it, held against that of an unpatched kernel. What is
# compiled is taken from the patch. 7.2 has the same text as 6.12, which test/series checks.

ACTION_CACHE := $(B)/action-cache
ACTION_CACHE_KERNELS := 6.12 6.1
ACTION_CACHE_FILES := $(addprefix test/action-cache/,cache.c cache.h kernel.h)
ACTION_CACHE_PROGRAMS := $(foreach k,$(ACTION_CACHE_KERNELS),$(ACTION_CACHE)/compare-$k) \
	$(ACTION_CACHE)/sanitized $(ACTION_CACHE)/count $(ACTION_CACHE)/installed
COMPILED += $(ACTION_CACHE_PROGRAMS) \
	$(foreach p,$(filter-out %/installed,$(ACTION_CACHE_PROGRAMS)),$(p)-before.o $(p)-after.o)
# calls __sanitizer_cov_trace_pc() in each basic block
ACTION_CACHE_TRACE := -fsanitize-coverage=trace-pc

.PHONY: action-cache action-cache-programs
action-cache: ## compares the action cache of random and real programs; PROGRAMS=1000000 SEED=1
	@PROGRAMS=$(or $(PROGRAMS),1000000) SEED=$(SEED) test/action-cache/run

action-cache-programs: $(ACTION_CACHE_PROGRAMS)

# a part of "make unit"
ACTION_CACHE_SHORT = $(ACTION_CACHE)/sanitized --programs 6000

# $(call action_cache_patch,KERNEL)
action_cache_patch = $(wildcard kernel-patches/action-cache/$(1)/0001-*.patch)

# $(call action_cache_objects,NAME,KERNEL,FLAGS)
define action_cache_objects
# which make would remove as intermediate
.PRECIOUS: $(ACTION_CACHE)/$(1)-%.h $(ACTION_CACHE)/$(1)-%.o

$(ACTION_CACHE)/$(1)-%.h: $(call action_cache_patch,$(2)) test/action-cache/extract
	@mkdir -p $$(@D)
	@test/action-cache/extract $$* $$< >$$@

$(ACTION_CACHE)/$(1)-%.o: $(ACTION_CACHE)/$(1)-%.h $(ACTION_CACHE_FILES)
	@$$(CC) $$(ALL_CFLAGS) -MF /dev/null -Wno-sign-compare -Wno-unused-parameter $(3) -Itest/action-cache \
		-DCACHE_SOURCE='"$$(abspath $$<)"' -DCACHE_MAKE=cache_$$* -c -o $$@ test/action-cache/cache.c

$(ACTION_CACHE)/$(1): $(ACTION_CACHE)/$(1)-before.o $(ACTION_CACHE)/$(1)-after.o \
		test/action-cache/compare.c test/action-cache/programs.c \
		test/action-cache/dice.c bench/program.c \
		test/action-cache/programs.h test/action-cache/dice.h bench/program.h
	@echo "  CC test/action-cache/compare.c ($(1))"
	@$$(CC) $$(ALL_CFLAGS) -MF /dev/null $$(filter-out $(ACTION_CACHE_TRACE),$(3)) -Itest/action-cache \
		-Ibench -o $$@ $$(filter %.c %.o,$$^)
endef

$(foreach k,$(ACTION_CACHE_KERNELS),$(eval $(call action_cache_objects,compare-$k,$k,$(ACTION_CACHE_TRACE))))
$(eval $(call action_cache_objects,sanitized,6.12,$(ACTION_CACHE_TRACE) $$(SANITIZE)))
$(eval $(call action_cache_objects,count,6.12,))

# runs in the machine
$(ACTION_CACHE)/installed: $(ACTION_CACHE)/count-before.o test/action-cache/installed.c \
		test/action-cache/programs.c test/action-cache/dice.c $(wildcard test/action-cache/*.h)
	@echo "  CC test/action-cache/installed.c"
	@$(CC) $(ALL_CFLAGS) -MF /dev/null -static -Itest/action-cache -o $@ $(filter %.c %.o,$^)
