/* collect: the texts under /proc, hostile ones too. */
#include "collect/mounts.h"
#include "collect/proc_call.h"
#include "collect/proc_parse.h"
#include "collect/proc_unit.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <cmocka.h>

static void a_stat_is_read_whatever_the_name_holds(void **state)
{
    (void)state;
    static const char text[] = "812 (a) S 1 (b\n) D 7 8 9 0 -1 4194304 11 0 13 0 100 50 0 0 20 0 4 0 9876 1 256 "
                               "18446744073709551615 16 2 32 0\n";
    struct proc_stat stat;
    assert_true(proc_stat_parse(text, sizeof text - 1, &stat));
    assert_int_equal(stat.pid, 812);
    assert_int_equal(stat.name_length, 10);
    assert_memory_equal(stat.name, "a) S 1 (b\n", 10);
    assert_int_equal(stat.state, 'D');
    assert_int_equal(stat.parent_pid, 7);
    assert_int_equal(stat.minor_faults, 11);
    assert_int_equal(stat.major_faults, 13);
    assert_int_equal(stat.user_ticks, 100);
    assert_int_equal(stat.system_ticks, 50);
    assert_int_equal(stat.threads, 4);
    assert_int_equal(stat.start_ticks, 9876);
    assert_int_equal(stat.rss_pages, 256);
    assert_int_not_equal(stat.image, 0);
}

static void a_cut_stat_is_refused(void **state)
{
    (void)state;
    static const char text[] = "812 (abc) S 7 8 9 0 -1 4194304 11 0 13 0 100 50 0 0 20 0 4 0 9876 1 256";
    struct proc_stat stat;
    for (size_t length = 0; length < sizeof text - 4; length++) {
        char cut[sizeof text];
        memcpy(cut, text, length);
        cut[length] = '\0';
        assert_false(proc_stat_parse(cut, length, &stat));
    }
    assert_true(proc_stat_parse(text, sizeof text - 1, &stat));
}

static void links_tell_what_they_lead_to(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum descriptor_type type;
        const char *path;
        uint64_t inode;
        bool deleted;
    } cases[] = {
        {"/var/log/app.log", DESCRIPTOR_FILE, "/var/log/app.log", 0, false},
        {"/var/log/app.log (deleted)", DESCRIPTOR_FILE, "/var/log/app.log", 0, true},
        {"/a\nb\\\xff", DESCRIPTOR_FILE, "/a\nb\\\xff", 0, false},
        {"/dev/null", DESCRIPTOR_DEVICE_FILE, "/dev/null", 0, false},
        {"/dev/shm/x", DESCRIPTOR_FILE, "/dev/shm/x", 0, false},
        {"/memfd:x (deleted)", DESCRIPTOR_OTHER, "/memfd:x", 0, true},
        {"pipe:[17]", DESCRIPTOR_PIPE, NULL, 17, false},
        {"socket:[18]", DESCRIPTOR_SOCKET, NULL, 18, false},
        {"socket:[x]", DESCRIPTOR_OTHER, "socket:[x]", 0, false},
        {"anon_inode:[eventfd]", DESCRIPTOR_OTHER, "anon_inode:[eventfd]", 0, false},
        {"", DESCRIPTOR_OTHER, "", 0, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct proc_link link;
        proc_link_parse(cases[i].text, strlen(cases[i].text), &link);
        assert_int_equal(link.type, cases[i].type);
        assert_int_equal(link.inode, cases[i].inode);
        assert_int_equal(link.deleted, cases[i].deleted);
        if (cases[i].path == NULL) {
            assert_null(link.path);
            continue;
        }
        assert_int_equal(link.path_length, strlen(cases[i].path));
        assert_memory_equal(link.path, cases[i].path, link.path_length);
    }
}

