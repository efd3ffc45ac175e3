/* Which hooks the kernel offers, from its type information: each trace point has a type named after it. */
#include "collect/kernel_hook.h"

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <stdio.h>
#include <string.h>

enum need {
    HOOK_EXTRA,   /* the part does without it */
    HOOK_CARRIES, /* it does without, as long as it has another of these */
    HOOK_NEEDED,
};

static const struct hook {
    enum kernel_part part;
    const char *name;
    enum need need;
    const char *lost;
} hooks[] = {
    {KERNEL_LOCKS, "flock_lock_inode", HOOK_CARRIES, "waits for flock locks are not recorded"},
    {KERNEL_LOCKS, "posix_lock_inode", HOOK_CARRIES, "waits for fcntl locks are not recorded"},
    {KERNEL_LOCKS, "signal_deliver", HOOK_EXTRA, "lock waits that a signal ends are told with what follows"},
    {KERNEL_LOCKS, "sched_process_exit", HOOK_EXTRA, "lock waits of killed threads are told too long"},
    {KERNEL_WAITS, "sched_switch", HOOK_NEEDED, "waits between two looks are not recorded"},
    {KERNEL_WAITS, "sched_waking", HOOK_NEEDED, "waits between two looks are not recorded"},
    {KERNEL_LIFECYCLE, "sched_process_fork", HOOK_CARRIES, "starts are not counted"},
    {KERNEL_LIFECYCLE, "sched_process_exec", HOOK_EXTRA, "arguments of the short-lived are not recorded"},
    {KERNEL_LIFECYCLE, "sched_process_exit", HOOK_CARRIES, "ends are not recorded"},
    {KERNEL_LIFECYCLE, "signal_generate", HOOK_CARRIES, "signals are not recorded"},
    {KERNEL_LIFECYCLE, "mark_victim", HOOK_CARRIES, "who is killed for memory is not recorded"},
    {KERNEL_NETWORK, "inet_sock_set_state", HOOK_CARRIES, "connections that fail are not recorded"},
    {KERNEL_NETWORK, "tcp_retransmit_skb", HOOK_CARRIES, "segments sent again are not recorded"},
};

enum { HOOKS = sizeof hooks / sizeof hooks[0] };

static const char type_prefix[] = "btf_trace_", section_prefix[] = "tp_btf/";
static const char *information_path;
static bool looked, told, offered[HOOKS];

void kernel_hooks_read_from(const char *path)
{
    information_path = path;
    looked = false;
}

static void hook_mark(const char *name)
{
    for (size_t i = 0; i < HOOKS; i++)
        offered[i] = offered[i] || strcmp(hooks[i].name, name) == 0;
}

/* Once: it takes some milliseconds. */
static void hooks_look(void)
{
    if (looked)
        return;
    looked = true;
    memset(offered, 0, sizeof offered);
    struct btf *information = information_path != NULL ? btf__parse(information_path, NULL) : btf__load_vmlinux_btf();
    told = libbpf_get_error(information) == 0;
    for (uint32_t type = 1; told && type < btf__type_cnt(information); type++) {
        const struct btf_type *found = btf__type_by_id(information, type);
        const char *name = btf_is_typedef(found) ? btf__name_by_offset(information, found->name_off) : NULL;
        if (name != NULL && strncmp(name, type_prefix, sizeof type_prefix - 1) == 0)
            hook_mark(name + sizeof type_prefix - 1);
    }
    if (told)
        btf__free(information);
}

static bool part_is_of_use(enum kernel_part part)
{
    bool carried = false;
    for (size_t i = 0; i < HOOKS; i++) {
        if (hooks[i].part == part && hooks[i].need == HOOK_NEEDED && !offered[i])
            return false;
        carried = carried || (hooks[i].part == part && hooks[i].need != HOOK_EXTRA && offered[i]);
    }
    return carried;
}

/* "no signal_generate: signals are not recorded; it takes a kernel with this trace point" */
static void missing_tell(enum kernel_part part, struct error *missing)
{
    char names[160] = "", lost[320] = "";
    size_t count = 0, names_length = 0, lost_length = 0;
    const char *last = "";
    for (size_t i = 0; i < HOOKS && names_length < sizeof names && lost_length < sizeof lost; i++) {
        if (hooks[i].part != part || offered[i])
            continue;
        names_length += (size_t)snprintf(names + names_length, sizeof names - names_length, "%s%s",
                                         count > 0 ? ", " : "", hooks[i].name);
        if (strcmp(last, hooks[i].lost) != 0)
            lost_length += (size_t)snprintf(lost + lost_length, sizeof lost - lost_length, "%s%s",
                                            count > 0 ? ", " : "", hooks[i].lost);
        last = hooks[i].lost;
        count++;
    }
    if (count > 0)
        error_set(missing, "no %s: %s; it takes a kernel with %s", names, lost,
                  count == 1 ? "this trace point" : "these trace points");
}

bool kernel_hooks_choose(enum kernel_part part, struct bpf_object *object, struct error *missing)
{
    struct bpf_program *program;
    hooks_look();
    if (!told)
        return true;
    bpf_object__for_each_program(program, object)
    {
        const char *section = bpf_program__section_name(program);
        if (strncmp(section, section_prefix, sizeof section_prefix - 1) != 0)
            continue;
        for (size_t i = 0; i < HOOKS; i++)
            if (hooks[i].part == part && strcmp(hooks[i].name, section + sizeof section_prefix - 1) == 0)
                bpf_program__set_autoload(program, offered[i]);
    }
    missing_tell(part, missing);
    return part_is_of_use(part);
}
