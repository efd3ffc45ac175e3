/* From system calls to kinds of waits. */
#include "collect/proc_call.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

struct call_row {
    long number;
    enum call_class class;
    int other; /* argument with the descriptor that bytes go to; 0: none */
};

static const struct call_row calls[] = {
    {SYS_flock, CALL_LOCK, 0},
    {SYS_read, CALL_READ, 0},
    {SYS_readv, CALL_READ, 0},
    {SYS_pread64, CALL_READ, 0},
    {SYS_preadv, CALL_READ, 0},
    {SYS_preadv2, CALL_READ, 0},
    {SYS_recvfrom, CALL_READ, 0},
    {SYS_recvmsg, CALL_READ, 0},
    {SYS_recvmmsg, CALL_READ, 0},
    {SYS_splice, CALL_READ, 2},
    {SYS_tee, CALL_READ, 1},
    {SYS_write, CALL_WRITE, 0},
    {SYS_writev, CALL_WRITE, 0},
    {SYS_pwrite64, CALL_WRITE, 0},
    {SYS_pwritev, CALL_WRITE, 0},
    {SYS_pwritev2, CALL_WRITE, 0},
    {SYS_sendto, CALL_WRITE, 0},
    {SYS_sendmsg, CALL_WRITE, 0},
    {SYS_sendmmsg, CALL_WRITE, 0},
    {SYS_sendfile, CALL_WRITE, 0},
    {SYS_vmsplice, CALL_WRITE, 0},
    {SYS_fsync, CALL_FILE, 0},
    {SYS_fdatasync, CALL_FILE, 0},
    {SYS_syncfs, CALL_FILE, 0},
    {SYS_sync_file_range, CALL_FILE, 0},
    {SYS_fallocate, CALL_FILE, 0},
    {SYS_ftruncate, CALL_FILE, 0},
    {SYS_getdents64, CALL_FILE, 0},
    {SYS_fstat, CALL_FILE, 0},
    {SYS_lseek, CALL_FILE, 0},
    {SYS_connect, CALL_CONNECT, 0},
    {SYS_accept4, CALL_ACCEPT, 0},
    {SYS_wait4, CALL_CHILD, 0},
    {SYS_waitid, CALL_CHILD, 0},
    {SYS_clone, CALL_VFORK, 0},
    {SYS_ppoll, CALL_IDLE, 0},
    {SYS_pselect6, CALL_IDLE, 0},
    {SYS_epoll_pwait, CALL_IDLE, 0},
    {SYS_nanosleep, CALL_IDLE, 0},
    {SYS_clock_nanosleep, CALL_IDLE, 0},
    {SYS_futex, CALL_FUTEX, 0},
    {SYS_rt_sigsuspend, CALL_IDLE, 0},
    {SYS_rt_sigtimedwait, CALL_IDLE, 0},
    {SYS_restart_syscall, CALL_IDLE, 0},
    {SYS_io_getevents, CALL_IDLE, 0},
#ifdef SYS_accept
    {SYS_accept, CALL_ACCEPT, 0},
#endif
#ifdef SYS_vfork
    {SYS_vfork, CALL_VFORK, 0},
#endif
#ifdef SYS_clone3
    {SYS_clone3, CALL_VFORK, 0},
#endif
#ifdef SYS_poll
    {SYS_poll, CALL_IDLE, 0},
#endif
#ifdef SYS_select
    {SYS_select, CALL_IDLE, 0},
#endif
#ifdef SYS_epoll_wait
    {SYS_epoll_wait, CALL_IDLE, 0},
#endif
#ifdef SYS_epoll_pwait2
    {SYS_epoll_pwait2, CALL_IDLE, 0},
#endif
#ifdef SYS_pause
    {SYS_pause, CALL_IDLE, 0},
#endif
#ifdef SYS_io_uring_enter
    {SYS_io_uring_enter, CALL_IDLE, 0},
#endif
#ifdef SYS_futex_waitv
    {SYS_futex_waitv, CALL_IDLE, 0},
#endif
};

bool call_poll(const struct proc_system_call *call, struct call_poll *poll)
{
    bool polls = call->number == SYS_ppoll, selects = call->number == SYS_pselect6;
    bool events = call->number == SYS_epoll_pwait;
#ifdef SYS_poll
    polls |= call->number == SYS_poll;
#endif
#ifdef SYS_select
    selects |= call->number == SYS_select;
#endif
#ifdef SYS_epoll_wait
    events |= call->number == SYS_epoll_wait;
#endif
#ifdef SYS_epoll_pwait2
    events |= call->number == SYS_epoll_pwait2;
#endif
    *poll = (struct call_poll){.list = call->arguments[selects ? 1 : 0],
                               .count = (uint32_t)call->arguments[selects ? 0 : 1],
                               .selects = selects,
                               .events = events};
    return call->blocked && (polls || selects || events);
}

bool call_awaits_events(const struct proc_system_call *call)
{
    struct call_poll poll;
    unsigned other;
    return call_poll(call, &poll) || (call->blocked && call_class(call->number, &other) == CALL_ACCEPT);
}

/* The number of a child that a pid argument means; 0: any. */
static uint64_t child_meant(const struct proc_system_call *call)
{
    if (call->number == SYS_waitid)
        return call->arguments[0] == P_PID ? (uint32_t)call->arguments[1] : 0;
    int32_t pid = (int32_t)call->arguments[0];
    return pid > 0 ? (uint64_t)pid : 0;
}

enum call_class call_class(long number, unsigned *other)
{
    *other = 0;
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++)
        if (calls[i].number == number) {
            *other = (unsigned)calls[i].other;
            return calls[i].class;
        }
    return CALL_OTHER;
}

struct call_meaning call_meaning(const struct proc_system_call *call)
{
    struct call_meaning meaning = {.descriptor = (uint32_t)call->arguments[0], .other_descriptor = UINT64_MAX};
    if (!call->blocked || call->number < 0)
        return meaning;
    if (call->number == SYS_fcntl) {
        uint32_t command = (uint32_t)call->arguments[1];
        meaning.description_lock = command == F_OFD_SETLKW;
        meaning.class = command == F_SETLKW || command == F_OFD_SETLKW ? CALL_LOCK : CALL_OTHER;
        return meaning;
    }
    unsigned other;
    meaning.class = call_class(call->number, &other);
    if (other > 0)
        meaning.other_descriptor = (uint32_t)call->arguments[other];
    if (meaning.class == CALL_CHILD)
        meaning.child = child_meant(call);
    return meaning;
}
