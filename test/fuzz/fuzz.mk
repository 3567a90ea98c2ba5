# SPDX-License-Identifier: GPL-2.0
# The image reader under libFuzzer. What it finds stays in build/fuzz/found;
# what is interesting in build/fuzz/corpus, for the next run.

FUZZ_SECONDS ?= 30
FUZZ_SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all
FUZZ_SOURCES := $(wildcard lib/*.c) $(B)/proto/seccomp-tree.pb-c.c
FUZZ_CC = clang -std=gnu11 -D_GNU_SOURCE -O1 -g -Ilib -I$(B)/proto $(FUZZ_SANITIZE)

.PHONY: fuzz
fuzz: $(B)/fuzz/image $(B)/fuzz/seeds ## feeds the image reader nonsense for FUZZ_SECONDS=30
	@mkdir -p $(B)/fuzz/corpus $(B)/fuzz/found
	@$(B)/fuzz/seeds $(B)/fuzz/corpus
	@if $(B)/fuzz/image -max_total_time=$(FUZZ_SECONDS) -artifact_prefix=$(B)/fuzz/found/ \
		-timeout=5 -rss_limit_mb=2048 $(B)/fuzz/corpus >$(B)/fuzz/log 2>&1; \
	then echo "ok 1 - $$(tail -n 1 $(B)/fuzz/log)"; \
	else tail -n 60 $(B)/fuzz/log; echo "not ok 1 - see $(B)/fuzz/found"; exit 1; fi

$(B)/fuzz/image: test/fuzz/image.c $(FUZZ_SOURCES) $(wildcard lib/*.h)
	@mkdir -p $(@D)
	@echo "  CC $<"
	@$(FUZZ_CC) -fsanitize=fuzzer -o $@ $< $(FUZZ_SOURCES) -lprotobuf-c

$(B)/fuzz/seeds: test/fuzz/seeds.c $(FUZZ_SOURCES) $(wildcard lib/*.h)
	@mkdir -p $(@D)
	@echo "  CC $<"
	@$(FUZZ_CC) -o $@ $< $(FUZZ_SOURCES) -lprotobuf-c
