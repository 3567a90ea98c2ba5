// SPDX-License-Identifier: GPL-2.0
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "array.h"
#include "image.h"
#include "report.h"
#include "seccomp-tree.pb-c.h"

/*
 * A threads entry is final when it has this many threads. A smaller number costs
 * space (some 20 bytes per entry), a larger one time: the last entry is rewritten
 * whenever a process is added.
 */
#define THREADS_PER_ENTRY 64

struct buffer {
	uint8_t *data;
	size_t size, room;
};

static int put(struct buffer *buffer, const void *data, size_t size)
{
	int ret = array_reserve(&buffer->data, &buffer->room, buffer->size + size, 1);

	if (ret)
		return ret;
	memcpy(buffer->data + buffer->size, data, size);
	buffer->size += size;
	return 0;
}

static int put_u32(struct buffer *buffer, uint32_t value)
{
	value = htole32(value);
	return put(buffer, &value, sizeof(value));
}

static int put_entry(struct buffer *buffer, const SeccompTreeEntry *entry)
{
	size_t size = seccomp_tree_entry__get_packed_size(entry);
	int ret = put_u32(buffer, size);

	if (ret)
		return ret;
	ret = array_reserve(&buffer->data, &buffer->room, buffer->size + size, 1);
	if (ret)
		return ret;
	buffer->size += seccomp_tree_entry__pack(entry, buffer->data + buffer->size);
	return 0;
}

static int put_header(struct buffer *buffer, const struct tree *tree)
{
	HeaderEntry header = HEADER_ENTRY__INIT;
	SeccompTreeEntry entry = SECCOMP_TREE_ENTRY__INIT;
	int ret;

	if (!*tree->run_id || !tree->arch)
		return -EINVAL;
	ret = put_u32(buffer, IMAGE_COMMON_MAGIC);
	if (ret)
		return ret;
	ret = put_u32(buffer, IMAGE_MAGIC);
	if (ret)
		return ret;
	header.version = IMAGE_VERSION;
	header.has_run_id = true;
	header.run_id.data = (uint8_t *)tree->run_id;
	header.run_id.len = strlen(tree->run_id);
	header.has_arch = true;
	header.arch = tree->arch;
	entry.entry_case = SECCOMP_TREE_ENTRY__ENTRY_HEADER;
	entry.header = &header;
	return put_entry(buffer, &entry);
}

static int put_program(struct buffer *buffer, const struct tree_program *program)
{
	ProgramEntry message = PROGRAM_ENTRY__INIT;
	SeccompTreeEntry entry = SECCOMP_TREE_ENTRY__INIT;
	struct sock_filter insns[BPF_MAXINSNS];
	uint32_t i;

	for (i = 0; i < program->len; i++) {
		insns[i] = program->insns[i];
		insns[i].code = htole16(insns[i].code);
		insns[i].k = htole32(insns[i].k);
	}
	message.insns.data = (uint8_t *)insns;
	message.insns.len = program->len * sizeof(*insns);
	entry.entry_case = SECCOMP_TREE_ENTRY__ENTRY_PROGRAM;
	entry.program = &message;
	return put_entry(buffer, &entry);
}

static int put_filter(struct buffer *buffer, const struct tree_filter *filter)
{
	FilterEntry message = FILTER_ENTRY__INIT;
	SeccompTreeEntry entry = SECCOMP_TREE_ENTRY__INIT;

	message.program = filter->program;
	message.has_parent = filter->parent != TREE_NONE;
	message.parent = filter->parent;
	message.has_flags = filter->flags != 0;
	message.flags = filter->flags;
	message.has_listener_flags = filter->listener_flags != 0;
	message.listener_flags = filter->listener_flags;
	message.has_generation = filter->generation != 0;
	message.generation = filter->generation;
	message.newer = (uint32_t *)filter->newer;
	message.n_newer = filter->n_newer;
	entry.entry_case = SECCOMP_TREE_ENTRY__ENTRY_FILTER;
	entry.filter = &message;
	return put_entry(buffer, &entry);
}

static int put_file(struct buffer *buffer, const struct tree_file *file)
{
	FileEntry message = FILE_ENTRY__INIT;
	SeccompTreeEntry entry = SECCOMP_TREE_ENTRY__INIT;

	message.id = file->id;
	message.kind = (FileEntry__FileKind)file->kind;
	message.has_filter = file->filter != TREE_NONE;
	message.filter = file->filter;
	message.has_flags = file->flags != 0;
	message.flags = file->flags;
	entry.entry_case = SECCOMP_TREE_ENTRY__ENTRY_FILE;
	entry.file = &message;
	return put_entry(buffer, &entry);
}

static void fill_threads(const struct tree *tree, size_t first, size_t count, int32_t *tids,
			 int32_t *filters)
{
	int32_t tid = 0, filter = 0;
	size_t i;

	for (i = 0; i < count; i++) {
		const struct tree_thread *thread = &tree->threads[first + i];
		int32_t number = thread->filter == TREE_NONE ? 0 : thread->filter + 1;

		tids[i] = thread->tid - tid;
		filters[i] = number - filter;
		tid = thread->tid;
		filter = number;
	}
}

