# SPDX-License-Identifier: GPL-2.0

TOOLS_TESTS := $(addprefix $(B)/tools-test/,image stop task)

# What test/tools/ runs. The sanitizers are linked in: the machine has none.
.PHONY: tools-test
tools-test: $(TOOLS_TESTS) $(B)/tools-test/criu-seccomp

$(B)/tools-test/image: test/tools/image.c $(LIB_OBJS)
	@mkdir -p $(@D)
	@echo "  CC $<"
	@$(CC) $(ALL_CFLAGS) -MF /dev/null -o $@ $< $(LIB_OBJS) $(PROTOBUF_C_LIBS)

$(B)/tools-test/task: test/tools/task.c
	@mkdir -p $(@D)
	@echo "  CC $<"
	@$(CC) $(ALL_CFLAGS) -MF /dev/null -static -pthread -o $@ $<

$(B)/tools-test/stop: test/tools/stop.c tools/stop.c tools/stop.h
	@mkdir -p $(@D)
	@echo "  CC $<"
	@$(CC) $(ALL_CFLAGS) -MF /dev/null -Itools -o $@ $(filter %.c,$^)

$(B)/tools-test/criu-seccomp: $(wildcard tools/*.[ch] lib/*.[ch]) $(B)/unit/seccomp-tree.pb-c.o $(B)/version.h
	@mkdir -p $(@D)
	@echo "  CC tools/*.c"
	@$(CC) $(ALL_CFLAGS) -MF /dev/null $(SANITIZE) -static-libasan -static-libubsan -o $@ $(filter %.c %.o,$^) $(PROTOBUF_C_LIBS)
