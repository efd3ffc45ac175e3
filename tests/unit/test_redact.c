/* redact: what looks like a secret is replaced, and what only looks a little like one stays. */
#include "sample/redact.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define HEX64 "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

static void expect_redacted(const char *command, const char *expected)
{
    struct buffer out = {0};
    bool any = redact_command(&out, command);
    if (strcmp(buffer_text(&out), expected) != 0)
        fail_msg("%s\n  became %s\n  not    %s", command, buffer_text(&out), expected);
    assert_int_equal(any, strcmp(command, expected) != 0);
    buffer_done(&out);
}

static void secrets_are_replaced(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"app --password=hunter2 --port=80", "app --password=[redacted] --port=80"},
        {"app --password hunter2 -v", "app --password [redacted] -v"},
        {"app -password hunter2", "app -password [redacted]"},
        {"app --password='a b c' -v", "app --password='[redacted]' -v"},
        {"app --db-pass=a,b&c", "app --db-pass=[redacted]"},
        {"app --DB_PASSWD=x9", "app --DB_PASSWD=[redacted]"},
        {"env PGPASSWORD=s3 psql -h db", "env PGPASSWORD=[redacted] psql -h db"},
        {"MYSQL_PWD=s3 mysql", "MYSQL_PWD=[redacted] mysql"},
        {"java -Djavax.net.ssl.keyStorePassword=changeit A", "java -Djavax.net.ssl.keyStorePassword=[redacted] A"},
        {"java -Ddb.dbPass=x1 A", "java -Ddb.dbPass=[redacted] A"},
        {"app --auth-token abc --api-key=def", "app --auth-token [redacted] --api-key=[redacted]"},
        {"app --client_secret=abc", "app --client_secret=[redacted]"},
        {"redis-server --requirepass abc", "redis-server --requirepass [redacted]"},
        {"mysql -u root -psecret db", "mysql -u root -p[redacted] db"},
        {"/usr/bin/mysqldump -psecret db", "/usr/bin/mysqldump -p[redacted] db"},
        {"sudo -u x mariadb-dump -psecret", "sudo -u x mariadb-dump -p[redacted]"},
        {"sh -c mysql -psecret db | gzip", "sh -c mysql -p[redacted] db | gzip"},
        {"sshpass -p secret ssh host", "sshpass -p [redacted] ssh host"},
        {"redis-cli -a secret ping", "redis-cli -a [redacted] ping"},
        {"curl -u me:secret https://x", "curl -u me:[redacted] https://x"},
        {"curl --user=me:secret https://x", "curl --user=me:[redacted] https://x"},
        {"docker login -u me -p secret", "docker login -u me -p [redacted]"},
        {"openssl rsa -passin pass:secret", "openssl rsa -passin [redacted]"},
        {"curl -H Authorization: Bearer abc.def x", "curl -H Authorization: Bearer [redacted] x"},
        {"curl -H \"Authorization: Basic abc=\" x", "curl -H \"Authorization: Basic [redacted]\" x"},
        {"curl -H Authorization:Bearer abc", "curl -H Authorization:Bearer [redacted]"},
        {"curl -H X-Api-Key:abc", "curl -H X-Api-Key:[redacted]"},
        {"curl -H Cookie: a=b; c=d -v", "curl -H Cookie: [redacted] [redacted] -v"},
        {"curl -d {\"user\":\"a\",\"password\":\"b\"} x", "curl -d {\"user\":\"a\",\"password\":\"[redacted]\"} x"},
        {"sh -c \"curl -d {\\\"password\\\":\\\"b\\\"} x\"", "sh -c \"curl -d {\\\"password\\\":\\\"[redacted]\"} x\""},
        {"git clone https://me:secret@host/a.git", "git clone https://me:[redacted]@host/a.git"},
        {"app --dsn=postgres://u:p@ss@db:5432/x", "app --dsn=postgres://u:[redacted]@db:5432/x"},
        {"app redis://:secret@cache/0", "app redis://:[redacted]@cache/0"},
        {"mount -o user=a,password=b,uid=3 //x /y", "mount -o user=a,password=[redacted],uid=3 //x /y"},
        {"app --url=https://x/?a=1&token=abc&b=2", "app --url=https://x/?a=1&token=[redacted]&b=2"},
        {"app --conn=Server=x;Password=y;Timeout=3", "app --conn=Server=x;Password=[redacted];Timeout=3"},
        {"aws --key AKIAIOSFODNN7EXAMPLE", "aws --key [redacted]"},
        {"git push ghp_0123456789abcdefghijABCDEFGHIJ012345 x", "git push [redacted] x"},
        {"app eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc", "app [redacted]"},
        {"app --seed=" HEX64, "app --seed=[redacted]"},
        {"app --blob=QWxhZGRpbjpvcGVuIHNlc2FtZTEyMzQ1Njc4OTBhYmNkZWY=", "app --blob=[redacted]="},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        expect_redacted(cases[i][0], cases[i][1]);
}

