// SPDX-License-Identifier: GPL-2.0
/*
 * Whether the reader accepts images: verdict [-m COUNT] FOLDER...
 *
 * Writes a record to stdout for each file in the folders, and then for COUNT random
 * changes of these, so that another reader can compare: a line "accept NAME SIZE" or
 * "refuse NAME SIZE", then SIZE bytes, the image.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "image.h"
#include "mutate.h"
#include "pieces.h"
#include "report.h"

/* of images that are changed */
#define MAX_SIZE 262144

struct input {
	uint8_t *data;
	size_t size;
};

static struct input *inputs;
static size_t n_inputs;

void report(enum report_level level, const char *fmt, ...)
{
	(void)level;
	(void)fmt;
}

static void need(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "verdict: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* Replaces that of libFuzzer. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size)
{
	if (size && some(3))
		data[some(size)] ^= 1u << some(8);
	else if (size && some(2))
		memmove(data, data + 1, --size);
	else if (size < max_size)
		data[size++] = some(256);
	return size;
}

static void judge(const char *name, const uint8_t *data, size_t size)
{
	struct tree tree = { 0 };
	bool accepted = !image_parse(name, data, size, &tree);

	printf("%s %s %zu\n", accepted ? "accept" : "refuse", name, size);
	need(fwrite(data, 1, size, stdout) == size, "stdout");
	tree_free(&tree);
}

static void judge_file(int dir, const char *name)
{
	int fd = openat(dir, name, O_RDONLY);
	struct input input = { 0 }, *more;
	struct stat st;

	need(fd >= 0 && !fstat(fd, &st), name);
	input.size = st.st_size;
	input.data = malloc(input.size + 1);
	if (!input.data)
		abort();
	need(read(fd, input.data, input.size) == st.st_size, name);
	close(fd);
	judge(name, input.data, input.size);
	if (input.size > MAX_SIZE) {
		free(input.data);
		return;
	}
	more = reallocarray(inputs, n_inputs + 1, sizeof(*inputs));
	need(more, name);
	inputs = more;
	inputs[n_inputs++] = input;
}

static void judge_folder(const char *path)
{
	struct dirent **entries;
	int dir = open(path, O_RDONLY | O_DIRECTORY), count, i;

	count = scandir(path, &entries, NULL, alphasort);
	need(dir >= 0 && count >= 0, path);
	for (i = 0; i < count; i++) {
		if (entries[i]->d_type == DT_REG)
			judge_file(dir, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	close(dir);
}

static void judge_change(unsigned int number)
{
	const struct input *input = &inputs[number * 2654435761u % n_inputs];
	uint8_t *data = calloc(1, MAX_SIZE);
	char name[32];
	size_t size;

	if (!data)
		abort();
	memcpy(data, input->data, input->size);
	size = LLVMFuzzerCustomMutator(data, input->size, MAX_SIZE, number);
	snprintf(name, sizeof(name), "change-%u", number);
	judge(name, data, size);
	free(data);
}

int main(int argc, char **argv)
{
	unsigned int changes = 0, i;
	int option;

	while ((option = getopt(argc, argv, "m:")) != -1) {
		if (option != 'm') {
			fputs("usage: verdict [-m COUNT] FOLDER...\n", stderr);
			return 2;
		}
		changes = strtoul(optarg, NULL, 10);
	}
	for (; optind < argc; optind++)
		judge_folder(argv[optind]);
	for (i = 0; n_inputs && i < changes; i++)
		judge_change(i);
	for (i = 0; i < n_inputs; i++)
		free(inputs[i].data);
	free(inputs);
	need(!fflush(stdout), "stdout");
	return 0;
}
