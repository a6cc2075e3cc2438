// SPDX-License-Identifier: GPL-2.0
/*
 * In: requests of user space. Out: replies, and the messages that stream.c
 * fills. Process context of the requester.
 *
 * Who may: INFO and STATS anyone in the initial network namespace, but kernel
 * addresses are told, and other CPUs interrupted to read their counters, only
 * for those who may start a session. START and STOP
 * need CAP_NET_ADMIN and CAP_PERFMON (CAP_SYS_ADMIN before 5.8) in the initial
 * user namespace, both of the socket's opener and of the sender, and a kernel
 * that is not locked down against perf.
 */
#include <linux/cpumask.h>
#include <linux/kernel.h>
#include <linux/lockprobe.h>
#include <linux/module.h>
#include <linux/netlink.h>
#include <linux/notifier.h>
#include <linux/pid.h>
#include <linux/security.h>
#include <linux/utsname.h>
#include <net/genetlink.h>
#include <net/net_namespace.h>
#include "btf.h"
#include "build_id.h"
#include "contend.h"
#include "netlink.h"
#include "session.h"
#include "slab.h"
#include "compat/compat.h"

#define NEEDS                                               \
	"needs CAP_NET_ADMIN and CAP_PERFMON (before 5.8: " \
	"CAP_SYS_ADMIN) in the initial user namespace"

#define RING_MAX 0x4000000u

static struct genl_family family;

static const struct nla_policy policy[LOCKPROBE_A_MAX + 1] = {
	[LOCKPROBE_A_EVENT] = { .type = NLA_NESTED },
	[LOCKPROBE_A_CPUS] = { .type = NLA_NUL_STRING, .len = 4096 },
	[LOCKPROBE_A_PID] = { .type = NLA_U32 },
	[LOCKPROBE_A_STACK_DEPTH] = { .type = NLA_U32 },
	[LOCKPROBE_A_RING_BYTES] = { .type = NLA_U32 },
	[LOCKPROBE_A_WHAT] = { .type = NLA_U32 },
	[LOCKPROBE_A_EVENT_NAME] = { .type = NLA_NUL_STRING,
				     .len = LP_TEXT_MAX - 1 },
	[LOCKPROBE_A_EVENT_RUNG] = { .type = NLA_U8 },
	[LOCKPROBE_A_EVENT_REASON] = { .type = NLA_NUL_STRING,
				       .len = LP_TEXT_MAX - 1 },
	[LOCKPROBE_A_EVENT_TYPE] = { .type = NLA_U32 },
	[LOCKPROBE_A_EVENT_CONFIG] = { .type = NLA_U64 },
	[LOCKPROBE_A_EVENT_CONFIG1] = { .type = NLA_U64 },
	[LOCKPROBE_A_EVENT_CONFIG2] = { .type = NLA_U64 },
	[LOCKPROBE_A_EVENT_PERIOD] = { .type = NLA_U64 },
	[LOCKPROBE_A_EVENT_FREQ] = { .type = NLA_U32 },
	[LOCKPROBE_A_EVENT_PRECISE] = { .type = NLA_U8 },
};

static bool may_observe(const struct sk_buff *skb)
{
	return netlink_capable(skb, CAP_NET_ADMIN) &&
	       lp_compat_perfmon_capable(skb);
}

static int permit(struct sk_buff *skb, struct genl_info *info)
{
	if (!net_eq(genl_info_net(info), &init_net)) {
		NL_SET_ERR_MSG(info->extack,
			       "only from the initial network namespace");
		return -EPERM;
	}
	if (!may_observe(skb)) {
		NL_SET_ERR_MSG(info->extack, NEEDS);
		return -EPERM;
	}
	if (security_locked_down(LOCKDOWN_PERF)) {
		NL_SET_ERR_MSG(info->extack,
			       "the kernel is locked down: no perf");
		return -EPERM;
	}
	return 0;
}

void *lp_netlink_put(struct sk_buff *skb, u32 portid, u8 cmd)
{
	return genlmsg_put(skb, portid, 0, &family, 0, cmd);
}

