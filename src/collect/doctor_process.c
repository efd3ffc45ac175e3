/* The doctor's look at other processes: how many of them tell what. */
#include "collect/doctor_check.h"

#include "base/memory.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PROCESSES_MAX = 2000, NAMESPACES_MAX = 64 };

static const char root_remedy[] = "run it with sudo (it takes CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH)";

enum look { LOOK_READ, LOOK_REFUSED, LOOK_GONE };

struct tally {
    size_t read;
    size_t seen;
    int number; /* errno value of the last refusal */
};

static enum look look_failed(void)
{
    return errno == ENOENT || errno == ESRCH ? LOOK_GONE : LOOK_REFUSED;
}

/* Can at least one byte, or one entry of a directory, be read? An empty file counts as read. */
static enum look path_look(const char *path, char *text, size_t size)
{
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return look_failed();
    struct stat status;
    ssize_t count = 0;
    if (fstat(descriptor, &status) == 0 && S_ISDIR(status.st_mode)) {
        DIR *directory = fdopendir(descriptor);
        errno = 0;
        enum look look = directory != NULL && (readdir(directory) != NULL || errno == 0) ? LOOK_READ : look_failed();
        if (directory == NULL || closedir(directory) != 0)
            close(descriptor);
        return look;
    }
    count = read(descriptor, text, size - 1);
    int number = errno;
    close(descriptor);
    errno = number;
    if (count < 0)
        return look_failed();
    text[count] = '\0';
    return LOOK_READ;
}

/* The file of each process. A process that is there but lacks the file, as /proc/PID/io does where the kernel was built
 * without it, counts as seen. */
static struct tally processes_tally(const char *file)
{
    struct tally tally = {0};
    DIR *directory = opendir("/proc");
    const struct dirent *entry;
    while (directory != NULL && tally.seen < PROCESSES_MAX && (entry = readdir(directory)) != NULL) {
        char path[300], text[512];
        if (!isdigit((unsigned char)entry->d_name[0]))
            continue;
        snprintf(path, sizeof path, "/proc/%s/%s", entry->d_name, file);
        enum look look = path_look(path, text, sizeof text);
        int number = errno;
        path[strlen("/proc/") + strlen(entry->d_name)] = '\0';
        if (look == LOOK_GONE && access(path, F_OK) != 0)
            continue;
        tally.seen++;
        tally.read += look == LOOK_READ;
        tally.number = look == LOOK_READ ? tally.number : number;
    }
    if (directory != NULL)
        closedir(directory);
    return tally;
}

/* A few that refuse (PID 1 of a container, a process under a security policy) do not make the ability absent. */
static bool enough(size_t read, size_t seen)
{
    return seen > 0 && read * 10 >= seen * 9;
}

static void tally_tell(struct doctor_row *row, const struct tally *tally, const char *remedy)
{
    bool all = tally->read == tally->seen;
    check_tell(row, enough(tally->read, tally->seen), remedy, "%zu of %zu processes%s%s", tally->read, tally->seen,
               all ? "" : ": ", all ? "" : strerror(tally->number));
}

/* The hidepid option of /proc, 0 when it is not set: with it, other users' processes are not even listed. */
static void hidepid_find(char *found, size_t size)
{
    char line[1024];
    FILE *file = fopen("/proc/self/mountinfo", "re");
    snprintf(found, size, "0");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        const char *option = strstr(line, "hidepid=");
        if (strstr(line, " /proc ") != NULL && strstr(line, " - proc ") != NULL && option != NULL)
            snprintf(found, size, "%.*s", (int)strcspn(option + 8, ", \n"), option + 8);
    }
    if (file != NULL)
        fclose(file);
}

void check_processes(struct doctor_row *row)
{
    char hidden[16];
    hidepid_find(hidden, sizeof hidden);
    struct tally tally = processes_tally("stat");
    bool hiding = strcmp(hidden, "0") != 0 && strcmp(hidden, "off") != 0;
    bool listed = !hiding || access("/proc/1/stat", R_OK) == 0;
    check_tell(row, listed && enough(tally.read, tally.seen),
               hiding ? "run it with sudo, or have /proc mounted with hidepid=0"
                      : "run it with sudo; in a container, share the host's pid namespace (--pid=host)",
               "%zu of %zu processes%s%s", tally.read, tally.seen, hiding ? ", /proc is mounted with hidepid=" : "",
               hiding ? hidden : "");
}

