/* Who may do what: the front gives everything up, the collector keeps what looking takes. */
#include "collect/privilege.h"

#include "base/error.h"
#include "base/units.h"
#include "collect/collector.h"

#include <errno.h>
#include <grp.h>
#include <stdlib.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <unistd.h>

/* Before Linux 5.8 CAP_BPF and CAP_PERFMON do not exist: what a kernel does not know is left out. */
static const cap_value_t kept_capabilities[] = {
    CAP_SYS_PTRACE,      /* descriptors, system call and namespaces of other users' processes */
    CAP_DAC_READ_SEARCH, /* directories of /proc that only the owner may list */
    CAP_SYS_ADMIN,       /* entering network namespaces */
    CAP_NET_ADMIN,       /* all that sock_diag tells */
    CAP_IPC_LOCK,        /* memory allocated later stays locked */
    CAP_BPF,             /* the kernel's own iterators */
    CAP_PERFMON,
};

bool privilege_has(int capability)
{
    cap_flag_value_t value = CAP_CLEAR;
    cap_t now = cap_get_proc();
    if (now != NULL)
        cap_get_flag(now, capability, CAP_EFFECTIVE, &value);
    cap_free(now);
    return value == CAP_SET;
}

/* As far as the process may: without CAP_SETPCAP the bounding set stays, and no_new_privs does its work. */
static void bounding_clear(void)
{
    for (cap_value_t capability = 0; capability < cap_max_bits(); capability++)
        if (cap_get_bound(capability) == CAP_SET)
            cap_drop_bound(capability);
}

void privilege_keep(void)
{
    cap_t now = cap_get_proc(), kept = cap_init();
    size_t count = sizeof kept_capabilities / sizeof kept_capabilities[0];
    for (size_t i = 0; now != NULL && kept != NULL && i < count; i++) {
        cap_flag_value_t value = CAP_CLEAR;
        cap_value_t capability = kept_capabilities[i];
        if (cap_get_flag(now, capability, CAP_PERMITTED, &value) != 0 || value != CAP_SET)
            continue;
        cap_set_flag(kept, CAP_PERMITTED, 1, &capability, CAP_SET);
        cap_set_flag(kept, CAP_EFFECTIVE, 1, &capability, CAP_SET);
    }
    bounding_clear();
    cap_reset_ambient();
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (now != NULL && kept != NULL)
        cap_set_proc(kept);
    cap_free(now);
    cap_free(kept);
}

/* The user that this process is to become: under sudo who called it, else the real one (which differs from the
 * effective one only where the program is installed set-user-ID, and then SUDO_UID is the caller's to forge). */
bool privilege_owner(uid_t *uid, gid_t *gid, struct error *error)
{
    *uid = getuid();
    *gid = getgid();
    const char *sudo_uid = getenv("SUDO_UID"), *sudo_gid = getenv("SUDO_GID");
    if (getuid() != 0 || geteuid() != 0 || sudo_uid == NULL || sudo_gid == NULL)
        return true;
    long user, group;
    if (!number_parse(sudo_uid, "SUDO_UID", 0, UINT32_MAX - 1L, &user, error) ||
        !number_parse(sudo_gid, "SUDO_GID", 0, UINT32_MAX - 1L, &group, error))
        return false;
    *uid = (uid_t)user;
    *gid = (gid_t)group;
    return true;
}

static bool owner_become(uid_t uid, gid_t gid, struct error *error)
{
    uid_t old_uid = geteuid();
    gid_t old_gid = getegid();
    bool other = uid != old_uid || gid != old_gid;
    if (!other)
        return true;
    if (old_uid == 0 && setgroups(1, &gid) != 0)
        return error_errno(error, errno, "cannot give up root's groups; run culprit without sudo, or as root");
    if (setresgid(gid, gid, gid) != 0 || setresuid(uid, uid, uid) != 0)
        return error_errno(error, errno, "cannot become user %lu to give up root; run culprit without sudo",
                           (unsigned long)uid);
    if (uid != 0 && (setresuid(0, 0, 0) == 0 || seteuid(0) == 0))
        return error_set(error, "giving up root did not last; run culprit without sudo");
    return true;
}

static bool capabilities_clear(struct error *error)
{
    cap_t none = cap_init();
    if (none == NULL)
        return error_memory(error);
    bool cleared = false;
    cap_t now = NULL;
    if (cap_set_proc(none) != 0) {
        error_errno(error, errno, "cannot give up the capabilities");
        goto out;
    }
    now = cap_get_proc();
    cleared = now != NULL && cap_compare(now, none) == 0;
    if (!cleared)
        error_set(error, "the kernel kept capabilities that were given up");
out:
    cap_free(now);
    cap_free(none);
    return cleared;
}

bool privilege_give_up(uid_t uid, gid_t gid, struct error *error)
{
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return error_errno(error, errno, "cannot promise the kernel not to gain privileges");
    bounding_clear();
    cap_reset_ambient();
    if (!owner_become(uid, gid, error) || !capabilities_clear(error))
        return false;
    /* A change of user takes /proc/self from its new owner, and with it /dev/stdout and /dev/fd. Nothing secret is in
     * this process: what it was before, it was for a fork only. */
    prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
    return true;
}

bool collector_drop_privileges(struct error *error)
{
    uid_t uid;
    gid_t gid;
    return privilege_owner(&uid, &gid, error) && privilege_give_up(uid, gid, error);
}
