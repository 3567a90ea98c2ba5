// SPDX-License-Identifier: GPL-2.0
/*
 * Trees as text. libsmartcols could do it, but it indents each level, and filters
 * are often a stack of twenty, which has to stay readable.
 */
#include <errno.h>
#include <langinfo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "describe.h"
#include "draw.h"
#include "program.h"
#include "report.h"
#include "rows.h"
#include "style.h"

#define NONE UINT32_MAX

/**
 * struct links - linked lists of items, one list for each owner
 * @first: the first item of each owner; the last list has the items without an owner
 * @next: the next item after each item
 */
struct links {
	uint32_t *first, *next;
	size_t owners;
};

/* How a filter is drawn: at the margin, as a branch, or stacked on its parent. */
enum branch { BRANCH_NONE, BRANCH_MIDDLE, BRANCH_LAST, BRANCH_STACKED };

struct frame {
	uint32_t filter;
	enum branch branch;
	size_t prefix;
};

/**
 * struct canvas - the state of the drawing
 * @children: filters by parent, the last child first
 * @rows: threads by filter; @files: files by filter
 * @section: the container of each filter, see describe_sections()
 * @current: the container that is being drawn
 * @prefix: what lines begin with at the moment
 * @stack: filters that are still to be drawn, the next one on top
 */
struct canvas {
	const struct tree *tree;
	const struct snapshot *snapshot;
	const struct draw_options *options;
	struct rows rows;
	struct links children, files;
	uint32_t *section, current;
	char *prefix;
	struct frame *stack;
	size_t height;
};

/* For each kind of branch, how its line begins, and what the lines below it begin with. */
static const char *const branches_utf8[][2] = {
	[BRANCH_NONE] = { "", "" },
	[BRANCH_MIDDLE] = { "├─ ", "│  " },
	[BRANCH_LAST] = { "└─ ", "   " },
	[BRANCH_STACKED] = { "+ ", "  " },
};

static const char *const branches_ascii[][2] = {
	[BRANCH_NONE] = { "", "" },
	[BRANCH_MIDDLE] = { "|- ", "|  " },
	[BRANCH_LAST] = { "`- ", "   " },
	[BRANCH_STACKED] = { "+ ", "  " },
};

#define BRANCH_BYTES sizeof("│  ")

static bool has_utf8(void)
{
	return !strcmp(nl_langinfo(CODESET), "UTF-8");
}

static const char *const (*branches(void))[2]
{
	return has_utf8() ? branches_utf8 : branches_ascii;
}

static int links_init(struct links *links, size_t owners, size_t items)
{
	links->owners = owners;
	links->first = malloc((owners + 1) * sizeof(*links->first));
	links->next = malloc((items + 1) * sizeof(*links->next));
	if (!links->first || !links->next)
		return -ENOMEM;
	memset(links->first, 0xff, (owners + 1) * sizeof(*links->first));
	return 0;
}

static void links_free(struct links *links)
{
	free(links->first);
	free(links->next);
}

static uint32_t *first_of(const struct links *links, uint32_t owner)
{
	return &links->first[owner == TREE_NONE ? links->owners : owner];
}

static void links_add(struct links *links, uint32_t owner, uint32_t item)
{
	uint32_t *first = first_of(links, owner);

	links->next[item] = *first;
	*first = item;
}

static int canvas_init(struct canvas *canvas, const struct snapshot *snapshot,
		       const struct draw_options *options)
{
	const struct tree *tree = &snapshot->tree;
	size_t i;

	*canvas = (struct canvas){ .tree = tree, .snapshot = snapshot, .options = options };
	canvas->prefix = calloc(tree->n_filters + 1, BRANCH_BYTES);
	canvas->stack = calloc(tree->n_filters + 1, sizeof(*canvas->stack));
	canvas->section = calloc(tree->n_filters + 1, sizeof(*canvas->section));
	if (rows_init(&canvas->rows, snapshot, options->collapse) || !canvas->prefix ||
	    !canvas->stack || !canvas->section ||
	    links_init(&canvas->children, tree->n_filters, tree->n_filters) ||
	    links_init(&canvas->files, tree->n_filters, tree->n_files))
		return -ENOMEM;

	for (i = 0; i < tree->n_filters; i++)
		links_add(&canvas->children, tree->filters[i].parent, i);
	for (i = tree->n_files; i--;)
		links_add(&canvas->files, tree->files[i].filter, i);
	describe_sections(snapshot, canvas->section);
	return 0;
}

static void canvas_free(struct canvas *canvas)
{
	rows_free(&canvas->rows);
	links_free(&canvas->children);
	links_free(&canvas->files);
	free(canvas->section);
	free(canvas->prefix);
	free(canvas->stack);
}

static void begin_line(const struct canvas *canvas, enum branch branch)
{
	printf("%s%s", canvas->prefix, branches()[branch][0]);
}

