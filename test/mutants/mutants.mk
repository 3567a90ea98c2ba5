# SPDX-License-Identifier: GPL-2.0

.PHONY: mutants
mutants: ## deliberate mistakes in lib/ and plugin/, and which test notices each
	@test/mutants/run --machine
