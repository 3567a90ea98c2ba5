# SPDX-License-Identifier: GPL-2.0

.PHONY: demo
COMPILED += $(B)/demo/sandbox
demo: ## shows what the plugin does; installs and builds what it needs; KERNEL=6.12|stock
	@KERNEL="$(KERNEL)" demo/demo

$(B)/demo/sandbox: demo/sandbox.c
	@mkdir -p $(@D)
	@echo "  CC $<"
	@$(CC) -std=gnu11 -D_GNU_SOURCE $(WARNINGS) $(CFLAGS) -static -pthread -o $@ $<
