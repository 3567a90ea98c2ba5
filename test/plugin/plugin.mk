# SPDX-License-Identifier: GPL-2.0
# The plugin beside other plugins, and with a CRIU that is not as it should be.

.PHONY: plugin-tests
plugin-tests: $(PLUGIN) $(B)/plugin-tests/stand_in.so $(B)/plugin-tests/loader zdtm

$(B)/plugin-tests/stand_in.so: test/plugin/stand_in.c | $(CRIU_HEADER)
	@mkdir -p $(@D)
	@$(CC) $(ALL_CFLAGS) -fvisibility=default -isystem $(CRIU_INCLUDE) -shared -o $@ $<

$(B)/plugin-tests/loader: test/plugin/loader.c | $(CRIU_HEADER)
	@mkdir -p $(@D)
	@$(CC) $(ALL_CFLAGS) -fvisibility=default -rdynamic -isystem $(CRIU_INCLUDE) -o $@ $< -ldl
