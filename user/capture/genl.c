// SPDX-License-Identifier: GPL-2.0
/*
 * A session with lockprobe.ko: libnl finds the family and builds requests; the
 * stream is received in large pieces of the socket's own buffer. While a reply
 * is awaited, messages of the stream that come first are kept for later.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <netlink/attr.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>

#include "base/error.h"
#include "capture/genl.h"

#define SOCKET_BYTES (8 << 20) /* seconds of the wildest stream */
#define RECEIVE_BYTES (1 << 20)
#define REPLY_MS 10000

struct genl {
	struct nl_sock *sock;
	int family;
	char *buffer;
	char *kept; /* stream messages that came while a reply was awaited */
	size_t kept_len, kept_room;
	uint64_t overruns;
};

static int open_error(int err)
{
	switch (-err) {
	case NLE_OBJ_NOTFOUND:
		error("lockprobe.ko is not loaded: modprobe lockprobe (as root; 'lockprobe-user doctor' tells more)");
		return -ENODEV;
	case NLE_PERM:
	case NLE_NOACCESS:
		error("not permitted to talk to lockprobe.ko: run as root, or with CAP_NET_ADMIN and CAP_PERFMON");
		return -EPERM;
	default:
		error("generic netlink: %s", nl_geterror(err));
		return -EIO;
	}
}

static void enlarge_buffer(struct nl_sock *sock)
{
	int fd = nl_socket_get_fd(sock), bytes = SOCKET_BYTES;

	/* FORCE goes beyond net.core.rmem_max, for those who may */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)) &&
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes)))
		warning("the socket's buffer stays small: bursts may be lost (they are counted)");
}

int genl_open(struct genl **out)
{
	struct genl *genl = calloc(1, sizeof(*genl));
	int err, on = 1;

	if (!genl)
		return -ENOMEM;
	genl->buffer = malloc(RECEIVE_BYTES);
	genl->sock = nl_socket_alloc();
	if (!genl->buffer || !genl->sock) {
		genl_close(genl);
		return -ENOMEM;
	}
	err = genl_connect(genl->sock);
	if (!err) {
		genl->family =
			genl_ctrl_resolve(genl->sock, LOCKPROBE_GENL_NAME);
		err = genl->family < 0 ? genl->family : 0;
	}
	if (err) {
		genl_close(genl);
		return open_error(err);
	}
	setsockopt(nl_socket_get_fd(genl->sock), SOL_NETLINK, NETLINK_EXT_ACK,
		   &on, sizeof(on));
	enlarge_buffer(genl->sock);
	*out = genl;
	return 0;
}

void genl_close(struct genl *genl)
{
	if (!genl)
		return;
	if (genl->sock)
		nl_socket_free(genl->sock);
	free(genl->buffer);
	free(genl->kept);
	free(genl);
}

static int keep(struct genl *genl, const struct nlmsghdr *msg)
{
	size_t len = NLMSG_ALIGN(msg->nlmsg_len), room = genl->kept_room;
	char *bigger;

	if (genl->kept_len + len > room) {
		room = (genl->kept_len + len) * 2;
		bigger = realloc(genl->kept, room);
		if (!bigger)
			return -ENOMEM;
		genl->kept = bigger;
		genl->kept_room = room;
	}
	memcpy(genl->kept + genl->kept_len, msg, msg->nlmsg_len);
	genl->kept_len += len;
	return 0;
}

/* Bytes received into the buffer; 0: time over or a signal. */
static ssize_t receive(struct genl *genl, int timeout_ms)
{
	struct pollfd pfd = { .fd = nl_socket_get_fd(genl->sock),
			      .events = POLLIN };
	ssize_t n;
	int ready = poll(&pfd, 1, timeout_ms);

	if (ready < 0)
		return errno == EINTR ? 0 : -errno;
	if (!ready)
		return 0;
	n = recv(pfd.fd, genl->buffer, RECEIVE_BYTES, MSG_DONTWAIT);
	if (n >= 0)
		return n;
	if (errno == ENOBUFS) {
		genl->overruns++;
		return 0;
	}
	return errno == EAGAIN || errno == EINTR ? 0 : -errno;
}

