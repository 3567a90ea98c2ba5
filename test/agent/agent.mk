# SPDX-License-Identifier: GPL-2.0
# Supervisors outside of the dump.

.PHONY: agent-tests
agent-tests: $(B)/agent-tests/asker zdtm

$(B)/agent-tests/%: test/agent/%.c
	@mkdir -p $(@D)
	@$(ZDTM_CC) -MF /dev/null -o $@ $<
