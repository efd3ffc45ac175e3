/* The doctor's look at the kernel: locks, sockets, pressure, control groups, memory. */
#include "collect/doctor_check.h"

#include "base/buffer.h"
#include "base/clock.h"
#include "collect/kernel_sample.h"
#include "collect/lifecycle.h"
#include "collect/network.h"
#include "collect/privilege.h"
#include "collect/recorder.h"
#include "collect/socket_dump.h"
#include "collect/waits.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

/* The beginning of a file as a string; false leaves errno. */
static bool file_read(const char *path, char *text, size_t size)
{
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return false;
    ssize_t count = read(descriptor, text, size - 1);
    int number = errno;
    close(descriptor);
    errno = number;
    text[count > 0 ? count : 0] = '\0';
    return count >= 0;
}

void check_locks(struct doctor_row *row)
{
    size_t lines = 0;
    char line[512];
    FILE *file = fopen("/proc/locks", "re");
    if (file == NULL) {
        check_tell(row, false, "it takes a kernel with CONFIG_FILE_LOCKING, and /proc/locks readable",
                   "/proc/locks: %s", strerror(errno));
        return;
    }
    while (fgets(line, sizeof line, file) != NULL)
        lines++;
    fclose(file);
    check_tell(row, true, "", "%zu held or waited for now", lines);
}

static void sockets_tell(struct doctor_row *row, const enum socket_dump_kind *kinds, size_t kind_count, bool details,
                         const char *remedy)
{
    size_t sockets = 0, detailed = 0;
    for (size_t i = 0; i < kind_count; i++) {
        struct buffer records = {0};
        int number = socket_dump_here(kinds[i], details, &records);
        for (size_t at = 0; at + sizeof(struct socket_record) <= records.length;) {
            struct socket_record record;
            memcpy(&record, records.data + at, sizeof record);
            sockets++;
            detailed += (record.has & SOCKET_HAS_DETAILS) != 0;
            at += sizeof record + ((size_t)record.name_bytes + 7) / 8 * 8;
        }
        buffer_done(&records);
        if (number != 0) {
            check_tell(row, false, remedy, "sock_diag: %s", strerror(number));
            return;
        }
    }
    if (details)
        check_tell(row, true, "", "%zu here, %zu with round-trip time", sockets, detailed);
    else
        check_tell(row, true, "", "%zu here", sockets);
}

void check_tcp(struct doctor_row *row)
{
    sockets_tell(row, (enum socket_dump_kind[]){SOCKET_DUMP_TCP4, SOCKET_DUMP_TCP6}, 2, true,
                 "load the kernel module tcp_diag (modprobe tcp_diag)");
}

void check_udp(struct doctor_row *row)
{
    sockets_tell(row, (enum socket_dump_kind[]){SOCKET_DUMP_UDP4, SOCKET_DUMP_UDP6}, 2, false,
                 "load the kernel module udp_diag (modprobe udp_diag)");
}

void check_unix(struct doctor_row *row)
{
    sockets_tell(row, (enum socket_dump_kind[]){SOCKET_DUMP_UNIX}, 1, false,
                 "load the kernel module unix_diag (modprobe unix_diag)");
}

void check_pressure(struct doctor_row *row)
{
    static const char *const names[] = {"cpu", "memory", "io"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char path[64], text[256];
        snprintf(path, sizeof path, "/proc/pressure/%s", names[i]);
        if (!file_read(path, text, sizeof text)) {
            check_tell(row, false, "boot with psi=1 on the kernel's command line (it takes Linux 4.20 with CONFIG_PSI)",
                       "%s: %s", path, strerror(errno));
            return;
        }
    }
    check_tell(row, true, "", "cpu, memory and io");
}

void check_cgroups(struct doctor_row *row)
{
    char text[4096];
    const char *remedy = "mount the control groups; without them, units and containers are not told apart";
    if (!file_read("/proc/self/cgroup", text, sizeof text)) {
        check_tell(row, false, remedy, "/proc/self/cgroup: %s", strerror(errno));
        return;
    }
    bool second = strncmp(text, "0::", 3) == 0 || strstr(text, "\n0::") != NULL;
    const char *other = strstr(text, ":name=");
    bool first = other != NULL || (text[0] != '\0' && strncmp(text, "0::", 3) != 0);
    check_tell(row, second || other != NULL, remedy, "%s",
               second && first ? "version 2 beside version 1"
               : second        ? "version 2"
               : first         ? "version 1"
                               : "none");
}

