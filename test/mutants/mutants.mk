# SPDX-License-Identifier: GPL-2.0

.PHONY: mutants
mutants: ## mistakes on purpose in lib/ and plugin/, and which test notices each
	@test/mutants/run --machine
