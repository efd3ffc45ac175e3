/* The doctor's examinations: each fills available, detail and remedy of one row (name and needed stand already). They
 * run in a probe of their own, with the collector's capabilities unless the table says otherwise. */
#ifndef COLLECT_DOCTOR_CHECK_H
#define COLLECT_DOCTOR_CHECK_H

#include "collect/doctor.h"

typedef void doctor_check(struct doctor_row *row);

/* doctor_process.c: what /proc tells of other processes */
doctor_check check_processes;
doctor_check check_descriptors;
doctor_check check_descriptor_details;
doctor_check check_system_calls;
doctor_check check_wait_channels;
doctor_check check_io;
doctor_check check_run_delay;
doctor_check check_namespaces;

/* doctor_host.c: the kernel's own */
doctor_check check_locks;
doctor_check check_tcp;
doctor_check check_udp;
doctor_check check_unix;
doctor_check check_pressure;
doctor_check check_cgroups;
doctor_check check_memory_lock;
doctor_check check_oom_score;
doctor_check check_processors;
doctor_check check_kernel_sample;
doctor_check check_lock_recorder;
doctor_check check_wait_recorder;
doctor_check check_lifecycle;
doctor_check check_network;

/* Fills a row: available or not, the detail by format, and the remedy where it is not available. */
void check_tell(struct doctor_row *row, bool available, const char *remedy, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
