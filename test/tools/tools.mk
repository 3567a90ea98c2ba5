# SPDX-License-Identifier: GPL-2.0

TOOLS_TESTS := $(addprefix $(B)/tools-test/,image profile stop task)

# plugins that not every CRIU loads, or none
UNLOADABLE := $(addprefix $(B)/tools-test/,more-hooks.so newer.so incomplete.so)
COMPILED += $(TOOLS_TESTS) $(UNLOADABLE)

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

$(B)/tools-test/profile: test/tools/profile.c $(LIB_OBJS)
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

# as "make unit" has them, too
TOOLS_LIB := $(patsubst lib/%.c,$(B)/unit/lib/%.o,$(wildcard lib/*.c)) $(B)/unit/seccomp-tree.pb-c.o
TOOLS_OBJ := $(patsubst tools/%.c,$(B)/tools-test/obj/%.o,$(wildcard tools/*.c))
COMPILED += $(TOOLS_OBJ) $(B)/tools-test/obj/fake.o

$(B)/tools-test/obj/%.o: tools/%.c $(wildcard tools/*.h lib/*.h) | $(B)/proto/seccomp-tree.pb-c.h
	@mkdir -p $(@D)
	@$(CC) $(ALL_CFLAGS) -MF /dev/null $(SANITIZE) $(TOOL_CFLAGS) -c -o $@ $<

$(B)/tools-test/obj/fake.o: test/tools/fake.c $(wildcard lib/*.h)
	@mkdir -p $(@D)
	@$(CC) $(ALL_CFLAGS) -MF /dev/null $(SANITIZE) $(TOOL_CFLAGS) -c -o $@ $<

$(B)/tools-test/obj/criu-seccomp.o: $(B)/version.h

$(B)/tools-test/criu-seccomp: $(TOOLS_OBJ) $(TOOLS_LIB)
	@echo "  LD $@"
	@$(CC) $(ALL_CFLAGS) -MF /dev/null $(SANITIZE) -static-libasan -static-libubsan -o $@ $^ $(TOOL_LIBS)

# the command with a kernel of the tests, and what makes an image with it
$(B)/tools-test/fake: $(TOOLS_OBJ) $(B)/tools-test/obj/fake.o $(TOOLS_LIB)
	@echo "  LD $@"
	@$(CC) $(ALL_CFLAGS) -MF /dev/null $(SANITIZE) -Wl,--wrap=kernel_detect_reader -o $@ $^ $(TOOL_LIBS)

SAVE_OBJ := $(patsubst %,$(B)/tools-test/obj/%.o,container dump-archive fake inventory live messages progress reader snapshot stop tasks)

$(B)/tools-test/save: test/tools/save.c $(SAVE_OBJ) $(TOOLS_LIB)
	@mkdir -p $(@D)
	@echo "  CC $<"
	@$(CC) $(ALL_CFLAGS) -MF /dev/null $(SANITIZE) -Itools -Wl,--wrap=kernel_detect_reader -o $@ $^ $(TOOL_LIBS)
