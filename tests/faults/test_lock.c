/* A real fault, end to end: a process takes a write lock on an application log and sleeps; three services write to that
 * log under the lock. The holder must come first, not the services that hang, and nobody innocent. */
#include "tests/faults/actor.h"
#include "tests/faults/program.h"

#include <cjson/cJSON.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

struct incident {
    struct stage stage;
    char log[96], quiet[96], design[96], recording[96];
    pid_t holder, waiters[3];
};

static void incident_stage(struct incident *incident, void (*hold)(const char *), void (*serve)(const char *))
{
    stage_set(&incident->stage);
    snprintf(incident->log, sizeof incident->log, "%s/app.log", incident->stage.folder);
    snprintf(incident->quiet, sizeof incident->quiet, "%s/quiet.lock", incident->stage.folder);
    snprintf(incident->design, sizeof incident->design, "%s/leader.lock", incident->stage.folder);
    snprintf(incident->recording, sizeof incident->recording, "%s/incident.culprit", incident->stage.folder);
    /* Two services are older than the culprit, one is younger; the innocents hold locks that nobody wants. */
    actor_start(&incident->stage, "leader", act_hold_lock, incident->design);
    incident->waiters[0] = actor_start(&incident->stage, "payment", serve, incident->log);
    incident->waiters[1] = actor_start(&incident->stage, "orders", serve, incident->log);
    actor_start(&incident->stage, "worker", act_burn_cpu, NULL);
    usleep(300000);
    incident->holder = actor_start(&incident->stage, "rotate", hold, incident->log);
    usleep(300000);
    incident->waiters[2] = actor_start(&incident->stage, "audit", serve, incident->log);
    actor_start(&incident->stage, "keeper", act_hold_record_lock, incident->quiet);
    usleep(300000);
}

static int incident_clear(void **state)
{
    struct incident *incident = *state;
    stage_clear(&incident->stage);
    free(incident);
    return 0;
}

static int flock_incident_set(void **state)
{
    struct incident *incident = calloc(1, sizeof *incident);
    *state = incident;
    if (incident != NULL)
        incident_stage(incident, act_hold_lock, act_write_under_lock);
    return incident == NULL;
}

static int fcntl_incident_set(void **state)
{
    struct incident *incident = calloc(1, sizeof *incident);
    *state = incident;
    if (incident != NULL)
        incident_stage(incident, act_hold_record_lock, act_write_under_record_lock);
    return incident == NULL;
}

static int rank_of_pid(const cJSON *suspects, pid_t pid)
{
    const cJSON *suspect;
    cJSON_ArrayForEach(suspect, suspects)
    {
        const cJSON *number = cJSON_GetObjectItemCaseSensitive(suspect, "pid");
        if (cJSON_IsNumber(number) && (pid_t)number->valuedouble == pid)
            return (int)cJSON_GetObjectItemCaseSensitive(suspect, "rank")->valuedouble;
    }
    return 0;
}

static int rank_of_path(const cJSON *suspects, const char *path)
{
    const cJSON *suspect;
    cJSON_ArrayForEach(suspect, suspects)
    {
        if (strcmp(json_text(suspect, "path"), path) == 0)
            return (int)cJSON_GetObjectItemCaseSensitive(suspect, "rank")->valuedouble;
    }
    return 0;
}

