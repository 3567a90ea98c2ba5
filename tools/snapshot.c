// SPDX-License-Identifier: GPL-2.0
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "dump-archive.h"
#include "image.h"
#include "inventory.h"
#include "proc.h"
#include "report.h"
#include "snapshot.h"

const char *thread_mode_text(enum thread_mode mode)
{
	static const char *const texts[] = {
		[THREAD_FILTER] = "filter",	 [THREAD_NO_FILTER] = "no filter",
		[THREAD_STRICT] = "strict mode", [THREAD_NOT_FILTER] = "not in filter mode",
		[THREAD_EXITED] = "exited",	 [THREAD_NOT_READ] = "not read",
	};

	return texts[mode];
}

/* The image in the folder @path, or @path itself; for the caller to free. */
static char *image_path(const char *path)
{
	struct stat st;
	char *joined;

	if (stat(path, &st) || !S_ISDIR(st.st_mode))
		return strdup(path);
	return asprintf(&joined, "%s/" IMAGE_NAME, path) < 0 ? NULL : joined;
}

/* The inventory in the same folder; for the caller to free. */
static char *inventory_path(const char *path)
{
	const char *slash = strrchr(path, '/');
	int folder = slash ? slash + 1 - path : 0;
	char *joined;

	return asprintf(&joined, "%.*s" INVENTORY_NAME, folder, path) < 0 ? NULL : joined;
}

/* A restore accepts the tree only with the inventory of the same dump. */
static int compare_run(const char *path, const char *inventory, const char *run,
		       const struct tree *tree)
{
	if (!strcmp(run, tree->run_id))
		return 0;
	pr_err("%s belongs to another dump than %s, which names %s%s: a restore refuses them (copy all files of one dump)",
	       path, inventory, *run ? "CRIU run " : "no run of CRIU", run);
	return -ESTALE;
}

static int compare_with_inventory(const char *path, const struct tree *tree)
{
	char *inventory = inventory_path(path);
	char run[TREE_RUN_ID_SIZE];
	int ret = -ENOMEM;

	if (inventory)
		ret = inventory_run_id(inventory, run, sizeof(run));
	else
		pr_err("not enough memory");
	if (ret == -ENOENT)
		ret = 0;
	else if (!ret)
		ret = compare_run(path, inventory, run, tree);
	free(inventory);
	return ret;
}

/* Fills in what an image says about its threads. */
static int label_threads(struct snapshot *snapshot)
{
	const struct tree *tree = &snapshot->tree;
	size_t i;

	snapshot->labels = calloc(tree->n_threads + 1, sizeof(*snapshot->labels));
	snapshot->container = calloc(tree->n_processes + 1, sizeof(*snapshot->container));
	if (!snapshot->labels || !snapshot->container) {
		pr_err("not enough memory for %zu threads", tree->n_threads);
		return -ENOMEM;
	}
	for (i = 0; i < tree->n_threads; i++) {
		snapshot->labels[i].inner = tree->threads[i].tid;
		snapshot->labels[i].mode =
			tree->threads[i].filter == TREE_NONE ? THREAD_NOT_FILTER : THREAD_FILTER;
	}
	for (i = 0; i < tree->n_processes; i++)
		snapshot->container[i] = SNAPSHOT_NO_CONTAINER;
	return 0;
}

static int read_image_file(struct snapshot *snapshot, const char *path)
{
	int ret = image_read_file(AT_FDCWD, path, &snapshot->tree);

	if (ret == -ENOENT)
		pr_err("cannot open %s: %s (a dump contains it if a task had filters and CRIU had the plugin)",
		       path, strerror(ENOENT));
	if (!ret)
		ret = label_threads(snapshot);
	snapshot->complete = !ret;
	return ret ? ret : compare_with_inventory(path, &snapshot->tree);
}

/* Whether it is a file that does not begin like an image. */
static bool may_be_archive(const char *path)
{
	uint32_t magic = 0;
	struct stat st;
	FILE *file;

	if (stat(path, &st) || !S_ISREG(st.st_mode))
		return false;
	file = fopen(path, "re");
	if (!file)
		return false;
	if (fread(&magic, sizeof(magic), 1, file) != 1)
		magic = htole32(IMAGE_COMMON_MAGIC);
	fclose(file);
	return magic != htole32(IMAGE_COMMON_MAGIC);
}