void check_descriptors(struct doctor_row *row)
{
    struct tally tally = processes_tally("fd");
    tally_tell(row, &tally, root_remedy);
}

void check_descriptor_details(struct doctor_row *row)
{
    struct tally tally = processes_tally("fdinfo");
    tally_tell(row, &tally, root_remedy);
}

void check_system_calls(struct doctor_row *row)
{
    char scope[16] = "0";
    path_look("/proc/sys/kernel/yama/ptrace_scope", scope, sizeof scope);
    struct tally tally = processes_tally("syscall");
    tally_tell(row, &tally,
               scope[0] == '3' ? "kernel.yama.ptrace_scope is 3, which not even root can undo before the next boot"
               : tally.number == ENOENT ? "this kernel was built without it: waits on pipes and sockets stay unseen"
                                        : root_remedy);
}

/* The file is readable for all and says 0 where it may not tell. */
void check_wait_channels(struct doctor_row *row)
{
    DIR *directory = opendir("/proc");
    const struct dirent *entry;
    size_t told = 0, seen = 0;
    while (directory != NULL && seen < PROCESSES_MAX && (entry = readdir(directory)) != NULL) {
        char path[300], text[128];
        snprintf(path, sizeof path, "/proc/%s/wchan", entry->d_name);
        if (!isdigit((unsigned char)entry->d_name[0]) || path_look(path, text, sizeof text) != LOOK_READ)
            continue;
        seen++;
        told += text[0] != '0' && text[0] != '\0';
    }
    if (directory != NULL)
        closedir(directory);
    check_tell(row, told > 0, root_remedy, "told for %zu of %zu processes%s", told, seen,
               told > 0 ? " (the others run)" : "");
}

void check_io(struct doctor_row *row)
{
    struct tally tally = processes_tally("io");
    tally_tell(row, &tally, tally.number == ENOENT ? "it takes a kernel with CONFIG_TASK_IO_ACCOUNTING" : root_remedy);
}

void check_run_delay(struct doctor_row *row)
{
    struct tally tally = processes_tally("schedstat");
    tally_tell(row, &tally, "it takes a kernel with CONFIG_SCHED_INFO");
}

struct namespaces {
    ino_t inodes[NAMESPACES_MAX];
    size_t count;
    size_t entered;
    size_t seen;   /* processes */
    size_t closed; /* those that do not say in which they are */
};

static bool namespace_known(const struct namespaces *found, ino_t inode)
{
    for (size_t i = 0; i < found->count; i++)
        if (found->inodes[i] == inode)
            return true;
    return false;
}

/* Enters the process's network namespace, if none of the processes before it were there. */
static void namespace_look(struct namespaces *found, const char *path)
{
    struct stat status;
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    found->seen++;
    if (descriptor < 0) {
        found->closed += look_failed() == LOOK_REFUSED;
        return;
    }
    if (fstat(descriptor, &status) == 0 && !namespace_known(found, status.st_ino)) {
        found->inodes[found->count++] = status.st_ino;
        found->entered += setns(descriptor, CLONE_NEWNET) == 0;
    }
    close(descriptor);
}

void check_namespaces(struct doctor_row *row)
{
    struct namespaces found = {0};
    struct stat own;
    DIR *directory = opendir("/proc");
    const struct dirent *entry;
    if (stat("/proc/self/ns/net", &own) == 0)
        found.inodes[found.count++] = own.st_ino;
    while (directory != NULL && found.count < NAMESPACES_MAX && (entry = readdir(directory)) != NULL) {
        char path[300];
        snprintf(path, sizeof path, "/proc/%s/ns/net", entry->d_name);
        if (isdigit((unsigned char)entry->d_name[0]))
            namespace_look(&found, path);
    }
    if (directory != NULL)
        closedir(directory);
    size_t others = found.count > 0 ? found.count - 1 : 0;
    bool all = found.entered == others && enough(found.seen - found.closed, found.seen);
    char hidden[64] = "";
    if (found.closed > 0)
        snprintf(hidden, sizeof hidden, "; %zu of %zu processes do not say theirs", found.closed, found.seen);
    check_tell(row, all, "run it with sudo (it takes CAP_SYS_ADMIN and CAP_SYS_PTRACE)", "%zu found, %zu entered%s",
               others, found.entered, hidden);
}
