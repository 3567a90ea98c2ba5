# SPDX-License-Identifier: GPL-2.0
# The readers of the image and of the configuration under libFuzzer. It begins
# with test/fuzz/corpus. What it finds stays in build/fuzz/found; what is
# interesting in build/fuzz/corpus and build/fuzz/config-corpus, for the next run.
# doc/fuzzing.md says more.

FUZZ_SECONDS ?= 20
# instead of a time: the number of inputs for the image's reader
RUNS ?=
# of the corpus, which both readers are given
FUZZ_CHANGES ?= 20000
FUZZ_SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all
FUZZ_LIB := $(patsubst lib/%.c,$(B)/fuzz/lib/%.o,$(wildcard lib/*.c)) $(B)/fuzz/seccomp-tree.pb-c.o
FUZZ_MUTATOR := $(addprefix $(B)/fuzz/obj/,mutate.o fields.o pieces.o)
FUZZ_OBJECTS := $(FUZZ_LIB) $(FUZZ_MUTATOR) $(addprefix $(B)/fuzz/obj/,image.o promises.o seeds.o verdict.o)
FUZZ_CC = clang -std=gnu11 -D_GNU_SOURCE -O2 -g -Ilib -I$(B)/proto $(FUZZ_SANITIZE)
# what is executed is counted; a program without the fuzzer does not look at that
FUZZ_COVER := -fsanitize=fuzzer-no-link -fsanitize-coverage-ignorelist=test/fuzz/no-coverage
FUZZ_HEADERS := $(wildcard lib/*.h test/fuzz/*.h)

# 256 KiB reach the limit of a path and that of all filters together. Most inputs have
# 16 KiB at most, of which a processor reads four times as many.
FUZZ_LARGE = -max_len=262144 -len_control=0 \
	$(if $(RUNS),-runs=$$(($(RUNS) / 50)),-max_total_time=$$((($(FUZZ_SECONDS) + 1) / 2)))
FUZZ_SMALL = -max_len=16384 -len_control=0 \
	$(if $(RUNS),-runs=$$(($(RUNS) - $(RUNS) / 50)),-max_total_time=$$((($(FUZZ_SECONDS) + 1) / 2)))

# $(call fuzz_run,NUMBER,NAME,PROGRAM,CORPUS FOLDERS,OPTIONS)
fuzz_run = if ASAN_OPTIONS=malloc_context_size=2:quarantine_size_mb=16 $(B)/fuzz/$(3) $(5) -artifact_prefix=$(B)/fuzz/found/ \
	-timeout=25 -rss_limit_mb=3072 $(4) >$(B)/fuzz/$(2).log 2>&1; \
	then echo "ok $(1) - $(2): $$(tail -n 1 $(B)/fuzz/$(2).log)"; \
	else tail -n 60 $(B)/fuzz/$(2).log; echo "not ok $(1) - $(2): see $(B)/fuzz/found"; exit 1; fi

.PHONY: fuzz fuzz-alone fuzz-programs
fuzz: ## feeds the readers nonsense, and compares two; FUZZ_SECONDS=20 or RUNS=1000000
	@$(MAKE) --no-print-directory fuzz-programs
	@mkdir -p $(B)/fuzz
	@flock --nonblock $(B)/fuzz/.lock true || echo 'fuzz: waiting for another one in this folder' >&2
	@flock $(B)/fuzz/.lock $(MAKE) --no-print-directory fuzz-alone

fuzz-alone:
	@mkdir -p $(B)/fuzz/corpus $(B)/fuzz/config-corpus $(B)/fuzz/found
	@$(B)/fuzz/seeds $(B)/fuzz/corpus
	@cp tools/criu-seccomp.conf $(B)/fuzz/config-corpus/
	@$(call fuzz_run,1,large-image,image,$(B)/fuzz/corpus test/fuzz/corpus,$(FUZZ_LARGE))
	@$(call fuzz_run,2,image,image,$(B)/fuzz/corpus test/fuzz/corpus,$(FUZZ_SMALL))
	@$(call fuzz_run,3,config,config,$(B)/fuzz/config-corpus,-max_total_time=$$((($(FUZZ_SECONDS) + 3) / 4)))
	@test/fuzz/agree $(B)/fuzz $(FUZZ_CHANGES)

fuzz-programs: $(addprefix $(B)/fuzz/,image seeds config verdict)
COMPILED += $(FUZZ_OBJECTS) $(B)/fuzz/config

$(B)/fuzz/config: test/fuzz/config.c plugin/config.c plugin/trust.c plugin/config.h
	@mkdir -p $(@D)
	@echo "  CC $<"
	@$(FUZZ_CC) -Iplugin -fsanitize=fuzzer -o $@ $< plugin/config.c plugin/trust.c

$(FUZZ_OBJECTS): $(FUZZ_HEADERS) test/fuzz/no-coverage | $(B)/proto/seccomp-tree.pb-c.h

$(B)/fuzz/lib/%.o: lib/%.c
	@mkdir -p $(@D)
	@echo "  CC $<"
	@$(FUZZ_CC) $(FUZZ_COVER) -c -o $@ $<

$(B)/fuzz/%.o: $(B)/proto/%.c
	@mkdir -p $(@D)
	@$(FUZZ_CC) $(FUZZ_COVER) -c -o $@ $<

$(B)/fuzz/obj/%.o: test/fuzz/%.c
	@mkdir -p $(@D)
	@echo "  CC $<"
	@$(FUZZ_CC) $(FUZZ_COVER) -c -o $@ $<

$(B)/fuzz/image: $(B)/fuzz/obj/image.o $(B)/fuzz/obj/promises.o $(FUZZ_MUTATOR) $(FUZZ_LIB)
	@echo "  LD $@"
	@$(FUZZ_CC) -fsanitize=fuzzer -o $@ $^ $(PROTOBUF_C_LIBS)

$(B)/fuzz/seeds: $(B)/fuzz/obj/seeds.o $(FUZZ_LIB)
	@echo "  LD $@"
	@$(FUZZ_CC) -o $@ $^ $(PROTOBUF_C_LIBS)

$(B)/fuzz/verdict: $(B)/fuzz/obj/verdict.o $(FUZZ_MUTATOR) $(FUZZ_LIB)
	@echo "  LD $@"
	@$(FUZZ_CC) -o $@ $^ $(PROTOBUF_C_LIBS)
