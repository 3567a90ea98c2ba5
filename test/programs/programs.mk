# SPDX-License-Identifier: GPL-2.0
# Third-party programs, and two of ours that use bindings of libseccomp. Go finds
# Debian's library packages in GOPATH.

.PHONY: programs
programs: ## dumps and restores QEMU, tor, chronyd, nginx and others
	@test/programs/machine

.PHONY: programs-built
programs-built: zdtm containers-tests $(B)/programs/gosync

$(B)/programs/gosync: test/programs/gosync.go
	@mkdir -p $(@D)
	@echo "  GO $<"
	@GO111MODULE=off GOPATH=/usr/share/gocode GOFLAGS=-buildvcs=false go build -o $@ $<
