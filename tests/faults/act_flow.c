/* Parts with pipes and sockets. */
#include "tests/faults/act.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { BLOCK_BYTES = 4096, CONNECTIONS_MAX = 32, PAUSE_MS = 3000 };

void act_pipe_writer(struct member *self)
{
    char block[BLOCK_BYTES] = {0};
    while (write(self->descriptors[0], block, sizeof block) > 0) {
        work_done(self);
        if (is_culprit_now(self))
            stand_still();
        moment(20);
    }
}

void act_pipe_reader(struct member *self)
{
    char block[BLOCK_BYTES];
    while (read(self->descriptors[0], block, sizeof block) > 0) {
        work_done(self);
        if (is_culprit_now(self))
            stand_still();
    }
}

void act_pipe_filter(struct member *self)
{
    char block[BLOCK_BYTES];
    ssize_t got;
    while ((got = read(self->descriptors[0], block, sizeof block)) > 0 &&
           write(self->descriptors[1], block, (size_t)got) > 0)
        work_done(self);
}

static socklen_t address_make(struct sockaddr_storage *address, const char *path, long port)
{
    memset(address, 0, sizeof *address);
    if (path != NULL && path[0] != '\0') {
        struct sockaddr_un *local = (struct sockaddr_un *)address;
        local->sun_family = AF_UNIX;
        snprintf(local->sun_path, sizeof local->sun_path, "%.100s", path);
        return sizeof *local;
    }
    struct sockaddr_in *remote = (struct sockaddr_in *)address;
    remote->sin_family = AF_INET;
    remote->sin_port = htons((uint16_t)port);
    remote->sin_addr.s_addr = inet_addr(port == HOLE_PORT ? HOLE_ADDRESS : "127.0.0.1");
    return sizeof *remote;
}

int listener_make(const char *path, int backlog, long *port)
{
    struct sockaddr_storage address;
    socklen_t length = address_make(&address, path, *port);
    int listener = socket(address.ss_family, SOCK_STREAM, 0);
    if (listener < 0 || bind(listener, (struct sockaddr *)&address, length) != 0 || listen(listener, backlog) != 0)
        return -1;
    length = sizeof address;
    if (address.ss_family == AF_INET && getsockname(listener, (struct sockaddr *)&address, &length) == 0)
        *port = ntohs(((struct sockaddr_in *)&address)->sin_port);
    return listener;
}

static int client_connect(const struct member *self)
{
    struct sockaddr_storage address;
    socklen_t length = address_make(&address, self->path, self->amount);
    int connection = socket(address.ss_family, SOCK_STREAM, 0);
    if (connection < 0 || connect(connection, (struct sockaddr *)&address, length) != 0) {
        close(connection);
        return -1;
    }
    return connection;
}

/* Reads what came; answers unless it is a stream. False: the other end is gone. */
static bool connection_serve(struct member *self, int connection)
{
    char block[16 * BLOCK_BYTES];
    ssize_t got = recv(connection, block, sizeof block, MSG_DONTWAIT);
    if (got <= 0)
        return false;
    work_done(self);
    if (self->variant != SERVER_READS_NOTHING && send(connection, "answer\n", 7, MSG_NOSIGNAL) < 0)
        return false;
    return true;
}

void act_server(struct member *self)
{
    struct pollfd polled[CONNECTIONS_MAX + 1] = {{.fd = self->descriptors[0], .events = POLLIN}};
    nfds_t count = 1;
    for (bool paused = false;;) {
        bool ill = is_culprit_now(self);
        if (ill && self->variant == SERVER_PAUSES && !paused) {
            moment(PAUSE_MS);
            paused = true;
        } else if (ill && (self->variant == SERVER_STALLS || self->variant == SERVER_READS_NOTHING)) {
            stand_still();
        }
        bool accepts = !ill || self->variant != SERVER_ACCEPTS_NOBODY;
        polled[0].events = !accepts || count > CONNECTIONS_MAX ? 0 : POLLIN;
        if (poll(polled, count, 200) <= 0)
            continue;
        for (nfds_t i = count; i-- > 1;)
            if (polled[i].revents != 0 && !connection_serve(self, polled[i].fd)) {
                close(polled[i].fd);
                polled[i] = polled[--count];
            }
        if (accepts && polled[0].revents & POLLIN) {
            int connection = accept(self->descriptors[0], NULL, NULL);
            if (connection >= 0)
                polled[count++] = (struct pollfd){.fd = connection, .events = POLLIN};
        }
    }
}

static bool request(int connection, const char *words)
{
    char answer[512];
    return send(connection, words, strlen(words), MSG_NOSIGNAL) > 0 && recv(connection, answer, sizeof answer, 0) > 0;
}

static void *busy(void *unused)
{
    for (;; moment(35))
        burn(15);
    return unused;
}

void act_client(struct member *self)
{
    pthread_t thread;
    if (self->variant == 1)
        pthread_create(&thread, NULL, busy, NULL);
    int connection = -1;
    for (;; moment(30 + (long)draw(&self->random, 30))) {
        if (connection < 0)
            connection = client_connect(self);
        if (connection >= 0 && request(connection, "request\n")) {
            work_done(self);
            continue;
        }
        if (connection >= 0)
            close(connection);
        connection = -1;
    }
}

void act_client_anew(struct member *self)
{
    const char *words = self->variant == 1 ? "GET / HTTP/1.0\r\n\r\n" : "request\n";
    for (;; moment(50 + (long)draw(&self->random, 50))) {
        int connection = client_connect(self);
        if (connection < 0)
            continue;
        if (request(connection, words))
            work_done(self);
        close(connection);
    }
}

void act_sender(struct member *self)
{
    char block[BLOCK_BYTES] = {0};
    int connection = -1;
    while ((connection = client_connect(self)) < 0)
        moment(50);
    for (;; moment(2)) {
        for (int i = 0; i < 8; i++)
            if (send(connection, block, sizeof block, MSG_NOSIGNAL) <= 0)
                _exit(1);
        work_done(self);
    }
}

void act_stopper(struct member *self)
{
    for (;; moment(100)) {
        work_done(self);
        if (fault_is_on(self)) {
            kill(atomic_load(&self->shared->pids[self->amount]), SIGSTOP);
            stand_still();
        }
    }
}