/* The kernel's own sentence on why it refused, where it sent one. */
static const char *kernel_message(const struct nlmsghdr *msg, char *out,
				  size_t size)
{
	const struct nlmsgerr *e = nlmsg_data(msg);
	size_t used = NLMSG_HDRLEN + sizeof(*e);
	struct nlattr *attr;

	*out = '\0';
	if (!(msg->nlmsg_flags & NLM_F_ACK_TLVS))
		return out;
	if (!(msg->nlmsg_flags & NLM_F_CAPPED))
		used += e->msg.nlmsg_len - NLMSG_HDRLEN;
	if (used >= msg->nlmsg_len)
		return out;
	attr = nla_find((struct nlattr *)((char *)msg + used),
			msg->nlmsg_len - used, NLMSGERR_ATTR_MSG);
	if (attr)
		snprintf(out, size, "%.*s", nla_len(attr),
			 (char *)nla_data(attr));
	return out;
}

static int refused(const struct nlmsghdr *msg, const char *what)
{
	const struct nlmsgerr *e = nlmsg_data(msg);
	char text[256];

	kernel_message(msg, text, sizeof(text));
	switch (-e->error) {
	case EBUSY:
		error("%s: another session is running: only one at a time%s%s",
		      what, *text ? ": " : "", text);
		break;
	case EPERM:
	case EACCES:
		error("%s: not permitted: needs CAP_NET_ADMIN and CAP_PERFMON (run as root), and lockdown may forbid it%s%s",
		      what, *text ? ": " : "", text);
		break;
	default:
		error("%s: %s%s%s", what, strerror(-e->error),
		      *text ? ": " : "", text);
	}
	return e->error;
}

static bool is_our_version(const struct nlmsghdr *msg)
{
	const struct genlmsghdr *genl = nlmsg_data(msg);

	if (genl->version == LOCKPROBE_GENL_VERSION)
		return true;
	error("lockprobe.ko speaks version %u of the stream, this tool version %u: load the module that came with the tool",
	      genl->version, LOCKPROBE_GENL_VERSION);
	return false;
}

/* Handle one message while waiting for request @seq: 1 acknowledged. */
static int answer(struct genl *genl, struct nlmsghdr *msg, uint32_t seq,
		  const char *what, void (*reply)(void *, struct nlattr *, int),
		  void *ctx)
{
	const struct nlmsgerr *e = nlmsg_data(msg);
	int cmd, err;

	if (msg->nlmsg_type == NLMSG_ERROR) {
		if (msg->nlmsg_seq != seq ||
		    msg->nlmsg_len < NLMSG_HDRLEN + sizeof(*e))
			return 0;
		return e->error ? refused(msg, what) : 1;
	}
	if (msg->nlmsg_type != genl->family)
		return 0;
	cmd = wire_cmd(msg);
	if (cmd && !is_our_version(msg))
		return -EPROTO;
	if (cmd >= LOCKPROBE_CMD_BATCH) {
		err = keep(genl, msg);
		/* after END nothing more comes, nor an answer that got lost */
		return err ? err : cmd == LOCKPROBE_CMD_END;
	}
	if (msg->nlmsg_seq == seq && reply)
		reply(ctx,
		      (struct nlattr *)((char *)nlmsg_data(msg) + GENL_HDRLEN),
		      msg->nlmsg_len - NLMSG_HDRLEN - GENL_HDRLEN);
	return 0;
}

/* Send @msg (released here), wait for its acknowledgement. */
static int request(struct genl *genl, struct nl_msg *msg, const char *what,
		   void (*reply)(void *, struct nlattr *, int), void *ctx)
{
	struct nlmsghdr *pos;
	uint32_t seq;
	ssize_t n;
	int rem, done = 0, err, tries;

	err = nl_send_auto(genl->sock, msg);
	seq = nlmsg_hdr(msg)->nlmsg_seq;
	nlmsg_free(msg);
	if (err < 0) {
		error("%s: %s", what, nl_geterror(err));
		return -EIO;
	}
	for (tries = 0; !done && tries < REPLY_MS / 100;) {
		n = receive(genl, 100);
		if (n < 0)
			return error_errno(n, "%s", what);
		if (!n)
			tries++;
		pos = (struct nlmsghdr *)genl->buffer;
		rem = n;
		for (; nlmsg_ok(pos, rem); pos = nlmsg_next(pos, &rem)) {
			err = answer(genl, pos, seq, what, reply, ctx);
			if (err < 0)
				return err;
			done |= err;
		}
	}
	if (!done) {
		error("%s: lockprobe.ko does not answer", what);
		return -ETIMEDOUT;
	}
	return 0;
}