/* Puts the threads of the processes from @first to @end - 1 into one entry. */
static int put_threads(struct buffer *buffer, const struct tree *tree, size_t first, size_t end)
{
	ThreadsEntry message = THREADS_ENTRY__INIT;
	SeccompTreeEntry entry = SECCOMP_TREE_ENTRY__INIT;
	size_t first_thread = tree->processes[first].first;
	size_t i;
	int ret = -ENOMEM;

	message.n_size = end - first;
	message.n_tid =
		tree->processes[end - 1].first + tree->processes[end - 1].count - first_thread;
	message.n_filter = message.n_tid;
	message.size = calloc(message.n_size, sizeof(*message.size));
	message.tid = calloc(message.n_tid, sizeof(*message.tid));
	message.filter = calloc(message.n_filter, sizeof(*message.filter));
	if (!message.size || !message.tid || !message.filter)
		goto out;

	for (i = 0; i < message.n_size; i++)
		message.size[i] = tree->processes[first + i].count;
	fill_threads(tree, first_thread, message.n_tid, message.tid, message.filter);
	entry.entry_case = SECCOMP_TREE_ENTRY__ENTRY_THREADS;
	entry.threads = &message;
	ret = put_entry(buffer, &entry);
out:
	free(message.size);
	free(message.tid);
	free(message.filter);
	return ret;
}

static int put_end(struct buffer *buffer, const struct tree *tree)
{
	EndEntry message = END_ENTRY__INIT;
	SeccompTreeEntry entry = SECCOMP_TREE_ENTRY__INIT;

	message.programs = tree->n_programs;
	message.filters = tree->n_filters;
	message.threads = tree->n_threads;
	message.processes = tree->n_processes;
	message.files = tree->n_files;
	entry.entry_case = SECCOMP_TREE_ENTRY__ENTRY_END;
	entry.end = &message;
	return put_entry(buffer, &entry);
}

static int put_all_but_threads(struct buffer *buffer, const struct tree *tree, struct image *image)
{
	int ret = 0;

	for (; !ret && image->programs < tree->n_programs; image->programs++)
		ret = put_program(buffer, &tree->programs[image->programs]);
	for (; !ret && image->filters < tree->n_filters; image->filters++)
		ret = put_filter(buffer, &tree->filters[image->filters]);
	for (; !ret && image->files < tree->n_files; image->files++)
		ret = put_file(buffer, &tree->files[image->files]);
	return ret;
}

/* The end of a threads entry that begins with the process @first. */
static size_t entry_end(const struct tree *tree, size_t first)
{
	size_t end, threads = 0;

	for (end = first; end < tree->n_processes && threads < THREADS_PER_ENTRY; end++)
		threads += tree->processes[end].count;
	return end;
}

static size_t threads_between(const struct tree *tree, size_t first, size_t end)
{
	return tree->processes[end - 1].first + tree->processes[end - 1].count -
	       tree->processes[first].first;
}

/*
 * Filters come before the threads that have them. So if there are new filters, the
 * last threads entry becomes final.
 */
static int put_before_threads(struct buffer *buffer, const struct tree *tree, struct image *image)
{
	if (image->programs == tree->n_programs && image->filters == tree->n_filters &&
	    image->files == tree->n_files)
		return 0;
	if (image->processes) {
		image->tail = image->end;
		image->processes_before_tail = image->processes;
	}
	return put_all_but_threads(buffer, tree, image);
}

/* Full threads entries are final, and the new tail is after them. */
static int put_processes(struct buffer *buffer, const struct tree *tree, struct image *image,
			 size_t *before_tail)
{
	size_t first = image->processes_before_tail, end;
	int ret;

	for (; first < tree->n_processes; first = end) {
		end = entry_end(tree, first);
		ret = put_threads(buffer, tree, first, end);
		if (ret)
			return ret;
		if (threads_between(tree, first, end) < THREADS_PER_ENTRY)
			break;
		image->processes_before_tail = end;
		*before_tail = buffer->size;
	}
	image->processes = tree->n_processes;
	return 0;
}

static int put_changes(struct buffer *buffer, const struct tree *tree, struct image *image,
		       size_t *before_tail)
{
	int ret = 0;

	if (!image->tail)
		ret = put_header(buffer, tree);
	if (!ret)
		ret = put_before_threads(buffer, tree, image);
	if (ret)
		return ret;
	*before_tail = buffer->size;
	ret = put_processes(buffer, tree, image, before_tail);
	if (ret)
		return ret;
	image->end = image->tail + buffer->size;
	return put_end(buffer, tree);
}

static int write_at(int fd, const uint8_t *data, size_t size, off_t offset)
{
	ssize_t done;

	while (size) {
		done = pwrite(fd, data, size, offset);
		if (done < 0 && errno != EINTR)
			return -errno;
		if (done > 0) {
			data += done;
			size -= done;
			offset += done;
		}
	}
	return 0;
}

/*
 * Some file systems only say in close(2) that there was no room, of any descriptor: NFS,
 * with a quota. When the image is closed, it would be too late to fail the dump.
 */
static int flush(int fd)
{
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);

	return copy < 0 || close(copy) ? -errno : 0;
}

/*
 * Other users may be able to write to the folder. So the file must be new: an existing
 * one could be a link to another file, or be open elsewhere. It is readable only by
 * its owner, because the programs show what a task is allowed to do.
 */
static int create_file(struct image *image, int dir)
{
	image->fd =
		openat(dir, IMAGE_NAME, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	return image->fd < 0 ? -errno : 0;
}

int image_sync(struct image *image, int dir, const struct tree *tree)
{
	struct buffer buffer = { 0 };
	size_t before_tail = 0;
	int ret = 0;

	if (image->fd < 0)
		ret = create_file(image, dir);
	if (!ret)
		ret = put_changes(&buffer, tree, image, &before_tail);
	if (!ret)
		ret = write_at(image->fd, buffer.data, buffer.size, image->tail);
	if (!ret)
		ret = flush(image->fd);
	if (ret)
		pr_err("cannot write %s: %s", IMAGE_NAME, strerror(-ret));
	image->tail += before_tail;
	free(buffer.data);
	return ret;
}

void image_close(struct image *image)
{
	if (image->fd >= 0)
		close(image->fd);
	*image = (struct image){ .fd = -1 };
}
