# SPDX-License-Identifier: GPL-2.0
# The tests in zdtm form, and those of the raw kernel interface. Linked
# statically, so that they run in any root file system.

WERROR ?= -Werror
ZDTM := test/zdtm
ZDTM_CC = $(CC) -std=gnu11 -O2 -g -Wall -Wextra -Wshadow -Wstrict-prototypes \
	-Wmissing-prototypes $(WERROR) \
	-static -pthread -MMD -MP -Ilib

ZDTM_TESTS := $(patsubst $(ZDTM)/static/%.c,build/zdtm/%,$(wildcard $(ZDTM)/static/*.c))
KERNEL_TEST := build/kernel-tests/seccomp-fd
KERNEL_TEST_OBJECTS := $(patsubst test/kernel/%.c,build/kernel-tests/%.o,$(wildcard test/kernel/*.c))

.PHONY: zdtm
zdtm: $(ZDTM_TESTS) build/zdtm/treesig $(KERNEL_TEST) ## tests that run in the machine

build/zdtm/lib/%.o: $(ZDTM)/lib/%.c
	@mkdir -p $(@D)
	$(ZDTM_CC) -c -o $@ $<

.SECONDARY: build/zdtm/lib/test.o build/zdtm/lib/ns.o build/zdtm/lib/treesig.o

build/zdtm/%: $(ZDTM)/static/%.c build/zdtm/lib/test.o build/zdtm/lib/ns.o
	@mkdir -p $(@D)
	$(ZDTM_CC) -I$(ZDTM)/lib -o $@ $< build/zdtm/lib/test.o build/zdtm/lib/ns.o

build/zdtm/treesig: build/zdtm/lib/treesig.o
	$(ZDTM_CC) -o $@ $<

build/kernel-tests/%.o: test/kernel/%.c
	@mkdir -p $(@D)
	$(ZDTM_CC) -c -o $@ $<

$(KERNEL_TEST): $(KERNEL_TEST_OBJECTS)
	$(ZDTM_CC) -o $@ $^

-include $(wildcard build/zdtm/*.d build/zdtm/lib/*.d build/kernel-tests/*.d)
