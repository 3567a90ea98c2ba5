# SPDX-License-Identifier: GPL-2.0
# `make help` lists what there is. What is built goes to build/.

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
	-Ilib -I$(B)/proto -MMD -MP

LIB_OBJS := $(patsubst lib/%.c,$(B)/lib/%.o,$(wildcard lib/*.c)) $(B)/proto/seccomp-tree.pb-c.o
PLUGIN_OBJS := $(patsubst plugin/%.c,$(B)/plugin/%.o,$(wildcard plugin/*.c))
TOOLS_OBJS := $(patsubst tools/%.c,$(B)/tools/%.o,$(wildcard tools/*.c))
PLUGIN := $(B)/seccomp_plugin.so
TOOLS := $(if $(TOOLS_OBJS),$(B)/criu-seccomp)

.PHONY: all
all: $(PLUGIN) $(TOOLS) ## builds the plugin and the tools

include test/unit/unit.mk test/fuzz/fuzz.mk
-include test/vm/vm.mk test/zdtm/zdtm.mk

# Debian 12 does not package criu-plugin.h: then it is fetched from Debian 13.
CRIU_INCLUDE ?= $(if $(wildcard /usr/include/criu/criu-plugin.h),/usr/include,$(B)/criu/include)
CRIU_HEADER := $(CRIU_INCLUDE)/criu/criu-plugin.h

$(B)/criu/include/criu/criu-plugin.h:
	@mkdir -p $(@D)
	@dir=$$(test/vm/fetch libcriu-dev trixie) && cp "$$dir/usr/include/criu/criu-plugin.h" $@

$(B)/proto/%.pb-c.c $(B)/proto/%.pb-c.h: proto/%.proto
	@mkdir -p $(@D)
	@protoc-c --proto_path=proto --c_out=$(B)/proto $<

.SECONDARY:

# What protoc-c writes is held to no warnings of ours.
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
	@$(CC) $(CFLAGS) $(LDFLAGS) -shared -o $@ $^ -lprotobuf-c

$(B)/criu-seccomp: $(TOOLS_OBJS) $(LIB_OBJS)
	@echo "  LD $@"
	@$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lprotobuf-c

MAN1 := $(wildcard doc/man/*.1)
MAN8 := $(wildcard doc/man/*.8)

.PHONY: install
install: all ## installs them; DESTDIR=, PREFIX=/usr/local, PLUGINDIR=/usr/lib/criu
	@install -D -m 755 $(PLUGIN) $(DESTDIR)$(PLUGINDIR)/seccomp_plugin.so
	@$(if $(TOOLS),install -D -m 755 $(TOOLS) $(DESTDIR)$(PREFIX)/bin/criu-seccomp)
	@$(if $(MAN1),install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/man/man1 $(MAN1))
	@$(if $(MAN8),install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/man/man8 $(MAN8))

.PHONY: clean
clean: ## removes build/
	@rm -rf $(B)

.PHONY: help
help: ## prints this
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | sort | expand -t 12

-include $(shell find $(B) -name '*.d' 2>/dev/null)
