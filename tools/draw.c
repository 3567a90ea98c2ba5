// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <langinfo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "draw.h"
#include "program.h"
#include "report.h"

#define NONE UINT32_MAX

/**
 * struct links - lists of items, one for each owner
 * @first: of each owner; the last list is that of items without one
 * @next: of each item
 */
struct links {
	uint32_t *first, *next;
	size_t owners;
};

/* How a filter is drawn: at the margin, as a twig, with the one below it as a stack. */
enum twig { TWIG_NONE, TWIG_MIDDLE, TWIG_LAST, TWIG_STACKED };

struct frame {
	uint32_t filter;
	enum twig twig;
	size_t prefix;
};

/**
 * struct canvas - a picture half drawn
 * @children: filters by parent, the last of a parent first
 * @threads: by filter; @files: by filter
 * @prefix: what lines begin with at present
 * @stack: filters that are still to be drawn, the next on top
 */
struct canvas {
	const struct tree *tree;
	const struct picture *picture;
	const char *const *twigs;
	struct links children, threads, files;
	char *prefix;
	struct frame *stack;
	size_t height;
};

/* For each twig how it begins, and how the lines below it go on. */
static const char *const twigs_utf8[][2] = {
	[TWIG_NONE] = { "", "" },
	[TWIG_MIDDLE] = { "├─ ", "│  " },
	[TWIG_LAST] = { "└─ ", "   " },
	[TWIG_STACKED] = { "+ ", "  " },
};

static const char *const twigs_ascii[][2] = {
	[TWIG_NONE] = { "", "" },
	[TWIG_MIDDLE] = { "|- ", "|  " },
	[TWIG_LAST] = { "`- ", "   " },
	[TWIG_STACKED] = { "+ ", "  " },
};

#define TWIG_BYTES sizeof("│  ")