int lp_netlink_put_stats(struct sk_buff *skb, const struct lp_stats *stats)
{
	const struct {
		int attr;
		u64 value;
	} all[] = {
		{ LOCKPROBE_A_PRODUCED, stats->produced },
		{ LOCKPROBE_A_DELIVERED, stats->delivered },
		{ LOCKPROBE_A_LOST, stats->lost },
		{ LOCKPROBE_A_FILTERED, stats->filtered },
		{ LOCKPROBE_A_THROTTLED, stats->throttled },
		{ LOCKPROBE_A_TIME_ENABLED, stats->time_enabled },
		{ LOCKPROBE_A_TIME_RUNNING, stats->time_running },
		{ LOCKPROBE_A_HANDLER_NS, stats->handler_ns },
		{ LOCKPROBE_A_WORKER_NS, stats->worker_ns },
		{ LOCKPROBE_A_CONTENDED, stats->contended },
		{ LOCKPROBE_A_CONTENDED_LOST, stats->contended_lost },
		{ LOCKPROBE_A_SLEPT_LOST, stats->slept_lost },
		{ LOCKPROBE_A_MEMORY, stats->memory },
	};
	struct nlattr *nest = nla_nest_start(skb, LOCKPROBE_A_STATS);
	size_t i;

	if (!nest)
		return -EMSGSIZE;
	for (i = 0; i < ARRAY_SIZE(all); i++)
		if (nla_put_u64_64bit(skb, all[i].attr, all[i].value,
				      LOCKPROBE_A_PAD))
			goto cancel;
	nla_nest_end(skb, nest);
	return 0;

cancel:
	nla_nest_cancel(skb, nest);
	return -EMSGSIZE;
}

static unsigned long text_start; /* _text, 0: not known */

static u32 features(void)
{
	u32 features = lp_contend_features();

	if (lp_btf_vmlinux())
		features |= LOCKPROBE_FEATURE_BTF;
	if (lp_slab_ready())
		features |= LOCKPROBE_FEATURE_SLAB;
	if (text_start)
		features |= LOCKPROBE_FEATURE_KALLSYMS;
	return features;
}

static int put_host(struct sk_buff *msg, bool addresses)
{
	struct nlattr *nest = nla_nest_start(msg, LOCKPROBE_A_HOST);
	const void *id;
	u32 bytes;

	id = lp_build_id(&bytes);
	if (!nest)
		return -EMSGSIZE;
	if (nla_put_string(msg, LOCKPROBE_A_RELEASE, init_utsname()->release) ||
	    (id && nla_put(msg, LOCKPROBE_A_BUILD_ID, bytes, id)) ||
	    nla_put_string(msg, LOCKPROBE_A_MODULE_VERSION,
			   THIS_MODULE->version) ||
	    nla_put_u32(msg, LOCKPROBE_A_NR_CPUS, num_online_cpus()) ||
	    nla_put_u32(msg, LOCKPROBE_A_FEATURES, features()) ||
	    (addresses && text_start &&
	     nla_put_u64_64bit(msg, LOCKPROBE_A_TEXT, text_start,
			       LOCKPROBE_A_PAD)))
		goto cancel;
	nla_nest_end(msg, nest);
	return 0;

cancel:
	nla_nest_cancel(msg, nest);
	return -EMSGSIZE;
}

