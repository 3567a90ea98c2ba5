# SPDX-License-Identifier: GPL-2.0
# `make help` lists the goals. All output goes to build/.

VERSION := $(shell cat VERSION)

# The architecture to build for, as Debian calls it. For another one than this
# machine's, a cross compiler is used, libraries come from a separate folder, and
# output goes to a separate folder, too.
HERE_ARCH := $(patsubst x86_64,amd64,$(patsubst aarch64,arm64,$(shell uname -m)))
ARCH ?= $(HERE_ARCH)
# the kernel's own names may be in the environment
override ARCH := $(patsubst x86,amd64,$(patsubst x86_64,amd64,$(ARCH)))
ifeq ($(filter $(ARCH),$(HERE_ARCH) arm64),)
$(error ARCH=$(ARCH) cannot be built for here, only $(HERE_ARCH) and arm64 can)
endif
ifneq ($(ARCH),$(HERE_ARCH))
CROSS_COMPILE ?= aarch64-linux-gnu-
SYSROOT ?= $(or $(shell test/vm/sysroot $(ARCH)),$(error there are no libraries for $(ARCH)))
SYSROOT := $(SYSROOT)
ifeq ($(origin CC),default)
CC := $(CROSS_COMPILE)gcc --sysroot=$(SYSROOT)
endif
# one of this machine's would fill the folder with programs that cannot run there
CC_FOR := $(shell $(CC) -dumpmachine)
ifeq ($(filter aarch64%,$(CC_FOR)),)
$(error CC=$(CC) compiles for $(or $(CC_FOR),nothing), not for $(ARCH): leave it out, or give a compiler for aarch64)
endif
export PKG_CONFIG_LIBDIR ?= $(SYSROOT)/usr/lib/aarch64-linux-gnu/pkgconfig
export PKG_CONFIG_SYSROOT_DIR ?= $(SYSROOT)
B := build/$(ARCH)
PLUGINDIR ?= /usr/lib/criu
else
B := build
endif

CC ?= gcc
PKG_CONFIG ?= pkg-config
PREFIX ?= /usr/local
# Where CRIU looks for plugins; distributions build CRIU with other folders.
ifndef PLUGINDIR
PLUGINDIR := $(or $(shell PATH="$$PATH:/usr/sbin" criu --help 2>/dev/null | \
	sed -n 's,.*plugin directory (by default \(/.*[^/]\)/*)$$,\1,p'),/usr/lib/criu)
endif
DESTDIR ?=
# Newer compilers have new warnings. They only fail the build for who develops this: "make
# check" sets -Werror, and a folder that was built with it keeps it, until WERROR= ends that.
ifeq ($(origin WERROR),undefined)
WERROR := $(file <$(B)/werror)
endif

WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes $(WERROR)
CFLAGS ?= -O2 -g
ALL_CFLAGS = -std=gnu11 -D_GNU_SOURCE $(WARNINGS) $(CPPFLAGS) $(CFLAGS) -fPIC \
	-fvisibility=hidden -Ilib -I$(B) -I$(B)/proto $(PROTOBUF_C_CFLAGS) $(JSON_C_CFLAGS) -MMD -MP

# Hardening of what is installed. _FORTIFY_SOURCE needs optimisation, and is not
# changed if it is already set. HARDENING= turns hardening off.
ifeq ($(origin HARDENING),undefined)
HARDENING := -fstack-protector-strong
ifeq ($(findstring _FORTIFY_SOURCE,$(CPPFLAGS) $(CFLAGS)),)
HARDENING += $(if $(filter-out -O0,$(filter -O%,$(CFLAGS))),-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3)
endif
endif
PRODUCT_CFLAGS = $(ALL_CFLAGS) $(HARDENING)
PRODUCT_LDFLAGS = $(CFLAGS) $(if $(HARDENING),-z relro -z now) $(LDFLAGS)

PROTOBUF_C_CFLAGS = $(shell $(PKG_CONFIG) --cflags libprotobuf-c)
PROTOBUF_C_LIBS = $(shell $(PKG_CONFIG) --libs libprotobuf-c)
LIBELF_LIBS = $(shell $(PKG_CONFIG) --libs libelf)
JSON_C_CFLAGS = $(shell $(PKG_CONFIG) --cflags json-c)
JSON_C_LIBS = $(shell $(PKG_CONFIG) --libs json-c)
# only for the command, the plugin does not need these
TOOL_CFLAGS = $(shell $(PKG_CONFIG) --cflags libseccomp libarchive libnl-3.0)
TOOL_LIBS = $(PROTOBUF_C_LIBS) $(LIBELF_LIBS) $(JSON_C_LIBS) \
	$(shell $(PKG_CONFIG) --libs libseccomp libarchive libnl-3.0)