static void what_is_no_secret_stays(void **state)
{
    (void)state;
    static const char *const commands[] = {
        "",
        " ",
        "-",
        "=",
        "postgres -D /var/lib/postgresql/15/main -c config_file=/etc/postgresql/15/main/postgresql.conf",
        "nginx: worker process",
        "sshd: deploy@pts/0",
        "/usr/bin/java -cp /usr/share/java/commons.jar:/opt/app.jar -Dfile.encoding=UTF-8 -Xmx2g Main",
        "python3 train.py --max-tokens=4096 --tokenizer=bert --passes=3 --pass-through --bypass=yes",
        "app --password-file=/etc/secret --token-type=jwt --passphrase-fd 3 --secret-name=db",
        "app --ask-become-pass site.yml",
        "app --no-password db",
        "app --use-token=true --password=$DB_PASSWORD --token=file:/run/token --secret=",
        "docker run --name mysql -p 3306:3306 mysql:8",
        "docker run -p 80:80 nginx",
        "mysql -u root -p db",
        "mysqld --port=3306 --pid-file=/run/mysqld.pid",
        "ps -p 1234",
        "mkdir -p /tmp/secret/token",
        "cp -pr secret.txt password.txt",
        "containerd-shim-runc-v2 -namespace moby -id " HEX64 " -address /run/containerd/containerd.sock",
        "app --container-id=" HEX64 " --commit=" HEX64,
        ("docker pull image@sha256:" HEX64),
        "PWD=/home/me make",
        "BOOT_IMAGE=/vmlinuz root=UUID=1b4e28ba-2fa1-11d2-883f-0016d3cca427 ro",
        "git clone https://host/a/b.git",
        "git clone git@host:a/b.git",
        "curl -u me https://host/",
        "rsync -a me@host:/srv /srv",
        "chrome --password-store=basic --enable-features=PasswordImport,TokenBinding",
        "app --path=/opt/Some9Thing/WithLong8Components/And7More/OfThem6/ThatLook/LikeBase64x",
        "task-sk-runner --mode=desk-lamp",
        "systemd-tty-ask-password-agent --watch",
        "kubectl get secret db -o yaml",
        "app --cert=/etc/ssl/private/token.pem --key=/etc/ssl/private/key.pem",
    };
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        expect_redacted(commands[i], commands[i]);
}

static void a_hostile_line_costs_little_and_breaks_nothing(void **state)
{
    (void)state;
    static const char *const pieces[] = {
        "sk-", "a=", "token=%", "://", "\"", "'x=", "-p", "\":", "Bearer ", "@", "\xff"};
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        struct buffer line = {0}, out = {0};
        buffer_string(&line, "mysql ");
        while (line.length < 8000)
            buffer_string(&line, pieces[i]);
        redact_command(&out, buffer_text(&line));
        assert_false(out.failed);
        buffer_done(&line);
        buffer_done(&out);
    }
}

static void process_add(struct sample *sample, const char *name, const char *command)
{
    size_t row = table_append(&sample->tables[TABLE_PROCESS]);
    table_set_u64(&sample->tables[TABLE_PROCESS], row, PROCESS_PID, row + 1);
    sample_set_string(sample, TABLE_PROCESS, row, PROCESS_NAME, name, strlen(name));
    if (command != NULL)
        sample_set_string(sample, TABLE_PROCESS, row, PROCESS_COMMAND, command, strlen(command));
}

static void a_sample_keeps_everything_but_the_secrets(void **state)
{
    (void)state;
    struct error error = {0};
    struct sample *sample = sample_new();
    assert_non_null(sample);
    process_add(sample, "mysql", "mysql -phunter2");
    process_add(sample, "mysql", "mysql -pother");
    process_add(sample, "sh", NULL);
    process_add(sample, "nginx", "nginx");
    assert_true(sample_redact(sample, &error));
    assert_string_equal(sample_string(sample, TABLE_PROCESS, 0, PROCESS_COMMAND), "mysql -p[redacted]");
    assert_string_equal(sample_string(sample, TABLE_PROCESS, 1, PROCESS_COMMAND), "mysql -p[redacted]");
    assert_null(sample_string(sample, TABLE_PROCESS, 2, PROCESS_COMMAND));
    assert_string_equal(sample_string(sample, TABLE_PROCESS, 3, PROCESS_COMMAND), "nginx");
    assert_string_equal(sample_string(sample, TABLE_PROCESS, 2, PROCESS_NAME), "sh");
    assert_null(memmem(sample->string_bytes.data, sample->string_bytes.length, "hunter2", 7));
    assert_int_equal(sample_intern(sample, "sh", 2), sample->tables[TABLE_PROCESS].cells[PROCESS_NAME][2]);
    sample_release(sample);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(secrets_are_replaced),
        cmocka_unit_test(what_is_no_secret_stays),
        cmocka_unit_test(a_hostile_line_costs_little_and_breaks_nothing),
        cmocka_unit_test(a_sample_keeps_everything_but_the_secrets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
