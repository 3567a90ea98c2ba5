# SPDX-License-Identifier: GPL-2.0
# `make help` lists what there is. What is built goes to build/.

VERSION := 0.1

CC ?= gcc
PREFIX ?= /usr/local
# where CRIU looks for plugins
PLUGINDIR ?= /usr/lib/criu
DESTDIR ?=
# empty: warnings are only warnings
WERROR ?= -Werror

B := build
WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes $(WERROR)
CFLAGS ?= -O2 -g
ALL_CFLAGS = -std=gnu11 -D_GNU_SOURCE $(WARNINGS) $(CFLAGS) -fPIC -fvisibility=hidden \
	-DVERSION='"$(VERSION)"' -Ilib -I$(B)/proto -MMD -MP

LIB_OBJS := $(patsubst lib/%.c,$(B)/lib/%.o,$(wildcard lib/*.c)) $(B)/proto/seccomp-tree.pb-c.o
PLUGIN_OBJS := $(patsubst plugin/%.c,$(B)/plugin/%.o,$(wildcard plugin/*.c))
TOOLS_OBJS := $(patsubst tools/%.c,$(B)/tools/%.o,$(wildcard tools/*.c))
PLUGIN := $(B)/seccomp_plugin.so
TOOLS := $(if $(TOOLS_OBJS),$(B)/criu-seccomp)

# These run something, and call make for what that needs. All others write to
# build/, which only one make does at a time.
RUNS := check quick unit fuzz stress bench demo kernel rootfs help

ifneq ($(and $(if $(BUILD_LOCKED),,unlocked),$(filter-out $(RUNS),$(or $(MAKECMDGOALS),all))),)

.PHONY: locked $(MAKECMDGOALS)
$(or $(MAKECMDGOALS),all): locked
	@:

locked:
	@mkdir -p $(B)
	@BUILD_LOCKED=y flock $(B) $(MAKE) --no-print-directory $(MAKECMDGOALS)

else

.PHONY: all
all: $(PLUGIN) $(TOOLS) ## builds the plugin and the tools

# each part has its own rules
include $(wildcard test/*/*.mk demo/*.mk bench/*.mk tools/*.mk kernel-module/*.mk)

# Debian 12 does not package criu-plugin.h: then it is fetched from Debian 13.
CRIU_INCLUDE ?= $(if $(wildcard /usr/include/criu/criu-plugin.h),/usr/include,$(B)/criu/include)
CRIU_HEADER := $(CRIU_INCLUDE)/criu/criu-plugin.h

$(B)/criu/include/criu/criu-plugin.h:
	@mkdir -p $(@D)
	@dir=$$(test/vm/fetch libcriu-dev trixie) && cp "$$dir/usr/include/criu/criu-plugin.h" $@

# protoc-c writes both; it is held to no warnings of ours.
$(B)/proto/seccomp-tree.pb-c.c: proto/seccomp-tree.proto
	@mkdir -p $(@D)
	@protoc-c --proto_path=$(<D) --c_out=$(@D) $<

$(B)/proto/seccomp-tree.pb-c.h: $(B)/proto/seccomp-tree.pb-c.c

$(B)/proto/%.o: $(B)/proto/%.c
	@$(CC) $(ALL_CFLAGS) -w -c -o $@ $<

$(B)/lib/%.o: lib/%.c | $(B)/proto/seccomp-tree.pb-c.h
	@mkdir -p $(@D)
	@echo "  CC $<"
	@$(CC) $(ALL_CFLAGS) -c -o $@ $<

$(B)/plugin/%.o: plugin/%.c | $(B)/proto/seccomp-tree.pb-c.h $(CRIU_HEADER)
	@mkdir -p $(@D)
	@echo "  CC $<"
	@$(CC) $(ALL_CFLAGS) -isystem $(CRIU_INCLUDE) -c -o $@ $<

$(B)/tools/%.o: tools/%.c | $(B)/proto/seccomp-tree.pb-c.h
	@mkdir -p $(@D)
	@echo "  CC $<"
	@$(CC) $(ALL_CFLAGS) -c -o $@ $<

$(PLUGIN): $(PLUGIN_OBJS) $(LIB_OBJS)
	@echo "  LD $@"
	@$(CC) $(CFLAGS) $(LDFLAGS) -shared -o $@ $^ -lprotobuf-c -ljson-c

$(B)/criu-seccomp: $(TOOLS_OBJS) $(LIB_OBJS)
	@echo "  LD $@"
	@$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lprotobuf-c

MAN8 := $(wildcard tools/*.8)
COMPLETION := $(wildcard tools/criu-seccomp.bash)
EXAMPLE := $(wildcard tools/criu-seccomp.conf)

.PHONY: install
install: all ## installs them; DESTDIR=, PREFIX=/usr/local, PLUGINDIR=/usr/lib/criu
	@install -D -m 755 $(PLUGIN) $(DESTDIR)$(PLUGINDIR)/seccomp_plugin.so
	@$(if $(TOOLS),install -D -m 755 $(TOOLS) $(DESTDIR)$(PREFIX)/bin/criu-seccomp)
	@$(if $(MAN8),install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/man/man8 $(MAN8))
	@$(if $(COMPLETION),install -D -m 644 $(COMPLETION) \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions/criu-seccomp)
	@$(if $(EXAMPLE),install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/doc/criu-seccomp $(EXAMPLE))

CHECK = KERNEL="$(KERNEL)" test/check $(if $(FRESH),--fresh) $(if $(FAILED),--failed) \
	$(if $(SKIP),--allow-skip)

.PHONY: check
check: ## every test whose inputs have changed; STEPS='lint unit' FRESH=1 FAILED=1 SKIP=ok KERNEL=all
	@$(CHECK) $(STEPS)

.PHONY: quick
quick: ## those that tell most in a few minutes
	@$(CHECK) quick

# what the tests run, so that no two of them build at once
.PHONY: test-programs
test-programs: all unit-programs fuzz-programs zdtm plugin-tests containers-tests tools-test \
	stress-program bench-programs

.PHONY: clean
clean: ## removes build/
	@rm -rf $(B)

.PHONY: help
help: ## prints this
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | sort | expand -t 12

-include $(shell find $(B) -name '*.d' 2>/dev/null)

endif
