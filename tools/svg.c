// SPDX-License-Identifier: GPL-2.0
/*
 * A picture is a list of items from top to bottom, each attached to one above it. The
 * layout is simple to compute; Graphviz as a library would add much more code than this
 * to a command that runs as root.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "describe.h"
#include "graphic.h"
#include "report.h"
#include "rows.h"

/* In pixels. A letter of a wide font takes LETTER on average. */
#define LINE 30
#define BOX 24
#define INDENT 32
#define MARGIN 16
#define LETTER 8

#define NONE UINT32_MAX

enum item_kind { ITEM_TITLE, ITEM_FILTER, ITEM_TASKS, ITEM_FILE };

/**
 * struct item - a line of the picture
 * @below: the item that it is attached to, or NONE
 * @stacked: it is the only child of that item, and touches it
 */
struct item {
	enum item_kind kind;
	char text[176];
	uint32_t program, below;
	bool stacked;
	int x, y, width;
};

struct frame {
	uint32_t filter, below;
	bool stacked;
};

/**
 * struct drawing - all items
 * @child, @sibling: filters by parent; the last of @child is for filters without one
 * @file, @next_file: files by filter
 * @stack: filters that are still to be added, the next one on top
 */
struct drawing {
	const struct snapshot *snapshot;
	struct rows rows;
	struct item *items;
	size_t count, room;
	uint32_t *child, *sibling, *file, *next_file, *section;
	struct frame *stack;
	size_t height;
	int width, y;
};

static struct item *add(struct drawing *drawing, enum item_kind kind, uint32_t below)
{
	struct item *item;

	if (array_reserve(&drawing->items, &drawing->room, drawing->count + 1,
			  sizeof(*drawing->items)))
		return NULL;
	item = &drawing->items[drawing->count++];
	*item = (struct item){ .kind = kind, .below = below };
	return item;
}

/* Computes the position of an item whose text is known. */
static void place(struct drawing *drawing, struct item *item)
{
	const struct item *below = item->below == NONE ? NULL : &drawing->items[item->below];

	item->x = below ? below->x + (item->stacked ? 0 : INDENT) : MARGIN;
	/* a stacked item touches its parent */
	if (item->stacked)
		drawing->y -= LINE - BOX;
	item->y = drawing->y;
	drawing->y += LINE;
	item->width = strlen(item->text) * LETTER + 20;
	if (item->x + item->width > drawing->width)
		drawing->width = item->x + item->width;
}

static int add_text(struct drawing *drawing, enum item_kind kind, uint32_t below, const char *text)
{
	struct item *item = add(drawing, kind, below);

	if (!item)
		return -ENOMEM;
	snprintf(item->text, sizeof(item->text), "%s", text);
	place(drawing, item);
	return 0;
}

static int add_rows(struct drawing *drawing, uint32_t row, uint32_t below, uint32_t section)
{
	const struct row *it;
	char text[128];
	int ret = 0;

	for (; !ret && row != ROW_NONE; row = it->next) {
		it = &drawing->rows.list[row];
		row_text(&drawing->rows, it, "×", text, sizeof(text));
		if (below != NONE || it->container == section)
			ret = add_text(drawing, ITEM_TASKS, below, text);
	}
	return ret;
}

static int add_files(struct drawing *drawing, uint32_t filter, uint32_t below)
{
	const struct tree_file *files = drawing->snapshot->tree.files;
	uint32_t file = drawing->file[filter];
	char text[80];
	int ret = 0;

	for (; !ret && file != NONE; file = drawing->next_file[file]) {
		snprintf(text, sizeof(text), "file %u: %s", files[file].id,
			 describe_file(files[file].kind));
		ret = add_text(drawing, ITEM_FILE, below, text);
	}
	return ret;
}

static bool has_users(const struct drawing *drawing, uint32_t filter)
{
	return rows_of_filter(&drawing->rows, filter) != ROW_NONE || drawing->file[filter] != NONE;
}