static const char *const (*twigs(void))[2]
{
	return strcmp(nl_langinfo(CODESET), "UTF-8") ? twigs_ascii : twigs_utf8;
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

static int canvas_init(struct canvas *canvas, const struct picture *picture)
{
	const struct tree *tree = picture->tree;
	size_t i;

	*canvas = (struct canvas){ .tree = tree, .picture = picture };
	canvas->prefix = calloc(tree->n_filters + 1, TWIG_BYTES);
	canvas->stack = calloc(tree->n_filters + 1, sizeof(*canvas->stack));
	if (!canvas->prefix || !canvas->stack ||
	    links_init(&canvas->children, tree->n_filters, tree->n_filters) ||
	    links_init(&canvas->threads, tree->n_filters, tree->n_threads) ||
	    links_init(&canvas->files, tree->n_filters, tree->n_files))
		return -ENOMEM;

	for (i = 0; i < tree->n_filters; i++)
		links_add(&canvas->children, tree->filters[i].parent, i);
	for (i = tree->n_threads; i--;)
		links_add(&canvas->threads, tree->threads[i].filter, i);
	for (i = tree->n_files; i--;)
		links_add(&canvas->files, tree->files[i].filter, i);
	return 0;
}

static void canvas_free(struct canvas *canvas)
{
	links_free(&canvas->children);
	links_free(&canvas->threads);
	links_free(&canvas->files);
	free(canvas->prefix);
	free(canvas->stack);
}

static void begin_line(const struct canvas *canvas, enum twig twig)
{
	printf("%s%s", canvas->prefix, twigs()[twig][0]);
}

static void end_filter_line(const struct canvas *canvas, uint32_t index)
{
	const struct tree_filter *filter = &canvas->tree->filters[index];
	uint64_t id = canvas->picture->ids ? canvas->picture->ids[index] : index;
	uint32_t len = canvas->tree->programs[filter->program].len;

	printf("filter %llu: program %u (%u instruction%s)", (unsigned long long)id,
	       filter->program, len, len == 1 ? "" : "s");
	if (filter->flags & SECCOMP_FILTER_FLAG_LOG)
		printf(", log");
	if (filter->flags & SECCOMP_FILTER_FLAG_NEW_LISTENER)
		printf(", listener");
	if (filter->flags & SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV)
		printf(", wait-killable");
	if (filter->listener_flags & SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP)
		printf(", sync-wake-up");
	putchar('\n');
}

static void end_thread_line(const struct canvas *canvas, uint32_t index)
{
	const struct tree *tree = canvas->tree;
	const struct tree_thread *thread = &tree->threads[index];
	uint32_t leader = tree->processes[thread->process].first;

	printf("%d", thread->tid);
	if (canvas->picture->labels)
		printf(" %s", canvas->picture->labels[index].name);
	if (index != leader)
		printf(" (thread of %d)", tree->threads[leader].tid);
	putchar('\n');
}

static void end_file_line(const struct canvas *canvas, uint32_t index)
{
	static const char *const kinds[] = {
		[TREE_FILE_FILTER] = "a descriptor of this filter",
		[TREE_FILE_LISTENER] = "the listener of this filter",
		[TREE_FILE_HUNG_UP] = "a listener that has hung up",
		[TREE_FILE_SEALED] = "a sealed descriptor of this filter",
	};
	const struct tree_file *file = &canvas->tree->files[index];

	printf("file %u: %s\n", file->id, kinds[file->kind]);
}

/* The threads and files of a filter; @more: something comes after them. */
static void draw_users(const struct canvas *canvas, uint32_t filter, bool more)
{
	uint32_t thread = *first_of(&canvas->threads, filter);
	uint32_t file = *first_of(&canvas->files, filter), next;

	for (; thread != NONE; thread = next) {
		next = canvas->threads.next[thread];
		begin_line(canvas, more || file != NONE || next != NONE ? TWIG_MIDDLE : TWIG_LAST);
		end_thread_line(canvas, thread);
	}
	for (; file != NONE; file = next) {
		next = canvas->files.next[file];
		begin_line(canvas, more || next != NONE ? TWIG_MIDDLE : TWIG_LAST);
		end_file_line(canvas, file);
	}
}

/* The children of @filter are next; the list is backwards, so the first ends on top. */
static void push_children(struct canvas *canvas, uint32_t filter, enum twig last, enum twig others)
{
	uint32_t child = *first_of(&canvas->children, filter);
	enum twig twig = last;

	for (; child != NONE; child = canvas->children.next[child]) {
		canvas->stack[canvas->height++] = (struct frame){
			.filter = child,
			.twig = twig,
			.prefix = strlen(canvas->prefix),
		};
		twig = others;
	}
}

/* Does nothing stand on the filter but one other? Then a twig would only take room. */
static bool is_stacked_on(const struct canvas *canvas, uint32_t filter)
{
	uint32_t child = *first_of(&canvas->children, filter);

	return child != NONE && canvas->children.next[child] == NONE &&
	       *first_of(&canvas->threads, filter) == NONE &&
	       *first_of(&canvas->files, filter) == NONE;
}

static void draw_filter(struct canvas *canvas, const struct frame *frame)
{
	uint32_t filter = frame->filter;

	canvas->prefix[frame->prefix] = '\0';
	begin_line(canvas, frame->twig);
	end_filter_line(canvas, filter);
	/* A stack is as flat as if it were one. */
	if (frame->twig != TWIG_STACKED || !is_stacked_on(canvas, filter))
		strcat(canvas->prefix, twigs()[frame->twig][1]);

	if (is_stacked_on(canvas, filter)) {
		push_children(canvas, filter, TWIG_STACKED, TWIG_STACKED);
		return;
	}
	draw_users(canvas, filter, *first_of(&canvas->children, filter) != NONE);
	push_children(canvas, filter, TWIG_LAST, TWIG_MIDDLE);
}

static void draw_filters(struct canvas *canvas)
{
	struct frame frame;

	push_children(canvas, TREE_NONE, TWIG_NONE, TWIG_NONE);
	while (canvas->height) {
		frame = canvas->stack[--canvas->height];
		draw_filter(canvas, &frame);
	}
	canvas->prefix[0] = '\0';
}

static const char *headline(const struct canvas *canvas, uint32_t thread)
{
	if (!canvas->picture->labels)
		return "not in filter mode";
	return canvas->picture->labels[thread].without;
}

/* Takes those that come under the headline of the first out of the list. */
static void draw_headline(struct canvas *canvas)
{
	uint32_t *list = first_of(&canvas->threads, TREE_NONE), *link = list;
	const char *title = headline(canvas, *list);
	uint32_t thread, drawn = NONE;

	puts(title);
	while (*link != NONE) {
		thread = *link;
		if (headline(canvas, thread) != title) {
			link = &canvas->threads.next[thread];
			continue;
		}
		*link = canvas->threads.next[thread];
		if (drawn != NONE) {
			begin_line(canvas, TWIG_MIDDLE);
			end_thread_line(canvas, drawn);
		}
		drawn = thread;
	}
	begin_line(canvas, TWIG_LAST);
	end_thread_line(canvas, drawn);
}

static void draw_rest(struct canvas *canvas)
{
	while (*first_of(&canvas->threads, TREE_NONE) != NONE)
		draw_headline(canvas);
	if (*first_of(&canvas->files, TREE_NONE) != NONE) {
		puts("no filter left");
		draw_users(canvas, TREE_NONE, false);
	}
}

static void draw_programs(const struct tree *tree)
{
	const struct tree_program *program;
	char line[80];
	size_t i, k;

	for (i = 0; i < tree->n_programs; i++) {
		program = &tree->programs[i];
		printf("\nprogram %zu\n", i);
		for (k = 0; k < program->len; k++) {
			program_line(line, sizeof(line), &program->insns[k], k);
			printf("%6zu: %s\n", k, line);
		}
	}
}

int draw(const struct picture *picture, bool programs)
{
	struct canvas canvas;
	int ret;

	ret = canvas_init(&canvas, picture);
	if (ret) {
		pr_err("not enough memory to draw %zu filters and %zu threads",
		       picture->tree->n_filters, picture->tree->n_threads);
	} else {
		draw_filters(&canvas);
		draw_rest(&canvas);
		if (programs)
			draw_programs(picture->tree);
	}
	canvas_free(&canvas);
	return ret;
}
