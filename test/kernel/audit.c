// SPDX-License-Identifier: GPL-2.0
/* PTRACE_SECCOMP_SET_FILTER_FD and NOTIF_SET_PROG leave a record in the audit log */
#include "monitor.h"

#include <linux/audit.h>
#include <linux/netlink.h>
#include <sys/socket.h>

struct message {
	struct nlmsghdr header;
	union {
		struct audit_status status;
		char text[8192];
	};
};

static void set_enabled(int audit, int enabled)
{
	struct message message = {
		.header = { .nlmsg_len = NLMSG_LENGTH(sizeof(message.status)),
			    .nlmsg_type = AUDIT_SET,
			    .nlmsg_flags = NLM_F_REQUEST },
		.status = { .mask = AUDIT_STATUS_ENABLED, .enabled = enabled },
	};

	CHECK(send(audit, &message, message.header.nlmsg_len, 0) > 0);
}

/* A socket that receives audit records from now on; -1 if this kernel has no audit. */
static int open_audit(void)
{
	struct sockaddr_nl group = { .nl_family = AF_NETLINK,
				     .nl_groups = 1 << (AUDIT_NLGRP_READLOG - 1) };
	struct timeval patience = { .tv_sec = 20 };
	int audit = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_AUDIT);

	if (audit < 0)
		return -1;
	IS(setsockopt(audit, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)), 0);
	IS(bind(audit, (struct sockaddr *)&group, sizeof(group)), 0);
	set_enabled(audit, 1);
	return audit;
}

/* Reads the next record of an operation; the test fails if there is none. */
static void next_record(int audit, const char *op, char *text, size_t size)
{
	struct message message;
	ssize_t got;

	do {
		got = recv(audit, &message, sizeof(message) - 1, 0);
		CHECK(got >= (ssize_t)sizeof(message.header));
		((char *)&message)[got] = '\0';
	} while (message.header.nlmsg_type != AUDIT_CONFIG_CHANGE || !strstr(message.text, op));
	snprintf(text, size, "%s", message.text);
}

static bool says(const char *record, const char *name, long long value)
{
	char field[64];
	const char *at;

	snprintf(field, sizeof(field), " %s=%lld", name, value);
	at = strstr(record, field);
	return at && strchr(" \n", at[strlen(field)]);
}

static long do_nothing(long unused)
{
	return unused;
}

TEST(set_leaves_an_audit_record)
{
	int fd = mark_fd(-1, 1), apart = mark_fd(-1, 2), audit = open_audit();
	pid_t pid = start_child(do_nothing, 0);
	char record[8192];

	if (audit < 0)
		test_skipped("no audit (CONFIG_AUDIT)");
	attach(pid, PTRACE_O_SUSPEND_SECCOMP);
	IS(set_fd(pid, fd), 0);
	next_record(audit, "op=seccomp-set-filter", record, sizeof(record));
	CHECK(says(record, "pid", getpid()));
	CHECK(says(record, "opid", pid));
	CHECK(says(record, "otid", pid));
	CHECK(says(record, "old-mode", 0));
	CHECK(says(record, "filter", id_of(fd)));
	CHECK(says(record, "res", 1));
	/* a change that would loosen the confinement */
	IS(set_fd(pid, apart), -EPERM);
	next_record(audit, "op=seccomp-set-filter", record, sizeof(record));
	CHECK(says(record, "old-mode", 2));
	CHECK(says(record, "filter", id_of(apart)));
	CHECK(says(record, "res", 0));
	set_enabled(audit, 0);
	detach(pid);
}

TEST(replaced_leaves_an_audit_record)
{
	struct sock_filter insns[MARK_LEN];
	struct seccomp_notif_prog args = {
		.size = sizeof(args),
		.flags = SECCOMP_NOTIF_PROG_TIGHTEN,
		.len = MARK_LEN,
		.insns = (uintptr_t)insns,
	};
	int listener, fd, audit;
	char record[8192];

	need_create_flag(SECCOMP_FILTER_FLAG_REPLACEABLE);
	audit = open_audit();
	if (audit < 0)
		test_skipped("no audit (CONFIG_AUDIT)");
	fd = mark_fd_flags(-1, 1,
			   SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_REPLACEABLE,
			   &listener);
	mark_program(insns, 2);
	IS(fd_ioctl(listener, SECCOMP_IOCTL_NOTIF_SET_PROG, &args), 0);
	next_record(audit, "op=seccomp-set-prog", record, sizeof(record));
	CHECK(says(record, "pid", getpid()));
	CHECK(says(record, "filter", id_of(fd)));
	CHECK(says(record, "generation", 2));
	CHECK(says(record, "len", MARK_LEN));
	CHECK(says(record, "tighten", 1));
	CHECK(says(record, "res", 1));
	/* one that is refused */
	args.generation = 1;
	IS(fd_ioctl(listener, SECCOMP_IOCTL_NOTIF_SET_PROG, &args), -ESTALE);
	next_record(audit, "op=seccomp-set-prog", record, sizeof(record));
	CHECK(says(record, "res", 0));
	set_enabled(audit, 0);
}
