# SPDX-License-Identifier: GPL-2.0

TOOLS_TESTS := $(addprefix $(B)/tools-test/,image stop task)

# plugins that not every CRIU loads, or none
UNLOADABLE := $(addprefix $(B)/tools-test/,more-hooks.so newer.so incomplete.so)

$(B)/tools-test/more-hooks.so: STAND_IN := -DDECLARES=13
$(B)/tools-test/newer.so: STAND_IN := -DVERSION_MADE_FOR=0x300
$(B)/tools-test/incomplete.so: STAND_IN := -DLACKS=nowhere_to_be_found

# What test/tools/ runs. The sanitizers are linked in: the machine has none.
.PHONY: tools-test
tools-test: $(TOOLS_TESTS) $(addprefix $(B)/tools-test/,criu-seccomp fake save) $(PLUGIN) $(LOADERS) $(UNLOADABLE)

$(UNLOADABLE): test/plugin/stand_in.c lib/criu-plugin.h
	@mkdir -p $(@D)
	@$(CC) $(ALL_CFLAGS) -MF /dev/null $(STAND_IN) -shared -o $@ $<

$(B)/tools-test/image: test/tools/image.c $(LIB_OBJS)
	@mkdir -p $(@D)
	@echo "  CC $<"
	@$(CC) $(ALL_CFLAGS) -MF /dev/null -o $@ $< $(LIB_OBJS) $(PROTOBUF_C_LIBS) $(LIBBPF_LIBS)

$(B)/tools-test/task: test/tools/task.c
	@mkdir -p $(@D)
	@echo "  CC $<"
	@$(CC) $(ALL_CFLAGS) -MF /dev/null -static -pthread -o $@ $<

$(B)/tools-test/stop: test/tools/stop.c tools/stop.c tools/stop.h
	@mkdir -p $(@D)
	@echo "  CC $<"
	@$(CC) $(ALL_CFLAGS) -MF /dev/null -Itools -o $@ $(filter %.c,$^)

TOOLS_SOURCES := $(wildcard tools/*.[ch] lib/*.[ch]) $(B)/unit/seccomp-tree.pb-c.o

$(B)/tools-test/criu-seccomp: $(TOOLS_SOURCES) $(B)/version.h
	@mkdir -p $(@D)
	@echo "  CC tools/*.c"
	@$(CC) $(ALL_CFLAGS) -MF /dev/null $(SANITIZE) $(TOOL_CFLAGS) -static-libasan -static-libubsan -o $@ $(filter %.c %.o,$^) $(TOOL_LIBS)

# the command with a kernel of the tests, and what makes an image with it
$(B)/tools-test/fake: $(TOOLS_SOURCES) test/tools/fake.c $(B)/version.h
	@mkdir -p $(@D)
	@echo "  CC tools/*.c test/tools/fake.c"
	@$(CC) $(ALL_CFLAGS) -MF /dev/null $(SANITIZE) $(TOOL_CFLAGS) -Wl,--wrap=kernel_detect_reader -o $@ $(filter %.c %.o,$^) $(TOOL_LIBS)

SAVE_SOURCES := $(patsubst %,tools/%.c,container dump-archive inventory live progress snapshot stop tasks)

$(B)/tools-test/save: $(filter-out tools/%.c,$(TOOLS_SOURCES)) $(SAVE_SOURCES) test/tools/save.c test/tools/fake.c
	@mkdir -p $(@D)
	@echo "  CC test/tools/save.c"
	@$(CC) $(ALL_CFLAGS) -MF /dev/null $(SANITIZE) $(TOOL_CFLAGS) -Itools -Wl,--wrap=kernel_detect_reader -o $@ $(filter %.c %.o,$^) $(TOOL_LIBS)
