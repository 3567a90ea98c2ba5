# SPDX-License-Identifier: GPL-2.0
# What runs inside containers: an init, and the tests in zdtm form as its services.

.PHONY: containers-tests
containers-tests: $(B)/containers-tests/init zdtm
COMPILED += $(B)/containers-tests/init

$(B)/containers-tests/init: test/containers/init.c
	@mkdir -p $(@D)
	@$(CC) $(ALL_CFLAGS) -MF /dev/null -static -o $@ $<
