// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <linux/audit.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audit.h"
#include "report.h"

#define BUFFER_SIZE (4 << 20)
#define SECOND 1000

/**
 * struct audit - the sockets
 * @log: in the multicast group
 * @control: for the kernel's own count of lost records; NULL: we may not ask for it
 * @active: something arrived since we last asked for the count
 */
struct audit {
	struct audit_handler handler;
	struct nl_sock *log, *control;
	bool active, lost_known;
	uint32_t lost;
};

static int handle_record(struct nl_msg *msg, void *arg)
{
	struct nlmsghdr *header = nlmsg_hdr(msg);
	struct audit *audit = arg;

	audit->active = true;
	if (header->nlmsg_type == AUDIT_SECCOMP)
		audit->handler.record(audit->handler.arg, nlmsg_data(header),
				      nlmsg_datalen(header));
	return NL_OK;
}

static int handle_status(struct nl_msg *msg, void *arg)
{
	struct nlmsghdr *header = nlmsg_hdr(msg);
	const struct audit_status *status = nlmsg_data(header);
	struct audit *audit = arg;

	if (header->nlmsg_type != AUDIT_GET ||
	    nlmsg_datalen(header) < (int)offsetof(struct audit_status, backlog))
		return NL_OK;
	if (audit->lost_known && status->lost != audit->lost)
		audit->handler.dropped(audit->handler.arg, status->lost - audit->lost);
	audit->lost = status->lost;
	audit->lost_known = true;
	return NL_OK;
}

static struct nl_sock *open_socket(nl_recvmsg_msg_cb_t callback, struct audit *audit)
{
	struct nl_sock *socket = nl_socket_alloc();
	int error;

	if (!socket) {
		pr_err("not enough memory");
		return NULL;
	}
	nl_socket_disable_seq_check(socket);
	nl_socket_disable_auto_ack(socket);
	nl_socket_modify_cb(socket, NL_CB_VALID, NL_CB_CUSTOM, callback, audit);
	error = nl_connect(socket, NETLINK_AUDIT);
	if (!error)
		return socket;
	pr_err("cannot reach the kernel's audit: %s", nl_geterror(error));
	nl_socket_free(socket);
	return NULL;
}

/* Counts from the first answer on. Without permission to ask, losses stay unknown. */
static void ask_for_lost(struct audit *audit)
{
	if (!audit->control)
		return;
	if (nl_send_simple(audit->control, AUDIT_GET, NLM_F_REQUEST, NULL, 0) >= 0 &&
	    nl_recvmsgs_default(audit->control) >= 0)
		return;
	nl_socket_free(audit->control);
	audit->control = NULL;
}

struct audit *audit_open(const struct audit_handler *handler)
{
	struct audit *audit = calloc(1, sizeof(*audit));
	int error;

	if (!audit) {
		pr_err("not enough memory");
		return NULL;
	}
	audit->handler = *handler;
	audit->log = open_socket(handle_record, audit);
	audit->control = audit->log ? open_socket(handle_status, audit) : NULL;
	if (!audit->control) {
		audit_close(audit);
		return NULL;
	}
	nl_socket_set_buffer_size(audit->log, BUFFER_SIZE, 0);
	error = nl_socket_add_membership(audit->log, AUDIT_NLGRP_READLOG);
	if (error) {
		pr_err("cannot listen to the kernel's audit: %s (it needs CAP_AUDIT_READ in the initial user namespace)",
		       nl_geterror(error));
		audit_close(audit);
		return NULL;
	}
	ask_for_lost(audit);
	return audit;
}

void audit_close(struct audit *audit)
{
	nl_socket_free(audit->log);
	nl_socket_free(audit->control);
	free(audit);
}

int audit_wait(struct audit *audit)
{
	struct pollfd wait = { .fd = nl_socket_get_fd(audit->log), .events = POLLIN };
	int ret = poll(&wait, 1, SECOND);

	if (ret < 0)
		return -errno;
	if (!ret) {
		if (audit->active)
			ask_for_lost(audit);
		audit->active = false;
		return 0;
	}
	ret = nl_recvmsgs_default(audit->log);
	/* what libnl returns for ENOBUFS */
	if (ret == -NLE_NOMEM) {
		audit->active = true;
		audit->handler.overrun(audit->handler.arg);
		return 0;
	}
	if (ret >= 0 || ret == -NLE_INTR)
		return ret < 0 ? -EINTR : 0;
	pr_err("cannot read from the kernel's audit: %s", nl_geterror(ret));
	return -EIO;
}
