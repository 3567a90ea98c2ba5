# SPDX-License-Identifier: GPL-2.0
# The machines: test/vm/run boots them, see doc/machines.md.
KERNEL ?= 6.12
SUITE ?= trixie

.PHONY: kernel rootfs

kernel: ## builds the patched kernel, KERNEL=6.12|6.1|7.2|VERSION-small|VERSION-monitor|6.12-arm64|stock; test/vm/kernel --help has all
	@test/vm/kernel $(KERNEL)

rootfs: ## builds the machine's root file system, SUITE=trixie|sid|programs|trixie-arm64
	@test/vm/rootfs $(SUITE)
