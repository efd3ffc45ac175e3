/* People at a lock. */
#include "tests/unit/lock_people.h"

#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

enum { PATIENCE_MS = 60000, STEP_MS = 2 };

void moment(int ms)
{
    struct timespec left = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * NS_PER_MS};
    while (clock_nanosleep(CLOCK_MONOTONIC, 0, &left, &left) == EINTR)
        continue;
}

int people_lock(const char *path, enum lock_way way)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    int descriptor = open(path, O_RDWR | O_CLOEXEC);
    int result = way == BY_FLOCK ? flock(descriptor, LOCK_EX)
                                 : fcntl(descriptor, way == BY_RECORD ? F_SETLKW : F_OFD_SETLKW, &lock);
    return result == 0 ? descriptor : -1;
}

bool people_set(struct people *people)
{
    *people = (struct people){.path = "/tmp/culprit-recorder.XXXXXX"};
    int descriptor = mkstemp(people->path);
    if (descriptor < 0)
        return false;
    close(descriptor);
    people->persons =
        mmap(NULL, PEOPLE_MAX * sizeof *people->persons, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return people->persons != MAP_FAILED;
}

void people_clear(struct people *people)
{
    for (int i = 0; i < people->count; i++)
        if (people->persons[i].reaped_ns == 0) {
            kill(people->persons[i].pid, SIGKILL);
            waitpid(people->persons[i].pid, NULL, 0);
        }
    munmap(people->persons, PEOPLE_MAX * sizeof *people->persons);
    unlink(people->path);
}

static void interruption_note(int number)
{
    (void)number;
}

static void person_live(struct person *person, const char *path, enum lock_way way)
{
    sigaction(SIGALRM, &(struct sigaction){.sa_handler = interruption_note}, NULL);
    person->asked_ns = clock_boottime_ns();
    person->got = people_lock(path, way) >= 0;
    person->got_ns = clock_boottime_ns();
    while (!person->leave)
        moment(STEP_MS);
    person->left_ns = clock_boottime_ns();
    _exit(0);
}

struct person *people_start(struct people *people, const char *name, enum lock_way way)
{
    assert_true(people->count < PEOPLE_MAX);
    struct person *person = &people->persons[people->count++];
    *person = (struct person){0};
    pid_t parent = getpid(), pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        prctl(PR_SET_NAME, name);
        if (getppid() == parent)
            person_live(person, people->path, way);
        _exit(1);
    }
    person->pid = pid;
    return person;
}

void people_await_lock(struct person *person)
{
    for (int waited = 0; person->got_ns == 0; waited += STEP_MS, moment(STEP_MS))
        assert_true(waited < PATIENCE_MS);
}

static int waiters_count(uint64_t inode)
{
    char line[256], wanted[32];
    int count = 0;
    FILE *file = fopen("/proc/locks", "re");
    assert_non_null(file);
    snprintf(wanted, sizeof wanted, ":%llu ", (unsigned long long)inode);
    while (fgets(line, sizeof line, file) != NULL)
        count += strstr(line, "->") != NULL && strstr(line, wanted) != NULL;
    fclose(file);
    return count;
}

void people_await_waiters(const struct people *people, int count)
{
    struct stat status;
    assert_int_equal(stat(people->path, &status), 0);
    for (int waited = 0; waiters_count(status.st_ino) != count; waited += STEP_MS, moment(STEP_MS))
        assert_true(waited < PATIENCE_MS);
}

void people_leave(struct person *person)
{
    person->leave = true;
}

void people_reap(struct person *person)
{
    waitpid(person->pid, NULL, 0);
    person->reaped_ns = clock_boottime_ns();
}

void people_forget(struct people *people)
{
    people->count = 0;
}