# On kernels without the patches, filters are read with a BPF program, which libbpf
# loads. BPF=no builds without it; with BPF=yes, the build fails if it is not possible.
BPFTOOL ?= $(or $(shell PATH="$$PATH:/usr/sbin:/sbin" command -v bpftool),bpftool)
CLANG ?= clang
ifeq ($(origin BPF),undefined)
BPF := $(if $(shell command -v $(CLANG) && command -v $(BPFTOOL) && $(PKG_CONFIG) --exists 'libbpf >= 1.0' && \
	echo yes),yes,no)
ifeq ($(BPF)$(BUILD_LOCKED),noy)
$(info building without BPF, which needs clang, bpftool and libbpf 1.0: other ways to read filters need the patches or the module)
endif
endif
ifneq ($(BPF),no)
LIBBPF_CFLAGS = -DHAVE_BPF $(shell $(PKG_CONFIG) --cflags libbpf)
LIBBPF_LIBS = $(shell $(PKG_CONFIG) --libs libbpf)
endif

LIB_OBJS := $(patsubst lib/%.c,$(B)/lib/%.o,$(wildcard lib/*.c)) $(B)/proto/seccomp-tree.pb-c.o
PLUGIN_OBJS := $(patsubst plugin/%.c,$(B)/plugin/%.o,$(wildcard plugin/*.c))
TOOLS_OBJS := $(patsubst tools/%.c,$(B)/tools/%.o,$(wildcard tools/*.c))
PLUGIN := $(B)/seccomp_plugin.so
TOOL := $(B)/criu-seccomp
# the description of the image for crit
CRIT_MODULE := $(addprefix $(B)/pycriu_plugins/,seccomp_tree.py seccomp-tree.desc)

# These goals run something, and call make to build what they need. All other goals
# write to build/, which is locked for one make at a time.
RUN_GOALS := check quick unit fuzz fuzz-alone stress stress-module bench demo kernel rootfs help loaders faults soak mutants \
	programs action-cache deb

ifneq ($(and $(if $(BUILD_LOCKED),,unlocked),$(filter-out $(RUN_GOALS),$(or $(MAKECMDGOALS),all))),)

.PHONY: locked $(MAKECMDGOALS)
$(or $(MAKECMDGOALS),all): locked
	@:

# also with -n: without the folder, flock would create a file
locked:
	+@mkdir -p $(B)
	@BUILD_LOCKED=y flock $(B) $(MAKE) --no-print-directory $(filter-out $(RUN_GOALS),$(MAKECMDGOALS))
	@$(if $(filter $(RUN_GOALS),$(MAKECMDGOALS)),$(MAKE) --no-print-directory $(filter $(RUN_GOALS),$(MAKECMDGOALS)))

else

.PHONY: all
all: $(PLUGIN) $(TOOL) $(CRIT_MODULE) ## builds the plugin and the tools

# What the compiler makes of sources is made again with another compiler, and with other
# flags. What is linked of that follows.
COMPILED = $(LIB_OBJS) $(PLUGIN_OBJS) $(TOOLS_OBJS) $(B)/bpf/walk.o

# each part has its own rules
include $(wildcard test/*/*.mk demo/*.mk bench/*.mk tools/*.mk kernel-module/*.mk monitor/*.mk)

# protoc-c writes both files. Warnings in generated code are ignored.
$(B)/proto/seccomp-tree.pb-c.c: proto/seccomp-tree.proto
	@mkdir -p $(@D)
	@protoc-c --proto_path=$(<D) --c_out=$(@D) $<

$(B)/proto/seccomp-tree.pb-c.h: $(B)/proto/seccomp-tree.pb-c.c

$(B)/proto/%.o: $(B)/proto/%.c
	@$(CC) $(PRODUCT_CFLAGS) -w -c -o $@ $<

# Includes the commit if this is a git checkout. Only written if it changes.
$(B)/version.h: FORCE
	@mkdir -p $(@D)
	@commit=$$([ ! -e .git ] || git describe --tags --always --dirty 2>/dev/null) || true; \
	echo "#define VERSION \"$(VERSION)$${commit:+ ($$commit)}\"" >$@.new
	@cmp -s $@.new $@ && rm $@.new || mv $@.new $@

.PHONY: FORCE
FORCE:

$(B)/tools/criu-seccomp.o: $(B)/version.h

# Only written if it changes; also with -n, which would say that all is built again. A
# header may be gone, or hide another.
BUILT_WITH = $(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) $(HARDENING) $(WERROR)
$(B)/flags: FORCE
	+@mkdir -p $(@D)
	+@{ $(CC) --version | head -n 1; $(CLANG) --version 2>/dev/null | head -n 1; \
		echo '$(subst ','\'',$(BUILT_WITH))'; \
		echo $(sort $(filter-out build/%,$(wildcard */*.h test/*/*.h test/*/*/*.h))); } >$@.new
	+@cmp -s $@.new $@ && rm $@.new || mv $@.new $@
	+@echo '$(WERROR)' >$@.new
	+@cmp -s $@.new $(@D)/werror && rm $@.new || mv $@.new $(@D)/werror

$(COMPILED): $(B)/flags

$(B)/lib/%.o: lib/%.c | $(B)/proto/seccomp-tree.pb-c.h
	@mkdir -p $(@D)
	@echo "  CC $<"
	@$(CC) $(PRODUCT_CFLAGS) -c -o $@ $<

# Without CFLAGS, which are for another target. The target has no headers of its own;
# Debian has <asm/...> of each architecture in a folder that the compiler for it knows.
ASM_TYPES = $(filter %/asm/types.h,$(shell $(CC) -M -include asm/types.h -xc /dev/null))
$(B)/bpf/walk.o: lib/bpf/walk.c
	@mkdir -p $(@D)
	@echo "  BPF $<"
	@$(CLANG) -target bpf -mcpu=v3 -g -O2 -Wall -Wextra $(WERROR) -Ilib \
		$(ASM_TYPES:%/asm/types.h=-idirafter %) -MMD -MP -c -o $@ $<

$(B)/bpf/walk.skel.h: $(B)/bpf/walk.o
	@$(BPFTOOL) gen skeleton $< name seccomp_walk >$@.new
	@mv $@.new $@

# rebuild the object if BPF is turned on or off
BPF_BUILT := $(B)/bpf/$(if $(filter no,$(BPF)),without,with)
$(BPF_BUILT):
	@mkdir -p $(@D)
	@rm -f $(@D)/with $(@D)/without
	@touch $@

$(B)/lib/kernel-bpf.o: $(BPF_BUILT)
ifneq ($(BPF),no)
$(B)/lib/kernel-bpf.o: ALL_CFLAGS += $(LIBBPF_CFLAGS)
$(B)/lib/kernel-bpf.o: $(B)/bpf/walk.skel.h
endif

$(B)/plugin/%.o: plugin/%.c | $(B)/proto/seccomp-tree.pb-c.h
	@mkdir -p $(@D)
	@echo "  CC $<"
	@$(CC) $(PRODUCT_CFLAGS) -c -o $@ $<

$(B)/tools/%.o: tools/%.c | $(B)/proto/seccomp-tree.pb-c.h
	@mkdir -p $(@D)
	@echo "  CC $<"
	@$(CC) $(PRODUCT_CFLAGS) $(TOOL_CFLAGS) -c -o $@ $<

$(PLUGIN): $(PLUGIN_OBJS) $(LIB_OBJS)
	@echo "  LD $@"
	@$(CC) $(PRODUCT_LDFLAGS) -shared -o $@ $^ $(PROTOBUF_C_LIBS) $(JSON_C_LIBS) $(LIBBPF_LIBS)

$(TOOL): $(TOOLS_OBJS) $(LIB_OBJS)
	@echo "  LD $@"
	@$(CC) $(PRODUCT_LDFLAGS) -pie -o $@ $^ $(TOOL_LIBS) $(LIBBPF_LIBS)

$(B)/pycriu_plugins/seccomp-tree.desc: proto/seccomp-tree.proto
	@mkdir -p $(@D)
	@protoc-c --proto_path=$(<D) --descriptor_set_out=$@ $<

$(B)/pycriu_plugins/%.py: proto/%.py
	@install -D -m 644 $< $@

# tools/NAME.N is installed as manN/NAME.N
PAGES := $(foreach page,$(wildcard tools/*.[578]),man$(subst .,,$(suffix $(page)))/$(notdir $(page)))
BIN := $(DESTDIR)$(PREFIX)/bin/criu-seccomp
PLUGIN_IN := $(DESTDIR)$(PLUGINDIR)/seccomp_plugin.so
MAN := $(DESTDIR)$(PREFIX)/share/man
COMPLETION := $(DESTDIR)$(PREFIX)/share/bash-completion/completions/criu-seccomp
HELPERS := crit-seccomp checkpointctl-seccomp
PYTHON := $(DESTDIR)$(PREFIX)/lib/python3/dist-packages/pycriu_plugins
COMPLETION_ZSH := $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_criu-seccomp
COMPLETION_FISH := $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/criu-seccomp.fish
SCHEMA := $(wildcard tools/schema/*.json)
SCHEMAS := $(DESTDIR)$(PREFIX)/share/criu-seccomp/schema
EXAMPLES := $(DESTDIR)$(PREFIX)/share/doc/criu-seccomp
# for programs that make the calls themselves
HEADERS := lib/seccomp-fd.h lib/seccomp-module.h
HEADERS_IN := $(DESTDIR)$(PREFIX)/include/criu-seccomp
PC := $(DESTDIR)$(PREFIX)/share/pkgconfig/criu-seccomp.pc

.PHONY: install
install: all ## installs the plugin and the tools; DESTDIR=, PREFIX=/usr/local, PLUGINDIR=(where criu looks)
	@install -D -m 755 $(PLUGIN) $(PLUGIN_IN)
	@install -D -m 755 $(TOOL) $(BIN)
	@install -m 755 -t $(dir $(BIN)) $(addprefix tools/,$(HELPERS))
	@install -D -m 644 -t $(PYTHON) $(CRIT_MODULE)
	@$(foreach page,$(PAGES),install -D -m 644 tools/$(notdir $(page)) $(MAN)/$(page) &&) :
	@install -D -m 644 tools/criu-seccomp.bash $(COMPLETION)
	@install -D -m 644 tools/_criu-seccomp $(COMPLETION_ZSH)
	@install -D -m 644 tools/criu-seccomp.fish $(COMPLETION_FISH)
	@install -D -m 644 -t $(SCHEMAS) $(SCHEMA)
	@install -D -m 644 -t $(EXAMPLES) tools/criu-seccomp.conf
	@install -D -m 644 -t $(HEADERS_IN) $(HEADERS)
	@install -D -m 644 lib/criu-seccomp.pc.in $(PC)
	@sed -i 's,@PREFIX@,$(PREFIX),; s,@VERSION@,$(VERSION),' $(PC)

# Folders that other programs may use are not removed.
.PHONY: uninstall
uninstall: ## removes what install has installed; same DESTDIR, PREFIX, PLUGINDIR
	@rm -f $(PLUGIN_IN) $(BIN) $(addprefix $(MAN)/,$(PAGES)) $(COMPLETION) \
		$(COMPLETION_ZSH) $(COMPLETION_FISH) $(addprefix $(SCHEMAS)/,$(notdir $(SCHEMA))) \
		$(EXAMPLES)/criu-seccomp.conf $(addprefix $(dir $(BIN)),$(HELPERS)) \
		$(addprefix $(HEADERS_IN)/,$(notdir $(HEADERS))) $(PC) \
		$(addprefix $(PYTHON)/,$(notdir $(CRIT_MODULE)))
	@[ ! -d $(PYTHON) ] || { rm -rf $(PYTHON)/__pycache__; \
		rmdir --ignore-fail-on-non-empty $(PYTHON); }
	@[ ! -d $(SCHEMAS) ] || rmdir --ignore-fail-on-non-empty $(SCHEMAS) $(patsubst %/,%,$(dir $(SCHEMAS)))
	@[ ! -d $(EXAMPLES) ] || rmdir --ignore-fail-on-non-empty $(EXAMPLES)
	@[ ! -d $(HEADERS_IN) ] || rmdir --ignore-fail-on-non-empty $(HEADERS_IN)

CHECK = KERNEL="$(KERNEL)" test/check $(if $(FRESH),--fresh) $(if $(FAILED),--failed) \
	$(if $(SKIP),--allow-skip)

.PHONY: check
check: ## runs all tests whose inputs have changed; STEPS='lint unit' FRESH=1 FAILED=1 SKIP=ok KERNEL=all
	@$(CHECK) $(STEPS)

.PHONY: quick
quick: ## runs the most useful tests, in a few minutes
	@$(CHECK) quick

.PHONY: test-programs
test-programs: all $(if $(filter $(HERE_ARCH),$(ARCH)),unit-programs fuzz-programs action-cache-programs module-tests module-stress) \
	zdtm plugin-tests containers-tests tools-test faults-programs stress-program bench-programs \
	$(B)/demo/sandbox monitor-programs ## builds the test programs without running them

.PHONY: deb
deb: ## Debian packages, in build/deb
	@debian/build

# whoever works in it holds one of these, or the lock of the folder itself, as clean does
CLEAN_LOCKS = $(wildcard $(B)/*/.lock $(B)/mutants/lock $(B)/arm64 $(B)/lint-*)

.PHONY: clean
clean: ## removes what is in build/
	@$(foreach lock,$(CLEAN_LOCKS),flock --nonblock -E 75 $(lock)) find $(B) -mindepth 1 -delete || \
		{ status=$$?; [ $$status != 75 ] || echo 'clean: a check, a test or another make uses this' \
		'folder; wait for it, or end it' >&2; exit $$status; }

.PHONY: help
help: ## prints this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | sort | expand -t 16

-include $(shell find $(B) -mindepth 1 -path build/arm64 -prune -o -name '*.d' -type f -print 2>/dev/null)

endif
