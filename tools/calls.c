// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calls.h"

/* libseccomp finds architectures by name, but cannot list the names. */
static const char *const names[] = {
	"x86_64", "x86",     "x32",	 "aarch64",   "arm",	     "mips",
	"mipsel", "mips64",  "mipsel64", "mips64n32", "mipsel64n32", "ppc",
	"ppc64",  "ppc64le", "s390",	 "s390x",     "riscv64",     "loongarch64",
	"m68k",	  "parisc",  "parisc64", "sheb",      "sh",
};

/* Architectures whose programs run on one kernel, the kernel's own first. */
static const char *const families[][3] = {
	{ "x86_64", "x86", "x32" }, { "aarch64", "arm" },     { "ppc64", "ppc" },
	{ "s390x", "s390" },	    { "parisc64", "parisc" },
};

#define ARRAY_SIZE(array) (sizeof(array) / sizeof(*(array)))

bool arch_find(const char *name, struct arch *arch)
{
	uint32_t token = seccomp_arch_resolve_name(name);

	if (!token)
		return false;
	*arch = (struct arch){ .name = name, .token = token, .audit = token };
	if (token == SCMP_ARCH_X32) {
		arch->audit = SCMP_ARCH_X86_64;
		arch->bits = CALLS_X32_BIT;
	}
	return true;
}

static bool find_token(uint32_t token, struct arch *arch)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (arch_find(names[i], arch) && arch->token == token)
			return true;
	return false;
}

bool arch_on(uint32_t audit, unsigned int index, struct arch *arch)
{
	size_t i;

	if (!find_token(audit, arch))
		return false;
	if (!index)
		return true;
	for (i = 0; i < ARRAY_SIZE(families); i++)
		if (!strcmp(families[i][0], arch->name))
			return index < ARRAY_SIZE(families[i]) && families[i][index] &&
			       arch_find(families[i][index], arch);
	return false;
}

bool arch_of(uint32_t audit, uint32_t nr, struct arch *arch)
{
	if (audit == SCMP_ARCH_X86_64 && nr & CALLS_X32_BIT)
		return arch_find("x32", arch);
	return find_token(audit, arch);
}

const char *arch_name(uint32_t audit)
{
	struct arch arch;

	return find_token(audit, &arch) ? arch.name : NULL;
}

/*
 * libseccomp has negative numbers for calls that an architecture lacks or multiplexes
 * through another call. A filter never sees these.
 */
bool call_name(const struct arch *arch, uint32_t nr, char name[CALL_NAME_SIZE])
{
	bool of_arch = (nr & CALLS_X32_BIT) == arch->bits && (nr & ~CALLS_X32_BIT) < CALLS_END;
	bool known;
	char *found = of_arch ? seccomp_syscall_resolve_num_arch(arch->token, nr) : NULL;

	if (found)
		snprintf(name, CALL_NAME_SIZE, "%s", found);
	else
		snprintf(name, CALL_NAME_SIZE, "%u", nr);
	known = found;
	free(found);
	return known;
}

static bool parse_number(const char *text, uint32_t *nr)
{
	unsigned long long number;
	char *end;

	errno = 0;
	number = strtoull(text, &end, 0);
	if (errno || end == text || *end || *text == '-' || number > UINT32_MAX)
		return false;
	*nr = number;
	return true;
}

/* Searches by number: looked up by name, libseccomp also returns negative numbers. */
bool call_number(const struct arch *arch, const char *name, uint32_t *nr)
{
	char found[CALL_NAME_SIZE];

	if (parse_number(name, nr)) {
		if (*nr < CALLS_END)
			*nr |= arch->bits;
		return true;
	}
	for (*nr = arch->bits; *nr < arch->bits + CALLS_END; ++*nr)
		if (call_name(arch, *nr, found) && !strcmp(found, name))
			return true;
	return false;
}