static int put_event(struct sk_buff *msg, const struct lp_config *config,
		     const struct perf_event_attr *attr)
{
	struct nlattr *nest = nla_nest_start(msg, LOCKPROBE_A_EVENT);

	if (!nest)
		return -EMSGSIZE;
	if (nla_put_string(msg, LOCKPROBE_A_EVENT_NAME, config->name) ||
	    nla_put_u8(msg, LOCKPROBE_A_EVENT_RUNG, config->rung) ||
	    nla_put_string(msg, LOCKPROBE_A_EVENT_REASON, config->reason) ||
	    nla_put_u32(msg, LOCKPROBE_A_EVENT_TYPE, attr->type) ||
	    nla_put_u64_64bit(msg, LOCKPROBE_A_EVENT_CONFIG, attr->config,
			      LOCKPROBE_A_PAD) ||
	    nla_put_u8(msg, LOCKPROBE_A_EVENT_PRECISE, attr->precise_ip) ||
	    (attr->freq ?
		     nla_put_u32(msg, LOCKPROBE_A_EVENT_FREQ,
				 attr->sample_freq) :
		     nla_put_u64_64bit(msg, LOCKPROBE_A_EVENT_PERIOD,
				       attr->sample_period, LOCKPROBE_A_PAD)))
		goto cancel;
	nla_nest_end(msg, nest);
	return 0;

cancel:
	nla_nest_cancel(msg, nest);
	return -EMSGSIZE;
}

/* A reply to @info with what @fill puts in. */
static struct sk_buff *begin_reply(struct genl_info *info, void **header)
{
	struct sk_buff *msg = genlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);

	if (!msg)
		return NULL;
	*header = genlmsg_put_reply(msg, info, &family, 0, info->genlhdr->cmd);
	if (!*header) {
		nlmsg_free(msg);
		return NULL;
	}
	return msg;
}

/* The numbers of the session that is, after the host's words if @with_host. */
static int reply_stats(struct sk_buff *skb, struct genl_info *info,
		       bool with_host)
{
	struct lp_stats stats;
	struct sk_buff *msg;
	void *header;
	bool may;
	int ret = 0;

	msg = begin_reply(info, &header);
	if (!msg)
		return -ENOMEM;
	may = may_observe(skb) && !security_locked_down(LOCKDOWN_PERF);
	lp_session_stats(&stats, may);
	if (with_host)
		ret = put_host(msg, may);
	if (!ret)
		ret = lp_netlink_put_stats(msg, &stats);
	if (ret) {
		nlmsg_free(msg);
		return ret;
	}
	genlmsg_end(msg, header);
	return genlmsg_reply(msg, info);
}

static int do_info(struct sk_buff *skb, struct genl_info *info)
{
	return reply_stats(skb, info, true);
}

static int do_stats(struct sk_buff *skb, struct genl_info *info)
{
	return reply_stats(skb, info, false);
}

static u64 get_u64(struct nlattr *const *attrs, int type, u64 otherwise)
{
	return attrs[type] ? nla_get_u64(attrs[type]) : otherwise;
}

static u32 get_u32(struct nlattr *const *attrs, int type, u32 otherwise)
{
	return attrs[type] ? nla_get_u32(attrs[type]) : otherwise;
}

static u8 get_u8(struct nlattr *const *attrs, int type, u8 otherwise)
{
	return attrs[type] ? nla_get_u8(attrs[type]) : otherwise;
}

static int read_event(struct lp_config *config, struct genl_info *info)
{
	struct perf_event_attr *attr = &config->attr;
	struct nlattr *e[LOCKPROBE_A_MAX + 1];
	int ret;

	ret = nla_parse_nested(e, LOCKPROBE_A_MAX,
			       info->attrs[LOCKPROBE_A_EVENT], policy,
			       info->extack);
	if (ret)
		return ret;
	attr->type = get_u32(e, LOCKPROBE_A_EVENT_TYPE, PERF_TYPE_SOFTWARE);
	attr->config =
		get_u64(e, LOCKPROBE_A_EVENT_CONFIG, PERF_COUNT_SW_CPU_CLOCK);
	attr->config1 = get_u64(e, LOCKPROBE_A_EVENT_CONFIG1, 0);
	attr->config2 = get_u64(e, LOCKPROBE_A_EVENT_CONFIG2, 0);
	attr->sample_period = get_u64(e, LOCKPROBE_A_EVENT_PERIOD, 0);
	if (e[LOCKPROBE_A_EVENT_FREQ]) {
		attr->freq = 1;
		attr->sample_freq = nla_get_u32(e[LOCKPROBE_A_EVENT_FREQ]);
	}
	if (!attr->sample_period) {
		NL_SET_ERR_MSG(info->extack,
			       "no period or frequency above 0 is given");
		return -EINVAL;
	}
	/* perf takes it for a negative one; it asks only in its system call */
	if (attr->sample_period >> 63) {
		NL_SET_ERR_MSG(info->extack, "the period is 2^63 or more");
		return -EINVAL;
	}
	attr->precise_ip = get_u8(e, LOCKPROBE_A_EVENT_PRECISE, 0) & 3;
	config->rung = get_u8(e, LOCKPROBE_A_EVENT_RUNG, 0);
	if (e[LOCKPROBE_A_EVENT_NAME])
		lp_compat_nla_text(config->name, e[LOCKPROBE_A_EVENT_NAME],
				   sizeof(config->name));
	if (e[LOCKPROBE_A_EVENT_REASON])
		lp_compat_nla_text(config->reason, e[LOCKPROBE_A_EVENT_REASON],
				   sizeof(config->reason));
	return 0;
}

