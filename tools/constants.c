// SPDX-License-Identifier: GPL-2.0
#include <asm/ioctls.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/bpf.h>
#include <linux/keyctl.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>

#include "constants.h"

/*
 * Architectures on which a constant has one value: x86 and those that have asm-generic's
 * headers as well; arm and m68k, which have other flags of open; and the rest, MIPS and
 * Power among them, of which only those values are known that are the same everywhere.
 */
enum { ON_X86 = 1, ON_ARM = 2, ON_REST = 4, ON_BOTH = ON_X86 | ON_ARM };

/* @on: 0: it has this value everywhere */
struct constant {
	const char *name;
	uint64_t value;
	int on;
};

#define C(name) #name, name, 0

/* Our own value, which is that of x86 and of arm. */
#define B(name) #name, name, ON_BOTH

static const struct constant clone_flags[] = {
	{ C(CLONE_VM) },
	{ C(CLONE_FS) },
	{ C(CLONE_FILES) },
	{ C(CLONE_SIGHAND) },
	{ C(CLONE_PTRACE) },
	{ C(CLONE_VFORK) },
	{ C(CLONE_PARENT) },
	{ C(CLONE_THREAD) },
	{ C(CLONE_NEWNS) },
	{ C(CLONE_SYSVSEM) },
	{ C(CLONE_SETTLS) },
	{ C(CLONE_PARENT_SETTID) },
	{ C(CLONE_CHILD_CLEARTID) },
	{ C(CLONE_UNTRACED) },
	{ C(CLONE_CHILD_SETTID) },
	{ C(CLONE_NEWCGROUP) },
	{ C(CLONE_NEWUTS) },
	{ C(CLONE_NEWIPC) },
	{ C(CLONE_NEWUSER) },
	{ C(CLONE_NEWPID) },
	{ C(CLONE_NEWNET) },
	{ C(CLONE_IO) },
	{ "CLONE_NEWTIME", 0x80, 0 },
	{ "CLONE_PIDFD", 0x1000, 0 },
	{ "CLONE_DETACHED", 0x400000, 0 },
	{ 0 },
};
static const struct constant domains[] = {
	{ C(AF_UNSPEC) }, { C(AF_UNIX) },    { C(AF_INET) },	  { C(AF_AX25) },
	{ C(AF_INET6) },  { C(AF_NETLINK) }, { C(AF_PACKET) },	  { C(AF_ALG) },
	{ C(AF_VSOCK) },  { C(AF_KEY) },     { C(AF_CAN) },	  { C(AF_BLUETOOTH) },
	{ C(AF_TIPC) },	  { C(AF_RDS) },     { "AF_XDP", 44, 0 }, { 0 },
};
static const struct constant socket_types[] = {
	{ B(SOCK_STREAM) }, { B(SOCK_DGRAM) },	 { C(SOCK_RAW) },      { C(SOCK_SEQPACKET) },
	{ C(SOCK_PACKET) }, { B(SOCK_CLOEXEC) }, { B(SOCK_NONBLOCK) }, { 0 },
};
static const struct constant prctl_options[] = {
	{ C(PR_SET_PDEATHSIG) },
	{ C(PR_GET_DUMPABLE) },
	{ C(PR_SET_DUMPABLE) },
	{ C(PR_SET_KEEPCAPS) },
	{ C(PR_SET_NAME) },
	{ C(PR_GET_NAME) },
	{ C(PR_GET_SECCOMP) },
	{ C(PR_SET_SECCOMP) },
	{ C(PR_CAPBSET_READ) },
	{ C(PR_CAPBSET_DROP) },
	{ C(PR_SET_SECUREBITS) },
	{ C(PR_SET_TIMERSLACK) },
	{ C(PR_SET_MM) },
	{ C(PR_SET_PTRACER) },
	{ C(PR_SET_NO_NEW_PRIVS) },
	{ C(PR_GET_NO_NEW_PRIVS) },
	{ C(PR_SET_THP_DISABLE) },
	{ C(PR_CAP_AMBIENT) },
	{ C(PR_SET_CHILD_SUBREAPER) },
	{ "PR_SET_VMA", 0x53564d41, 0 },
	{ 0 },
};
static const struct constant personalities[] = {
	{ C(PER_LINUX) },
	{ C(PER_LINUX32) },
	{ C(UNAME26) },
	{ "UNAME26|PER_LINUX32", UNAME26 | PER_LINUX32, 0 },
	{ C(ADDR_NO_RANDOMIZE) },
	{ "PERSONALITY_QUERY", UINT32_MAX, 0 },
	{ 0 },
};
static const struct constant ioctls[] = {
	{ B(TIOCSTI) },	   { B(TIOCLINUX) }, { B(TIOCSCTTY) }, { B(TIOCNOTTY) }, { B(TIOCGWINSZ) },
	{ B(TIOCSWINSZ) }, { B(TIOCGPGRP) }, { B(TIOCSPGRP) }, { B(TCGETS) },	 { B(TCSETS) },
	{ B(TCSETSW) },	   { B(TCSETSF) },   { B(TIOCSETD) },  { B(TIOCCONS) },	 { B(TIOCGPTN) },
	{ B(FIONREAD) },   { B(FIONBIO) },   { B(FIOCLEX) },   { B(FIONCLEX) },	 { 0 },
};
static const struct constant protections[] = {
	{ C(PROT_NONE) }, { C(PROT_READ) }, { C(PROT_WRITE) }, { C(PROT_EXEC) }, { 0 }
};
static const struct constant mmap_flags[] = {
	{ C(MAP_SHARED) },
	{ C(MAP_PRIVATE) },
	{ C(MAP_FIXED) },
	{ B(MAP_ANONYMOUS) },
	{ B(MAP_GROWSDOWN) },
	{ B(MAP_LOCKED) },
	{ B(MAP_NORESERVE) },
	{ B(MAP_POPULATE) },
	{ B(MAP_STACK) },
	{ B(MAP_HUGETLB) },
	{ 0 },
};
static const struct constant open_flags[] = {
	{ C(O_RDONLY) },
	{ C(O_WRONLY) },
	{ C(O_RDWR) },
	{ B(O_CREAT) },
	{ B(O_EXCL) },
	{ B(O_NOCTTY) },
	{ B(O_TRUNC) },
	{ B(O_APPEND) },
	{ B(O_NONBLOCK) },
	{ B(O_CLOEXEC) },
	{ B(O_PATH) },
	/* not from the headers, which have only our own; O_TMPFILE contains O_DIRECTORY */
	{ "O_TMPFILE", 0x410000, ON_X86 },
	{ "O_DIRECT", 0x4000, ON_X86 },
	{ "O_LARGEFILE", 0x8000, ON_X86 },
	{ "O_DIRECTORY", 0x10000, ON_X86 },
	{ "O_NOFOLLOW", 0x20000, ON_X86 },
	{ "O_TMPFILE", 0x404000, ON_ARM },
	{ "O_DIRECTORY", 0x4000, ON_ARM },
	{ "O_NOFOLLOW", 0x8000, ON_ARM },
	{ "O_DIRECT", 0x10000, ON_ARM },
	{ "O_LARGEFILE", 0x20000, ON_ARM },
	{ 0 },
};
static const struct constant fcntl_commands[] = {
	{ C(F_DUPFD) },	     { C(F_GETFD) },	  { C(F_SETFD) },
	{ C(F_GETFL) },	     { C(F_SETFL) },	  { B(F_GETLK) },
	{ B(F_SETLK) },	     { B(F_SETLKW) },	  { B(F_SETOWN) },
	{ C(F_SETPIPE_SZ) }, { C(F_GETPIPE_SZ) }, { C(F_DUPFD_CLOEXEC) },
	{ C(F_ADD_SEALS) },  { C(F_GET_SEALS) },  { 0 },
};
static const struct constant keyctl_commands[] = {
	{ C(KEYCTL_GET_KEYRING_ID) },
	{ C(KEYCTL_JOIN_SESSION_KEYRING) },
	{ C(KEYCTL_UPDATE) },
	{ C(KEYCTL_REVOKE) },
	{ C(KEYCTL_SEARCH) },
	{ C(KEYCTL_READ) },
	{ 0 },
};
static const struct constant ptrace_requests[] = {
	{ C(PTRACE_TRACEME) }, { "PTRACE_PEEKTEXT", 1, 0 }, { "PTRACE_POKETEXT", 4, 0 },
	{ C(PTRACE_ATTACH) },  { C(PTRACE_SEIZE) },	    { 0 },
};
static const struct constant seccomp_operations[] = {
	{ C(SECCOMP_SET_MODE_STRICT) },
	{ C(SECCOMP_SET_MODE_FILTER) },
	{ C(SECCOMP_GET_ACTION_AVAIL) },
	{ C(SECCOMP_GET_NOTIF_SIZES) },
	{ 0 },
};
static const struct constant bpf_commands[] = {
	{ C(BPF_MAP_CREATE) },
	{ C(BPF_MAP_LOOKUP_ELEM) },
	{ C(BPF_MAP_UPDATE_ELEM) },
	{ C(BPF_PROG_LOAD) },
	{ 0 },
};
static const struct constant policies[] = {
	{ C(SCHED_OTHER) }, { C(SCHED_FIFO) }, { C(SCHED_RR) },
	{ C(SCHED_BATCH) }, { C(SCHED_IDLE) }, { 0 },
};