static void push_children(struct drawing *drawing, uint32_t filter, uint32_t below)
{
	uint32_t child = drawing->child[filter];
	bool stacked =
		child != NONE && drawing->sibling[child] == NONE && !has_users(drawing, filter);

	for (; child != NONE; child = drawing->sibling[child])
		drawing->stack[drawing->height++] =
			(struct frame){ .filter = child, .below = below, .stacked = stacked };
}

static int add_filter(struct drawing *drawing, const struct frame *frame)
{
	struct item *item = add(drawing, ITEM_FILTER, frame->below);
	uint32_t index = drawing->count - 1;
	int ret;

	if (!item)
		return -ENOMEM;
	item->stacked = frame->stacked;
	item->program = drawing->snapshot->tree.filters[frame->filter].program;
	graphic_filter_text(drawing->snapshot, frame->filter, item->text, sizeof(item->text));
	place(drawing, item);
	ret = add_rows(drawing, rows_of_filter(&drawing->rows, frame->filter), index, 0);
	if (!ret)
		ret = add_files(drawing, frame->filter, index);
	push_children(drawing, frame->filter, index);
	return ret;
}

static int add_filters(struct drawing *drawing, uint32_t section)
{
	uint32_t root = drawing->child[drawing->snapshot->tree.n_filters];
	struct frame frame;
	int ret = 0;

	for (; root != NONE; root = drawing->sibling[root])
		if (drawing->section[root] == section)
			drawing->stack[drawing->height++] =
				(struct frame){ .filter = root, .below = NONE };
	while (!ret && drawing->height) {
		frame = drawing->stack[--drawing->height];
		ret = add_filter(drawing, &frame);
	}
	return ret;
}

static int add_mode(struct drawing *drawing, enum thread_mode mode, uint32_t section)
{
	uint32_t row = rows_of_mode(&drawing->rows, mode);

	while (row != ROW_NONE && drawing->rows.list[row].container != section)
		row = drawing->rows.list[row].next;
	if (row == ROW_NONE)
		return 0;
	return add_text(drawing, ITEM_TITLE, NONE, thread_mode_text(mode))
		       ?: add_rows(drawing, row, NONE, section);
}

static int add_section(struct drawing *drawing, uint32_t section)
{
	const struct container *container;
	size_t before = drawing->count;
	enum thread_mode mode;
	char text[128];
	int ret = 0;

	if (section != SNAPSHOT_NO_CONTAINER) {
		container = &drawing->snapshot->containers[section];
		snprintf(text, sizeof(text), "container %.12s%s%s%s", container->id,
			 *container->engine ? " (" : "", container->engine,
			 *container->engine ? ")" : "");
		ret = add_text(drawing, ITEM_TITLE, NONE, text);
	}
	if (!ret)
		ret = add_filters(drawing, section);
	for (mode = THREAD_FILTER + 1; !ret && mode < THREAD_MODES; mode++)
		ret = add_mode(drawing, mode, section);
	/* the section has nothing but a title */
	if (section != SNAPSHOT_NO_CONTAINER && drawing->count == before + 1) {
		drawing->count--;
		drawing->y -= LINE;
	}
	return ret;
}

static int link_all(struct drawing *drawing)
{
	const struct tree *tree = &drawing->snapshot->tree;
	size_t filters = (tree->n_filters + 1) * sizeof(uint32_t), owner, i;

	drawing->child = malloc(filters);
	drawing->sibling = malloc(filters);
	drawing->file = malloc(filters);
	drawing->section = malloc(filters);
	drawing->next_file = malloc((tree->n_files + 1) * sizeof(uint32_t));
	drawing->stack = calloc(tree->n_filters + 1, sizeof(*drawing->stack));
	if (!drawing->child || !drawing->sibling || !drawing->file || !drawing->section ||
	    !drawing->next_file || !drawing->stack)
		return -ENOMEM;
	memset(drawing->child, 0xff, filters);
	memset(drawing->file, 0xff, filters);
	for (i = 0; i < tree->n_filters; i++) {
		owner = tree->filters[i].parent == TREE_NONE ? tree->n_filters
							     : tree->filters[i].parent;
		drawing->sibling[i] = drawing->child[owner];
		drawing->child[owner] = i;
	}
	for (i = tree->n_files; i--;) {
		owner = tree->files[i].filter == TREE_NONE ? tree->n_filters
							   : tree->files[i].filter;
		drawing->next_file[i] = drawing->file[owner];
		drawing->file[owner] = i;
	}
	describe_sections(drawing->snapshot, drawing->section);
	return 0;
}