static void verdict_names_the_holder(const struct incident *incident, const char *json)
{
    cJSON *verdict = cJSON_Parse(json);
    assert_non_null(verdict);
    const cJSON *suspects = cJSON_GetObjectItemCaseSensitive(verdict, "suspects");
    assert_true(cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(verdict, "anomalous")));
    assert_int_equal(rank_of_pid(suspects, incident->holder), 1);
    int file = rank_of_path(suspects, incident->log);
    assert_in_range(file, 2, 3);
    char label[64];
    const char *sentence = json_text(verdict, "verdict");
    snprintf(label, sizeof label, "rotate[%d]", (int)incident->holder);
    assert_non_null(strstr(sentence, label));
    assert_non_null(strstr(sentence, "app.log"));
    assert_non_null(strstr(sentence, "at least"));
    int named = 0;
    static const char *const names[] = {"payment[", "orders[", "audit["};
    for (int i = 0; i < 3; i++) {
        int rank = rank_of_pid(suspects, incident->waiters[i]);
        assert_true(rank == 0 || rank > 1);
        named += strstr(sentence, names[i]) != NULL;
    }
    assert_true(named >= 2);
    const cJSON *path = cJSON_GetObjectItemCaseSensitive(cJSON_GetArrayItem(suspects, 0), "blame_path");
    assert_int_equal(cJSON_GetArraySize(path), 3);
    const cJSON *step;
    cJSON_ArrayForEach(step, path)
    {
        assert_string_equal(json_text(step, "to"), label);
        assert_string_equal(json_text(step, "by"), "lock");
        assert_string_equal(json_text(step, "on"), incident->log);
    }
    assert_int_equal(rank_of_path(suspects, incident->quiet), 0);
    assert_int_equal(rank_of_path(suspects, incident->design), 0);
    assert_null(strstr(sentence, "keeper"));
    assert_null(strstr(sentence, "leader"));
    cJSON_Delete(verdict);
}

static void holder_of_a_lock_is_named_live(void **state)
{
    struct incident *incident = *state;
    int status;
    char *json = program_end(program_start("diagnose --window 3s --format json --exit-code"), &status);
    assert_int_equal(status, 3);
    verdict_names_the_holder(incident, json);
    free(json);
}

static void holder_of_a_lock_is_named_from_a_recording(void **state)
{
    struct incident *incident = *state;
    int status;
    free(program_end(program_start("record -o %s --interval 500ms --duration 4s 2>&1", incident->recording), &status));
    assert_int_equal(status, 0);
    struct stat file;
    assert_int_equal(stat(incident->recording, &file), 0);
    assert_int_equal(file.st_mode & 0777, 0600);
    char *json = program_end(program_start("diagnose %s --window 3s --format json", incident->recording), &status);
    assert_int_equal(status, 0);
    verdict_names_the_holder(incident, json);
    free(json);
}

static void graph_of_the_incident_is_drawn(void **state)
{
    struct incident *incident = *state;
    if (system("command -v dot >/dev/null") != 0)
        skip();
    int status;
    char *svg = program_end(program_start("diagnose --window 2s --format dot | dot -Tsvg"), &status);
    assert_int_equal(status, 0);
    assert_non_null(strstr(svg, "</svg>"));
    static const char *const labels[] = {"rotate", "payment", "orders", "audit", "app.log"};
    for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++)
        assert_non_null(strstr(svg, labels[i]));
    free(svg);
    (void)incident;
}

/* In a PID namespace of its own the test meets nobody else's faults. Without the privilege it runs among them. */
static void namespace_enter(char *name)
{
    if (geteuid() != 0 || getenv("CULPRIT_TEST_INSIDE") != NULL)
        return;
    if (system("unshare --pid --fork --mount-proc true 2>/dev/null") != 0)
        return;
    setenv("CULPRIT_TEST_INSIDE", "1", 1);
    execlp("unshare", "unshare", "--pid", "--fork", "--kill-child", "--mount-proc", name, (char *)NULL);
}

int main(int argc, char **argv)
{
    (void)argc;
    namespace_enter(argv[0]);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(holder_of_a_lock_is_named_live, flock_incident_set, incident_clear),
        cmocka_unit_test_setup_teardown(holder_of_a_lock_is_named_live, fcntl_incident_set, incident_clear),
        cmocka_unit_test_setup_teardown(holder_of_a_lock_is_named_from_a_recording, flock_incident_set, incident_clear),
        cmocka_unit_test_setup_teardown(graph_of_the_incident_is_drawn, flock_incident_set, incident_clear),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
