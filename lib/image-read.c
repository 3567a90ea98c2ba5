// SPDX-License-Identifier: GPL-2.0
/*
 * Images are not trusted: everything is checked. Messages give the number and the
 * offset of the entry at fault, so that it can be found in the file.
 */
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "image.h"
#include "report.h"
#include "unpack.h"

/**
 * struct reader - position in the file
 * @at: offset of the current entry
 * @next: offset of the next entry
 * @entry: number of the current entry, the header is 0
 */
struct reader {
	const char *name;
	const uint8_t *data;
	size_t size, at, next;
	unsigned int entry;
	bool ended;
	struct tree *tree;
};

static int refuse(const struct reader *r, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static int refuse(const struct reader *r, const char *fmt, ...)
{
	char fault[160];
	va_list args;

	va_start(args, fmt);
	vsnprintf(fault, sizeof(fault), fmt, args);
	va_end(args);
	pr_err("%s: entry %u at byte %zu: %s", r->name, r->entry, r->at, fault);
	return -EBADMSG;
}

static int no_memory(const struct reader *r)
{
	pr_err("%s: not enough memory to read it", r->name);
	return -ENOMEM;
}

#define MAGIC_SIZE (2 * sizeof(uint32_t))

/*
 * The size of the largest valid file: the maximum size of each kind of entry with its
 * framing, times the maximum number of entries. doc/image-format.md explains the sum.
 */
#define MAX_FILTERS (TREE_MAX_INSNS / TREE_PAGE_INSNS)
#define MAX_SIZE                                                                  \
	(MAGIC_SIZE + 79ul + 49ul + TREE_MAX_INSNS * sizeof(struct sock_filter) + \
	 MAX_FILTERS * (12ul + 37ul) + TREE_MAX_FILES * 21ul + TREE_MAX_TID * 35ul)

static uint32_t u32_at(const struct reader *r, size_t at)
{
	uint32_t value;

	memcpy(&value, r->data + at, sizeof(value));
	return le32toh(value);
}

static int read_magic(struct reader *r)
{
	if (r->size < MAGIC_SIZE)
		return refuse(r, "the file is cut off in its magic number");
	if (u32_at(r, 0) != IMAGE_COMMON_MAGIC || u32_at(r, sizeof(uint32_t)) != IMAGE_MAGIC)
		return refuse(r, "wrong magic number, this is not a seccomp tree");
	r->next = MAGIC_SIZE;
	return 0;
}

static int read_header(struct reader *r, const HeaderEntry *header)
{
	if (r->entry)
		return refuse(r, "a second header");
	if (header->version != IMAGE_VERSION)
		return refuse(
			r,
			"its version is %u, this program reads version %u: restore it with the version of criu-seccomp that dumped it",
			header->version, IMAGE_VERSION);
	if (tree_set_run_id(r->tree, (const char *)header->run_id.data, header->run_id.len))
		return refuse(r, "it does not name the run of CRIU that dumped it");
	if (!header->arch)
		return refuse(r, "it does not name the architecture that it was dumped on");
	r->tree->arch = header->arch;
	return 0;
}

static int read_program(struct reader *r, const ProgramEntry *program)
{
	struct sock_filter insns[BPF_MAXINSNS];
	size_t count = program->insns.len / sizeof(*insns), before = r->tree->n_programs, i;
	int index;

	if (!count || count > BPF_MAXINSNS || program->insns.len % sizeof(*insns))
		return refuse(r, "a program of %zu bytes", program->insns.len);
	memcpy(insns, program->insns.data, program->insns.len);
	for (i = 0; i < count; i++) {
		insns[i].code = le16toh(insns[i].code);
		insns[i].k = le32toh(insns[i].k);
	}

	index = tree_add_program(r->tree, insns, count);
	if (index < 0)
		return no_memory(r);
	if ((size_t)index < before)
		return refuse(r, "the same program as number %d", index);
	return 0;
}

static int read_filter(struct reader *r, const FilterEntry *message)
{
	struct tree_filter filter = {
		.program = message->program,
		.parent = message->has_parent ? message->parent : TREE_NONE,
		.flags = message->flags,
		.listener_flags = message->listener_flags,
		.generation = message->generation,
		.newer = message->newer,
		.n_newer = message->n_newer,
	};
	const char *fault;

	/* TREE_NONE as a parent would make the filter a root. */
	if (message->has_parent && message->parent == TREE_NONE)
		fault = "has a parent that does not come before it";
	else
		fault = tree_filter_fault(r->tree, &filter);
	if (fault)
		return refuse(r, "filter %zu %s", r->tree->n_filters, fault);
	return tree_add_filter(r->tree, &filter) < 0 ? no_memory(r) : 0;
}

/* Adds up the differences. Sums are checked before they are narrowed. */
static int decode_threads(struct reader *r, const ThreadsEntry *message,
			  struct tree_thread *threads)
{
	int64_t tid = 0, filter = 0;
	size_t i;

	for (i = 0; i < message->n_tid; i++) {
		tid += message->tid[i];
		filter += message->filter[i];
		if (tid < 1 || tid > TREE_MAX_TID)
			return refuse(r, "its thread %zu has the id %lld", i, (long long)tid);
		if (filter < 0 || filter > (int64_t)r->tree->n_filters)
			return refuse(r, "thread %lld has filter %lld of %zu", (long long)tid,
				      (long long)filter - 1, r->tree->n_filters);
		threads[i].tid = tid;
		threads[i].filter = filter ? filter - 1 : TREE_NONE;
	}
	return 0;
}

/* Other processes are not in the image. */
static bool has_filter(const struct tree_thread *threads, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (threads[i].filter != TREE_NONE)
			return true;
	return false;
}

static int add_processes(struct reader *r, const ThreadsEntry *message,
			 const struct tree_thread *threads)
{
	size_t i, first = 0, left = message->n_tid;
	const char *fault;
	int ret;

	for (i = 0; i < message->n_size; i++) {
		if (message->size[i] > left)
			return refuse(r, "its process %zu has %u threads, but only %zu are left", i,
				      message->size[i], left);
		fault = tree_process_fault(r->tree, threads + first, message->size[i]);
		if (!fault && !has_filter(threads + first, message->size[i]))
			fault = "has no thread with a filter";
		if (fault)
			return refuse(r, "its process %zu %s", i, fault);
		ret = tree_add_process(r->tree, threads + first, message->size[i]);
		if (ret == -EINVAL)
			return refuse(r, "its process %zu has a thread twice", i);
		if (ret < 0)
			return no_memory(r);
		first += message->size[i];
		left -= message->size[i];
	}
	return left ? refuse(r, "%zu of its threads belong to no process", left) : 0;
}

static int read_threads(struct reader *r, const ThreadsEntry *message)
{
	struct tree_thread *threads;
	int ret;

	if (!message->n_size)
		return refuse(r, "threads without a process");
	if (message->n_tid != message->n_filter)
		return refuse(r, "%zu threads, but %zu filters for them", message->n_tid,
			      message->n_filter);
	threads = calloc(message->n_tid + 1, sizeof(*threads));
	if (!threads)
		return no_memory(r);
	ret = decode_threads(r, message, threads);
	if (!ret)
		ret = add_processes(r, message, threads);
	free(threads);
	return ret;
}

static int read_file(struct reader *r, const FileEntry *message)
{
	struct tree_file file = {
		.id = message->id,
		.kind = (enum tree_file_kind)message->kind,
		.filter = message->has_filter ? message->filter : TREE_NONE,
		.flags = message->flags,
	};
	const char *fault;

	/* TREE_NONE is not a valid encoding of "no filter". */
	if (message->has_filter && message->filter == TREE_NONE)
		fault = "has a filter that does not come before it";
	else
		fault = tree_file_fault(r->tree, &file);
	if (fault)
		return refuse(r, "file %u %s", file.id, fault);
	return tree_add_file(r->tree, &file) < 0 ? no_memory(r) : 0;
}

static int check_unused(const struct reader *r)
{
	size_t index;
	const char *unused = tree_find_unused(r->tree, &index);

	return unused ? refuse(r, "%s %zu is not used", unused, index) : 0;
}

static int read_end(struct reader *r, const EndEntry *end)
{
	const struct {
		const char *what;
		size_t promised, found;
	} counts[] = {
		{ "programs", end->programs, r->tree->n_programs },
		{ "filters", end->filters, r->tree->n_filters },
		{ "threads", end->threads, r->tree->n_threads },
		{ "processes", end->processes, r->tree->n_processes },
		{ "files", end->files, r->tree->n_files },
	};
	size_t i;

	for (i = 0; i < sizeof(counts) / sizeof(*counts); i++)
		if (counts[i].promised != counts[i].found)
			return refuse(r, "the end entry counts %zu %s, the file has %zu",
				      counts[i].promised, counts[i].what, counts[i].found);
	r->ended = true;
	return check_unused(r);
}

/* The message inside of an entry. */
static const ProtobufCMessage *entry_message(const SeccompTreeEntry *entry)
{
	/* All members of the union are pointers to messages. */
	return (const ProtobufCMessage *)entry->header;
}

static int read_message(struct reader *r, const SeccompTreeEntry *entry)
{
	if (entry->entry_case == SECCOMP_TREE_ENTRY__ENTRY__NOT_SET)
		return refuse(r, "an entry of an unknown kind");
	if (entry->base.n_unknown_fields || entry_message(entry)->n_unknown_fields)
		return refuse(r, "has fields that version %u does not have", IMAGE_VERSION);
	if (!r->entry && entry->entry_case != SECCOMP_TREE_ENTRY__ENTRY_HEADER)
		return refuse(r, "the header is missing");

	switch (entry->entry_case) {
	case SECCOMP_TREE_ENTRY__ENTRY_HEADER:
		return read_header(r, entry->header);
	case SECCOMP_TREE_ENTRY__ENTRY_PROGRAM:
		return read_program(r, entry->program);
	case SECCOMP_TREE_ENTRY__ENTRY_FILTER:
		return read_filter(r, entry->filter);
	case SECCOMP_TREE_ENTRY__ENTRY_THREADS:
		return read_threads(r, entry->threads);
	case SECCOMP_TREE_ENTRY__ENTRY_FILE:
		return read_file(r, entry->file);
	case SECCOMP_TREE_ENTRY__ENTRY_END:
		return read_end(r, entry->end);
	default:
		return refuse(r, "an entry of an unknown kind");
	}
}

/*
 * A message has many valid encodings, of any length. Only the canonical one is
 * accepted, so that sizes have a limit, and no two readers can disagree on a file.
 */
static int check_encoding(const struct reader *r, const SeccompTreeEntry *entry,
			  const uint8_t *data, size_t size)
{
	uint8_t *packed;
	bool same;

	if (seccomp_tree_entry__get_packed_size(entry) != size)
		return refuse(r, "its %zu bytes are not the canonical encoding", size);
	packed = malloc(size + 1);
	if (!packed)
		return no_memory(r);
	seccomp_tree_entry__pack(entry, packed);
	same = !memcmp(packed, data, size);
	free(packed);
	return same ? 0 : refuse(r, "its %zu bytes are not the canonical encoding", size);
}

static int read_entry(struct reader *r)
{
	const uint8_t *data;
	SeccompTreeEntry *entry;
	size_t left = r->size - r->next;
	uint32_t size;
	int ret;

	r->at = r->next;
	if (r->ended)
		return refuse(r, "%zu bytes after the end entry", left);
	if (left < sizeof(size))
		return refuse(r, "the file is cut off: no end entry");
	size = u32_at(r, r->at);
	left -= sizeof(size);
	if (size > left)
		return refuse(r, "its size is %u bytes, but the file has only %zu more", size,
			      left);

	data = r->data + r->at + sizeof(size);
	if (size > unpack_limit(data, size))
		return refuse(r, "its size is %u bytes, more than an entry can have", size);
	ret = unpack_entry(data, size, &entry);
	if (ret == -ENOMEM)
		return no_memory(r);
	if (ret)
		return refuse(r, "its %u bytes are not an entry", size);
	ret = check_encoding(r, entry, data, size);
	if (!ret)
		ret = read_message(r, entry);
	seccomp_tree_entry__free_unpacked(entry, NULL);
	r->next = r->at + sizeof(size) + size;
	r->entry++;
	return ret;
}

int image_parse(const char *name, const uint8_t *data, size_t size, struct tree *tree)
{
	struct reader r = { .name = name, .data = data, .size = size, .tree = tree };
	int ret;

	ret = read_magic(&r);
	while (!ret && (r.next < r.size || !r.ended))
		ret = read_entry(&r);
	if (ret)
		tree_free(tree);
	return ret;
}

static int read_all(int fd, uint8_t *data, size_t size)
{
	ssize_t got;

	while (size) {
		got = read(fd, data, size);
		if (got < 0 && errno != EINTR)
			return -errno;
		if (!got)
			return -EIO;
		if (got > 0) {
			data += got;
			size -= got;
		}
	}
	return 0;
}

/* Loads the file into memory, which the caller frees. */
static int load_file(int fd, uint8_t **data, size_t size)
{
	int ret;

	*data = malloc(size + 1);
	if (!*data)
		return -ENOMEM;
	ret = read_all(fd, *data, size);
	if (ret) {
		free(*data);
		*data = NULL;
	}
	return ret;
}

static int open_image(int dir, const char *path, size_t *size)
{
	int fd = openat(dir, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	int ret = 0;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st))
		ret = -errno;
	else if (!S_ISREG(st.st_mode))
		ret = -EINVAL;
	if (!ret) {
		*size = st.st_size;
		return fd;
	}
	close(fd);
	return ret;
}

