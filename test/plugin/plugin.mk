# SPDX-License-Identifier: GPL-2.0
# The plugin beside other plugins, and with unusual versions of CRIU.

# Small stand-ins for versions of CRIU, each with the number of hooks that it knows.
LOADERS := $(B)/plugin-tests/loader-4.1 $(B)/plugin-tests/loader-4.2 \
	$(B)/plugin-tests/loader-next $(B)/plugin-tests/loader-sentinel $(B)/plugin-tests/loader-bare
COMPILED += $(LOADERS) $(B)/plugin-tests/stand_in.so $(B)/plugin-tests/growing

$(B)/plugin-tests/loader-4.1: LOADER := -DHOOKS=12 -DVERSION_PLAYED='"4.1"'
$(B)/plugin-tests/loader-4.2: LOADER := -DHOOKS=13 -DVERSION_PLAYED='"4.2"'
# the development tree after 4.2
$(B)/plugin-tests/loader-next: LOADER := -DHOOKS=15 -DRETRY=1 -DVERSION_PLAYED='"4.3"'
# one that also calls device hooks without a process, with pid -1
$(B)/plugin-tests/loader-sentinel: LOADER := -DHOOKS=15 -DRETRY=1 -DVERSION_PLAYED='"4.4"' -DSENTINEL=1
# one that exports almost nothing
$(B)/plugin-tests/loader-bare: LOADER := -DHOOKS=12 -DVERSION_PLAYED='"4.1"' -DBARE

.PHONY: plugin-tests
plugin-tests: $(PLUGIN) $(B)/plugin-tests/stand_in.so $(LOADERS) $(B)/plugin-tests/growing \
		$(TOOL) zdtm

.PHONY: loaders
loaders: ## one build of the plugin in CRIUs of each kind, in small
	@$(MAKE) --no-print-directory $(PLUGIN) $(B)/plugin-tests/stand_in.so $(LOADERS)
	@test/plugin/loaders.py $(PLUGIN)

$(B)/plugin-tests/stand_in.so: test/plugin/stand_in.c
	@mkdir -p $(@D)
	@$(CC) $(ALL_CFLAGS) -shared -o $@ $<

$(LOADERS): test/plugin/loader.c test/plugin/child.c test/plugin/child.h plugin/criu.h lib/criu-plugin.h
	@mkdir -p $(@D)
	@$(CC) $(ALL_CFLAGS) -MF /dev/null $(LOADER) -Iplugin -fvisibility=default -rdynamic -o $@ $(filter %.c,$^) -ldl

$(B)/plugin-tests/growing: test/plugin/growing.c
	@mkdir -p $(@D)
	@$(CC) $(ALL_CFLAGS) -MF /dev/null -static -o $@ $<
