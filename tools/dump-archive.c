// SPDX-License-Identifier: GPL-2.0
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "dump-archive.h"
#include "image.h"
#include "inventory.h"
#include "report.h"

#define BLOCK_SIZE 65536

/* No image (doc/image-format.md, "Limits") and no inventory is larger. */
#define MAX_IMAGE ((size_t)1 << 30)
#define MAX_INVENTORY ((size_t)1 << 16)

/* How many inventories are kept until the tree is found in the archive. */
#define MAX_INVENTORIES 16

/**
 * struct search - what has been found in an archive
 * @path: of the archive
 */
struct search {
	const char *path;
	struct archive *archive;
	struct archive_file *tree;
	struct archive_file inventories[MAX_INVENTORIES];
	size_t n_inventories;
};

void archive_free_file(struct archive_file *file)
{
	free(file->name);
	free(file->data);
	*file = (struct archive_file){ 0 };
}

static int report_read_error(const struct search *search)
{
	pr_err("cannot read %s: %s", search->path, archive_error_string(search->archive));
	return -EIO;
}

static size_t folder_length(const char *name)
{
	const char *slash = strrchr(name, '/');

	return slash ? slash + 1 - name : 0;
}

static bool is_called(const char *name, const char *file)
{
	return !strcmp(name + folder_length(name), file);
}

/* Reads to the end, as the size in the archive's header may be wrong. */
static int read_data(struct search *search, struct archive_file *file, size_t max)
{
	size_t room = 0;
	ssize_t got;
	void *grown;

	do {
		if (file->size + BLOCK_SIZE > room) {
			room = 2 * room + BLOCK_SIZE;
			grown = realloc(file->data, room);
			if (!grown) {
				pr_err("not enough memory for %s in %s", file->name, search->path);
				return -ENOMEM;
			}
			file->data = grown;
		}
		got = archive_read_data(search->archive, (char *)file->data + file->size,
					BLOCK_SIZE);
		if (got < 0)
			return report_read_error(search);
		file->size += got;
		if (file->size > max) {
			pr_err("%s in %s is larger than such a file can be", file->name,
			       search->path);
			return -EFBIG;
		}
	} while (got);
	return 0;
}

static int read_tree(struct search *search, const char *name)
{
	if (search->tree->name) {
		pr_err("%s has two dumps, %s and %s: unpack it and name the folder of one",
		       search->path, search->tree->name, name);
		return -ENOTUNIQ;
	}
	search->tree->name = strdup(name);
	if (search->tree->name)
		return read_data(search, search->tree, MAX_IMAGE);
	pr_err("not enough memory");
	return -ENOMEM;
}

static int read_inventory(struct search *search, const char *name)
{
	struct archive_file *inventory;

	if (search->n_inventories == MAX_INVENTORIES)
		return 0;
	inventory = &search->inventories[search->n_inventories++];
	inventory->name = strdup(name);
	if (inventory->name)
		return read_data(search, inventory, MAX_INVENTORY);
	pr_err("not enough memory");
	return -ENOMEM;
}

static int read_entry(struct search *search, struct archive_entry *entry)
{
	const char *name = archive_entry_pathname(entry);

	if (!name || archive_entry_filetype(entry) != AE_IFREG)
		return 0;
	if (is_called(name, IMAGE_NAME))
		return read_tree(search, name);
	return is_called(name, INVENTORY_NAME) ? read_inventory(search, name) : 0;
}

static int read_entries(struct search *search)
{
	struct archive_entry *entry;
	bool first = true;
	int ret = 0, next;

	while (!ret) {
		next = archive_read_next_header(search->archive, &entry);
		if (next == ARCHIVE_EOF)
			break;
		if (next < ARCHIVE_WARN)
			return first ? -EINVAL : report_read_error(search);
		first = false;
		ret = read_entry(search, entry);
	}
	if (!ret && first)
		return -EINVAL;
	if (!ret && !search->tree->name) {
		pr_err("%s has no " IMAGE_NAME
		       " (a dump contains it if a task had filters and CRIU had the plugin)",
		       search->path);
		return -ENOENT;
	}
	return ret;
}

/* The inventory in the same folder as the tree. */
static void choose_inventory(struct search *search, struct archive_file *inventory)
{
	size_t len = folder_length(search->tree->name), i;

	for (i = 0; i < search->n_inventories; i++)
		if (folder_length(search->inventories[i].name) == len &&
		    !memcmp(search->inventories[i].name, search->tree->name, len)) {
			*inventory = search->inventories[i];
			search->inventories[i] = (struct archive_file){ 0 };
			return;
		}
}

int archive_read_dump(const char *path, struct archive_file *tree, struct archive_file *inventory)
{
	struct search search = { .path = path, .archive = archive_read_new(), .tree = tree };
	size_t i;
	int ret = -EINVAL;

	*tree = *inventory = (struct archive_file){ 0 };
	if (!search.archive) {
		pr_err("not enough memory");
		return -ENOMEM;
	}
	archive_read_support_filter_all(search.archive);
	archive_read_support_format_tar(search.archive);
	if (archive_read_open_filename(search.archive, path, BLOCK_SIZE) >= ARCHIVE_WARN)
		ret = read_entries(&search);
	if (!ret)
		choose_inventory(&search, inventory);
	for (i = 0; i < search.n_inventories; i++)
		archive_free_file(&search.inventories[i]);
	archive_read_free(search.archive);
	return ret;
}
