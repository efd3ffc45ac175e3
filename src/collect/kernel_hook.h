/* Hooks: the trace points of the kernel on which programs hang. A program whose hook this kernel lacks is left out, so
 * that the others of its object are loaded all the same. */
#ifndef COLLECT_KERNEL_HOOK_H
#define COLLECT_KERNEL_HOOK_H

#include "collect/kernel_reason.h"

struct bpf_object;

/* To be called between opening that part's object and loading it: takes the programs out whose hooks are not offered,
 * and puts into missing what is lost with them (in the form of kernel_reason.h); untouched when none is missing, or
 * when the kernel has no type information to tell. False: without them the part is of no use, and missing says so. */
bool kernel_hooks_choose(enum kernel_part part, struct bpf_object *object, struct error *missing);

/* What the kernel offers is read from that file from now on, which holds type information (BTF): tests. NULL: from
 * /sys/kernel/btf/vmlinux again. */
void kernel_hooks_read_from(const char *path);

#endif