void check_memory_lock(struct doctor_row *row)
{
    struct rlimit limit = {0};
    getrlimit(RLIMIT_MEMLOCK, &limit);
    bool unlimited = limit.rlim_cur == RLIM_INFINITY || privilege_has(CAP_IPC_LOCK);
    bool locked = unlimited && mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) == 0;
    const char *remedy = "run it with sudo, or raise `ulimit -l` to unlimited";
    if (unlimited)
        check_tell(row, locked, remedy, "%s", locked ? "the collector is never swapped out" : strerror(errno));
    else
        check_tell(row, false, remedy, "the limit is %llu KB: the collector can be swapped out",
                   (unsigned long long)limit.rlim_cur / 1024);
}

void check_oom_score(struct doctor_row *row)
{
    int descriptor = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    bool written = descriptor >= 0 && write(descriptor, "-900", 4) == 4;
    int number = errno;
    if (descriptor >= 0)
        close(descriptor);
    check_tell(row, written && geteuid() == 0,
               geteuid() == 0 ? "it takes CAP_SYS_RESOURCE, which a container may withhold"
                              : "run it with sudo (it takes CAP_SYS_RESOURCE)",
               "%s", written ? "the collector asks for oom_score_adj -900" : strerror(number));
}

void check_processors(struct doctor_row *row)
{
    long online = sysconf(_SC_NPROCESSORS_ONLN), all = sysconf(_SC_NPROCESSORS_CONF);
    check_tell(row, online > 0, "", "%ld of %ld online", online, all);
}

/* What a part of the kernel source has to say: since when it is there, or what is not, by its sentence
 * (kernel_reason.h), whose end says what would bring it. */
static void part_tell(struct doctor_row *row, bool available, const char *told, int64_t began_ns,
                      const struct error *missing)
{
    if (available && missing->text[0] == '\0') {
        check_tell(row, true, "", "%s (loaded in %d ms)", told, (int)((clock_boottime_ns() - began_ns) / NS_PER_MS));
        return;
    }
    const char *remedy = strstr(missing->text, "; ");
    size_t length = remedy == NULL ? strlen(missing->text) : (size_t)(remedy - missing->text);
    check_tell(row, false, remedy == NULL ? "" : remedy + 2, "%s%.*s", available ? "in part: " : "", (int)length,
               missing->text);
}

void check_kernel_sample(struct doctor_row *row)
{
    struct error missing = {0};
    int64_t began_ns = clock_boottime_ns();
    struct kernel_sample *kernel = kernel_sample_new(&missing);
    part_tell(row, kernel != NULL, "processes and descriptors", began_ns, &missing);
    kernel_sample_free(kernel);
}

void check_lock_recorder(struct doctor_row *row)
{
    struct error missing = {0};
    int64_t began_ns = clock_boottime_ns();
    struct recorder *recorder = recorder_new(&missing);
    part_tell(row, recorder != NULL, "who waited for whose lock", began_ns, &missing);
    recorder_free(recorder);
}

void check_wait_recorder(struct doctor_row *row)
{
    struct error missing = {0};
    int64_t began_ns = clock_boottime_ns();
    struct wait_recorder *recorder = wait_recorder_new(0, &missing);
    part_tell(row, recorder != NULL, "pipes, sockets, futexes, devices", began_ns, &missing);
    wait_recorder_free(recorder);
}

void check_lifecycle(struct doctor_row *row)
{
    struct error missing = {0};
    int64_t began_ns = clock_boottime_ns();
    struct lifecycle *lifecycle = lifecycle_new(0, &missing);
    part_tell(row, lifecycle != NULL, "and signals", began_ns, &missing);
    lifecycle_free(lifecycle);
}

void check_network(struct doctor_row *row)
{
    struct error missing = {0};
    int64_t began_ns = clock_boottime_ns();
    struct network *network = network_new(&missing);
    part_tell(row, network != NULL, "those that fail or stay unanswered", began_ns, &missing);
    network_free(network);
}
