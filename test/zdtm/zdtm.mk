# SPDX-License-Identifier: GPL-2.0
# The tests in zdtm form, and those of the raw kernel interface. Linked
# statically, so that they run in any root file system.

ZDTM := test/zdtm
ZDTM_CC = $(CC) -std=gnu11 -O2 -g -Wall -Wextra -Wshadow -Wstrict-prototypes \
	-Wmissing-prototypes $(WERROR) \
	-static -pthread -MMD -MP -Ilib

ZDTM_TESTS := $(patsubst $(ZDTM)/static/%.c,$(B)/zdtm/%,$(wildcard $(ZDTM)/static/*.c))
# a 32-bit program of x86; it needs no 32-bit library
ifeq ($(ARCH),amd64)
ZDTM_COMPAT := $(B)/zdtm/compat-task
endif
KERNEL_TEST := $(B)/kernel-tests/seccomp-fd
KERNEL_TEST_OBJECTS := $(patsubst test/kernel/%.c,$(B)/kernel-tests/%.o,$(wildcard test/kernel/*.c))
COMPILED += $(ZDTM_TESTS) $(ZDTM_COMPAT) $(KERNEL_TEST_OBJECTS) \
	$(addprefix $(B)/zdtm/lib/,test.o ns.o treesig.o)

.PHONY: zdtm
zdtm: $(ZDTM_TESTS) $(ZDTM_COMPAT) $(B)/zdtm/treesig $(KERNEL_TEST) ## tests that run in the machine

$(B)/zdtm/lib/%.o: $(ZDTM)/lib/%.c
	@mkdir -p $(@D)
	$(ZDTM_CC) -c -o $@ $<

.SECONDARY: $(B)/zdtm/lib/test.o $(B)/zdtm/lib/ns.o $(B)/zdtm/lib/treesig.o

$(B)/zdtm/%: $(ZDTM)/static/%.c $(B)/zdtm/lib/test.o $(B)/zdtm/lib/ns.o
	@mkdir -p $(@D)
	$(ZDTM_CC) -I$(ZDTM)/lib -o $@ $< $(B)/zdtm/lib/test.o $(B)/zdtm/lib/ns.o

$(B)/zdtm/compat-task: $(ZDTM)/lib/compat-task.c
	@mkdir -p $(@D)
	$(CC) -m32 -std=gnu11 -O2 -Wall -Wextra $(WERROR) -ffreestanding -fno-pie -no-pie \
		-fno-stack-protector -fcf-protection=none -nostdlib -static -o $@ $<

$(B)/zdtm/treesig: $(B)/zdtm/lib/treesig.o
	$(ZDTM_CC) -o $@ $<

$(B)/kernel-tests/%.o: test/kernel/%.c
	@mkdir -p $(@D)
	$(ZDTM_CC) -c -o $@ $<

$(KERNEL_TEST): $(KERNEL_TEST_OBJECTS)
	$(ZDTM_CC) -o $@ $^

-include $(wildcard $(B)/zdtm/*.d $(B)/zdtm/lib/*.d $(B)/kernel-tests/*.d)