static struct nl_msg *begin(struct genl *genl, int cmd)
{
	struct nl_msg *msg = nlmsg_alloc();

	if (msg && !genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, genl->family, 0,
				NLM_F_REQUEST | NLM_F_ACK, cmd,
				LOCKPROBE_GENL_VERSION)) {
		nlmsg_free(msg);
		msg = NULL;
	}
	return msg;
}

#define PARSE(tb, attrs, len) nla_parse(tb, LOCKPROBE_A_MAX, attrs, len, NULL)

static void text(char *out, size_t size, struct nlattr *attr)
{
	if (attr)
		nla_strlcpy(out, attr, size);
}

static void parse_host(void *ctx, struct nlattr *attrs, int len)
{
	struct nlattr *tb[LOCKPROBE_A_MAX + 1], *id;
	struct genl_host *host = ctx;
	int i, n;

	if (PARSE(tb, attrs, len) || !tb[LOCKPROBE_A_HOST] ||
	    PARSE(tb, nla_data(tb[LOCKPROBE_A_HOST]),
		  nla_len(tb[LOCKPROBE_A_HOST])))
		return;
	text(host->release, sizeof(host->release), tb[LOCKPROBE_A_RELEASE]);
	text(host->module_version, sizeof(host->module_version),
	     tb[LOCKPROBE_A_MODULE_VERSION]);
	if (tb[LOCKPROBE_A_NR_CPUS])
		host->nr_cpus = nla_get_u32(tb[LOCKPROBE_A_NR_CPUS]);
	if (tb[LOCKPROBE_A_FEATURES])
		host->features = nla_get_u32(tb[LOCKPROBE_A_FEATURES]);
	if (tb[LOCKPROBE_A_TEXT])
		host->text = nla_get_u64(tb[LOCKPROBE_A_TEXT]);
	id = tb[LOCKPROBE_A_BUILD_ID];
	n = id ? nla_len(id) : 0;
	for (i = 0; i < n && 2 * i + 2 < (int)sizeof(host->build_id); i++)
		sprintf(host->build_id + 2 * i, "%02x",
			((unsigned char *)nla_data(id))[i]);
}

int genl_info(struct genl *genl, struct genl_host *host)
{
	struct nl_msg *msg = begin(genl, LOCKPROBE_CMD_INFO);

	memset(host, 0, sizeof(*host));
	if (!msg)
		return -ENOMEM;
	return request(genl, msg, "asking lockprobe.ko what it is", parse_host,
		       host);
}

static int put_event(struct nl_msg *msg, const struct event *e)
{
	struct nlattr *nest = nla_nest_start(msg, LOCKPROBE_A_EVENT);

	if (!nest || nla_put_string(msg, LOCKPROBE_A_EVENT_NAME, e->name) ||
	    nla_put_u8(msg, LOCKPROBE_A_EVENT_RUNG, e->rung) ||
	    (*e->reason &&
	     nla_put_string(msg, LOCKPROBE_A_EVENT_REASON, e->reason)) ||
	    nla_put_u32(msg, LOCKPROBE_A_EVENT_TYPE, e->type) ||
	    nla_put_u64(msg, LOCKPROBE_A_EVENT_CONFIG, e->config) ||
	    nla_put_u64(msg, LOCKPROBE_A_EVENT_CONFIG1, e->config1) ||
	    nla_put_u64(msg, LOCKPROBE_A_EVENT_CONFIG2, e->config2) ||
	    (e->period &&
	     nla_put_u64(msg, LOCKPROBE_A_EVENT_PERIOD, e->period)) ||
	    (!e->period && nla_put_u32(msg, LOCKPROBE_A_EVENT_FREQ, e->freq)) ||
	    nla_put_u8(msg, LOCKPROBE_A_EVENT_PRECISE, e->precise))
		return -ENOSPC;
	nla_nest_end(msg, nest);
	return 0;
}