static int arrange(struct drawing *drawing, bool collapse)
{
	uint32_t lost = drawing->snapshot->tree.n_filters;
	size_t i;
	int ret;

	drawing->y = MARGIN;
	ret = rows_init(&drawing->rows, drawing->snapshot, collapse);
	if (!ret)
		ret = link_all(drawing);
	if (!ret)
		ret = add_section(drawing, SNAPSHOT_NO_CONTAINER);
	for (i = 0; !ret && i < drawing->snapshot->n_containers; i++)
		ret = add_section(drawing, i);
	if (!ret && drawing->file[lost] != NONE)
		ret = add_text(drawing, ITEM_TITLE, NONE, "no filter left")
			      ?: add_files(drawing, lost, NONE);
	return ret;
}

static void print_escaped(const char *text)
{
	for (; *text; text++)
		switch (*text) {
		case '<':
			fputs("&lt;", stdout);
			break;
		case '>':
			fputs("&gt;", stdout);
			break;
		case '&':
			fputs("&amp;", stdout);
			break;
		default:
			putchar(*text);
		}
}

static void print_line(const struct item *from, const struct item *to)
{
	int x = from->x + INDENT / 2, middle = to->y + BOX / 2;

	printf("<path d=\"M%d %dV%dH%d\"/>\n", x, from->y + BOX, middle, to->x);
}

static void print_item(const struct item *item)
{
	char colour[8];

	graphic_colour(item->program, colour);
	if (item->kind == ITEM_FILTER)
		printf("<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"%s\"/>\n",
		       item->x, item->y, item->width, BOX, colour);
	else if (item->kind == ITEM_TASKS)
		printf("<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"%d\" fill=\"#fff\"/>\n",
		       item->x, item->y, item->width, BOX, BOX / 2);
	printf("<text x=\"%d\" y=\"%d\"%s>", item->x + (item->kind == ITEM_TITLE ? 0 : 10),
	       item->y + 17, item->kind == ITEM_TITLE ? " class=\"title\"" : "");
	print_escaped(item->text);
	puts("</text>");
}

static const char legend[] = "One box is one filter. Filters of one colour have equal programs.";

static void print_drawing(const struct drawing *drawing)
{
	int least = strlen(legend) * LETTER + MARGIN;
	int width = (drawing->width > least ? drawing->width : least) + MARGIN;
	int height = drawing->y + LINE + MARGIN;
	const struct item *item;

	printf("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\">\n"
	       "<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n"
	       "<g fill=\"none\" stroke=\"#888\">\n",
	       width, height, width, height);
	for (item = drawing->items; item < drawing->items + drawing->count; item++)
		if (item->below != NONE && !item->stacked)
			print_line(&drawing->items[item->below], item);
	puts("</g>\n<g stroke=\"#555\" stroke-width=\"1\">\n"
	     "<style>text { font: 13px sans-serif; stroke: none; fill: #111; } .title { font-weight: bold; }</style>");
	for (item = drawing->items; item < drawing->items + drawing->count; item++)
		print_item(item);
	printf("<text x=\"%d\" y=\"%d\" fill=\"#555\">%s</text>\n</g>\n</svg>\n", MARGIN,
	       height - MARGIN, legend);
}

int graphic_svg(const struct snapshot *snapshot, bool collapse)
{
	struct drawing drawing = { .snapshot = snapshot };
	int ret = arrange(&drawing, collapse);

	if (ret)
		pr_err("not enough memory to draw %zu filters and %zu threads",
		       snapshot->tree.n_filters, snapshot->tree.n_threads);
	else
		print_drawing(&drawing);
	rows_free(&drawing.rows);
	free(drawing.items);
	free(drawing.child);
	free(drawing.sibling);
	free(drawing.file);
	free(drawing.next_file);
	free(drawing.section);
	free(drawing.stack);
	return ret;
}
