// SPDX-License-Identifier: GPL-2.0
#include <stddef.h>

#include "trust.h"

const char *trust_fault(int fd, mode_t type, uid_t owner)
{
	struct stat st;

	if (fstat(fd, &st))
		return "cannot be checked";
	if ((st.st_mode & S_IFMT) != type)
		return type == S_IFDIR ? "is not a folder" : "is not a regular file";
	if (st.st_uid != owner)
		return "belongs to another user";
	if (st.st_mode & (S_IWGRP | S_IWOTH))
		return "can be written by other users";
	return NULL;
}
