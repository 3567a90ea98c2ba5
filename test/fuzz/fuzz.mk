# SPDX-License-Identifier: GPL-2.0
# The readers of the image and of the configuration under libFuzzer. What it
# finds stays in build/fuzz/found; what is interesting in build/fuzz/corpus and
# build/fuzz/config-corpus, for the next run.

FUZZ_SECONDS ?= 30
FUZZ_SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all
FUZZ_SOURCES := $(wildcard lib/*.c) $(B)/proto/seccomp-tree.pb-c.c
FUZZ_CC = clang -std=gnu11 -D_GNU_SOURCE -O1 -g -Ilib -I$(B)/proto $(FUZZ_SANITIZE)

# $(call fuzz_run,NUMBER,PROGRAM,CORPUS,SECONDS)
fuzz_run = if $(B)/fuzz/$(2) -max_total_time=$(4) -artifact_prefix=$(B)/fuzz/found/ \
	-timeout=5 -rss_limit_mb=2048 $(B)/fuzz/$(3) >$(B)/fuzz/$(2).log 2>&1; \
	then echo "ok $(1) - $(2): $$(tail -n 1 $(B)/fuzz/$(2).log)"; \
	else tail -n 60 $(B)/fuzz/$(2).log; echo "not ok $(1) - $(2): see $(B)/fuzz/found"; exit 1; fi

.PHONY: fuzz fuzz-programs
fuzz-programs: $(B)/fuzz/image $(B)/fuzz/seeds $(B)/fuzz/config

fuzz: ## feeds the readers nonsense, the image's for FUZZ_SECONDS=30
	@$(MAKE) --no-print-directory fuzz-programs
	@mkdir -p $(B)/fuzz/corpus $(B)/fuzz/config-corpus $(B)/fuzz/found
	@$(B)/fuzz/seeds $(B)/fuzz/corpus
	@cp tools/criu-seccomp.conf $(B)/fuzz/config-corpus/
	@$(call fuzz_run,1,image,corpus,$(FUZZ_SECONDS))
	@$(call fuzz_run,2,config,config-corpus,5)

$(B)/fuzz/config: test/fuzz/config.c plugin/config.c plugin/trust.c plugin/config.h
	@mkdir -p $(@D)
	@echo "  CC $<"
	@$(FUZZ_CC) -Iplugin -fsanitize=fuzzer -o $@ $< plugin/config.c plugin/trust.c

$(B)/fuzz/image: test/fuzz/image.c $(FUZZ_SOURCES) $(wildcard lib/*.h)
	@mkdir -p $(@D)
	@echo "  CC $<"
	@$(FUZZ_CC) -fsanitize=fuzzer -o $@ $< $(FUZZ_SOURCES) $(PROTOBUF_C_LIBS)

$(B)/fuzz/seeds: test/fuzz/seeds.c $(FUZZ_SOURCES) $(wildcard lib/*.h)
	@mkdir -p $(@D)
	@echo "  CC $<"
	@$(FUZZ_CC) -o $@ $< $(FUZZ_SOURCES) $(PROTOBUF_C_LIBS)
