/* The collector's own process: it answers until its front is gone. */
#include "collect/collector_serve.h"

#include "base/channel.h"
#include "base/isolate.h"
#include "collect/kernel_reason.h"
#include "collect/privilege.h"
#include "collect/source.h"
#include "sample/codec.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

void collector_leave_signals(void)
{
    static const int left[] = {SIGINT, SIGQUIT, SIGTSTP, SIGHUP, SIGTERM, SIGPIPE, SIGWINCH};
    for (size_t i = 0; i < sizeof left / sizeof left[0]; i++)
        signal(left[i], SIG_IGN);
    signal(SIGCHLD, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

void collector_take_leash(int leash)
{
    fcntl(leash, F_SETOWN, -getpgrp());
    fcntl(leash, F_SETSIG, SIGKILL);
    fcntl(leash, F_SETFL, O_ASYNC | O_NONBLOCK);
}

void collector_spare_from_oom(void)
{
    int descriptor = geteuid() == 0 ? open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC) : -1;
    if (descriptor >= 0) {
        ssize_t written = write(descriptor, "-900", 4);
        (void)written;
        close(descriptor);
    }
}

static void memory_lock(void)
{
    /* Under a limit, locking what comes later would make allocations fail. */
    struct rlimit limit = {0};
    getrlimit(RLIMIT_MEMLOCK, &limit);
    if (privilege_has(CAP_IPC_LOCK) || limit.rlim_cur == RLIM_INFINITY)
        mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT);
}

static void collector_settle(const struct collector_options *options, int channel, int leash, int parent)
{
    setsid();
    collector_leave_signals();
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    collector_take_leash(leash);
    isolate_process("culprit-collect", (int[]){channel, leash}, 2); /* the keeper waits for that */
    if (getppid() != parent)
        _exit(0);
    setrlimit(RLIMIT_CORE, &(struct rlimit){0}); /* a core would hold what all users' processes were asked */
    kernel_memory_raise();
    collector_spare_from_oom();
    memory_lock();
    privilege_keep();
    bool anywhere = options->proc_path != NULL && options->proc_path[0] != '/';
    if (!anywhere && chdir("/") != 0)
        _exit(1);
}

/* The greatest of what was asked since the last answer; ASK_NOTHING: the front is gone. */
static enum collector_ask ask_await(int channel)
{
    enum collector_ask greatest = ASK_NOTHING;
    while (greatest == ASK_NOTHING) {
        char asks[64];
        ssize_t count = recv(channel, asks, sizeof asks, 0);
        if (count == 0 || (count < 0 && errno != EINTR))
            return ASK_NOTHING;
        for (ssize_t i = 0; i < count; i++)
            if (asks[i] > (char)greatest && asks[i] <= ASK_COMPLETE)
                greatest = (enum collector_ask)asks[i];
    }
    return greatest;
}

/* Encodes a sample of the source, which is made where there is none yet. */
static bool answer_make(struct source **source, const struct collector_options *options, bool complete,
                        struct buffer *bytes, struct error *error)
{
    if (*source == NULL)
        *source = source_new(options, error);
    struct sample *sample = *source == NULL ? NULL : source_sample(*source, complete, error);
    bool made = sample != NULL && sample_encode(sample, bytes, error);
    sample_release(sample);
    return made;
}

void collector_serve(const struct collector_options *options, int channel, int leash, int parent)
{
    collector_settle(options, channel, leash, parent);
    struct source *source = NULL;
    struct buffer bytes = {0};
    enum collector_ask ask;
    while ((ask = ask_await(channel)) != ASK_NOTHING) {
        struct error error = {0};
        buffer_clear(&bytes);
        bool made = answer_make(&source, options, ask == ASK_COMPLETE, &bytes, &error);
        size_t count = made ? bytes.length : strlen(error.text);
        struct collector_frame frame = {
            .bytes = count, .kind = made ? FRAME_SAMPLE : FRAME_SENTENCE, .ask = (uint32_t)ask};
        if (!channel_send(channel, &frame, sizeof frame) ||
            !channel_send(channel, made ? bytes.data : error.text, count))
            break;
        if (source != NULL)
            source_settle(source);
    }
    if (source == NULL || !source_is_loading(source))
        source_free(source);
    _exit(0);
}
