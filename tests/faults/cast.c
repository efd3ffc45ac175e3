/* Starting the cast. */
#include "tests/faults/cast.h"

#include "tests/faults/cage.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

unsigned long draw(uint64_t *state, unsigned long limit)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u; /* splitmix64 */
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return (unsigned long)((z ^ z >> 31) % limit);
}

bool set_init(struct stage_set *set, const char *folder, uint64_t seed, int intensity, unsigned mix)
{
    *set = (struct stage_set){.random = seed, .intensity = intensity, .mix = mix};
    snprintf(set->folder, sizeof set->folder, "%s", folder);
    set->shared = mmap(NULL, sizeof *set->shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (set->shared == MAP_FAILED)
        return false;
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(&set->shared->mutex, &attributes);
    pthread_mutexattr_destroy(&attributes);
    return true;
}

static void name_draw(uint64_t *random, char *name, size_t size)
{
    static const char consonants[] = "bdfgklmnprstvz", vowels[] = "aeiou";
    size_t syllables = 2 + draw(random, 3);
    for (size_t i = 0; i < 2 * syllables && i + 1 < size; i++)
        name[i] =
            i % 2 == 0 ? consonants[draw(random, sizeof consonants - 1)] : vowels[draw(random, sizeof vowels - 1)];
}

struct member *set_add(struct stage_set *set, enum part part, act *role)
{
    if (set->count == MEMBERS_MAX)
        abort();
    struct member *member = &set->members[set->count];
    *member = (struct member){.role = role, .part = part, .number = set->count, .shared = set->shared};
    name_draw(&set->random, member->name, sizeof member->name);
    member->random = draw(&set->random, 1ul << 62);
    for (int i = 0; i < DESCRIPTORS_KEPT; i++)
        member->descriptors[i] = -1;
    set->count++;
    return member;
}

struct member *set_add_on(struct stage_set *set, enum part part, act *role, const char *file)
{
    struct member *member = set_add(set, part, role);
    snprintf(member->path, sizeof member->path, "%s/%s", set->folder, file);
    return member;
}

void member_keep(struct member *member, int descriptor)
{
    for (int i = 0; i < DESCRIPTORS_KEPT; i++)
        if (member->descriptors[i] < 0) {
            member->descriptors[i] = descriptor;
            return;
        }
    abort();
}

static bool member_keeps(const struct member *member, int descriptor)
{
    for (int i = 0; i < DESCRIPTORS_KEPT; i++)
        if (member->descriptors[i] == descriptor)
            return true;
    return false;
}

/* Descriptors above standard error: all of a member's but its own; all of the stage's. */
static void descriptors_close(const struct member *member)
{
    for (int descriptor = 3; descriptor < 1024; descriptor++)
        if (member == NULL || !member_keeps(member, descriptor))
            close(descriptor);
}

static uint64_t start_ticks_read(pid_t pid)
{
    char path[64], line[1024];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *file = fopen(path, "re");
    char *after = file != NULL && fgets(line, sizeof line, file) != NULL ? strrchr(line, ')') : NULL;
    if (file != NULL)
        fclose(file);
    for (int field = 2; after != NULL && field < 22; field++)
        after = strchr(after + 1, ' ');
    return after == NULL ? 0 : strtoull(after, NULL, 10);
}

/* Each member is a session, and sessions share the cpu before processes do (sched(7), autogroup): what was started
 * with a priority of its own hands it on. */
static void priority_keep(void)
{
    int priority = getpriority(PRIO_PROCESS, 0);
    FILE *file = priority != 0 ? fopen("/proc/self/autogroup", "we") : NULL;
    if (file == NULL)
        return;
    fprintf(file, "%d\n", priority);
    fclose(file);
}

static bool member_start(struct member *member)
{
    member->pid = fork();
    if (member->pid == 0) {
        setsid();
        priority_keep();
        signal(SIGCHLD, SIG_DFL);
        int nowhere = open("/dev/null", O_RDWR);
        for (int descriptor = 0; descriptor < 3; descriptor++)
            dup2(nowhere, descriptor);
        prctl(PR_SET_NAME, member->name);
        descriptors_close(member);
        if (member->caged && (!cage_put(CAGE_CPU, 0) || !cage_put(CAGE_MEMORY, 0)))
            _exit(1);
        member->role(member);
        _exit(0);
    }
    atomic_store(&member->shared->pids[member->number], (int)member->pid);
    member->start_ticks = member->pid > 0 ? start_ticks_read(member->pid) : 0;
    return member->start_ticks > 0;
}

static void order_draw(struct stage_set *set, int *order)
{
    for (int i = 0; i < set->count; i++)
        order[i] = i;
    for (int i = set->count - 1; i > 0; i--) {
        int j = (int)draw(&set->random, (unsigned long)i + 1), other = order[i];
        order[i] = order[j];
        order[j] = other;
    }
}

/* Culprits and victims change places among each other, so that the culprits come before the victims, or behind them;
 * everybody else stays between. */
static void culprits_place(const struct stage_set *set, int *order, bool culprits_first)
{
    int places[MEMBERS_MAX], concerned[MEMBERS_MAX], count = 0, filled = 0;
    for (int i = 0; i < set->count; i++)
        if (set->members[order[i]].part == PART_CULPRIT || set->members[order[i]].part == PART_VICTIM)
            places[count++] = i;
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < count; i++)
            if ((set->members[order[places[i]]].part == PART_CULPRIT) == (culprits_first == (round == 0)))
                concerned[filled++] = order[places[i]];
    for (int i = 0; i < count; i++)
        order[places[i]] = concerned[i];
}

bool set_start(struct stage_set *set, bool culprits_first)
{
    int order[MEMBERS_MAX];
    order_draw(set, order);
    culprits_place(set, order, culprits_first);
    for (int i = 0; i < set->count; i++) {
        if (!member_start(&set->members[order[i]]))
            return false;
        moment(10); /* a tick: start times tell who is older */
    }
    descriptors_close(NULL);
    return true;
}

void set_stop(const struct stage_set *set)
{
    for (int i = 0; i < set->count; i++)
        if (set->members[i].pid > 0)
            kill(-set->members[i].pid, SIGKILL);
}

long by_intensity(const struct stage_set *set, long low, long medium, long high)
{
    return set->intensity == 0 ? low : set->intensity == 1 ? medium : high;
}

bool fault_is_on(const struct member *self)
{
    return atomic_load(&self->shared->on);
}

bool is_culprit_now(const struct member *self)
{
    return self->part == PART_CULPRIT && fault_is_on(self);
}

void work_done(struct member *self)
{
    atomic_fetch_add(&self->shared->work[self->number], 1);
}

void moment(long ms)
{
    struct timespec left = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    while (nanosleep(&left, &left) != 0 && errno == EINTR)
        continue;
}

void burn(long ms)
{
    struct timespec start, now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &start);
    do
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    while ((now.tv_sec - start.tv_sec) * 1000 + (now.tv_nsec - start.tv_nsec) / 1000000 < ms);
}

void stand_still(void)
{
    for (;;)
        pause();
}
