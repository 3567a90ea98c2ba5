// SPDX-License-Identifier: GPL-2.0
#include <endian.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "inventory.h"
#include "report.h"
#include "seccomp-tree.pb-c.h"

/* criu/include/magic.h; the inventory alone does not begin with the number that images share */
#define INVENTORY_MAGIC 0x58313116

/* CRIU writes some hundred bytes. */
#define MAX_SIZE 65536

/* It is followed by the message. */
struct head {
	uint32_t magic, size;
};

/* The message of @file. Returns its size, or -EBADMSG. */
static int read_message(FILE *file, uint8_t *message)
{
	struct head head;
	size_t size;

	if (fread(&head, sizeof(head), 1, file) != 1 || le32toh(head.magic) != INVENTORY_MAGIC)
		return -EBADMSG;
	size = le32toh(head.size);
	if (size > MAX_SIZE || fread(message, 1, size, file) != size)
		return -EBADMSG;
	return size;
}

static bool is_printable(const ProtobufCBinaryData *text)
{
	size_t i;

	for (i = 0; i < text->len; i++)
		if (text->data[i] <= ' ' || text->data[i] > '~')
			return false;
	return true;
}

static int read_run_id(FILE *file, char *id, size_t size)
{
	uint8_t message[MAX_SIZE];
	Inventory *inventory;
	int len = read_message(file, message);

	inventory = len < 0 ? NULL : inventory__unpack(NULL, len, message);
	if (!inventory)
		return -EBADMSG;
	if (inventory->dump_criu_run_id.len < size && is_printable(&inventory->dump_criu_run_id))
		snprintf(id, size, "%.*s", (int)inventory->dump_criu_run_id.len,
			 (char *)inventory->dump_criu_run_id.data);
	inventory__free_unpacked(inventory, NULL);
	return 0;
}

/* @file: NULL: errno says why; it is closed */
static int take_run_id(const char *name, FILE *file, char *id, size_t size)
{
	int ret = file ? 0 : -errno;

	id[0] = '\0';
	if (file) {
		ret = read_run_id(file, id, size);
		fclose(file);
	}
	if (ret && ret != -ENOENT)
		pr_err("cannot read %s: %s", name,
		       ret == -EBADMSG ? "it is not an inventory of CRIU" : strerror(-ret));
	return ret;
}

int inventory_run_id(const char *path, char *id, size_t size)
{
	return take_run_id(path, fopen(path, "re"), id, size);
}

int inventory_parse_run_id(const char *name, const void *data, size_t len, char *id, size_t size)
{
	return take_run_id(name, fmemopen((void *)data, len, "r"), id, size);
}
