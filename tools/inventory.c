// SPDX-License-Identifier: GPL-2.0
#include <endian.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "inventory.h"
#include "report.h"
#include "seccomp-tree.pb-c.h"

/* criu/include/magic.h. Only the inventory does not begin with the magic that images share. */
#define INVENTORY_MAGIC 0x58313116

/* CRIU writes a few hundred bytes. */
#define MAX_SIZE 65536

/* The message follows it. */
struct head {
	uint32_t magic, size;
};

/* Reads the message of @file. Returns its size, or -EBADMSG. */
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

/* Closes @file. If that is NULL, errno says why it could not be opened. */
static int read_and_close(const char *name, FILE *file, char *id, size_t size)
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
	return read_and_close(path, fopen(path, "re"), id, size);
}

int inventory_parse_run_id(const char *name, const void *data, size_t len, char *id, size_t size)
{
	return read_and_close(name, fmemopen((void *)data, len, "r"), id, size);
}
