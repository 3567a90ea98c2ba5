// SPDX-License-Identifier: GPL-2.0
/* A graph for Graphviz. Its library libcgraph would build the graph in memory to write it. */
#include <stdio.h>

#include "describe.h"
#include "graphic.h"
#include "report.h"
#include "rows.h"

/* A quoted string of DOT. Control characters were already removed from names. */
static void print_quoted(const char *text)
{
	putchar('"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			putchar('\\');
		putchar(*text);
	}
	putchar('"');
}

static void print_filter(const struct snapshot *snapshot, uint32_t index)
{
	const struct tree_filter *filter = &snapshot->tree.filters[index];
	char colour[8], text[160];

	graphic_colour(filter->program, colour);
	graphic_filter_text(snapshot, index, text, sizeof(text));
	printf("\tfilter%u [shape=box, style=filled, fillcolor=\"%s\", label=", index, colour);
	print_quoted(text);
	puts("];");
	if (filter->parent != TREE_NONE)
		printf("\tfilter%u -> filter%u;\n", filter->parent, index);
}

static void print_rows(const struct rows *rows, uint32_t row, const char *owner)
{
	char text[128];

	for (; row != ROW_NONE; row = rows->list[row].next) {
		row_text(rows, &rows->list[row], "x", text, sizeof(text));
		printf("\ttask%u [shape=plaintext, height=0.2, margin=0.05, label=", row);
		print_quoted(text);
		printf("];\n\t%s -> task%u [arrowhead=none, style=dashed];\n", owner, row);
	}
}

static void print_files(const struct tree *tree)
{
	const struct tree_file *file;
	size_t i;

	for (i = 0; i < tree->n_files; i++) {
		file = &tree->files[i];
		if (file->filter == TREE_NONE)
			continue;
		printf("\tfile%zu [shape=note, label=\"file %u: %s\"];\n", i, file->id,
		       describe_file(file->kind));
		printf("\tfilter%u -> file%zu [arrowhead=none, style=dotted];\n", file->filter, i);
	}
}

static void print_graph(const struct snapshot *snapshot, const struct rows *rows)
{
	unsigned int mode;
	char owner[32];
	size_t i;

	puts("digraph seccomp {\n\trankdir=LR;\n\tnode [fontname=\"sans-serif\"];");
	for (i = 0; i < snapshot->tree.n_filters; i++) {
		print_filter(snapshot, i);
		snprintf(owner, sizeof(owner), "filter%zu", i);
		print_rows(rows, rows_of_filter(rows, i), owner);
	}
	for (mode = THREAD_FILTER + 1; mode < THREAD_MODES; mode++) {
		if (rows_of_mode(rows, mode) == ROW_NONE)
			continue;
		printf("\tmode%d [shape=box, label=\"%s\"];\n", (int)mode, thread_mode_text(mode));
		snprintf(owner, sizeof(owner), "mode%d", (int)mode);
		print_rows(rows, rows_of_mode(rows, mode), owner);
	}
	print_files(&snapshot->tree);
	puts("}");
}

int graphic_dot(const struct snapshot *snapshot, bool collapse)
{
	struct rows rows;
	int ret = rows_init(&rows, snapshot, collapse);

	if (ret)
		pr_err("not enough memory to draw %zu threads", snapshot->tree.n_threads);
	else
		print_graph(snapshot, &rows);
	rows_free(&rows);
	return ret;
}
