/* A real fault that is over before anybody looks, and that no lock tells of: a server answered its two clients nothing
 * for some seconds, and does again. It comes first with the exact time, live and from a recording; servers that nobody
 * asks do not. */
#include "tests/faults/actor.h"
#include "tests/faults/past.h"
#include "tests/faults/program.h"
#include "tests/unit/alone.h"

#include <cjson/cJSON.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

enum { CLIENTS = 2, CYCLES_LEAST = 200, WARM_LEAST_MS = 2500, STALL_LEAST_MS = 3000, PATIENCE_MS = 60000, STEP_MS = 5 };

/* Shared with the actors. */
struct exchange {
    _Atomic int cycles; /* answers so far */
    _Atomic int stall_ms;
    _Atomic bool stalled; /* it is over */
    _Atomic double stall_s;
    int listener, port;
};
static struct exchange *exchange;

struct incident {
    struct stage stage;
    char recording[96];
    pid_t server;
    double began_s;
};

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_BOOTTIME, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void pause_ms(int ms)
{
    nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L}, NULL);
}

static struct sockaddr_in loopback(int port)
{
    return (struct sockaddr_in){
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

static void answer(int client)
{
    char byte;
    if (read(client, &byte, 1) != 1 || write(client, &byte, 1) != 1)
        _exit(1);
    exchange->cycles++;
}

static void act_serve(const char *path)
{
    (void)path;
    struct pollfd clients[CLIENTS];
    for (int i = 0; i < CLIENTS; i++)
        clients[i] = (struct pollfd){.fd = accept(exchange->listener, NULL, NULL), .events = POLLIN};
    while (poll(clients, CLIENTS, -1) > 0) {
        if (exchange->stall_ms > 0) {
            double began_s = now_s();
            pause_ms(exchange->stall_ms);
            exchange->stall_ms = 0;
            exchange->stall_s = now_s() - began_s;
            exchange->stalled = true;
        }
        for (int i = 0; i < CLIENTS; i++)
            if (clients[i].revents != 0)
                answer(clients[i].fd);
    }
}

static void act_ask(const char *path)
{
    (void)path;
    struct sockaddr_in address = loopback(exchange->port);
    int server = socket(AF_INET, SOCK_STREAM, 0);
    char byte = 'x';
    if (connect(server, (struct sockaddr *)&address, sizeof address) != 0)
        _exit(1);
    while (write(server, &byte, 1) == 1 && read(server, &byte, 1) == 1)
        pause_ms(5);
}

/* Nobody ever connects to it. */
static void act_accept(const char *path)
{
    (void)path;
    int idle = socket(AF_INET, SOCK_STREAM, 0);
    listen(idle, 4);
    accept(idle, NULL, NULL);
}

static int incident_set(void **state)
{
    struct incident *incident = calloc(1, sizeof *incident);
    struct sockaddr_in address = loopback(0);
    socklen_t length = sizeof address;
    *state = incident;
    exchange = mmap(NULL, sizeof *exchange, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (incident == NULL || exchange == MAP_FAILED)
        return -1;
    stage_set(&incident->stage);
    snprintf(incident->recording, sizeof incident->recording, "%s/incident.culprit", incident->stage.folder);
    exchange->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(exchange->listener, (struct sockaddr *)&address, length) != 0 || listen(exchange->listener, 4) != 0 ||
        getsockname(exchange->listener, (struct sockaddr *)&address, &length) != 0)
        return -1;
    exchange->port = ntohs(address.sin_port);
    incident->began_s = now_s();
    incident->server = actor_start(&incident->stage, "ledger", act_serve, NULL);
    actor_start(&incident->stage, "payment", act_ask, NULL);
    actor_start(&incident->stage, "orders", act_ask, NULL);
    actor_start(&incident->stage, "listening", act_accept, NULL);
    close(exchange->listener);
    return 0;
}

static int incident_clear(void **state)
{
    struct incident *incident = *state;
    stage_clear(&incident->stage);
    munmap(exchange, sizeof *exchange);
    free(incident);
    return 0;
}

static void cycles_await(int count)
{
    for (int waited = 0; exchange->cycles < count; waited += STEP_MS, pause_ms(STEP_MS))
        assert_true(waited < PATIENCE_MS);
}

/* The clients have a rhythm. */
static void warm_await(const struct incident *incident)
{
    cycles_await(CLIENTS * CYCLES_LEAST);
    while (now_s() - incident->began_s < WARM_LEAST_MS / 1e3)
        pause_ms(STEP_MS);
}

/* Returns when all is well again. On a slow machine the clients' rhythm is slower, and a silence longer. */
static void incident_happen(const struct incident *incident)
{
    double cycle_s = (now_s() - incident->began_s) * CLIENTS / exchange->cycles;
    exchange->stall_ms = STALL_LEAST_MS + (int)(cycle_s * 45e3);
    for (int waited = 0; !exchange->stalled; waited += STEP_MS, pause_ms(STEP_MS))
        assert_true(waited < PATIENCE_MS);
    cycles_await(exchange->cycles + CLIENTS * 2);
}

static void verdict_names_the_server(const struct incident *incident, const char *json)
{
    char label[64];
    cJSON *verdict = cJSON_Parse(json);
    assert_non_null(verdict);
    const char *sentence = json_text(verdict, "verdict");
    if (!cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(verdict, "anomalous")))
        fail_msg("silent for %.1f s after %d answers, and: %s", exchange->stall_s, exchange->cycles, sentence);
    const cJSON *suspects = cJSON_GetObjectItemCaseSensitive(verdict, "suspects"),
                *first = cJSON_GetArrayItem(suspects, 0);
    const cJSON *pid = cJSON_GetObjectItemCaseSensitive(first, "pid");
    assert_true(cJSON_IsNumber(pid) && (pid_t)pid->valuedouble == incident->server);
    snprintf(label, sizeof label, "ledger[%d] did not answer on 127.0.0.1:", (int)incident->server);
    if (strstr(sentence, label) != sentence)
        fail_msg("not \"%s...\": %s", label, sentence);
    const char *time = strstr(sentence, " for ");
    assert_non_null(time);
    double told_s = strtod(time + strlen(" for "), NULL); /* "at least" would be no number */
    assert_true(told_s > exchange->stall_s - 0.2 && told_s < exchange->stall_s + 1);
    /* Each has a connection of its own, and the sentence tells of one. */
    assert_true(strstr(sentence, "payment[") != NULL || strstr(sentence, "orders[") != NULL);
    assert_non_null(strstr(sentence, "waited for it"));
    assert_null(strstr(sentence, "listening["));
    const cJSON *path = cJSON_GetObjectItemCaseSensitive(first, "blame_path"), *step;
    assert_int_equal(cJSON_GetArraySize(path), CLIENTS);
    cJSON_ArrayForEach(step, path) assert_string_equal(json_text(step, "by"), "socket_receive");
    cJSON_Delete(verdict);
}

static void server_that_answers_again_is_named_live(void **state)
{
    struct incident *incident = *state;
    recorder_need("other waits recorded (BPF)");
    warm_await(incident);
    FILE *pipe = program_start("diagnose --window 8s --format json");
    recorder_await(WAIT_PROGRAMS);
    incident_happen(incident);
    char *json = output_read(pipe);
    verdict_names_the_server(incident, json);
    free(json);
}

/* It fell silent and answered again between two samples. */
static void server_that_answers_again_is_named_from_a_recording(void **state)
{
    struct incident *incident = *state;
    recorder_need("other waits recorded (BPF)");
    warm_await(incident);
    multiple_await(5);
    FILE *pipe = program_start("record -o %s --interval 5s --duration 17s 2>&1", incident->recording);
    recorder_await(WAIT_PROGRAMS);
    multiple_await(5); /* loading them takes its time */
    incident_happen(incident);
    free(output_read(pipe));
    char *json = output_read(program_start("diagnose %s --window 12s --format json", incident->recording));
    verdict_names_the_server(incident, json);
    free(json);
}

int main(void)
{
    alone_begin();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(server_that_answers_again_is_named_live, incident_set, incident_clear),
        cmocka_unit_test_setup_teardown(server_that_answers_again_is_named_from_a_recording, incident_set,
                                        incident_clear),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
