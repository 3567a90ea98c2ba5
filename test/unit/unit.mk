# SPDX-License-Identifier: GPL-2.0
# Tests with cmocka, with the sanitizers: of lib/, and of what of plugin/ and
# tools/ can be tested alone. A file test/unit/NAME.c is a program.

UNIT_TESTS := $(patsubst test/unit/%.c,$(B)/unit/%,$(wildcard test/unit/*.c))
SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
LIB_SOURCES := $(wildcard lib/*.c)

# those that test a file of plugin/ with the same name
UNIT_PLUGIN := agent config dump oci parcel

# and of tools/
UNIT_TOOLS := tasks

.PHONY: unit unit-programs
unit: ## tests of single files, with the sanitizers
	@$(MAKE) --no-print-directory unit-programs
	@failed=0; \
	for t in $(UNIT_TESTS); do CMOCKA_MESSAGE_OUTPUT=TAP $$t || failed=1; done; exit $$failed

unit-programs: $(UNIT_TESTS)

# The image's messages are generated code: warnings in it are not ours.
$(B)/unit/seccomp-tree.pb-c.o: $(B)/proto/seccomp-tree.pb-c.c
	@mkdir -p $(@D)
	@$(CC) $(ALL_CFLAGS) $(SANITIZE) -w -c -o $@ $<

$(UNIT_PLUGIN:%=$(B)/unit/%): $(B)/unit/%: plugin/%.c plugin/%.h
$(UNIT_PLUGIN:%=$(B)/unit/%): UNIT_MORE = plugin/$(@F).c -Iplugin $(JSON_C_LIBS)

$(B)/unit/agent: UNIT_MORE += plugin/config.c plugin/oci.c plugin/parcel.c
# who calls, whose the agent is, and what the system's file says
$(B)/unit/agent: UNIT_MORE += -Wl,--wrap=getuid,--wrap=getsockopt,--wrap=config_read
$(B)/unit/oci: UNIT_MORE += -Wl,--wrap=fstat
$(B)/unit/agent $(B)/unit/config $(B)/unit/oci: UNIT_MORE += plugin/trust.c

# what it needs of CRIU and of the kernel is in the test
$(B)/unit/dump: | $(PLUGIN)
$(B)/unit/dump: UNIT_MORE += -Wl,--wrap=kernel_detect,--wrap=kernel_permits,--wrap=proc_number

# restore.c, with the rest of the plugin in the test
$(B)/unit/run-id: plugin/restore.c plugin/restore.h | $(PLUGIN)
$(B)/unit/run-id: UNIT_MORE = plugin/restore.c -Iplugin \
	-Wl,--wrap=kernel_detect

# as there, and what can fail is in the test, too
UNIT_FAULTS := dump files parcel restore
UNIT_FAULTS_WRAP := calloc fcntl fstat kernel_detect kernel_permits kill malloc openat pread \
	proc_id_at_depth proc_namespace_depth proc_number proc_read_threads proc_read_tree pwrite read \
	readlink reallocarray recvmsg sendmsg socketpair unlinkat waitpid
$(B)/unit/faults: $(UNIT_FAULTS:%=plugin/%.c) $(UNIT_FAULTS:%=plugin/%.h) | $(PLUGIN)
$(B)/unit/faults: UNIT_MORE = $(UNIT_FAULTS:%=plugin/%.c) -Iplugin \
	$(UNIT_FAULTS_WRAP:%=-Wl,--wrap=%)

$(UNIT_TOOLS:%=$(B)/unit/%): $(B)/unit/%: tools/%.c tools/%.h
$(UNIT_TOOLS:%=$(B)/unit/%): UNIT_MORE = tools/$(@F).c -Itools

$(B)/unit/tasks: UNIT_MORE += -Wl,--wrap=proc_read_threads

$(B)/unit/%: test/unit/%.c $(LIB_SOURCES) $(wildcard lib/*.h test/unit/*.h) \
		$(B)/unit/seccomp-tree.pb-c.o
	@echo "  CC $<"
	@$(CC) $(ALL_CFLAGS) -MF /dev/null $(SANITIZE) -Itest/unit -o $@ $< $(LIB_SOURCES) \
		$(B)/unit/seccomp-tree.pb-c.o $(UNIT_MORE) -lcmocka $(PROTOBUF_C_LIBS)
