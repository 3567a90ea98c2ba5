// SPDX-License-Identifier: GPL-2.0
/*
 * Writes an image that has everything in it that an image can have, into a
 * folder.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch.h"
#include "image.h"
#include "../fuzz/report-stderr.h"

#define RUN_ID "b2a9a6e6-7a56-4ad4-8f6c-6c2f4f0f5a11"
#define ARRAY_SIZE(array) (sizeof(array) / sizeof(*(array)))

static void need(int ret)
{
	if (ret >= 0)
		return;
	fprintf(stderr, "error %d\n", ret);
	exit(1);
}

/* One of each instruction that seccomp(2) takes, and what an image may have besides. */
static struct sock_filter everything[] = {
	{ BPF_LD | BPF_W | BPF_ABS, 0, 0, 0 },
	{ BPF_LD | BPF_W | BPF_ABS, 0, 0, 60 },
	{ BPF_LD | BPF_W | BPF_ABS, 0, 0, 61 },
	{ BPF_LD | BPF_W | BPF_ABS, 0, 0, 64 },
	{ BPF_LD | BPF_W | BPF_LEN, 0, 0, 0 },
	{ BPF_LDX | BPF_W | BPF_LEN, 0, 0, 0 },
	{ BPF_LD | BPF_IMM, 0, 0, 17 },
	{ BPF_LDX | BPF_IMM, 0, 0, 18 },
	{ BPF_LD | BPF_MEM, 0, 0, 3 },
	{ BPF_LDX | BPF_MEM, 0, 0, 4 },
	{ BPF_ST, 0, 0, 5 },
	{ BPF_STX, 0, 0, 6 },
	{ BPF_MISC | BPF_TAX, 0, 0, 0 },
	{ BPF_MISC | BPF_TXA, 0, 0, 0 },
	{ BPF_ALU | BPF_ADD | BPF_K, 0, 0, 1 },
	{ BPF_ALU | BPF_SUB | BPF_X, 0, 0, 0 },
	{ BPF_ALU | BPF_MUL | BPF_K, 0, 0, 2 },
	{ BPF_ALU | BPF_DIV | BPF_X, 0, 0, 0 },
	{ BPF_ALU | BPF_AND | BPF_K, 0, 0, 0xff },
	{ BPF_ALU | BPF_OR | BPF_X, 0, 0, 0 },
	{ BPF_ALU | BPF_XOR | BPF_K, 0, 0, 0xf0 },
	{ BPF_ALU | BPF_LSH | BPF_K, 0, 0, 3 },
	{ BPF_ALU | BPF_RSH | BPF_X, 0, 0, 0 },
	{ BPF_ALU | BPF_NEG, 0, 0, 0 },
	{ BPF_JMP | BPF_JEQ | BPF_K, 1, 0, 60 },
	{ BPF_JMP | BPF_JGT | BPF_X, 0, 1, 0 },
	{ BPF_JMP | BPF_JGE | BPF_K, 2, 3, 4 },
	{ BPF_JMP | BPF_JSET | BPF_X, 0, 0, 0 },
	{ BPF_JMP | BPF_JA, 0, 0, 2 },
	{ BPF_RET | BPF_K, 0, 0, SECCOMP_RET_KILL_PROCESS },
	{ BPF_RET | BPF_K, 0, 0, SECCOMP_RET_KILL_THREAD },
	{ BPF_RET | BPF_K, 0, 0, SECCOMP_RET_TRAP | 7 },
	{ BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | 8 },
	{ BPF_RET | BPF_K, 0, 0, SECCOMP_RET_USER_NOTIF },
	{ BPF_RET | BPF_K, 0, 0, SECCOMP_RET_TRACE | 9 },
	{ BPF_RET | BPF_K, 0, 0, SECCOMP_RET_LOG },
	{ BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW },
	{ BPF_RET | BPF_K, 0, 0, 0x12345678 },
	{ BPF_RET | BPF_A, 0, 0, 0 },
	{ BPF_ALU | 0xd0, 0, 0, 1 },
	{ BPF_JMP | 0xd0, 2, 3, 4 },
	{ 0xffff, 1, 2, 3 },
};

static struct sock_filter allow[] = { { BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW } };

static void add_filters(struct tree *tree)
{
	const unsigned int supervised =
		SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
	const struct tree_filter filters[] = {
		{ .program = 0, .parent = TREE_NONE },
		{ .program = 1, .parent = 0, .flags = SECCOMP_FILTER_FLAG_LOG },
		{ .program = 1, .parent = 1 },
		{ .program = 1, .parent = 2 },
		{ .program = 1, .parent = 0 },
		{ .program = 1, .parent = TREE_NONE },
		{ .program = 1, .parent = 5 },
		{ .program = 0,
		  .parent = TREE_NONE,
		  .flags = supervised | SECCOMP_FILTER_FLAG_ALLOW_NESTED_LISTENERS,
		  .listener_flags = SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP },
		{ .program = 1, .parent = 7, .flags = SECCOMP_FILTER_FLAG_NEW_LISTENER },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(filters); i++)
		need(tree_add_filter(tree, &filters[i]));
}

static void add_processes(struct tree *tree)
{
	static const struct tree_thread first[] = {
		{ .tid = 1, .filter = 3 },
		{ .tid = 4, .filter = 0 },
		{ .tid = 5, .filter = TREE_NONE },
		{ .tid = 6, .filter = TREE_NONE },
	};
	static const struct tree_thread second[] = {
		{ .tid = 7, .filter = 4 },
		{ .tid = 8, .filter = 6 },
		{ .tid = 9, .filter = 7 },
	};

	need(tree_add_process(tree, first, ARRAY_SIZE(first)));
	need(tree_add_process(tree, second, ARRAY_SIZE(second)));
}

static void add_files(struct tree *tree)
{
	static const struct tree_file files[] = {
		{ .id = 20, .kind = TREE_FILE_FILTER, .filter = 5 },
		{ .id = 21, .kind = TREE_FILE_LISTENER, .filter = 7 },
		{ .id = 22, .kind = TREE_FILE_HUNG_UP, .filter = TREE_NONE },
		{ .id = 23, .kind = TREE_FILE_SEALED, .filter = 6 },
		{ .id = 24, .kind = TREE_FILE_LISTENER, .filter = 8 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(files); i++)
		need(tree_add_file(tree, &files[i]));
}

int main(int argc, char **argv)
{
	struct image image = { .fd = -1 };
	struct tree tree = { 0 };
	int dir = argc == 2 ? open(argv[1], O_RDONLY | O_DIRECTORY) : -1;

	if (dir < 0) {
		fputs("usage: image DIR\n", stderr);
		return 2;
	}
	/* on whatever machine this runs */
	tree.arch = AUDIT_ARCH_X86_64;
	need(tree_set_run_id(&tree, RUN_ID, strlen(RUN_ID)));
	need(tree_add_program(&tree, everything, ARRAY_SIZE(everything)));
	need(tree_add_program(&tree, allow, ARRAY_SIZE(allow)));
	add_filters(&tree);
	add_processes(&tree);
	add_files(&tree);
	need(image_sync(&image, dir, &tree));
	image_close(&image);
	tree_free(&tree);
	return 0;
}
