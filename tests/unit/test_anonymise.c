/* anonymise: nothing of the host is left, what belongs together still does. */
#include "sample/anonymise.h"
#include "sample/pseudonym.h"
#include "sample/siphash.h"
#include "sample/wellknown.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static const struct anonymise_key key = {{0x0706050403020100, 0x0f0e0d0c0b0a0908}};

static void the_hash_is_siphash_2_4(void **state)
{
    (void)state;
    /* From the paper's appendix and the reference implementation's vectors. */
    unsigned char bytes[15];
    for (unsigned i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)i;
    assert_true(siphash(key.secret, bytes, 15) == UINT64_C(0xa129ca6149be45e5));
    assert_true(siphash(key.secret, bytes, 0) == UINT64_C(0x726fdb47dd0e0e31));
    assert_true(siphash(key.secret, bytes, 8) == UINT64_C(0x93f5f5799a932462));
}

static void the_tables_are_in_order(void **state)
{
    (void)state;
    for (size_t i = 0; well_known_name(i) != NULL; i++) {
        assert_true(i == 0 || strcmp(well_known_name(i - 1), well_known_name(i)) < 0);
        assert_true(name_is_well_known(well_known_name(i), strlen(well_known_name(i))));
    }
    for (size_t i = 0; well_known_extension(i) != NULL; i++)
        assert_true(i == 0 || strcmp(well_known_extension(i - 1), well_known_extension(i)) < 0);
    assert_false(name_is_well_known("payment", 7));
    assert_false(name_is_well_known("ngin", 4));
    assert_false(name_is_well_known("nginxx", 6));
}

typedef void rule(struct buffer *out, const struct anonymise_key *key, const char *text);

static void rule_name(struct buffer *out, const struct anonymise_key *secret, const char *text)
{
    pseudonym_name(out, secret, text, strlen(text));
}

static void rule_unit(struct buffer *out, const struct anonymise_key *secret, const char *text)
{
    pseudonym_unit(out, secret, text, strlen(text));
}

static void rule_release(struct buffer *out, const struct anonymise_key *secret, const char *text)
{
    (void)secret;
    pseudonym_release(out, text);
}

/* pattern: '?' stands for a hash of eight letters, the rest for itself. */
static bool matches(const char *pattern, const char *text)
{
    for (; *pattern != '\0'; pattern++) {
        if (*pattern != '?') {
            if (*text++ != *pattern)
                return false;
            continue;
        }
        if (strspn(text, "abcdefghijklmnopqrstuvwxyz234567") < 8)
            return false;
        text += 8;
    }
    return *text == '\0';
}

static void becomes(rule *replace, const char *text, const char *pattern)
{
    struct buffer out = {0};
    replace(&out, &key, text);
    if (!matches(pattern, buffer_text(&out)))
        fail_msg("\"%s\" became \"%s\", not \"%s\"", text, buffer_text(&out), pattern);
    buffer_done(&out);
}

static void names_are_hashed_unless_they_are_everybodys(void **state)
{
    (void)state;
    becomes(rule_name, "nginx", "nginx");
    becomes(rule_name, "python3.11", "python3.11");
    becomes(rule_name, "systemd-journal", "systemd-journal");
    becomes(rule_name, "systemd-timesyn", "systemd-timesyn");
    becomes(rule_name, "(sd-pam)", "(sd-pam)");
    becomes(rule_name, "-bash", "-bash");
    becomes(rule_name, "payment", "?");
    becomes(rule_name, "acme-backup.sh", "?.sh");
    becomes(rule_name, "acme.2026.log.12.gz", "?.log.12.gz");
    becomes(rule_name, "libacme.so.1.2", "?.so.1.2");
    becomes(rule_name, ".secret", "?");
    becomes(rule_name, "sda1", "sda1");
    becomes(rule_name, "nvme0n1p2", "nvme0n1p2");
    becomes(rule_name, "sdacme", "?");
    becomes(rule_name, "ttyX", "?");
}