static void end_filter_line(const struct canvas *canvas, uint32_t index)
{
	const struct tree_filter *filter = &canvas->tree->filters[index];
	char programs[DESCRIBE_PROGRAMS], flags[DESCRIBE_FLAGS];

	describe_flags(filter, flags, sizeof(flags));
	describe_programs(canvas->tree, filter, programs, sizeof(programs));
	printf("%sfilter %llu%s: %s%s%s%s\n", style(STYLE_FILTER),
	       (unsigned long long)snapshot_filter_id(canvas->snapshot, index), style(STYLE_PLAIN),
	       programs, style(STYLE_NOTE), flags, style(STYLE_PLAIN));
}

/* Names the container of the row if it is not the one that is being drawn. */
static void end_row_line(const struct canvas *canvas, const struct row *row)
{
	const struct container *container;
	char text[128];

	row_text(&canvas->rows, row, has_utf8() ? "×" : "x", text, sizeof(text));
	fputs(text, stdout);
	if (row->container != canvas->current && row->container != SNAPSHOT_NO_CONTAINER) {
		container = &canvas->snapshot->containers[row->container];
		printf(" %s[%s%s%.12s]%s", style(STYLE_NOTE), container->engine,
		       *container->engine ? " " : "", container->id, style(STYLE_PLAIN));
	}
	putchar('\n');
}

static void end_file_line(const struct canvas *canvas, uint32_t index)
{
	const struct tree_file *file = &canvas->tree->files[index];

	printf("file %u: %s\n", file->id, describe_file(file->kind));
}

/* The threads and files of a filter. @more: children come after them. */
static void draw_users(const struct canvas *canvas, uint32_t row, uint32_t file, bool more)
{
	uint32_t next;

	for (; row != ROW_NONE; row = next) {
		next = canvas->rows.list[row].next;
		begin_line(canvas,
			   more || file != NONE || next != ROW_NONE ? BRANCH_MIDDLE : BRANCH_LAST);
		end_row_line(canvas, &canvas->rows.list[row]);
	}
	for (; file != NONE; file = next) {
		next = canvas->files.next[file];
		begin_line(canvas, more || next != NONE ? BRANCH_MIDDLE : BRANCH_LAST);
		end_file_line(canvas, file);
	}
}

/* The children of @filter are drawn next. The list is reversed, so the first ends on top. */
static void push_children(struct canvas *canvas, uint32_t filter, enum branch last,
			  enum branch others)
{
	uint32_t child = *first_of(&canvas->children, filter);
	enum branch branch = last;

	for (; child != NONE; child = canvas->children.next[child]) {
		if (filter == TREE_NONE && canvas->section[child] != canvas->current)
			continue;
		canvas->stack[canvas->height++] = (struct frame){
			.filter = child,
			.branch = branch,
			.prefix = strlen(canvas->prefix),
		};
		branch = others;
	}
}

/* Only one other filter uses it. A branch for that would only take up space. */
static bool is_stacked_on(const struct canvas *canvas, uint32_t filter)
{
	uint32_t child = *first_of(&canvas->children, filter);

	return child != NONE && canvas->children.next[child] == NONE &&
	       rows_of_filter(&canvas->rows, filter) == ROW_NONE &&
	       *first_of(&canvas->files, filter) == NONE;
}

static uint32_t filters_stacked_on(const struct canvas *canvas, uint32_t filter)
{
	return is_stacked_on(canvas, filter) ? *first_of(&canvas->children, filter) : NONE;
}

/* Draws a run of filters without other users as one line. Returns the filter on top of them. */
static uint32_t draw_run(const struct canvas *canvas, enum branch branch, uint32_t filter)
{
	uint32_t first = filter, last = filter, above;
	size_t count = 0, insns = 0;

	while ((above = filters_stacked_on(canvas, filter)) != NONE) {
		insns += canvas->tree->programs[canvas->tree->filters[filter].program].len;
		last = filter;
		filter = above;
		count++;
	}
	if (count < 2)
		return first;
	begin_line(canvas, branch);
	printf("%sfilters %llu ... %llu%s: a stack of %zu (%zu instructions)\n",
	       style(STYLE_FILTER), (unsigned long long)snapshot_filter_id(canvas->snapshot, first),
	       (unsigned long long)snapshot_filter_id(canvas->snapshot, last), style(STYLE_PLAIN),
	       count, insns);
	return filter;
}

static void draw_filter(struct canvas *canvas, const struct frame *frame)
{
	enum branch branch = frame->branch;
	uint32_t filter = frame->filter;

	canvas->prefix[frame->prefix] = '\0';
	if (canvas->options->collapse && branch != BRANCH_STACKED) {
		filter = draw_run(canvas, branch, filter);
		if (filter != frame->filter) {
			strcat(canvas->prefix, branches()[branch][1]);
			branch = BRANCH_STACKED;
		}
	}
	begin_line(canvas, branch);
	end_filter_line(canvas, filter);
	/* Filters of one stack are all indented alike. */
	if (branch != BRANCH_STACKED || !is_stacked_on(canvas, filter))
		strcat(canvas->prefix, branches()[branch][1]);

	if (is_stacked_on(canvas, filter)) {
		push_children(canvas, filter, BRANCH_STACKED, BRANCH_STACKED);
		return;
	}
	draw_users(canvas, rows_of_filter(&canvas->rows, filter), *first_of(&canvas->files, filter),
		   *first_of(&canvas->children, filter) != NONE);
	push_children(canvas, filter, BRANCH_LAST, BRANCH_MIDDLE);
}