static void parse_applied(void *ctx, struct nlattr *attrs, int len)
{
	struct nlattr *tb[LOCKPROBE_A_MAX + 1];
	struct event *applied = ctx;

	if (PARSE(tb, attrs, len) || !tb[LOCKPROBE_A_EVENT] ||
	    PARSE(tb, nla_data(tb[LOCKPROBE_A_EVENT]),
		  nla_len(tb[LOCKPROBE_A_EVENT])))
		return;
	if (tb[LOCKPROBE_A_EVENT_PERIOD])
		applied->period = nla_get_u64(tb[LOCKPROBE_A_EVENT_PERIOD]);
	if (tb[LOCKPROBE_A_EVENT_FREQ])
		applied->freq = nla_get_u32(tb[LOCKPROBE_A_EVENT_FREQ]);
	if (tb[LOCKPROBE_A_EVENT_PRECISE])
		applied->precise = nla_get_u8(tb[LOCKPROBE_A_EVENT_PRECISE]);
	if (tb[LOCKPROBE_A_EVENT_RUNG])
		applied->rung = nla_get_u8(tb[LOCKPROBE_A_EVENT_RUNG]);
	text(applied->reason, sizeof(applied->reason),
	     tb[LOCKPROBE_A_EVENT_REASON]);
}

int genl_start(struct genl *genl, const struct genl_session *s,
	       struct event *applied)
{
	struct nl_msg *msg = begin(genl, LOCKPROBE_CMD_START);

	*applied = *s->event;
	if (!msg)
		return -ENOMEM;
	if (put_event(msg, s->event) ||
	    (s->cpus && nla_put_string(msg, LOCKPROBE_A_CPUS, s->cpus)) ||
	    (s->pid && nla_put_u32(msg, LOCKPROBE_A_PID, s->pid)) ||
	    (s->depth && nla_put_u32(msg, LOCKPROBE_A_STACK_DEPTH, s->depth)) ||
	    (s->ring_bytes &&
	     nla_put_u32(msg, LOCKPROBE_A_RING_BYTES, s->ring_bytes)) ||
	    nla_put_u32(msg, LOCKPROBE_A_WHAT, s->what)) {
		nlmsg_free(msg);
		return -EMSGSIZE;
	}
	return request(genl, msg, "starting a session", parse_applied, applied);
}

int genl_stop(struct genl *genl)
{
	struct nl_msg *msg = begin(genl, LOCKPROBE_CMD_STOP);

	return msg ? request(genl, msg, "stopping the session", NULL, NULL) :
		     -ENOMEM;
}

static void parse_stats(void *ctx, struct nlattr *attrs, int len)
{
	struct nlattr *nest = nla_find(attrs, len, LOCKPROBE_A_STATS);

	if (nest)
		wire_parse_stats(nest, ctx);
}

int genl_stats(struct genl *genl, uint64_t *stats)
{
	struct nl_msg *msg = begin(genl, LOCKPROBE_CMD_STATS);

	return msg ? request(genl, msg, "asking for totals", parse_stats,
			     stats) :
		     -ENOMEM;
}

static int deliver(struct genl *genl, char *buffer, size_t len,
		   int (*message)(void *, const struct nlmsghdr *), void *ctx)
{
	struct nlmsghdr *pos = (struct nlmsghdr *)buffer;
	int rem = len, cmd, err, end = 0;

	for (; nlmsg_ok(pos, rem); pos = nlmsg_next(pos, &rem)) {
		cmd = pos->nlmsg_type == genl->family ? wire_cmd(pos) : 0;
		if (cmd != LOCKPROBE_CMD_BATCH && cmd != LOCKPROBE_CMD_END)
			continue;
		err = message(ctx, pos);
		if (err < 0)
			return err;
		end |= cmd == LOCKPROBE_CMD_END;
	}
	return end;
}

int genl_receive(struct genl *genl, int timeout_ms,
		 int (*message)(void *ctx, const struct nlmsghdr *msg),
		 void *ctx)
{
	size_t kept = genl->kept_len;
	ssize_t n;

	if (kept) {
		genl->kept_len = 0;
		return deliver(genl, genl->kept, kept, message, ctx);
	}
	n = receive(genl, timeout_ms);
	if (n < 0)
		return error_errno(n, "receiving samples");
	return deliver(genl, genl->buffer, n, message, ctx);
}

uint64_t genl_overruns(const struct genl *genl)
{
	return genl->overruns;
}
