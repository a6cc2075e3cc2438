/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The keys of a capture's NOTEs: what the tool that wrote it knew about the
 * machine, the event and the run. Values are text, numbers in decimal.
 */
#ifndef NOTE_H
#define NOTE_H

#define NOTE_RELEASE "release" /* uname -r of the machine sampled */
#define NOTE_BUILD_ID "build_id" /* hex */
#define NOTE_MACHINE "machine" /* uname -m */
#define NOTE_HOST "hostname"
#define NOTE_DATE "date" /* ISO 8601, when it began */
#define NOTE_COMMAND "command" /* that made the capture */
#define NOTE_WORKLOAD "workload" /* that ran meanwhile; may be absent */
#define NOTE_EVENT "event"
#define NOTE_RUNG "rung" /* named, generic, clock, given */
#define NOTE_REASON "reason" /* why not a higher rung; may be absent */
#define NOTE_WANTED "wanted" /* the event of the highest rung */
#define NOTE_PERIOD "period" /* events a sample; or: */
#define NOTE_FREQ "freq" /* samples a second and CPU */
#define NOTE_DURATION "duration_ns"
#define NOTE_CPUS "cpus" /* cpulist that was sampled */
#define NOTE_NR_CPUS "nr_cpus"
#define NOTE_PID "pid" /* only this one was sampled */
#define NOTE_NUMA "numa" /* "0:0-3,8 1:4-7": nodes' CPUs */
#define NOTE_MODULE "module_version"
#define NOTE_SOURCE "source" /* "import": not lockprobe.ko's own */
#define NOTE_TEXT "text" /* hex address of _text */
#define NOTE_TRUNCATED "truncated" /* the writer was stopped early: why */

#endif
