# SPDX-License-Identifier: GPL-2.0
# Tests of lib/ with cmocka, with the sanitizers.
# A file test/unit/NAME.c is a program.

UNIT_TESTS := $(patsubst test/unit/%.c,$(B)/unit/%,$(wildcard test/unit/*.c))
SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
LIB_SOURCES := $(wildcard lib/*.c)

.PHONY: unit
unit: $(UNIT_TESTS) ## tests of lib/, with the sanitizers
	@failed=0; \
	for t in $^; do CMOCKA_MESSAGE_OUTPUT=TAP $$t || failed=1; done; exit $$failed

# The image's messages are generated code: warnings in it are not ours.
$(B)/unit/seccomp-tree.pb-c.o: $(B)/proto/seccomp-tree.pb-c.c
	@mkdir -p $(@D)
	@$(CC) $(ALL_CFLAGS) $(SANITIZE) -w -c -o $@ $<

$(B)/unit/%: test/unit/%.c $(LIB_SOURCES) $(wildcard lib/*.h test/unit/*.h) \
		$(B)/unit/seccomp-tree.pb-c.o
	@echo "  CC $<"
	@$(CC) $(ALL_CFLAGS) -MF /dev/null $(SANITIZE) -Itest/unit -o $@ $< $(LIB_SOURCES) \
		$(B)/unit/seccomp-tree.pb-c.o -lcmocka -lprotobuf-c
