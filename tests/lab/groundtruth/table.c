// SPDX-License-Identifier: GPL-2.0
/*
 * Locks whose names are known: a number of milliseconds written to debugfs
 * groundtruth/contend comes in, each lock of the table is fought for by one
 * thread a CPU in turn, for so long, and groundtruth/truth tells for each its
 * address, place, kind and true name. What a sampler says of the same
 * addresses can then be marked right or wrong.
 *
 * The locks are the kernel's own where a pointer to them can be had (of the
 * task that writes, and of the files it has open), and otherwise lie in
 * objects of the kernel's types that this module allocates, so that vmlinux's
 * BTF knows every type. All are held for microseconds only.
 *
 * Contexts: everything in process context; contend_mutex serialises runs.
 */
#include <linux/backing-dev.h>
#include <linux/debugfs.h>
#include <linux/delay.h>
#include <linux/device.h>
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/fs_context.h>
#include <linux/fs_struct.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/percpu-rwsem.h>
#include <linux/pipe_fs_i.h>
#include <linux/rtmutex.h>
#include <linux/rwsem.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/seq_file.h>
#include <linux/seqlock.h>
#include <linux/slab.h>
#include <linux/tty.h>
#include <linux/uaccess.h>
#include <linux/version.h>
#include <linux/vmalloc.h>
#include <net/net_namespace.h>

#include "groundtruth.h"

/* Module data: the symbol itself is the truth. */
struct gt_pair {
	unsigned long payload[3];
	spinlock_t lock;
	struct mutex mutex;
};

static DEFINE_SPINLOCK(gt_spin);
static DEFINE_RAW_SPINLOCK(gt_raw);
static DEFINE_RWLOCK(gt_rwlock);
static DEFINE_MUTEX(gt_mutex);
static DECLARE_RWSEM(gt_rwsem);
static DEFINE_SEQLOCK(gt_seqlock);
static DEFINE_RT_MUTEX(gt_rtmutex);
DEFINE_STATIC_PERCPU_RWSEM(gt_percpu_rwsem);
static struct gt_pair gt_array[4];
static DEFINE_PER_CPU(spinlock_t, gt_percpu_spin);
static DEFINE_PER_CPU(struct gt_pair, gt_percpu_pair);

/* Objects of the kernel's types, allocated here. */
static struct {
	struct tty_port *port;
	struct bdi_writeback *wb;
	struct fs_context *context;
	struct pipe_inode_info *pipe;
	struct device *device;
	struct device *far_device; /* vmalloc */
	struct tty_port *ports; /* an array */
} made;

#define NR_PORTS 3

static struct gt_lock locks[GT_MAX];
static unsigned int nr_locks;
static struct dentry *directory;
static DEFINE_MUTEX(contend_mutex);

static void add(void *lock, enum gt_kind kind, enum gt_place place,
		const char *name, bool irq)
{
	if (WARN_ON(nr_locks == GT_MAX) || !lock)
		return;
	locks[nr_locks++] = (struct gt_lock){
		.lock = lock,
		.kind = kind,
		.place = place,
		.name = name,
		.irq = irq,
	};
}

static void add_statics(void)
{
	int cpu = cpumask_first(cpu_online_mask);

	add(&rename_lock, GT_SEQLOCK, GT_STATIC, "rename_lock", false);
	add(&init_net.nsid_lock, GT_SPIN, GT_STATIC, "init_net.nsid_lock",
	    true);
	add(&init_net.rules_mod_lock, GT_SPIN, GT_STATIC,
	    "init_net.rules_mod_lock", false);
	add(&per_cpu(softnet_data, cpu).input_pkt_queue.lock, GT_SPIN,
	    GT_PERCPU, "softnet_data.input_pkt_queue.lock", true);
	add(&gt_spin, GT_SPIN, GT_MODULE, "gt_spin", false);
	add(&gt_raw, GT_RAW, GT_MODULE, "gt_raw", false);
	add(&gt_rwlock, GT_RWLOCK, GT_MODULE, "gt_rwlock", false);
	add(&gt_mutex, GT_MUTEX, GT_MODULE, "gt_mutex", false);
	add(&gt_rwsem, GT_RWSEM, GT_MODULE, "gt_rwsem", false);
	add(&gt_seqlock, GT_SEQLOCK, GT_MODULE, "gt_seqlock", false);
	add(&gt_rtmutex, GT_RTMUTEX, GT_MODULE, "gt_rtmutex", false);
	add(&gt_percpu_rwsem, GT_PERCPU_RWSEM, GT_MODULE, "gt_percpu_rwsem",
	    false);
	add(&gt_array[2].lock, GT_SPIN, GT_MODULE, "gt_array", false);
	add(&gt_array[3].mutex, GT_MUTEX, GT_MODULE, "gt_array", false);
	add(&per_cpu(gt_percpu_spin, cpu), GT_SPIN, GT_PERCPU, "gt_percpu_spin",
	    false);
	add(&per_cpu(gt_percpu_pair, cpu).lock, GT_SPIN, GT_PERCPU,
	    "gt_percpu_pair.lock", false);
}

