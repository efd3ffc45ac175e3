/* A real fault that is over before anybody looks: a process held a lock for a good second while two waited, and is
 * gone. The recorder saw it: the exited holder comes first with the exact time, live and from a recording. */
#include "tests/faults/actor.h"
#include "tests/faults/past.h"
#include "tests/faults/program.h"
#include "tests/unit/alone.h"

#include <cjson/cJSON.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

struct incident {
    struct stage stage;
    char log[96], design[96], recording[96];
    pid_t holder;
    double held_least_s, held_most_s;
};

#define ROUNDING_S 0.06 /* of a time in words */

enum { PATIENCE_MS = 60000, STEP_MS = 5, CROWDED_MS = 1200 };

static int incident_set(void **state)
{
    struct incident *incident = calloc(1, sizeof *incident);
    *state = incident;
    if (incident == NULL)
        return -1;
    stage_set(&incident->stage);
    snprintf(incident->log, sizeof incident->log, "%s/app.log", incident->stage.folder);
    snprintf(incident->design, sizeof incident->design, "%s/leader.lock", incident->stage.folder);
    snprintf(incident->recording, sizeof incident->recording, "%s/incident.culprit", incident->stage.folder);
    actor_start(&incident->stage, "leader", act_hold_lock, incident->design);
    return 0;
}

static int incident_clear(void **state)
{
    struct incident *incident = *state;
    stage_clear(&incident->stage);
    free(incident);
    return 0;
}

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_BOOTTIME, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* How many lines of the lock table tell of that file, of those who hold or who wait. */
static int locks_count(const char *path, bool waiting)
{
    struct stat status;
    char line[256], wanted[32];
    int count = 0;
    FILE *file = fopen("/proc/locks", "re");
    assert_non_null(file);
    if (stat(path, &status) != 0)
        status.st_ino = 0;
    snprintf(wanted, sizeof wanted, ":%llu ", (unsigned long long)status.st_ino);
    while (fgets(line, sizeof line, file) != NULL)
        count += strstr(line, wanted) != NULL && (strstr(line, "->") != NULL) == waiting;
    fclose(file);
    return count;
}

static void locks_await(const char *path, bool waiting, int count)
{
    for (int waited = 0; locks_count(path, waiting) != count; waited += STEP_MS, usleep(1000 * STEP_MS))
        assert_true(waited < PATIENCE_MS);
}

/* All three are gone, and reaped, when it returns. */
static void incident_happen(struct incident *incident)
{
    pid_t people[3];
    char free_path[128];
    double asked_s = now_s();
    people[0] = incident->holder = actor_start(&incident->stage, "rotate", act_hold_lock_until_free, incident->log);
    locks_await(incident->log, false, 1);
    people[1] = actor_start(&incident->stage, "payment", act_want_lock, incident->log);
    people[2] = actor_start(&incident->stage, "orders", act_want_lock, incident->log);
    locks_await(incident->log, true, 2);
    double crowded_s = now_s();
    usleep(1000 * CROWDED_MS);
    incident->held_least_s = now_s() - crowded_s;
    snprintf(free_path, sizeof free_path, "%s.free", incident->log);
    close(open(free_path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
    waitpid(people[0], NULL, 0);
    incident->held_most_s = now_s() - asked_s;
    for (int i = 1; i < 3; i++)
        waitpid(people[i], NULL, 0);
    incident->stage.count -= 3;
}

static double number_of(const cJSON *object, const char *key)
{
    const cJSON *number = cJSON_GetObjectItemCaseSensitive(object, key);
    return cJSON_IsNumber(number) ? number->valuedouble : -1;
}

static void verdict_names_the_holder(const struct incident *incident, const char *json)
{
    char label[192];
    cJSON *verdict = cJSON_Parse(json);
    assert_non_null(verdict);
    const cJSON *first = cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(verdict, "suspects"), 0);
    assert_true(cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(verdict, "anomalous")));
    assert_int_equal((pid_t)number_of(first, "pid"), incident->holder);
    assert_true(cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(first, "exited")));
    const char *sentence = json_text(verdict, "verdict");
    snprintf(label, sizeof label, "rotate[%d] (exited) held the lock on %s for ", (int)incident->holder, incident->log);
    const char *held = strstr(sentence, label);
    assert_non_null(held);
    double held_s = strtod(held + strlen(label), NULL); /* "at least" would be no number */
    assert_true(held_s > incident->held_least_s - ROUNDING_S && held_s < incident->held_most_s + ROUNDING_S);
    assert_non_null(strstr(sentence, "payment["));
    assert_non_null(strstr(sentence, "orders["));
    assert_non_null(strstr(sentence, "waited for it"));
    assert_null(strstr(sentence, "leader["));
    const cJSON *path = cJSON_GetObjectItemCaseSensitive(first, "blame_path"), *step;
    assert_int_equal(cJSON_GetArraySize(path), 2);
    cJSON_ArrayForEach(step, path)
    {
        assert_string_equal(json_text(step, "by"), "lock");
        assert_string_equal(json_text(step, "on"), incident->log);
        assert_true(number_of(step, "seconds") > incident->held_least_s &&
                    number_of(step, "seconds") < held_s + ROUNDING_S);
    }
    const cJSON *suspect;
    cJSON_ArrayForEach(suspect, cJSON_GetObjectItemCaseSensitive(verdict, "suspects"))
        assert_string_not_equal(json_text(suspect, "path"), incident->design);
    cJSON_Delete(verdict);
}

static void lock_that_is_gone_is_named_live(void **state)
{
    struct incident *incident = *state;
    recorder_need("file lock waits recorded (BPF)");
    FILE *pipe = program_start("diagnose --window 5s --format json");
    recorder_await(LOCK_PROGRAMS);
    incident_happen(incident);
    char *json = output_read(pipe);
    verdict_names_the_holder(incident, json);
    free(json);
}

/* Taken, given back and everybody gone between two samples. */
static void lock_that_no_sample_saw_is_named_from_a_recording(void **state)
{
    struct incident *incident = *state;
    recorder_need("file lock waits recorded (BPF)");
    multiple_await(4);
    FILE *pipe = program_start("record -o %s --interval 4s --duration 6s 2>&1", incident->recording);
    recorder_await(LOCK_PROGRAMS);
    incident_happen(incident);
    free(output_read(pipe));
    char *json = output_read(program_start("diagnose %s --window 6s --format json", incident->recording));
    verdict_names_the_holder(incident, json);
    free(json);
}

int main(void)
{
    alone_begin();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(lock_that_is_gone_is_named_live, incident_set, incident_clear),
        cmocka_unit_test_setup_teardown(lock_that_no_sample_saw_is_named_from_a_recording, incident_set,
                                        incident_clear),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
