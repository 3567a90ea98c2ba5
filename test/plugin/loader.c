// SPDX-License-Identifier: GPL-2.0
/*
 * A small stand-in for CRIU, to test that one plugin works with all versions. It is
 * built once for each version, with as many hooks as that has.
 *
 *   loader dump DIR PLUGIN...     loads the plugins and dumps a child of its own,
 *                                 which is under a filter and holds its listener
 *   loader restore DIR PLUGIN...  loads them and restores the listener; no tasks
 *
 * It prints a line for each thing that plugins name, load and answer. What a real CRIU
 * does not guarantee to plugins is poisoned here: the memory after its record of a
 * plugin, and arguments that its hooks do not have.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "child.h"
#include "criu.h"

/* CRIU's own numbers, not those of the header under test: criu/include/criu-plugin.h. */
enum {
	DUMP_EXT_FILE = 2,
	RESTORE_EXT_FILE = 3,
	RESUME_DEVICES_LATE = 9,
	CHECKPOINT_DEVICES = 11,
};

enum { STAGE_DUMP = 0, STAGE_RESTORE = 2 };

#define VERSION_KNOWN (2 << 8)

/* And criu/include/plugin.h. */
struct desc {
	const char *name;
	int (*init)(int stage);
	void (*exit)(int stage, int ret);
	unsigned int version;
	unsigned int max_hooks;
	void *hooks[HOOKS];
};

struct record {
	struct desc *desc;
	struct criu_list list;
	void *handle;
	struct criu_list link[HOOKS];
};

struct {
	struct criu_list plugins;
	struct criu_list chains[HOOKS];
} cr_plugin_ctl;

/* Whether RESTORE_EXT_FILE has its second argument. */
#ifndef RETRY
#define RETRY 0
#endif

/* Whether device hooks are also called without a process. */
#ifndef SENTINEL
#define SENTINEL 0
#endif

/* CRIU's id for the listener. */
#define FILE_ID 7

/* ---- What CRIU exports ---- */

static const char *dir;

#ifndef BARE
static struct {
	int fd;
	char *key;
} inherited[8];

/* All runs have the same id here, so that each accepts the images of the others. */
char criu_run_id[] = "loader", dump_criu_run_id[] = "loader";

int criu_get_image_dir(void)
{
	static int fd = -1;

	if (fd < 0)
		fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd;
}

void print_on_level(unsigned int level, const char *format, ...)
{
	va_list args;

	(void)level;
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
}

int seccomp_collect_entry(pid_t tid, unsigned int mode)
{
	(void)tid;
	printf("mode %u\n", mode);
	return 0;
}

int add_inventory_plugin(const char *name)
{
	int fd = openat(criu_get_image_dir(), name, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);

	return fd < 0 ? -1 : close(fd);
}

bool check_and_remove_inventory_plugin(const char *name, size_t n)
{
	(void)n;
	return !faccessat(criu_get_image_dir(), name, F_OK, 0);
}

int inherit_fd_add(int fd, char *key)
{
	size_t i = 0;

	while (inherited[i].key)
		i++;
	inherited[i].fd = fd;
	inherited[i].key = key;
	return 0;
}

int inherit_fd_lookup_id(char *key)
{
	size_t i;

	for (i = 0; inherited[i].key; i++)
		if (!strcmp(inherited[i].key, key))
			return dup(inherited[i].fd);
	return -1;
}
#endif

/* ---- Its lists ---- */

static void make_empty(struct criu_list *list)
{
	list->prev = list->next = list;
}

static void add_last(struct criu_list *link, struct criu_list *list)
{
	link->prev = list->prev;
	link->next = list;
	list->prev->next = link;
	list->prev = link;
}

static void take_out(struct criu_list *link)
{
	link->prev->next = link->next;
	link->next->prev = link->prev;
	make_empty(link);
}

static struct record *record_of(struct criu_list *link, size_t offset)
{
	return (struct record *)((char *)link - offset);
}

static void need(bool well, const char *what)
{
	if (well)
		return;
	printf("%s: %s\n", what, strerror(errno));
	exit(2);
}

/* Two pages, of which the second is out of bounds. */
static char *two_pages(void)
{
	size_t page = sysconf(_SC_PAGESIZE);
	char *pages =
		mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	need(pages != MAP_FAILED && !mprotect(pages + page, page, PROT_NONE), "mmap");
	return pages + page;
}

static struct record *new_record(void)
{
	return (struct record *)(two_pages() - sizeof(struct record));
}