/* From 6.18 on a seqlock stands where a spinlock stood beside a seqcount. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 18, 0)
static void add_fs(struct fs_struct *fs)
{
	add(&fs->seq, GT_SEQLOCK, GT_MERGED, "fs_struct.seq", false);
}
#else
static void add_fs(struct fs_struct *fs)
{
	add(&fs->lock, GT_SPIN, GT_MERGED, "fs_struct.lock", false);
}
#endif

static void add_task(struct task_struct *task)
{
	add(&task->files->file_lock, GT_SPIN, GT_CACHE,
	    "files_struct.file_lock", false);
	add(&task->mm->page_table_lock, GT_SPIN, GT_CACHE,
	    "mm_struct.page_table_lock", false);
	add(&task->mm->arg_lock, GT_SPIN, GT_CACHE, "mm_struct.arg_lock",
	    false);
	add(&task->mm->mmap_lock, GT_RWSEM, GT_CACHE, "mm_struct.mmap_lock",
	    false);
	add(&task->sighand->siglock, GT_SPIN, GT_CACHE,
	    "sighand_struct.siglock", true);
	add(&task->signal->cred_guard_mutex, GT_MUTEX, GT_CACHE,
	    "signal_struct.cred_guard_mutex", false);
	add(&task->signal->exec_update_lock, GT_RWSEM, GT_CACHE,
	    "signal_struct.exec_update_lock", false);
	add(&task->alloc_lock, GT_SPIN, GT_CACHE, "task_struct.alloc_lock",
	    false);
	add(&task->pi_lock, GT_RAW, GT_CACHE, "task_struct.pi_lock", true);
	add_fs(task->fs);
}

/* @file: the debugfs file that is being written; debugfs outlives the run. */
static void add_file(struct file *file)
{
	struct inode *inode = file_inode(file);

	add(&file->f_lock, GT_SPIN, GT_CACHE, "file.f_lock", false);
	add(&file->f_path.dentry->d_lockref.lock, GT_SPIN, GT_CACHE,
	    "dentry.d_lockref.lock", false);
	add(&inode->i_lock, GT_SPIN, GT_CACHE, "inode.i_lock", false);
	add(&inode->i_rwsem, GT_RWSEM, GT_CACHE, "inode.i_rwsem", false);
	add(&inode->i_data.i_mmap_rwsem, GT_RWSEM, GT_CACHE,
	    "inode.i_data.i_mmap_rwsem", false);
	add(&inode->i_data.i_pages.xa_lock, GT_SPIN, GT_CACHE,
	    "inode.i_data.i_pages.xa_lock", true);
	add(&inode->i_sb->s_vfs_rename_mutex, GT_MUTEX, GT_KMALLOC,
	    "super_block.s_vfs_rename_mutex", false);
	add(&inode->i_sb->s_inode_list_lock, GT_SPIN, GT_KMALLOC,
	    "super_block.s_inode_list_lock", false);
	add(&inode->i_sb->s_sync_lock, GT_MUTEX, GT_KMALLOC,
	    "super_block.s_sync_lock", false);
}