static int parse_archive(struct snapshot *snapshot, const struct archive_file *tree,
			 const struct archive_file *inventory)
{
	char run[TREE_RUN_ID_SIZE];
	int ret = image_parse(tree->name, tree->data, tree->size, &snapshot->tree);

	if (!ret)
		ret = label_threads(snapshot);
	snapshot->complete = !ret;
	if (ret || !inventory->name)
		return ret;
	ret = inventory_parse_run_id(inventory->name, inventory->data, inventory->size, run,
				     sizeof(run));
	return ret ? ret : compare_run(tree->name, inventory->name, run, &snapshot->tree);
}

/* Returns as snapshot_read_image(), or -EINVAL without a message if it is not an archive. */
static int read_archive(struct snapshot *snapshot, const char *path)
{
	struct archive_file tree, inventory;
	int ret;

	if (!may_be_archive(path))
		return -EINVAL;
	ret = archive_read_dump(path, &tree, &inventory);
	if (!ret) {
		ret = parse_archive(snapshot, &tree, &inventory);
		if (ret == -EINVAL)
			ret = -EBADMSG;
	}
	archive_free_file(&tree);
	archive_free_file(&inventory);
	return ret;
}

int snapshot_read_image(struct snapshot *snapshot, const char *path)
{
	int ret;

	*snapshot = (struct snapshot){ .name = image_path(path) };
	if (!snapshot->name) {
		pr_err("not enough memory");
		return -ENOMEM;
	}
	ret = read_archive(snapshot, snapshot->name);
	return ret == -EINVAL ? read_image_file(snapshot, snapshot->name) : ret;
}

pid_t snapshot_parse_pid(const char *text)
{
	char *end;
	long pid;

	errno = 0;
	pid = strtol(text, &end, 10);
	if (errno || end == text || *end || pid < 1 || pid > TREE_MAX_TID) {
		pr_err("'%s' is not the id of a process", text);
		return -EINVAL;
	}
	return pid;
}

int snapshot_read_pids(struct snapshot *snapshot, const pid_t *pids, int count)
{
	int depth = proc_namespace_depth(pids[0]), ret = 0, i;
	struct tasks tasks = { 0 };

	*snapshot = (struct snapshot){ 0 };
	for (i = 0; !ret && i < count; i++)
		ret = tasks_find(&tasks, pids[i]);
	if (!ret)
		ret = snapshot_read_tasks(snapshot, &tasks, depth < 0 ? 0 : depth);
	tasks_free(&tasks);
	if (!ret && asprintf(&snapshot->name, "process %d", pids[0]) < 0) {
		snapshot->name = NULL;
		pr_err("not enough memory");
		ret = -ENOMEM;
	}
	return ret;
}

bool snapshot_is_pid(const char *what)
{
	return *what && !what[strspn(what, "0123456789")];
}

int snapshot_read(struct snapshot *snapshot, const char *what)
{
	pid_t pid;

	*snapshot = (struct snapshot){ 0 };
	if (!snapshot_is_pid(what))
		return snapshot_read_image(snapshot, what);
	pid = snapshot_parse_pid(what);
	return pid < 0 ? pid : snapshot_read_pids(snapshot, &pid, 1);
}

void snapshot_free(struct snapshot *snapshot)
{
	tree_free(&snapshot->tree);
	free(snapshot->name);
	free(snapshot->labels);
	free(snapshot->ids);
	free(snapshot->containers);
	free(snapshot->container);
	*snapshot = (struct snapshot){ 0 };
}

uint64_t snapshot_filter_id(const struct snapshot *snapshot, uint32_t filter)
{
	return snapshot->ids ? snapshot->ids[filter] : filter;
}

const struct tree_thread *snapshot_leader(const struct snapshot *snapshot, uint32_t thread)
{
	const struct tree *tree = &snapshot->tree;

	return &tree->threads[tree->processes[tree->threads[thread].process].first];
}