static void lock_lines_are_read(void **state)
{
    (void)state;
    struct proc_lock lock;
    assert_true(proc_lock_parse("12: FLOCK  ADVISORY  WRITE 8472 fe:01:4711 0 EOF\n", &lock));
    assert_int_equal(lock.ordinal, 12);
    assert_int_equal(lock.class, LOCK_FLOCK);
    assert_true(lock.exclusive && !lock.waiting && lock.has_pid);
    assert_int_equal(lock.pid, 8472);
    assert_int_equal(lock.device, 0xfe << 20 | 1);
    assert_int_equal(lock.inode, 4711);
    assert_true(proc_lock_parse("1:   -> POSIX  ADVISORY  READ 9 00:2d:7 0 EOF", &lock));
    assert_true(lock.waiting && !lock.exclusive);
    assert_int_equal(lock.class, LOCK_POSIX);
    assert_true(proc_lock_parse("\t2: OFDLCK ADVISORY  READ -1 00:2d:7 0 9", &lock));
    assert_false(lock.has_pid);
    assert_int_equal(lock.class, LOCK_OFD);
    assert_true(proc_lock_parse("3: LEASE  ACTIVE    READ 5 00:2d:7 0 EOF", &lock));
    assert_int_equal(lock.class, LOCK_LEASE);
    static const char *const bad[] = {"",
                                      "1:",
                                      "x: FLOCK ADVISORY WRITE 1 0:0:1 0 EOF",
                                      "1: FLOCK",
                                      "1: ->",
                                      "1: FLOCK  ADVISORY  WRITE 1 <none>:0",
                                      "1: WHAT ADVISORY WRITE 1 00:1:2 0 EOF"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(proc_lock_parse(bad[i], &lock));
}

static void unit_is(const char *path, const char *expected)
{
    char unit[128];
    assert_int_equal(proc_unit_name(path, strlen(path), unit, sizeof unit), strlen(expected));
    assert_string_equal(unit, expected);
}

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void cgroups_become_units_and_containers(void **state)
{
    (void)state;
    unit_is("/system.slice/nginx.service", "nginx.service");
    unit_is("/system.slice/system-getty.slice/getty@tty1.service", "getty@tty1.service");
    unit_is("/user.slice/user-1000.slice/user@1000.service/app.slice/foo.service", "foo.service");
    unit_is("/user.slice/user-1000.slice/session-3.scope", "session-3.scope");
    unit_is("/init.scope", "init.scope");
    unit_is("/", "");
    unit_is("/system.slice", "");
    unit_is("/docker/" ID, "container:0123456789ab");
    unit_is("/system.slice/docker-" ID ".scope", "container:0123456789ab");
    unit_is("/system.slice/docker-" ID ".scope/system.slice/nginx.service", "container:0123456789ab");
    unit_is("/kubepods.slice/kubepods-pod1.slice/cri-containerd-" ID ".scope", "container:0123456789ab");
    unit_is("/kubepods.slice/kubepods-pod1.slice:cri-containerd:" ID, "container:0123456789ab");
    unit_is("/machine.slice/libpod-" ID ".scope/container", "container:0123456789ab");
    unit_is("/machine.slice/libpod-conmon-" ID ".scope", "libpod-conmon-" ID ".scope");
    unit_is("/lxc.payload.web/init.scope", "container:web");
    unit_is("/machine.slice/machine-web.scope", "container:web");
    unit_is("/app/" ID "0", ""); /* 65 digits are no id */
}

static void path_is(const char *text, const char *expected)
{
    const char *path = NULL;
    size_t length = 0;
    assert_true(proc_cgroup_path(text, &path, &length));
    assert_int_equal(length, strlen(expected));
    assert_memory_equal(path, expected, length);
}

static void the_cgroup_that_tells_most_is_taken(void **state)
{
    (void)state;
    path_is("0::/system.slice/a.service\n", "/system.slice/a.service");
    path_is("9:name=systemd:/init.scope\n4:memory:/x\n0::/\n", "/init.scope");
    path_is("9:name=systemd:/a:b\n0::/v2\n", "/v2");
    path_is("3:name=other:/o\n", "/o");
    path_is("4:memory:/\n0::/\n", "/");
    path_is("5:cpu:/c\n4:memory:/m\n3:name=systemd:/\n2:pids:/p\n0::/\n", "/m");
    path_is("5:cpu,cpuacct:/c\n4:memory:/\n0::/\n", "/c");
    const char *path;
    size_t length;
    assert_false(proc_cgroup_path("", &path, &length));
    assert_false(proc_cgroup_path("nothing\n", &path, &length));
}

static struct call_meaning meaning_of(long number, uint64_t first, uint64_t second)
{
    struct proc_system_call call = {.blocked = true, .number = number, .arguments = {first, second, 5}};
    return call_meaning(&call);
}

static void system_calls_mean_waits(void **state)
{
    (void)state;
    struct proc_system_call call;
    assert_true(proc_system_call_parse("0 0x3 0x7f 0x20 0x0 0xffffffff 0x0 0x7ffd 0x7f00\n", &call));
    assert_int_equal(call.number, 0);
    assert_int_equal(call.arguments[0], 3);
    assert_true(proc_system_call_parse("running\n", &call));
    assert_false(call.blocked);
    assert_true(proc_system_call_parse("-1 0x7ffd 0x7f00\n", &call));
    assert_true(call.blocked);
    assert_int_equal(call_meaning(&call).class, CALL_OTHER);
    assert_false(proc_system_call_parse("", &call));
    assert_false(proc_system_call_parse("0 0x3", &call));
    assert_int_equal(meaning_of(SYS_read, 4, 2).class, CALL_READ);
    assert_int_equal(meaning_of(SYS_flock, 4, 2).class, CALL_LOCK);
    assert_int_equal(meaning_of(SYS_fcntl, 4, F_SETLKW).class, CALL_LOCK);
    assert_true(meaning_of(SYS_fcntl, 4, F_OFD_SETLKW).description_lock);
    assert_int_equal(meaning_of(SYS_fcntl, 4, F_GETFD).class, CALL_OTHER);
    assert_int_equal(meaning_of(SYS_splice, 4, 0).other_descriptor, 5);
    assert_int_equal(meaning_of(SYS_wait4, (uint64_t)-1, 0).child, 0);
    assert_int_equal(meaning_of(SYS_wait4, 77, 0).child, 77);
    assert_int_equal(meaning_of(SYS_waitid, 1, 78).child, 78);
    assert_int_equal(meaning_of(SYS_waitid, 0, 78).child, 0);
    assert_int_equal(meaning_of(SYS_nanosleep, 0, 0).class, CALL_IDLE);
}

static void mounts_are_read(void **state)
{
    (void)state;
    struct mounts mounts = {0};
    assert_true(mounts_parse(&mounts, "21 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw\n"
                                      "22 21 0:30 /part /mnt/a\\040b\\134 ro - nfs4 server:/x rw\n"
                                      "23 21 0:31 / /data rw - tmpfs none rw\n"
                                      "24 23 0:32 / /data rw master:1 propagate_from:2 - fuse.sshfs x rw\n"
                                      "25 24 0:33 / /data/in rw - xfs /dev/x rw\n"
                                      "damaged line\n\n26 1 0:5 / /x rw"));
    assert_int_equal(mounts.count, 5);
    assert_int_equal(mounts.items[0].device, makedev(254, 1));
    assert_string_equal(mounts.items[1].point, "/mnt/a b\\");
    assert_true(mounts.items[1].read_only && !mounts.items[1].whole);
    assert_true(mounts.items[2].hidden && !mounts.items[3].hidden);
    assert_true(mounts.items[4].behind_slow && !mounts.items[0].behind_slow && !mounts.items[3].behind_slow);
    assert_null(mounts_slow(&mounts, "/var/log/x"));
    assert_non_null(mounts_slow(&mounts, "/mnt/a b\\/file"));
    assert_null(mounts_slow(&mounts, "/mnt/a b\\c"));
    assert_non_null(mounts_slow(&mounts, "/data/file"));
    assert_null(mounts_slow(&mounts, "/data/in/file"));
    mounts_done(&mounts);
    assert_int_equal(mount_manner_of("autofs"), MOUNT_PSEUDO);
    assert_int_equal(mount_manner_of("never-heard-of"), MOUNT_SLOW);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stat_is_read_whatever_the_name_holds),
        cmocka_unit_test(a_cut_stat_is_refused),
        cmocka_unit_test(links_tell_what_they_lead_to),
        cmocka_unit_test(lock_lines_are_read),
        cmocka_unit_test(cgroups_become_units_and_containers),
        cmocka_unit_test(the_cgroup_that_tells_most_is_taken),
        cmocka_unit_test(system_calls_mean_waits),
        cmocka_unit_test(mounts_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