static void add_made(void)
{
	add(&made.port->lock, GT_SPIN, GT_KMALLOC, "tty_port.lock", false);
	add(&made.port->mutex, GT_MUTEX, GT_KMALLOC, "tty_port.mutex", false);
	add(&made.port->buf_mutex, GT_MUTEX, GT_KMALLOC, "tty_port.buf_mutex",
	    false);
	add(&made.wb->list_lock, GT_SPIN, GT_KMALLOC, "bdi_writeback.list_lock",
	    false);
	add(&made.wb->work_lock, GT_SPIN, GT_KMALLOC, "bdi_writeback.work_lock",
	    false);
	add(&made.context->uapi_mutex, GT_MUTEX, GT_KMALLOC,
	    "fs_context.uapi_mutex", false);
	add(&made.pipe->mutex, GT_MUTEX, GT_KMALLOC, "pipe_inode_info.mutex",
	    false);
	add(&made.pipe->rd_wait.lock, GT_SPIN, GT_KMALLOC,
	    "pipe_inode_info.rd_wait.lock", false);
	add(&made.device->mutex, GT_MUTEX, GT_KMALLOC, "device.mutex", false);
	add(&made.device->devres_lock, GT_SPIN, GT_KMALLOC,
	    "device.devres_lock", false);
	add(&made.ports[2].mutex, GT_MUTEX, GT_KMALLOC, "tty_port.mutex",
	    false);
	add(&made.far_device->mutex, GT_MUTEX, GT_VMALLOC, "device.mutex",
	    false);
	add(&made.far_device->devres_lock, GT_SPIN, GT_VMALLOC,
	    "device.devres_lock", false);
}

/* The struct that add_on_stack() points into lives on the caller's stack. */
static void add_on_stack(struct gt_pair *pair)
{
	spin_lock_init(&pair->lock);
	add(&pair->lock, GT_SPIN, GT_STACK, "stack", false);
}

#define HANDOVERS 200 /* from CPU to CPU: many of them are contended */
#define PATIENCE 16 /* times as long as asked where CPUs have to wait */

struct fight {
	struct gt_lock *lock;
	bool over;
	int last; /* the CPU that had it last; racy, and good enough */
	atomic_t handovers;
};

static int fighter(void *data)
{
	struct fight *fight = data;
	int cpu = raw_smp_processor_id();

	while (!READ_ONCE(fight->over)) {
		gt_take_and_release(fight->lock);
		if (READ_ONCE(fight->last) != cpu)
			atomic_inc(&fight->handovers);
		WRITE_ONCE(fight->last, cpu);
		cond_resched();
	}
	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);
	return 0;
}

/*
 * One thread a CPU fights for @lock until @ms have passed, and longer where the
 * host gives its CPUs to others.
 */
static int contend_one(struct gt_lock *lock, unsigned int ms)
{
	struct fight fight = { .lock = lock };
	struct task_struct *thread[GT_MAX_CPUS];
	unsigned int n = 0, i;
	int cpu, ret = 0;

	for_each_online_cpu(cpu) {
		if (n == GT_MAX_CPUS)
			break;
		thread[n] = kthread_create(fighter, &fight, "gt/%d", cpu);
		if (IS_ERR(thread[n])) {
			ret = PTR_ERR(thread[n]);
			break;
		}
		kthread_bind(thread[n], cpu);
		get_task_struct(thread[n]);
		wake_up_process(thread[n++]);
	}
	for (i = 0; i < PATIENCE && !ret; i++) {
		msleep(ms);
		if (atomic_read(&fight.handovers) >= HANDOVERS)
			break;
	}
	WRITE_ONCE(fight.over, true);
	while (n--) {
		kthread_stop(thread[n]);
		put_task_struct(thread[n]);
	}
	return ret;
}

static ssize_t contend_write(struct file *file, const char __user *text,
			     size_t size, loff_t *pos)
{
	struct gt_pair on_stack;
	unsigned int ms, i;
	int ret = kstrtouint_from_user(text, size, 0, &ms);

	if (ret)
		return ret;
	if (ms < 1 || ms > 10000 || !current->mm)
		return -EINVAL;
	ret = mutex_lock_interruptible(&contend_mutex);
	if (ret)
		return ret;
	nr_locks = 0;
	add_statics();
	add_task(current);
	add_file(file);
	add_made();
	add_on_stack(&on_stack);
	for (i = 0; i < nr_locks && !ret && !signal_pending(current); i++)
		ret = contend_one(&locks[i], ms);
	mutex_unlock(&contend_mutex);
	if (ret)
		return ret;
	return i < nr_locks ? -EINTR : size;
}

