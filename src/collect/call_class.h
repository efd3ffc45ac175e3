/* What kinds of system calls there are to those who look for waits: /proc's half and the one in the kernel read the
 * same table (proc_call.h). SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
#ifndef COLLECT_CALL_CLASS_H
#define COLLECT_CALL_CLASS_H

enum call_class {
    CALL_OTHER,   /* not in the table: a wait only in state D */
    CALL_IDLE,    /* waits for anything or for time (poll, nanosleep, ...): no edge */
    CALL_FUTEX,   /* a word in memory: no edge where only /proc is there */
    CALL_LOCK,    /* a file lock on `descriptor` */
    CALL_FILE,    /* something of the file `descriptor` (fsync, ...): a wait only in state D */
    CALL_READ,    /* bytes from `descriptor`, which may be a pipe, a socket or a file */
    CALL_WRITE,   /* room in it */
    CALL_CONNECT, /* the connection of it */
    CALL_ACCEPT,  /* somebody who connects to it */
    CALL_CHILD,   /* the exit of `child`, or of any when it is 0 */
    CALL_VFORK,   /* the exec or exit of the child just made */
};

#endif