static void paths_are_hashed_piece_by_piece(void **state)
{
    (void)state;
    becomes(pseudonym_path, "/var/log/acme/payment.log", "/var/log/?/?.log");
    becomes(pseudonym_path, "/", "/");
    becomes(pseudonym_path, "/home/alice/.ssh/id_rsa", "/home/?/.ssh/?");
    becomes(pseudonym_path, "/usr/sbin/nginx", "/usr/sbin/nginx");
    becomes(pseudonym_path, "/proc/812/acme", "/proc/812/?");
    becomes(pseudonym_path, "/dev/pts/3", "/dev/pts/3");
    becomes(pseudonym_path, "/data/812", "/data/?");
    becomes(pseudonym_path, "@acme/widgets", "@?/?");
    becomes(pseudonym_path, "/memfd:acme", "/memfd:?");
    becomes(pseudonym_path, "anon_inode:[eventpoll]", "anon_inode:[eventpoll]");
    becomes(pseudonym_path, "anon_inode:acme", "anon_inode:?");
    becomes(pseudonym_command, "/opt/acme/payment --password hunter2", "/opt/?/? ?");
    becomes(pseudonym_command, "nginx: worker process", "nginx: ?");
    becomes(pseudonym_command, "bash", "bash");
    becomes(rule_release, "6.1.0-28-amd64", "6.1");
    becomes(pseudonym_cgroup, "/system.slice/nginx.service", "/system.slice/nginx.service");
    becomes(pseudonym_cgroup, "/system.slice/acme.service/widgets", "/system.slice/?.service/?");
    becomes(rule_unit, "acme.service", "?.service");
    becomes(rule_unit, "container:0123456789ab", "container:?");
    becomes(rule_unit, "docker-0123456789ab.scope", "docker-?.scope");
    becomes(rule_unit, "getty@tty1.service", "getty@tty1.service");
    becomes(rule_unit, "session-3.scope", "session-3.scope");
    becomes(rule_unit, "acme@alice.service", "?@?.service");
}