static int load(int stage, const char *path)
{
	void *handle = dlopen(path, RTLD_LAZY);
	struct desc *desc = handle ? dlsym(handle, "CR_PLUGIN_DESC") : NULL;
	struct record *record = new_record();
	size_t i;

	if (!desc) {
		printf("cannot load %s: %s\n", path, dlerror());
		return -1;
	}
	if (desc->version > VERSION_KNOWN || desc->max_hooks > HOOKS) {
		printf("corrupted: %s\n", desc->name);
		return -1;
	}
	record->desc = desc;
	record->handle = handle;
	for (i = 0; i < desc->max_hooks; i++)
		make_empty(&record->link[i]);
	add_last(&record->list, &cr_plugin_ctl.plugins);
	if (desc->init && desc->init(stage)) {
		printf("init fails: %s\n", desc->name);
		take_out(&record->list);
		return -1;
	}
	for (i = 0; i < desc->max_hooks; i++)
		if (desc->hooks[i])
			add_last(&record->link[i], &cr_plugin_ctl.chains[i]);
	printf("loaded: %s\n", desc->name);
	return 0;
}

static void unload(int stage, int result)
{
	struct record *record;
	size_t i;

	while (cr_plugin_ctl.plugins.next != &cr_plugin_ctl.plugins) {
		record = record_of(cr_plugin_ctl.plugins.next, offsetof(struct record, list));
		take_out(&record->list);
		if (record->desc->exit)
			record->desc->exit(stage, result);
		for (i = 0; i < record->desc->max_hooks; i++)
			take_out(&record->link[i]);
		dlclose(record->handle);
	}
	for (i = 0; i < HOOKS; i++)
		if (cr_plugin_ctl.chains[i].next != &cr_plugin_ctl.chains[i])
			printf("left in chain %zu\n", i);
}

/* Calls every function with two arguments, which a caller in C may do. */
static int call_hooks(int hook, const char *what, intptr_t arg, intptr_t arg2)
{
	struct criu_list *chain = &cr_plugin_ctl.chains[hook], *link;
	struct record *record;
	int ret = -ENOTSUP;

	for (link = chain->next; link != chain && ret == -ENOTSUP; link = link->next) {
		record = record_of(link, offsetof(struct record, link[hook]));
		ret = ((int (*)(intptr_t, intptr_t))record->desc->hooks[hook])(arg, arg2);
		printf("%s, %s: %d\n", record->desc->name, what, ret);
	}
	return ret;
}

/* ---- A dump, and a restore ---- */

static void dump(const struct child *child)
{
	if (SENTINEL)
		call_hooks(CHECKPOINT_DEVICES, "before processes", -1, 0);
	call_hooks(CHECKPOINT_DEVICES, "process", child->pid, 0);
	if (SENTINEL)
		call_hooks(CHECKPOINT_DEVICES, "after processes", -1, 0);
	call_hooks(DUMP_EXT_FILE, "file", child->listener, FILE_ID);
}

/* If this CRIU asks for it, the plugin decides whether to try again. */
static void restore_file(const char *what, int id)
{
	bool retry = true;
	intptr_t arg2 = (intptr_t)(RETRY ? &retry : (void *)two_pages());
	int fd = call_hooks(RESTORE_EXT_FILE, what, id, arg2);
	char path[32], name[64] = "";

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (fd >= 0 && readlink(path, name, sizeof(name) - 1) > 0)
		printf("%s is %s\n", what, name);
	if (RETRY && retry)
		printf("%s is to be tried again\n", what);
}

static void restore(void)
{
	restore_file("file", FILE_ID);
	restore_file("other file", FILE_ID + 1);
	if (SENTINEL)
		call_hooks(RESUME_DEVICES_LATE, "after processes", -1, 0);
}

int main(int argc, char **argv)
{
	int stage = argc > 1 && !strcmp(argv[1], "dump") ? STAGE_DUMP : STAGE_RESTORE;
	struct child child = { 0 };
	int ret = 0, i;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc == 2 && !strcmp(argv[1], "--version"))
		return puts("Version: " VERSION_PLAYED) < 0;
	need(argc > 3, "usage: loader dump|restore DIR PLUGIN...");
	dir = argv[2];
	make_empty(&cr_plugin_ctl.plugins);
	for (i = 0; i < HOOKS; i++)
		make_empty(&cr_plugin_ctl.chains[i]);
	if (stage == STAGE_DUMP)
		start_child(&child);
	for (i = 3; i < argc && !ret; i++)
		ret = load(stage, argv[i]);
	if (!ret && stage == STAGE_DUMP)
		dump(&child);
	else if (!ret)
		restore();
	unload(stage, ret);
	end_child(&child);
	puts("end");
	return ret != 0;
}
