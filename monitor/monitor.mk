# SPDX-License-Identifier: GPL-2.0
# The library for monitors, and its example. A static library only, as long as what it
# offers may still change.

MONITOR_LIB := $(B)/monitor/libseccomp-monitor.a
MONITOR_EXAMPLE := $(B)/monitor/let-mount
MONITOR_TEST := $(B)/monitor/library
COMPILED += $(B)/monitor/monitor.o $(B)/monitor/let-mount.o $(MONITOR_TEST)
LIBDIR ?= $(PREFIX)/lib
MONITOR_IN := $(DESTDIR)$(LIBDIR)/$(notdir $(MONITOR_LIB))
MONITOR_HEADER_IN := $(DESTDIR)$(PREFIX)/include/criu-seccomp/seccomp-monitor.h
MONITOR_PC := $(DESTDIR)$(LIBDIR)/pkgconfig/seccomp-monitor.pc

all: $(MONITOR_LIB)

$(B)/monitor/%.o: monitor/%.c
	@mkdir -p $(@D)
	@echo "  CC $<"
	@$(CC) $(PRODUCT_CFLAGS) -c -o $@ $<

$(MONITOR_LIB): $(B)/monitor/monitor.o
	@echo "  AR $@"
	@rm -f $@
	@$(AR) rcs $@ $<

# linked statically, as it runs in any root file system
$(MONITOR_EXAMPLE): $(B)/monitor/let-mount.o $(MONITOR_LIB)
	@echo "  LD $@"
	@$(CC) $(CFLAGS) -static -o $@ $^

$(MONITOR_TEST): test/monitor/library.c $(MONITOR_LIB) monitor/seccomp-monitor.h
	@echo "  CC $<"
	@$(CC) $(PRODUCT_CFLAGS) -MF /dev/null -Imonitor -static -o $@ $< $(MONITOR_LIB)

.PHONY: monitor-programs
monitor-programs: $(MONITOR_EXAMPLE) $(MONITOR_TEST)

.PHONY: install-monitor uninstall-monitor
install: install-monitor
install-monitor: $(MONITOR_LIB)
	@install -D -m 644 $(MONITOR_LIB) $(MONITOR_IN)
	@install -D -m 644 monitor/seccomp-monitor.h $(MONITOR_HEADER_IN)
	@install -D -m 644 monitor/seccomp-monitor.pc.in $(MONITOR_PC)
	@sed -i 's,@PREFIX@,$(PREFIX),; s,@LIBDIR@,$(LIBDIR),; s,@VERSION@,$(VERSION),' $(MONITOR_PC)
	@install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/doc/criu-seccomp monitor/let-mount.c

uninstall: uninstall-monitor
uninstall-monitor:
	@rm -f $(MONITOR_IN) $(MONITOR_HEADER_IN) $(MONITOR_PC) \
		$(DESTDIR)$(PREFIX)/share/doc/criu-seccomp/let-mount.c
