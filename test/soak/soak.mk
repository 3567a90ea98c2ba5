# SPDX-License-Identifier: GPL-2.0
# Random trees, dumped and restored in a machine; each depends only on its seed.

SEED ?= 1
# a seed that is given is run alone
SOAK_ROUNDS = $(or $(ROUNDS),$(if $(filter command%,$(origin SEED)),1,200))
SOAK_KERNEL = $(if $(filter command% environment%,$(origin KERNEL)),$(KERNEL),6.12)

zdtm: $(B)/zdtm/random_tree
COMPILED += $(B)/zdtm/random_tree

$(B)/zdtm/random_tree: test/soak/random_tree.c $(wildcard test/soak/*.h test/zdtm/static/*.h) \
		$(B)/zdtm/lib/test.o $(B)/zdtm/lib/ns.o
	@mkdir -p $(@D)
	$(ZDTM_CC) -I$(ZDTM)/lib -I$(ZDTM)/static -Itest/soak -o $@ $(filter %.c %.o,$^)

.PHONY: soak
soak: ## random trees; ROUNDS=200 from SEED=1 on, or only one: SEED=7
	@$(MAKE) --no-print-directory zdtm
	@test/vm/run -k $(SOAK_KERNEL) -t $$(($(SOAK_ROUNDS) * 30 + 120)) -v "$(CURDIR):$(CURDIR)" -- \
		"$(CURDIR)/test/soak/run" --seed $(SEED) --rounds $(SOAK_ROUNDS)
