/* Real programs in parts. A program that takes its member's place keeps the member's process id. */
#include "tests/faults/act.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

int script_run(const char *format, ...)
{
    char command[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(command, sizeof command, format, arguments);
    va_end(arguments);
    int status = 0;
    pid_t pid = fork();
    if (pid == 0) {
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
    return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status) : 127;
}

bool program_is_here(const char *name)
{
    static const char *const folders[] = {"/usr/bin", "/usr/sbin", "/usr/local/bin", "/bin", "/sbin"};
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        char path[128];
        snprintf(path, sizeof path, "%s/%s", folders[i], name);
        if (access(path, X_OK) == 0)
            return true;
    }
    return false;
}

void act_redis(struct member *self)
{
    execlp("redis-server", "redis-server", "--port", "0", "--unixsocket", self->path, "--save", "", "--appendonly",
           "no", "--lua-time-limit", "0", "--logfile", "/dev/null", "--dir", "/", (char *)NULL);
}

void act_redis_script(struct member *self)
{
    static const char script[] = "EVAL \"while true do end\" 0\r\n";
    while (!fault_is_on(self))
        moment(50);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%.100s", self->path);
    int connection = socket(AF_UNIX, SOCK_STREAM, 0);
    char answer[64];
    if (connect(connection, (struct sockaddr *)&address, sizeof address) == 0 &&
        send(connection, script, sizeof script - 1, MSG_NOSIGNAL) > 0 &&
        recv(connection, answer, sizeof answer, 0) >= 0)
        work_done(self);
    stand_still();
}

void act_nginx(struct member *self)
{
    char configuration[PATH_BYTES + 16];
    snprintf(configuration, sizeof configuration, "%s.conf", self->path);
    FILE *file = fopen(configuration, "we");
    if (file == NULL)
        _exit(1);
    fprintf(file,
            "daemon off; user root; worker_processes 1; error_log /dev/null; pid %s.pid;\n"
            "events { worker_connections 64; }\n"
            "http { access_log off; server { listen unix:%s; location / { return 200 answer; } } }\n",
            self->path, self->path);
    fclose(file);
    execlp("nginx", "nginx", "-c", configuration, "-p", "/", "-e", "/dev/null", (char *)NULL);
}

void act_flock_user(struct member *self)
{
    for (;; moment(60 + (long)draw(&self->random, 80))) {
        if (is_culprit_now(self)) {
            execlp("flock", "flock", self->path, "sleep", "1000", (char *)NULL);
            _exit(1);
        }
        if (script_run("flock %s true", self->path) == 0)
            work_done(self);
    }
}

void act_script(struct member *self)
{
    for (;; moment(self->amount))
        if (script_run("date >>%s; sort /etc/passwd | gzip >/dev/null", self->path) == 0)
            work_done(self);
}