/* Before memory is allocated for the whole file, which may have any size. */
static int check_start(int fd, const char *path, size_t size)
{
	uint8_t data[MAGIC_SIZE];
	ssize_t got = pread(fd, data, sizeof(data), 0);
	struct reader r = { .name = path, .data = data, .size = got };
	int ret;

	if (got < 0) {
		ret = -errno;
		pr_err("cannot read %s: %s", path, strerror(errno));
		return ret;
	}
	ret = read_magic(&r);
	if (!ret && size > MAX_SIZE)
		ret = refuse(&r, "%zu bytes, a tree has at most %zu", size, MAX_SIZE);
	return ret;
}

static int load_and_parse(int fd, const char *path, size_t size, struct tree *tree)
{
	uint8_t *data = NULL;
	int ret = load_file(fd, &data, size);

	if (ret) {
		pr_err("cannot read %s: %s", path, strerror(-ret));
		return ret;
	}
	ret = image_parse(path, data, size, tree);
	free(data);
	return ret;
}

int image_read_file(int dir, const char *path, struct tree *tree)
{
	size_t size = 0;
	int fd, ret;

	fd = open_image(dir, path, &size);
	if (fd == -ENOENT)
		return fd;
	if (fd < 0) {
		pr_err("cannot read %s: %s", path, strerror(-fd));
		return fd;
	}
	ret = check_start(fd, path, size);
	if (!ret)
		ret = load_and_parse(fd, path, size, tree);
	close(fd);
	return ret;
}

int image_read(int dir, struct tree *tree)
{
	return image_read_file(dir, IMAGE_NAME, tree);
}
