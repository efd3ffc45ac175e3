/* Parts with locks. */
#include "tests/faults/act.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

static int file_open(const char *path)
{
    int descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (descriptor < 0)
        _exit(1);
    return descriptor;
}

static void lock_change(int descriptor, unsigned kind, bool take)
{
    struct flock lock = {.l_type = take ? F_WRLCK : F_UNLCK, .l_whence = SEEK_SET};
    if (kind == LOCK_FLOCK)
        flock(descriptor, take ? LOCK_EX : LOCK_UN);
    else if (kind == LOCK_RECORD)
        fcntl(descriptor, F_SETLKW, &lock);
    else
        fcntl(descriptor, F_OFD_SETLKW, &lock);
}

static void line_append(int descriptor)
{
    static const char line[] = "2026-11-20 14:02:31 served a request in 12 ms\n";
    if (write(descriptor, line, sizeof line - 1) < 0)
        _exit(1);
}

static void pause_between(struct member *self)
{
    moment(60 + (long)draw(&self->random, 80));
}

/* With the lock in hand. */
static void misbehave(const struct member *self)
{
    if (self->amount == 0)
        stand_still();
    moment(self->amount);
}

void act_locker(struct member *self)
{
    int descriptor = file_open(self->path);
    for (bool misbehaved = false;; pause_between(self)) {
        lock_change(descriptor, self->variant, true);
        line_append(descriptor);
        if (is_culprit_now(self) && !misbehaved) {
            misbehave(self);
            misbehaved = true;
        }
        lock_change(descriptor, self->variant, false);
        work_done(self);
    }
}

void act_locker_two(struct member *self)
{
    int descriptor = file_open(self->path), other = file_open(self->other_path);
    for (;; pause_between(self)) {
        lock_change(descriptor, self->variant, true);
        line_append(descriptor);
        if (fault_is_on(self)) {
            moment(500);
            lock_change(other, self->variant, true);
            lock_change(other, self->variant, false);
        }
        lock_change(descriptor, self->variant, false);
        work_done(self);
    }
}

void act_mutex(struct member *self)
{
    for (bool misbehaved = false;; pause_between(self)) {
        pthread_mutex_lock(&self->shared->mutex);
        if (is_culprit_now(self) && !misbehaved) {
            misbehave(self);
            misbehaved = true;
        }
        pthread_mutex_unlock(&self->shared->mutex);
        work_done(self);
    }
}

void act_holder(struct member *self)
{
    lock_change(file_open(self->path), self->variant, true);
    stand_still();
}