/* @bits: a value combines several constants, with | between them */
static const struct argument {
	const char *call, *name;
	const struct constant *constants;
	uint8_t index;
	bool bits;
} arguments[] = {
	{ "clone", "flags", clone_flags, 0, true },
	{ "unshare", "flags", clone_flags, 0, true },
	{ "setns", "nstype", clone_flags, 1, true },
	{ "socket", "domain", domains, 0, false },
	{ "socket", "type", socket_types, 1, false },
	{ "socket", "protocol", NULL, 2, false },
	{ "socketpair", "domain", domains, 0, false },
	{ "socketpair", "type", socket_types, 1, false },
	{ "prctl", "option", prctl_options, 0, false },
	{ "personality", "persona", personalities, 0, false },
	{ "ioctl", "fd", NULL, 0, false },
	{ "ioctl", "request", ioctls, 1, false },
	{ "mmap", "prot", protections, 2, true },
	{ "mmap", "flags", mmap_flags, 3, true },
	{ "mmap2", "prot", protections, 2, true },
	{ "mmap2", "flags", mmap_flags, 3, true },
	{ "mprotect", "prot", protections, 2, true },
	{ "pkey_mprotect", "prot", protections, 2, true },
	{ "open", "flags", open_flags, 1, true },
	{ "openat", "flags", open_flags, 2, true },
	{ "fcntl", "cmd", fcntl_commands, 1, false },
	{ "fcntl64", "cmd", fcntl_commands, 1, false },
	{ "keyctl", "operation", keyctl_commands, 0, false },
	{ "ptrace", "request", ptrace_requests, 0, false },
	{ "seccomp", "operation", seccomp_operations, 0, false },
	{ "seccomp", "flags", NULL, 1, false },
	{ "bpf", "cmd", bpf_commands, 0, false },
	{ "kill", "pid", NULL, 0, false },
	{ "kill", "sig", NULL, 1, false },
	{ "setpriority", "which", NULL, 0, false },
	{ "sched_setscheduler", "policy", policies, 1, false },
};

