/* collect: what is given up stays given up. Each case runs in a child, which answers with its exit status: 0 or the
 * number of the check that failed. */
#include "collect/collector.h"
#include "collect/privilege.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

static int child_run(int (*checks)(const char *directory), const char *directory)
{
    int status;
    pid_t child = fork();
    if (child == 0)
        _exit(checks(directory));
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

static bool capabilities_none(void)
{
    cap_t now = cap_get_proc(), none = cap_init();
    bool equal = now != NULL && none != NULL && cap_compare(now, none) == 0;
    cap_free(now);
    cap_free(none);
    return equal;
}

static bool capability_has(cap_value_t capability)
{
    cap_flag_value_t value = CAP_CLEAR;
    cap_t now = cap_get_proc();
    if (now != NULL)
        cap_get_flag(now, capability, CAP_EFFECTIVE, &value);
    cap_free(now);
    return value == CAP_SET;
}

static bool capability_can_return(void)
{
    cap_value_t wanted = CAP_SYS_ADMIN;
    cap_t now = cap_get_proc();
    bool returned = now != NULL && cap_set_flag(now, CAP_PERMITTED, 1, &wanted, CAP_SET) == 0 &&
                    cap_set_flag(now, CAP_EFFECTIVE, 1, &wanted, CAP_SET) == 0 && cap_set_proc(now) == 0;
    cap_free(now);
    return returned || unshare(CLONE_NEWNS) == 0;
}

static int checks_sudo(const char *directory)
{
    char path[128];
    gid_t groups[8];
    struct stat status;
    setenv("SUDO_UID", "54321", 1);
    setenv("SUDO_GID", "54322", 1);
    if (!collector_drop_privileges(NULL))
        return 1;
    uid_t real, effective, saved;
    if (getresuid(&real, &effective, &saved) != 0 || real != 54321 || effective != 54321 || saved != 54321)
        return 2;
    if (getgid() != 54322 || getegid() != 54322 || getgroups(8, groups) != 1 || groups[0] != 54322)
        return 3;
    if (setuid(0) == 0 || setresuid(-1, 0, -1) == 0 || setgid(0) == 0 || setgroups(0, NULL) == 0)
        return 4;
    if (!capabilities_none() || capability_can_return())
        return 5;
    if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1 || cap_get_bound(CAP_SYS_ADMIN) == CAP_SET)
        return 6;
    snprintf(path, sizeof path, "%s/private", directory);
    if (open(path, O_RDONLY) >= 0 || errno != EACCES)
        return 7;
    snprintf(path, sizeof path, "%s/made", directory);
    int made = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    if (made < 0 || fstat(made, &status) != 0 || status.st_uid != 54321 || status.st_gid != 54322)
        return 8;
    if (open("/dev/stdout", O_WRONLY) < 0 && errno == EACCES && access("/proc/self/fd", X_OK) != 0)
        return 9;
    return collector_drop_privileges(NULL) ? 0 : 10;
}

static int checks_root(const char *directory)
{
    char path[128];
    unsetenv("SUDO_UID");
    unsetenv("SUDO_GID");
    if (!collector_drop_privileges(NULL) || geteuid() != 0)
        return 1;
    if (!capabilities_none() || capability_can_return())
        return 2;
    snprintf(path, sizeof path, "%s/private", directory);
    if (open(path, O_RDONLY) < 0)
        return 3;
    snprintf(path, sizeof path, "%s/strange", directory);
    if (open(path, O_RDONLY) >= 0)
        return 4;
    return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? 0 : 5;
}

static int checks_forged(const char *directory)
{
    (void)directory;
    struct error error = {0};
    setenv("SUDO_UID", "54321; rm", 1);
    setenv("SUDO_GID", "54322", 1);
    if (collector_drop_privileges(&error) || strstr(error.text, "SUDO_UID") == NULL)
        return 1;
    setenv("SUDO_UID", "4294967295", 1);
    if (collector_drop_privileges(&error))
        return 2;
    if (setresuid(54000, 0, 0) != 0)
        return 3;
    setenv("SUDO_UID", "54321", 1);
    return collector_drop_privileges(&error) && getuid() == 54000 && geteuid() == 54000 ? 0 : 4;
}

static int checks_kept(const char *directory)
{
    (void)directory;
    bool traced = capability_has(CAP_SYS_PTRACE);
    privilege_keep();
    if (capability_has(CAP_SYS_PTRACE) != traced)
        return 1;
    if (capability_has(CAP_SYS_BOOT) || capability_has(CAP_SETUID) || capability_has(CAP_DAC_OVERRIDE) ||
        capability_has(CAP_KILL))
        return 2;
    return setresuid(54321, 54321, 54321) != 0 ? 0 : 3;
}

static int checks_plain(const char *directory)
{
    (void)directory;
    if (geteuid() == 0 && setresuid(54321, 54321, 54321) != 0)
        return 1;
    setenv("SUDO_UID", "0", 1);
    setenv("SUDO_GID", "0", 1);
    uid_t uid = getuid();
    return collector_drop_privileges(NULL) && getuid() == uid && capabilities_none() ? 0 : 2;
}

/* A directory in which all may write, with a file of root's and one of somebody else's, both mode 0600. */
static int directory_make(void **state)
{
    static char directory[] = "/tmp/culprit-test-XXXXXX";
    char path[128];
    if (mkdtemp(directory) == NULL || chmod(directory, 01777) != 0)
        return -1;
    static const char *const names[] = {"private", "strange"};
    for (int i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/%s", directory, names[i]);
        int made = open(path, O_WRONLY | O_CREAT, 0600);
        if (made < 0 || (i == 1 && geteuid() == 0 && fchown(made, 54000, 54000) != 0))
            return -1;
        close(made);
    }
    *state = directory;
    return 0;
}

static int directory_drop(void **state)
{
    static const char *const names[] = {"private", "strange", "made"};
    char path[128];
    for (int i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s/%s", (char *)*state, names[i]);
        unlink(path);
    }
    return rmdir(*state);
}

static void needs_root(void)
{
    if (geteuid() != 0 || !capability_has(CAP_SETUID) || !capability_has(CAP_SETGID)) {
        print_message("skipped: it takes root to give root up\n");
        skip();
    }
}

static void under_sudo_the_front_becomes_the_caller_for_good(void **state)
{
    needs_root();
    assert_int_equal(child_run(checks_sudo, *state), 0);
}

static void root_keeps_its_files_and_no_capability(void **state)
{
    needs_root();
    assert_int_equal(child_run(checks_root, *state), 0);
}

static void a_forged_sudo_user_is_refused(void **state)
{
    needs_root();
    assert_int_equal(child_run(checks_forged, *state), 0);
}

static void the_collector_keeps_what_looking_takes(void **state)
{
    needs_root();
    assert_int_equal(child_run(checks_kept, *state), 0);
}

static void a_plain_user_stays_who_it_is(void **state)
{
    assert_int_equal(child_run(checks_plain, *state), 0);
}

int main(void)
{
    alarm(60);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(under_sudo_the_front_becomes_the_caller_for_good),
        cmocka_unit_test(root_keeps_its_files_and_no_capability),
        cmocka_unit_test(a_forged_sudo_user_is_refused),
        cmocka_unit_test(the_collector_keeps_what_looking_takes),
        cmocka_unit_test(a_plain_user_stays_who_it_is),
    };
    return cmocka_run_group_tests(tests, directory_make, directory_drop);
}