/* What is contended when @lock is: in a seqlock, its spinlock. */
static unsigned long taken_at(const struct gt_lock *lock)
{
	if (lock->kind == GT_SEQLOCK)
		return (unsigned long)&((seqlock_t *)lock->lock)->lock;
	return (unsigned long)lock->lock;
}

static int truth_show(struct seq_file *m, void *unused)
{
	unsigned int i;

	mutex_lock(&contend_mutex);
	for (i = 0; i < nr_locks; i++)
		seq_printf(m, "%lx %s %s %s %lx\n",
			   (unsigned long)locks[i].lock,
			   gt_place_name(locks[i].place),
			   gt_kind_name(locks[i].kind), locks[i].name,
			   taken_at(&locks[i]));
	mutex_unlock(&contend_mutex);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(truth);

static const struct file_operations contend_fops = {
	.owner = THIS_MODULE,
	.write = contend_write,
};

static void free_made(void)
{
	kfree(made.port);
	kfree(made.wb);
	kfree(made.context);
	kfree(made.pipe);
	kfree(made.device);
	vfree(made.far_device);
	kfree(made.ports);
}

static void init_port(struct tty_port *port)
{
	spin_lock_init(&port->lock);
	mutex_init(&port->mutex);
	mutex_init(&port->buf_mutex);
}

static void init_device(struct device *device)
{
	mutex_init(&device->mutex);
	spin_lock_init(&device->devres_lock);
}

static int make_objects(void)
{
	int i;

	made.port = kzalloc(sizeof(*made.port), GFP_KERNEL);
	made.wb = kzalloc(sizeof(*made.wb), GFP_KERNEL);
	made.context = kzalloc(sizeof(*made.context), GFP_KERNEL);
	made.pipe = kzalloc(sizeof(*made.pipe), GFP_KERNEL);
	made.device = kzalloc(sizeof(*made.device), GFP_KERNEL);
	made.far_device = vzalloc(sizeof(*made.far_device));
	made.ports = kcalloc(NR_PORTS, sizeof(*made.ports), GFP_KERNEL);
	if (!made.port || !made.wb || !made.context || !made.pipe ||
	    !made.device || !made.far_device || !made.ports)
		return -ENOMEM;
	init_port(made.port);
	for (i = 0; i < NR_PORTS; i++)
		init_port(&made.ports[i]);
	spin_lock_init(&made.wb->list_lock);
	spin_lock_init(&made.wb->work_lock);
	mutex_init(&made.context->uapi_mutex);
	mutex_init(&made.pipe->mutex);
	init_waitqueue_head(&made.pipe->rd_wait);
	init_device(made.device);
	init_device(made.far_device);
	return 0;
}

static int __init groundtruth_init(void)
{
	int cpu, i;

	for (i = 0; i < ARRAY_SIZE(gt_array); i++) {
		spin_lock_init(&gt_array[i].lock);
		mutex_init(&gt_array[i].mutex);
	}
	for_each_possible_cpu(cpu) {
		spin_lock_init(&per_cpu(gt_percpu_spin, cpu));
		spin_lock_init(&per_cpu(gt_percpu_pair, cpu).lock);
		mutex_init(&per_cpu(gt_percpu_pair, cpu).mutex);
	}
	if (make_objects()) {
		free_made();
		return -ENOMEM;
	}
	directory = debugfs_create_dir("groundtruth", NULL);
	debugfs_create_file("contend", 0200, directory, NULL, &contend_fops);
	debugfs_create_file("truth", 0400, directory, NULL, &truth_fops);
	return 0;
}

static void __exit groundtruth_exit(void)
{
	debugfs_remove_recursive(directory);
	free_made();
}

module_init(groundtruth_init);
module_exit(groundtruth_exit);
MODULE_DESCRIPTION("Contended locks whose names are known, for tests");
MODULE_LICENSE("GPL");
