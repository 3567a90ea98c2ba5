// SPDX-License-Identifier: GPL-2.0
/* Snapshots as JSON, and programs as bytes. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "calls.h"
#include "describe.h"
#include "report.h"
#include "snapshot-json.h"

static struct json_object *number(uint64_t value)
{
	return json_object_new_uint64(value);
}

static struct json_object *instruction(const struct sock_filter *insn)
{
	struct json_object *object = json_object_new_object();

	json_add(object, "code", number(insn->code));
	json_add(object, "jt", number(insn->jt));
	json_add(object, "jf", number(insn->jf));
	json_add(object, "k", number(insn->k));
	return object;
}

static struct json_object *programs_json(const struct tree *tree, bool instructions)
{
	struct json_object *array = json_object_new_array(), *object, *list;
	const struct tree_program *program;
	size_t i, k;

	for (i = 0; i < tree->n_programs; i++) {
		program = &tree->programs[i];
		object = json_object_new_object();
		json_add(object, "program", number(i));
		json_add(object, "length", number(program->len));
		if (instructions) {
			list = json_object_new_array();
			for (k = 0; k < program->len; k++)
				json_append(list, instruction(&program->insns[k]));
			json_add(object, "instructions", list);
		}
		json_append(array, object);
	}
	return array;
}

struct json_object *snapshot_filter_json(const struct snapshot *snapshot, uint32_t filter)
{
	return number(snapshot_filter_id(snapshot, filter));
}

/* The programs that have tightened the first one. */
static struct json_object *newer_json(const struct tree_filter *filter)
{
	struct json_object *array = json_object_new_array();
	uint32_t i;

	for (i = 0; i < filter->n_newer; i++)
		json_append(array, number(filter->newer[i]));
	return array;
}

static struct json_object *filters_json(const struct snapshot *snapshot)
{
	struct json_object *array = json_object_new_array(), *object, *flags;
	const struct tree_filter *filter;
	const char *flag;
	size_t i, k;

	for (i = 0; i < snapshot->tree.n_filters; i++) {
		filter = &snapshot->tree.filters[i];
		object = json_object_new_object();
		json_add(object, "filter", snapshot_filter_json(snapshot, i));
		if (filter->parent != TREE_NONE)
			json_add(object, "parent", snapshot_filter_json(snapshot, filter->parent));
		json_add(object, "program", number(filter->program));
		flags = json_object_new_array();
		for (k = 0; (flag = describe_flag(filter, k)); k++)
			json_append(flags, json_object_new_string(flag));
		json_add(object, "flags", flags);
		if (filter->generation)
			json_add(object, "generation", json_object_new_uint64(filter->generation));
		if (filter->n_newer)
			json_add(object, "newer", newer_json(filter));
		json_append(array, object);
	}
	return array;
}

struct json_object *snapshot_mode_json(enum thread_mode mode)
{
	char text[32];
	char *blank;

	snprintf(text, sizeof(text), "%s", thread_mode_text(mode));
	while ((blank = strchr(text, ' ')))
		*blank = '-';
	return json_object_new_string(text);
}

static struct json_object *thread_json(const struct snapshot *snapshot, uint32_t index)
{
	const struct label *label = &snapshot->labels[index];
	const struct tree_thread *thread = &snapshot->tree.threads[index];
	struct json_object *object = json_object_new_object();

	json_add(object, "tid", number(thread->tid));
	if (*label->name)
		json_add(object, "name", json_object_new_string(label->name));
	json_add(object, "mode", snapshot_mode_json(label->mode));
	if (thread->filter != TREE_NONE)
		json_add(object, "filter", snapshot_filter_json(snapshot, thread->filter));
	return object;
}

static struct json_object *container_json(const struct container *container)
{
	struct json_object *object = json_object_new_object();

	json_add(object, "id", json_object_new_string(container->id));
	if (*container->engine)
		json_add(object, "engine", json_object_new_string(container->engine));
	return object;
}

static struct json_object *processes_json(const struct snapshot *snapshot)
{
	struct json_object *array = json_object_new_array(), *object, *threads;
	const struct tree *tree = &snapshot->tree;
	const struct tree_process *process;
	size_t i, k;

	for (i = 0; i < tree->n_processes; i++) {
		process = &tree->processes[i];
		object = json_object_new_object();
		json_add(object, "pid", number(tree->threads[process->first].tid));
		if (snapshot->container[i] != SNAPSHOT_NO_CONTAINER)
			json_add(object, "container",
				 container_json(&snapshot->containers[snapshot->container[i]]));
		threads = json_object_new_array();
		for (k = 0; k < process->count; k++)
			json_append(threads, thread_json(snapshot, process->first + k));
		json_add(object, "threads", threads);
		json_append(array, object);
	}
	return array;
}

static const char *file_kind(enum tree_file_kind kind)
{
	switch (kind) {
	case TREE_FILE_FILTER:
		return "filter";
	case TREE_FILE_LISTENER:
		return "listener";
	case TREE_FILE_HUNG_UP:
		return "hung-up";
	case TREE_FILE_SEALED:
		return "sealed";
	}
	return "other";
}

static struct json_object *files_json(const struct snapshot *snapshot)
{
	struct json_object *array = json_object_new_array(), *object;
	const struct tree_file *file;
	size_t i;

	for (i = 0; i < snapshot->tree.n_files; i++) {
		file = &snapshot->tree.files[i];
		object = json_object_new_object();
		json_add(object, "file", number(file->id));
		json_add(object, "kind", json_object_new_string(file_kind(file->kind)));
		if (file->filter != TREE_NONE)
			json_add(object, "filter", snapshot_filter_json(snapshot, file->filter));
		json_append(array, object);
	}
	return array;
}

/* As "explain" calls it; the number where libseccomp does not know it. */
struct json_object *snapshot_arch_json(const struct snapshot *snapshot)
{
	const char *name = arch_name(snapshot->tree.arch);
	char text[16];

	if (name)
		return json_object_new_string(name);
	snprintf(text, sizeof(text), "%#x", snapshot->tree.arch);
	return json_object_new_string(text);
}

void snapshot_to_json(struct json_object *document, const struct snapshot *snapshot, bool programs)
{
	if (*snapshot->tree.run_id)
		json_add(document, "run_id", json_object_new_string(snapshot->tree.run_id));
	json_add(document, "arch", snapshot_arch_json(snapshot));
	json_add(document, "complete", json_object_new_boolean(snapshot->complete));
	json_add(document, "programs", programs_json(&snapshot->tree, programs));
	json_add(document, "filters", filters_json(snapshot));
	json_add(document, "processes", processes_json(snapshot));
	if (!snapshot->ids)
		json_add(document, "files", files_json(snapshot));
}

int snapshot_write_program(const struct snapshot *snapshot, const char *text)
{
	const struct tree *tree = &snapshot->tree;
	const struct tree_program *program;
	unsigned long place;
	char *end;

	errno = 0;
	place = strtoul(text, &end, 10);
	if (errno || end == text || *end || place >= tree->n_programs) {
		pr_err("there is no program '%s' (there are %zu, counted from 0)", text,
		       tree->n_programs);
		return -EINVAL;
	}
	if (isatty(STDOUT_FILENO)) {
		pr_err("bytes are not for a terminal (send the output to a file, or to another program)");
		return -EINVAL;
	}
	program = &tree->programs[place];
	fwrite(program->insns, sizeof(*program->insns), program->len, stdout);
	return 0;
}