static void addresses_keep_their_kind(void **state)
{
    (void)state;
    static const struct {
        const char *from, *start, *end;
    } cases[] = {
        {"127.0.0.1:80", "127.0.0.1:80", ""},
        {"0.0.0.0:443", "0.0.0.0:443", ""},
        {"[::1]:80", "[::1]:80", ""},
        {"[::]:22", "[::]:22", ""},
        {"*:8080", "*:8080", ""},
        {"203.0.113.9:443", "10.", ":443"},
        {"[2001:db8::5]:443", "[fd00::", "]:443"},
        {"[::ffff:203.0.113.9]:22", "[::ffff:10.", "]:22"},
        {"[fe80::1%eth0]:22", "[fd00::", "]:22"},
        {"203.0.113.9:*", "10.", ":*"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buffer out = {0};
        pseudonym_address(&out, &key, cases[i].from);
        size_t end = strlen(cases[i].end);
        if (strncmp(out.data, cases[i].start, strlen(cases[i].start)) != 0 ||
            strcmp(out.data + out.length - end, cases[i].end) != 0)
            fail_msg("%s became %s", cases[i].from, out.data);
        buffer_done(&out);
    }
}

static void ephemeral_ports_stay_apart(void **state)
{
    (void)state;
    static bool taken[65536];
    size_t moved = 0;
    for (unsigned port = 32768; port < 65536; port++) {
        struct buffer from = {0}, to = {0};
        buffer_printf(&from, "127.0.0.1:%u", port);
        pseudonym_address(&to, &key, from.data);
        unsigned became = (unsigned)strtoul(strchr(to.data, ':') + 1, NULL, 10);
        assert_in_range(became, 32768, 65535);
        assert_false(taken[became]);
        taken[became] = true;
        moved += became != port;
        buffer_done(&from);
        buffer_done(&to);
    }
    assert_true(moved > 32000);
}

static void string_set(struct sample *sample, enum table_kind kind, size_t column, const char *text)
{
    struct table *table = &sample->tables[kind];
    sample_set_string(sample, kind, table->rows - 1, column, text, strlen(text));
}

/* Every string column of every table holds something that tells on the host. */
static struct sample *telling_sample(void)
{
    struct sample *sample = sample_new();
    for (size_t kind = 0; kind < TABLE_COUNT; kind++) {
        table_append(&sample->tables[kind]);
        for (size_t column = 0; column < sample_schema[kind].column_count; column++)
            if (sample_schema[kind].columns[column].type == COLUMN_STRING)
                string_set(sample, (enum table_kind)kind, column, "acme-secret");
            else if (sample_schema[kind].columns[column].type == COLUMN_U64)
                table_set_u64(&sample->tables[kind], 0, column, 7);
    }
    string_set(sample, TABLE_PROCESS, PROCESS_WAIT_CHANNEL, "futex_wait");
    string_set(sample, TABLE_FILESYSTEM, FILESYSTEM_TYPE, "ext4");
    string_set(sample, TABLE_UNREAD, UNREAD_KIND, "processes");
    string_set(sample, TABLE_UNREAD, UNREAD_REASON, "not permitted");
    return sample;
}

static void nothing_of_the_host_is_left(void **state)
{
    (void)state;
    struct sample *sample = telling_sample();
    string_set(sample, TABLE_PROCESS, PROCESS_COMMAND, "/opt/acme-secret/run --token acme-secret");
    string_set(sample, TABLE_PROCESS, PROCESS_CGROUP, "/acme-secret.slice/acme-secret@acme-secret.service");
    string_set(sample, TABLE_DESCRIPTOR, DESCRIPTOR_PATH, "/srv/acme-secret/acme-secret.acme-secret.log");
    string_set(sample, TABLE_SOCKET, SOCKET_LOCAL, "203.0.113.77:443");
    string_set(sample, TABLE_SOCKET, SOCKET_REMOTE, "[2001:db8:acce::77]:50123");
    table_set_u64(&sample->tables[TABLE_PROCESS], 0, PROCESS_UID, 1234);
    struct sample *anonymous = sample_anonymise(sample, &key, NULL);
    assert_non_null(anonymous);
    static const char *const telling[] = {"acme", "secret", "203.0.113", "2001:db8", "acce", "50123"};
    for (size_t i = 0; i < sizeof telling / sizeof telling[0]; i++)
        assert_null(
            memmem(anonymous->string_bytes.data, anonymous->string_bytes.length, telling[i], strlen(telling[i])));
    const struct table *process = &anonymous->tables[TABLE_PROCESS];
    assert_true(table_u64(process, 0, PROCESS_UID, 0) >= 1000);
    assert_true(table_u64(process, 0, PROCESS_UID, 0) != 1234);
    assert_int_equal(table_u64(process, 0, PROCESS_PID, 0), 7);
    assert_string_equal(sample_string(anonymous, TABLE_PROCESS, 0, PROCESS_WAIT_CHANNEL), "futex_wait");
    for (size_t kind = 0; kind < TABLE_COUNT; kind++)
        for (size_t column = 0; column < sample_schema[kind].column_count; column++)
            assert_int_equal(table_known(&anonymous->tables[kind], 0, column),
                             table_known(&sample->tables[kind], 0, column));
    sample_release(anonymous);
    sample_release(sample);
}

static void what_belongs_together_still_does(void **state)
{
    (void)state;
    struct sample *sample = sample_new();
    for (size_t kind = 0; kind < TABLE_COUNT; kind++)
        table_append(&sample->tables[kind]);
    struct table *sockets = &sample->tables[TABLE_SOCKET];
    table_set_u64(sockets, 0, SOCKET_PROTOCOL, SOCKET_TCP);
    string_set(sample, TABLE_SOCKET, SOCKET_LOCAL, "192.0.2.1:443");
    string_set(sample, TABLE_SOCKET, SOCKET_REMOTE, "192.0.2.2:50123");
    table_append(sockets);
    table_set_u64(sockets, 1, SOCKET_PROTOCOL, SOCKET_TCP);
    string_set(sample, TABLE_SOCKET, SOCKET_LOCAL, "192.0.2.2:50123");
    string_set(sample, TABLE_SOCKET, SOCKET_REMOTE, "192.0.2.1:443");
    table_append(sockets);
    table_set_u64(sockets, 2, SOCKET_PROTOCOL, SOCKET_UNIX);
    string_set(sample, TABLE_SOCKET, SOCKET_LOCAL, "/run/acme/api.sock");
    string_set(sample, TABLE_DESCRIPTOR, DESCRIPTOR_PATH, "/run/acme/api.sock");
    string_set(sample, TABLE_LOCK, LOCK_PATH, "/run/acme/api.sock");
    string_set(sample, TABLE_WAIT, WAIT_PATH, "/run/acme/api.sock");
    string_set(sample, TABLE_WAIT, WAIT_HOLDER_NAME, "acme");
    string_set(sample, TABLE_PROCESS, PROCESS_NAME, "acme");
    struct sample *anonymous = sample_anonymise(sample, &key, NULL);
    const char *local = sample_string(anonymous, TABLE_SOCKET, 0, SOCKET_LOCAL);
    const char *remote = sample_string(anonymous, TABLE_SOCKET, 0, SOCKET_REMOTE);
    assert_string_not_equal(local, remote);
    assert_string_equal(local, sample_string(anonymous, TABLE_SOCKET, 1, SOCKET_REMOTE));
    assert_string_equal(remote, sample_string(anonymous, TABLE_SOCKET, 1, SOCKET_LOCAL));
    const char *path = sample_string(anonymous, TABLE_SOCKET, 2, SOCKET_LOCAL);
    assert_true(matches("/run/?/?.sock", path));
    assert_string_equal(path, sample_string(anonymous, TABLE_DESCRIPTOR, 0, DESCRIPTOR_PATH));
    assert_string_equal(path, sample_string(anonymous, TABLE_LOCK, 0, LOCK_PATH));
    assert_string_equal(path, sample_string(anonymous, TABLE_WAIT, 0, WAIT_PATH));
    assert_string_equal(sample_string(anonymous, TABLE_PROCESS, 0, PROCESS_NAME),
                        sample_string(anonymous, TABLE_WAIT, 0, WAIT_HOLDER_NAME));
    sample_release(anonymous);
    sample_release(sample);
}

static void kernel_threads_keep_their_names_and_impostors_do_not(void **state)
{
    (void)state;
    struct sample *sample = sample_new();
    struct table *table = &sample->tables[TABLE_PROCESS];
    table_append(table);
    string_set(sample, TABLE_PROCESS, PROCESS_NAME, "kworker/u8:2-acme");
    table_append(table);
    string_set(sample, TABLE_PROCESS, PROCESS_NAME, "kworker/0:1");
    table_set_u64(table, 1, PROCESS_KERNEL_THREAD, 1);
    struct sample *anonymous = sample_anonymise(sample, &key, NULL);
    assert_null(strstr(sample_string(anonymous, TABLE_PROCESS, 0, PROCESS_NAME), "acme"));
    assert_string_equal(sample_string(anonymous, TABLE_PROCESS, 1, PROCESS_NAME), "kworker/0:1");
    sample_release(anonymous);
    sample_release(sample);
}

static void another_secret_gives_other_names(void **state)
{
    (void)state;
    struct anonymise_key drawn, again;
    struct buffer left = {0}, right = {0};
    assert_true(anonymise_key_draw(&drawn, NULL));
    assert_true(anonymise_key_draw(&again, NULL));
    pseudonym_hash(&left, &drawn, "acme", 4);
    pseudonym_hash(&right, &again, "acme", 4);
    assert_string_not_equal(left.data, right.data);
    buffer_done(&left);
    buffer_done(&right);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_hash_is_siphash_2_4),
        cmocka_unit_test(the_tables_are_in_order),
        cmocka_unit_test(names_are_hashed_unless_they_are_everybodys),
        cmocka_unit_test(paths_are_hashed_piece_by_piece),
        cmocka_unit_test(addresses_keep_their_kind),
        cmocka_unit_test(ephemeral_ports_stay_apart),
        cmocka_unit_test(nothing_of_the_host_is_left),
        cmocka_unit_test(what_belongs_together_still_does),
        cmocka_unit_test(kernel_threads_keep_their_names_and_impostors_do_not),
        cmocka_unit_test(another_secret_gives_other_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
