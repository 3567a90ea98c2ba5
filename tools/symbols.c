// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "symbols.h"

struct symbols {
	int fd;
	Elf *elf;
	Elf_Data *table;
	GElf_Shdr header; /* of the table; sh_link is where the names are */
};

static bool find_table(struct symbols *symbols)
{
	Elf_Scn *section = NULL;

	while ((section = elf_nextscn(symbols->elf, section)))
		if (gelf_getshdr(section, &symbols->header) &&
		    symbols->header.sh_type == SHT_DYNSYM && symbols->header.sh_entsize) {
			symbols->table = elf_getdata(section, NULL);
			return symbols->table;
		}
	return false;
}

struct symbols *symbols_open(const char *path)
{
	struct symbols *symbols = calloc(1, sizeof(*symbols));

	if (!symbols)
		return NULL;
	elf_version(EV_CURRENT);
	symbols->fd = open(path, O_RDONLY | O_CLOEXEC);
	symbols->elf = elf_begin(symbols->fd, ELF_C_READ, NULL);
	if (find_table(symbols))
		return symbols;
	symbols_close(symbols);
	return NULL;
}

void symbols_close(struct symbols *symbols)
{
	if (!symbols)
		return;
	elf_end(symbols->elf);
	if (symbols->fd >= 0)
		close(symbols->fd);
	free(symbols);
}

bool symbols_find(const struct symbols *symbols, const char *name, size_t *size)
{
	const char *found;
	GElf_Sym symbol;
	int i;

	for (i = 0; gelf_getsym(symbols->table, i, &symbol); i++) {
		found = elf_strptr(symbols->elf, symbols->header.sh_link, symbol.st_name);
		if (!found || strcmp(found, name) || symbol.st_shndx == SHN_UNDEF)
			continue;
		if (size)
			*size = symbol.st_size;
		return true;
	}
	return false;
}
