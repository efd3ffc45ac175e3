/* Why a part of the kernel source is not to be had. */
#include "collect/kernel_reason.h"

#include "collect/privilege.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

static const struct {
    const char *lost;
    unsigned major, minor; /* Linux's version that brought what it needs */
} parts[] = {
    [KERNEL_LOCKS] = {"waits for file locks are not recorded", 5, 8},
    [KERNEL_LIFECYCLE] = {"starts, ends and signals are not recorded", 5, 8},
    [KERNEL_WAITS] = {"waits between two looks are not recorded", 5, 15},
    [KERNEL_NETWORK] = {"connections that fail are not recorded", 5, 8},
    [KERNEL_LISTING] = {"processes are listed by /proc alone", 5, 15},
};

static bool is_before(const struct kernel_scene *scene, unsigned major, unsigned minor)
{
    return scene->major < major || (scene->major == major && scene->minor < minor);
}

void kernel_reason_tell(enum kernel_part part, const struct kernel_scene *scene, struct error *error)
{
    const char *lost = parts[part].lost;
    bool refused = scene->number == EPERM || scene->number == EACCES;
    if (is_before(scene, parts[part].major, parts[part].minor))
        error_set(error, "Linux %u.%u: %s; it takes Linux %u.%u or later", scene->major, scene->minor, lost,
                  parts[part].major, parts[part].minor);
    else if (!scene->type_information)
        error_set(error, "no BTF: %s; it takes a kernel with type information (CONFIG_DEBUG_INFO_BTF)", lost);
    else if (refused && (!scene->may_load || !scene->may_trace))
        error_set(error, "no %s: %s; use sudo, or setcap cap_bpf,cap_perfmon+ep (see culprit(1))",
                  scene->may_load ? "CAP_PERFMON" : "CAP_BPF", lost);
    else if (refused && scene->locked_down)
        error_set(error, "lockdown: %s; boot the kernel without lockdown=confidentiality", lost);
    else if (refused && is_before(scene, 5, 11) && scene->memory_bytes != UINT64_MAX)
        error_set(error, "memlock: %s; the limit is %llu KB: use sudo, or `ulimit -l unlimited`", lost,
                  (unsigned long long)scene->memory_bytes / 1024);
    else
        error_set(error, "refused: %s; the kernel says: %s", lost, strerror(scene->number));
}

/* "none integrity [confidentiality]" */
static bool lockdown_read(void)
{
    char text[128] = "";
    int file = open("/sys/kernel/security/lockdown", O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return false;
    ssize_t count = read(file, text, sizeof text - 1);
    close(file);
    return count > 0 && strstr(text, "[confidentiality]") != NULL;
}

static void version_read(struct kernel_scene *scene)
{
    struct utsname name;
    if (uname(&name) != 0 || sscanf(name.release, "%u.%u", &scene->major, &scene->minor) != 2)
        scene->major = UINT32_MAX;
}

bool kernel_refusal_tell(enum kernel_part part, int number, struct error *error)
{
    struct rlimit limit = {.rlim_cur = RLIM_INFINITY};
    getrlimit(RLIMIT_MEMLOCK, &limit);
    bool admin = privilege_has(CAP_SYS_ADMIN);
    struct kernel_scene scene = {.number = number,
                                 .type_information = access("/sys/kernel/btf/vmlinux", R_OK) == 0,
                                 .may_load = admin || privilege_has(CAP_BPF),
                                 .may_trace = admin || privilege_has(CAP_PERFMON),
                                 .locked_down = lockdown_read(),
                                 .memory_bytes = limit.rlim_cur == RLIM_INFINITY ? UINT64_MAX : limit.rlim_cur};
    version_read(&scene);
    kernel_reason_tell(part, &scene, error);
    return false;
}

void kernel_slow_tell(enum kernel_part part, struct error *error)
{
    error_set(error, "loading: %s; on this host it takes long until the kernel has taken the programs in",
              parts[part].lost);
}

void kernel_absence_tell(enum kernel_part part, struct error *error)
{
    error_set(error, "built without: %s; configure culprit without --without-bpf", parts[part].lost);
}

void kernel_memory_raise(void)
{
    struct kernel_scene scene = {0};
    version_read(&scene);
    if (is_before(&scene, 5, 11))
        setrlimit(RLIMIT_MEMLOCK, &(struct rlimit){RLIM_INFINITY, RLIM_INFINITY});
}