#define N_ARGUMENTS (sizeof(arguments) / sizeof(*arguments))

static const struct argument *find(const char *call, unsigned int index)
{
	size_t i;

	for (i = 0; i < N_ARGUMENTS; i++)
		if (arguments[i].index == index && !strcmp(arguments[i].call, call))
			return &arguments[i];
	return NULL;
}

const char *argument_name(const char *call, unsigned int index)
{
	const struct argument *argument = find(call, index);

	return argument ? argument->name : NULL;
}

bool argument_is_bits(const char *call, unsigned int index)
{
	const struct argument *argument = find(call, index);

	return argument && argument->bits;
}

bool argument_find(const char *call, const char *name, unsigned int *index)
{
	size_t i;

	if (name[0] >= '0' && name[0] <= '5' && !name[1]) {
		*index = name[0] - '0';
		return true;
	}
	for (i = 0; i < N_ARGUMENTS; i++) {
		*index = arguments[i].index;
		if (!strcmp(arguments[i].call, call) && !strcmp(arguments[i].name, name))
			return true;
	}
	return false;
}

static int where(uint32_t arch)
{
	switch (arch) {
	case AUDIT_ARCH_X86_64:
	case AUDIT_ARCH_I386:
	case AUDIT_ARCH_RISCV64:
	case AUDIT_ARCH_LOONGARCH64:
	case AUDIT_ARCH_S390X:
	case AUDIT_ARCH_S390:
		return ON_X86;
	case AUDIT_ARCH_AARCH64:
	case AUDIT_ARCH_ARM:
	case AUDIT_ARCH_M68K:
		return ON_ARM;
	default:
		return ON_REST;
	}
}

