// SPDX-License-Identifier: GPL-2.0
/*
 * layout-user BTF [rename STRUCTURE NAME | move STRUCTURE NAME]: the rest of what the
 * module calls, and damage. "rename" gives all names that are NAME another one. Exits
 * 0 where the layout is understood, 1 where it is refused, 2 where nothing was damaged.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int look(void *data, unsigned int size, const char *structure, const char *moved);

/* What printk.h makes of pr_err(): a level in front. */
int _printk(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vprintf(*format == '\001' ? format + 2 : format, args);
	va_end(args);
	return 0;
}

void *vmalloc_noprof(unsigned long size)
{
	return malloc(size);
}

void *vzalloc_noprof(unsigned long size)
{
	return calloc(1, size);
}

void vfree(const void *memory)
{
	(void)memory;
}

/* The file is read here, not there. */
void *filp_open(void)
{
	abort();
}

int filp_close(void)
{
	abort();
}

long kernel_read(void)
{
	abort();
}

static char data[64 << 20];

static int rename_all(size_t size, const char *name)
{
	size_t length = strlen(name) + 1, i;
	int count = 0;

	for (i = 1; i + length <= size; i++) {
		if (data[i - 1] || memcmp(data + i, name, length))
			continue;
		data[i] ^= 1;
		count++;
	}
	return count;
}

int main(int argc, char **argv)
{
	FILE *file = argc == 2 || argc == 5 ? fopen(argv[1], "r") : NULL;
	const char *moved = NULL;
	size_t size;
	int ret;

	if (!file)
		return 2;
	size = fread(data, 1, sizeof(data), file);
	fclose(file);
	if (argc == 5 && !strcmp(argv[2], "move"))
		moved = argv[4];
	else if (argc == 5 && !rename_all(size, argv[4]))
		return 2;
	ret = look(data, size, argc == 5 ? argv[3] : NULL, moved);
	return ret == -ESRCH ? 2 : ret != 0;
}
