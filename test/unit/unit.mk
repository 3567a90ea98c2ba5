# SPDX-License-Identifier: GPL-2.0
# Tests with cmocka, with the sanitizers: of lib/, and of what of plugin/ and
# tools/ can be tested alone. A file test/unit/NAME.c is a program.

UNIT_TESTS := $(patsubst test/unit/%.c,$(B)/unit/%,$(wildcard test/unit/*.c))
SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
UNIT_LIB := $(patsubst lib/%.c,$(B)/unit/lib/%.o,$(wildcard lib/*.c)) $(B)/unit/seccomp-tree.pb-c.o
# what several programs test is compiled once
UNIT_OF := $(B)/unit/plugin
COMPILED += $(UNIT_TESTS) $(UNIT_LIB) $(patsubst plugin/%.c,$(UNIT_OF)/%.o,$(wildcard plugin/*.c))

comma := ,

# those that test a file of plugin/ with the same name
UNIT_PLUGIN := agent alone compat config dump files modes oci parcel reserve rseq

# and of tools/
UNIT_TOOLS := bpf container tasks verdicts

.PHONY: unit unit-programs
unit: ## tests of single files, with the sanitizers
	@$(MAKE) --no-print-directory unit-programs
	@failed=0; \
	for t in $(UNIT_TESTS); do CMOCKA_MESSAGE_OUTPUT=TAP $$t || failed=1; done; \
	$(ACTION_CACHE_SHORT) || failed=1; exit $$failed

unit-programs: $(UNIT_TESTS) $(ACTION_CACHE)/sanitized

# The image's messages are generated code: warnings in it are not ours.
$(B)/unit/seccomp-tree.pb-c.o: $(B)/proto/seccomp-tree.pb-c.c
	@mkdir -p $(@D)
	@$(CC) $(ALL_CFLAGS) $(SANITIZE) -w -c -o $@ $<

$(B)/unit/lib/%.o: lib/%.c $(wildcard lib/*.h) | $(B)/proto/seccomp-tree.pb-c.h
	@mkdir -p $(@D)
	@$(CC) $(ALL_CFLAGS) -MF /dev/null $(SANITIZE) -c -o $@ $<

$(UNIT_OF)/%.o: plugin/%.c $(wildcard plugin/*.h lib/*.h) | $(B)/proto/seccomp-tree.pb-c.h
	@mkdir -p $(@D)
	@$(CC) $(ALL_CFLAGS) -MF /dev/null $(SANITIZE) -c -o $@ $<

$(UNIT_PLUGIN:%=$(B)/unit/%): UNIT_MORE = $(UNIT_OF)/$(@F).o -Iplugin $(JSON_C_LIBS)

$(B)/unit/agent: UNIT_MORE += $(UNIT_OF)/config.o $(UNIT_OF)/oci.o $(UNIT_OF)/parcel.o
# who calls, whose the agent is, and what the system's file says
$(B)/unit/agent: UNIT_MORE += -Wl,--wrap=getuid,--wrap=getsockopt,--wrap=config_read
$(B)/unit/oci: UNIT_MORE += -Wl,--wrap=fstat,--wrap=read $(UNIT_NO_MEMORY)
$(B)/unit/agent $(B)/unit/config $(B)/unit/oci: UNIT_MORE += $(UNIT_OF)/trust.o

# what these need of CRIU and of the kernel is in the tests
UNIT_CRIU := $(addprefix $(B)/unit/,dump dump-threads files restore restore-kill)
$(UNIT_CRIU): UNIT_MORE += -Wl,--wrap=kernel_detect

$(B)/unit/alone: UNIT_MORE += $(addprefix -Wl$(comma)--wrap=,kernel_choose proc_filter_count proc_number)

$(B)/unit/compat $(B)/unit/rseq: UNIT_MORE += -Wl,--wrap=ptrace
$(B)/unit/modes: UNIT_MORE += -Wl,--wrap=ptrace,--wrap=proc_number
$(B)/unit/dump: UNIT_MORE += -Wl,--wrap=kernel_permits,--wrap=proc_number

UNIT_NO_MEMORY := $(addprefix -Wl$(comma)--wrap=,malloc calloc reallocarray)
$(B)/unit/no-memory: UNIT_MORE = $(UNIT_NO_MEMORY)

# as agent, and all calls are stand-ins
$(B)/unit/agent-calls: UNIT_MORE = $(addprefix $(UNIT_OF)/,agent.o config.o trust.o) -Iplugin \
	$(addprefix -Wl$(comma)--wrap=,connect setsockopt getsockopt config_read) $(UNIT_NO_MEMORY)

$(B)/unit/dump-threads: UNIT_MORE += $(UNIT_OF)/dump.o -Iplugin \
	$(addprefix -Wl$(comma)--wrap=,proc_namespace_depth proc_id_at_depth) \
	$(UNIT_NO_MEMORY)

UNIT_RESTORE := $(B)/unit/restore $(B)/unit/restore-kill
$(UNIT_RESTORE): UNIT_MORE += $(addprefix $(UNIT_OF)/,restore.o filters.o files.o parcel.o) -Iplugin \
	-Wl,--wrap=kernel_permits

$(B)/unit/files: UNIT_MORE += $(UNIT_OF)/parcel.o -Wl,--wrap=readlink
$(B)/unit/image: UNIT_MORE = -Wl,--wrap=pwrite,--wrap=close
$(B)/unit/tree: UNIT_MORE = -Wl,--wrap=hash_bytes
$(B)/unit/image-file: UNIT_MORE = -Wl,--wrap=fstat

# restore.c, with the rest of the plugin in the test
$(B)/unit/run-id: UNIT_MORE = $(UNIT_OF)/restore.o $(UNIT_OF)/filters.o -Iplugin \
	-Wl,--wrap=kernel_detect

# as there, and what can fail is in the test, too
UNIT_FAULTS := alone dump files filters modes parcel restore
UNIT_FAULTS_WRAP := calloc fcntl fstat kernel_detect kernel_permits kill malloc openat pread \
	proc_id_at_depth proc_namespace_depth proc_number proc_read_threads proc_read_tree ptrace pwrite read \
	readlink reallocarray recvmsg sendmsg socketpair unlinkat waitpid
$(B)/unit/faults: UNIT_MORE = $(UNIT_FAULTS:%=$(UNIT_OF)/%.o) -Iplugin \
	$(UNIT_FAULTS_WRAP:%=-Wl,--wrap=%)

$(UNIT_TOOLS:%=$(B)/unit/%): UNIT_MORE = $(B)/tools-test/obj/$(@F).o -Itools

UNIT_VERDICTS := $(addprefix $(B)/tools-test/obj/,bpf.o facts.o reach.o value.o verdicts.o)
$(B)/unit/bpf $(B)/unit/verdicts: UNIT_MORE = $(UNIT_VERDICTS) -Itools

$(B)/unit/tasks: UNIT_MORE += -Wl,--wrap=proc_read_threads

UNIT_READER := $(addprefix $(B)/tools-test/obj/,messages.o progress.o reader.o stop.o) -Itools
$(B)/unit/reader: UNIT_MORE = $(UNIT_READER)

# what it needs of /proc and of the kernel is in the test
UNIT_LIVE := container_of kernel_detect_reader report resume_thread stop_begin stop_finish \
	task_is_dead task_read_state
$(B)/unit/live: UNIT_MORE = $(B)/tools-test/obj/live.o $(UNIT_READER) $(UNIT_LIVE:%=-Wl,--wrap=%)

# What else it links is expanded for each program. A "%" would be replaced by its name.
UNIT_OBJECT := %.o
.SECONDEXPANSION:
$(B)/unit/%: test/unit/%.c $(UNIT_LIB) $(wildcard test/unit/*.h) $$(filter $$(UNIT_OBJECT),$$(UNIT_MORE)) \
		$$(if $$(UNIT_MORE),$(wildcard plugin/*.h tools/*.h))
	@echo "  CC $<"
	@$(CC) $(ALL_CFLAGS) -MF /dev/null $(SANITIZE) -Itest/unit -o $@ $< $(UNIT_LIB) \
		$(UNIT_MORE) -lcmocka $(PROTOBUF_C_LIBS)