static int read_pid(struct lp_config *config, struct genl_info *info)
{
	struct pid *pid;

	if (!info->attrs[LOCKPROBE_A_PID])
		return 0;
	pid = find_get_pid(nla_get_u32(info->attrs[LOCKPROBE_A_PID]));
	rcu_read_lock();
	/* a thread that is not its process's first would match nothing */
	if (pid && pid_task(pid, PIDTYPE_TGID))
		config->tgid = pid_nr(pid);
	rcu_read_unlock();
	put_pid(pid);
	if (!config->tgid) {
		NL_SET_ERR_MSG(info->extack, "there is no such process");
		return -ESRCH;
	}
	return 0;
}

static int read_config(struct lp_config *config, struct genl_info *info)
{
	struct nlattr **attrs = info->attrs;

	config->attr.size = sizeof(config->attr);
	config->attr.disabled = 1;
	config->attr.sample_type = PERF_SAMPLE_IP | PERF_SAMPLE_ADDR |
				   PERF_SAMPLE_PERIOD;
	/* keeps the hardware from handing over many samples late, at once */
	config->attr.wakeup_events = 1;
	config->what = get_u32(attrs, LOCKPROBE_A_WHAT,
			       LOCKPROBE_WHAT_SAMPLES | LOCKPROBE_WHAT_WAITS);
	if (!config->what ||
	    config->what & ~(LOCKPROBE_WHAT_SAMPLES | LOCKPROBE_WHAT_WAITS |
			     LOCKPROBE_WHAT_SLEEPS)) {
		NL_SET_ERR_MSG(info->extack,
			       "WHAT must name samples, waits or sleeps");
		return -EINVAL;
	}
	config->depth =
		get_u32(attrs, LOCKPROBE_A_STACK_DEPTH, LP_DEPTH_DEFAULT);
	if (config->depth < 1 || config->depth > LP_DEPTH_MAX) {
		NL_SET_ERR_MSG(info->extack, "stack depth must be 1 to 127");
		return -ERANGE;
	}
	config->ring_bytes =
		get_u32(attrs, LOCKPROBE_A_RING_BYTES, LP_RING_DEFAULT);
	if (config->ring_bytes > RING_MAX) {
		NL_SET_ERR_MSG(info->extack,
			       "a ring takes at most 64 MiB a CPU");
		return -ERANGE;
	}
	cpumask_copy(&config->cpus, cpu_possible_mask);
	if (attrs[LOCKPROBE_A_CPUS] &&
	    (cpulist_parse(nla_data(attrs[LOCKPROBE_A_CPUS]), &config->cpus) ||
	     !cpumask_intersects(&config->cpus, cpu_online_mask))) {
		NL_SET_ERR_MSG(info->extack,
			       "CPUS is no list with an online CPU in it");
		return -EINVAL;
	}
	return read_pid(config, info);
}