static bool is_on(const struct constant *constant, uint32_t arch)
{
	return !constant->on || constant->on & where(arch);
}

static const struct constant *by_value(const struct constant *constants, uint32_t arch,
				       uint64_t value)
{
	for (; constants->name; constants++)
		if (constants->value == value && is_on(constants, arch))
			return constants;
	return NULL;
}

static void number_text(uint64_t value, char *text, size_t size)
{
	snprintf(text, size, value < 10 ? "%llu" : "%#llx", (unsigned long long)value);
}

/* All bits that have a name, then the rest as a number. */
static void bits_text(const struct constant *constants, uint32_t arch, uint64_t value, char *text,
		      size_t size)
{
	char rest[24];
	size_t len = 0;

	text[0] = '\0';
	for (; constants->name; constants++) {
		if (!constants->value || (value & constants->value) != constants->value ||
		    !is_on(constants, arch))
			continue;
		len += snprintf(text + len, size - len, "%s%s", len ? "|" : "", constants->name);
		if (len >= size)
			return;
		value &= ~constants->value;
	}
	if (!value)
		return;
	number_text(value, rest, sizeof(rest));
	snprintf(text + len, size - len, "%s%s", len ? "|" : "", rest);
}

void constant_text(uint32_t arch, const char *call, unsigned int index, uint64_t value, char *text,
		   size_t size)
{
	const struct argument *argument = find(call, index);
	const struct constant *exact = NULL;

	if (argument && argument->constants)
		exact = by_value(argument->constants, arch, value);
	if (exact)
		snprintf(text, size, "%s", exact->name);
	else if (argument && argument->bits && value)
		bits_text(argument->constants, arch, value, text, size);
	else
		number_text(value, text, size);
}

static int parse_one(const struct argument *argument, uint32_t arch, const char *text,
		     uint64_t *value)
{
	const struct constant *constant = argument ? argument->constants : NULL;
	int ret = -EINVAL;
	char *end;

	for (; constant && constant->name; constant++) {
		if (strcmp(constant->name, text))
			continue;
		*value = constant->value;
		if (is_on(constant, arch))
			return 0;
		ret = -EDOM;
	}
	if (ret == -EDOM)
		return ret;
	errno = 0;
	*value = strtoull(text, &end, 0);
	return !errno && end != text && !*end ? 0 : -EINVAL;
}

int constant_parse(uint32_t arch, const char *call, unsigned int index, const char *text,
		   uint64_t *value)
{
	const struct argument *argument = find(call, index);
	char *copy = strdup(text), *rest = copy, *word;
	int ret = copy ? 0 : -ENOMEM;
	uint64_t one;

	*value = 0;
	while (!ret && (word = strsep(&rest, "|"))) {
		ret = parse_one(argument, arch, word, &one);
		*value |= ret ? 0 : one;
	}
	free(copy);
	return ret;
}