static void draw_filters(struct canvas *canvas)
{
	struct frame frame;

	push_children(canvas, TREE_NONE, BRANCH_NONE, BRANCH_NONE);
	while (canvas->height) {
		frame = canvas->stack[--canvas->height];
		draw_filter(canvas, &frame);
	}
	canvas->prefix[0] = '\0';
}

/* The first row from @row on that belongs to the container that is being drawn. */
static uint32_t next_in_section(const struct canvas *canvas, uint32_t row)
{
	while (row != ROW_NONE && canvas->rows.list[row].container != canvas->current)
		row = canvas->rows.list[row].next;
	return row;
}

static void draw_mode(struct canvas *canvas, enum thread_mode mode)
{
	uint32_t row = next_in_section(canvas, rows_of_mode(&canvas->rows, mode)), next;
	size_t processes = 0, threads = 0;

	if (row == ROW_NONE)
		return;
	printf("%s%s%s", style(STYLE_TITLE), thread_mode_text(mode), style(STYLE_PLAIN));
	if (canvas->options->count_unconfined && mode == THREAD_NO_FILTER &&
	    canvas->current == SNAPSHOT_NO_CONTAINER) {
		for (; row != ROW_NONE;
		     row = next_in_section(canvas, canvas->rows.list[row].next)) {
			processes += canvas->rows.list[row].processes;
			threads += canvas->rows.list[row].threads;
		}
		printf(": %zu process%s, %zu thread%s\n", processes, processes == 1 ? "" : "es",
		       threads, threads == 1 ? "" : "s");
		return;
	}
	putchar('\n');
	for (; row != ROW_NONE; row = next) {
		next = next_in_section(canvas, canvas->rows.list[row].next);
		begin_line(canvas, next == ROW_NONE ? BRANCH_LAST : BRANCH_MIDDLE);
		end_row_line(canvas, &canvas->rows.list[row]);
	}
}

static bool is_empty(const struct canvas *canvas, uint32_t section)
{
	uint32_t root = *first_of(&canvas->children, TREE_NONE);
	enum thread_mode mode;

	for (; root != NONE; root = canvas->children.next[root])
		if (canvas->section[root] == section)
			return false;
	for (mode = THREAD_FILTER + 1; mode < THREAD_MODES; mode++)
		if (next_in_section(canvas, rows_of_mode(&canvas->rows, mode)) != ROW_NONE)
			return false;
	return true;
}

static void draw_section(struct canvas *canvas, uint32_t section)
{
	const struct container *container;
	enum thread_mode mode;

	canvas->current = section;
	if (is_empty(canvas, section))
		return;
	if (section != SNAPSHOT_NO_CONTAINER) {
		container = &canvas->snapshot->containers[section];
		printf("%scontainer %.12s%s%s%s%s\n", style(STYLE_TITLE), container->id,
		       *container->engine ? " (" : "", container->engine,
		       *container->engine ? ")" : "", style(STYLE_PLAIN));
	}
	draw_filters(canvas);
	for (mode = THREAD_FILTER + 1; mode < THREAD_MODES; mode++)
		draw_mode(canvas, mode);
}

static void draw_everything(struct canvas *canvas)
{
	size_t i;

	draw_section(canvas, SNAPSHOT_NO_CONTAINER);
	for (i = 0; i < canvas->snapshot->n_containers; i++)
		draw_section(canvas, i);
	if (*first_of(&canvas->files, TREE_NONE) != NONE) {
		printf("%sno filter left%s\n", style(STYLE_TITLE), style(STYLE_PLAIN));
		draw_users(canvas, ROW_NONE, *first_of(&canvas->files, TREE_NONE), false);
	}
}

static int draw_programs(const struct tree *tree)
{
	size_t i;
	int ret = 0;

	for (i = 0; !ret && i < tree->n_programs; i++) {
		printf("\n%sprogram %zu%s\n", style(STYLE_TITLE), i, style(STYLE_PLAIN));
		ret = program_print(tree->programs[i].insns, tree->programs[i].len, tree->arch);
	}
	return ret;
}

int draw(const struct snapshot *snapshot, const struct draw_options *options)
{
	struct canvas canvas;
	int ret;

	ret = canvas_init(&canvas, snapshot, options);
	if (ret) {
		pr_err("not enough memory to draw %zu filters and %zu threads",
		       snapshot->tree.n_filters, snapshot->tree.n_threads);
	} else {
		draw_everything(&canvas);
		if (options->programs)
			ret = draw_programs(&snapshot->tree);
	}
	canvas_free(&canvas);
	return ret;
}