static int reply_started(struct genl_info *info, const struct lp_config *config,
			 const struct perf_event_attr *attr, u32 id)
{
	struct sk_buff *msg;
	void *header;

	msg = begin_reply(info, &header);
	if (!msg)
		return -ENOMEM;
	if (nla_put_u32(msg, LOCKPROBE_A_SESSION, id) ||
	    put_event(msg, config, attr)) {
		nlmsg_free(msg);
		return -EMSGSIZE;
	}
	genlmsg_end(msg, header);
	return genlmsg_reply(msg, info);
}

static int do_start(struct sk_buff *skb, struct genl_info *info)
{
	struct perf_event_attr applied;
	struct lp_config *config;
	const char *why = NULL;
	int ret = permit(skb, info);
	u32 id;

	if (ret)
		return ret;
	config = kzalloc(sizeof(*config), GFP_KERNEL);
	if (!config)
		return -ENOMEM;
	ret = read_config(config, info);
	if (ret)
		goto free;
	if (config->what & LOCKPROBE_WHAT_SAMPLES) {
		if (!info->attrs[LOCKPROBE_A_EVENT]) {
			NL_SET_ERR_MSG(info->extack, "samples need an EVENT");
			ret = -EINVAL;
			goto free;
		}
		ret = read_event(config, info);
		if (ret)
			goto free;
	}
	config->portid = info->snd_portid;
	config->sock = NETLINK_CB(skb).sk;
	ret = lp_session_start(config, &id, &applied, &why);
	if (ret) {
		if (why && info->extack)
			info->extack->_msg = why;
		goto free;
	}
	ret = reply_started(info, config, &applied, id);
	if (ret)
		lp_session_reader_gone(info->snd_portid);
free:
	kfree(config);
	return ret;
}

static int do_stop_session(struct sk_buff *skb, struct genl_info *info)
{
	int ret = permit(skb, info);

	if (ret)
		return ret;
	ret = lp_session_stop(info->snd_portid);
	if (ret == -ESRCH)
		NL_SET_ERR_MSG(info->extack, "there is no session");
	else if (ret == -EPERM)
		NL_SET_ERR_MSG(info->extack,
			       "the session belongs to another socket");
	return ret;
}

static const struct genl_ops ops[] = {
	{ .cmd = LOCKPROBE_CMD_INFO, .doit = do_info },
	{ .cmd = LOCKPROBE_CMD_START,
	  .doit = do_start,
	  .flags = GENL_ADMIN_PERM },
	{ .cmd = LOCKPROBE_CMD_STOP,
	  .doit = do_stop_session,
	  .flags = GENL_ADMIN_PERM },
	{ .cmd = LOCKPROBE_CMD_STATS, .doit = do_stats },
};

static struct genl_family family = { .name = LOCKPROBE_GENL_NAME,
				     .version = LOCKPROBE_GENL_VERSION,
				     .maxattr = LOCKPROBE_A_MAX,
				     .policy = policy,
				     .module = THIS_MODULE,
				     .parallel_ops = true,
				     .ops = ops,
				     .n_ops = ARRAY_SIZE(ops),
				     LP_COMPAT_GENL_RESV };

static int socket_closed(struct notifier_block *block, unsigned long event,
			 void *data)
{
	const struct netlink_notify *notify = data;

	if (event == NETLINK_URELEASE && notify->protocol == NETLINK_GENERIC &&
	    net_eq(notify->net, &init_net))
		lp_session_reader_gone(notify->portid);
	return NOTIFY_DONE;
}

static struct notifier_block closed_block = { .notifier_call = socket_closed };

int lp_netlink_init(void)
{
	int ret;

	text_start = lp_compat_lookup("_text");
	lp_build_id_init();
	ret = netlink_register_notifier(&closed_block);
	if (ret)
		return ret;
	ret = genl_register_family(&family);
	if (ret)
		netlink_unregister_notifier(&closed_block);
	return ret;
}

void lp_netlink_exit(void)
{
	genl_unregister_family(&family);
	netlink_unregister_notifier(&closed_block);
}
