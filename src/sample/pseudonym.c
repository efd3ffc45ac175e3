/* Pseudonyms for names, paths, commands and units. */
#include "sample/pseudonym.h"

#include "sample/siphash.h"
#include "sample/wellknown.h"

#include <stdlib.h>
#include <string.h>

enum { COMM_BYTES = 15, UID_FIRST_USER = 1000, UID_NOBODY = 65534 };

struct span {
    const char *text;
    size_t length;
};

static bool is_digit(char letter)
{
    return letter >= '0' && letter <= '9';
}

static bool all_digits(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (!is_digit(text[i]))
            return false;
    return length > 0;
}

void pseudonym_hash(struct buffer *out, const struct anonymise_key *key, const char *text, size_t length)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz234567";
    uint64_t hash = siphash(key->secret, text, length);
    for (unsigned i = 0; i < 8; i++)
        buffer_append(out, &letters[hash >> (5 * i) & 31], 1);
}

/* Kernel names of disks, terminals and the like: a stem of the kernel's and what tells one from the next. */
static bool is_device_name(const char *text, size_t length)
{
    static const char *const stems[] = {"dm-",  "event", "fuse", "hd",  "hvc", "loop", "md",    "mmcblk", "nbd",
                                        "nvme", "ram",   "sd",   "sr",  "tty", "ttyS", "vcs",   "vcsa",   "vd",
                                        "xvd",  "zram",  "rtc",  "tun", "tap", "net",  "input", "video",  "sg"};
    for (size_t i = 0; i < sizeof stems / sizeof stems[0]; i++) {
        size_t stem = strlen(stems[i]);
        if (length <= stem || length > stem + 6 || memcmp(text, stems[i], stem) != 0)
            continue;
        size_t letters = stem;
        bool disk = stem == 2 || strcmp(stems[i], "xvd") == 0; /* sda1: one letter, then digits */
        if (disk && text[letters] >= 'a' && text[letters] <= 'z')
            letters++;
        size_t digits = letters;
        while (digits < length &&
               (is_digit(text[digits]) || ((text[digits] == 'n' || text[digits] == 'p') && digits > letters && !disk)))
            digits++;
        if (digits == length)
            return true;
    }
    return false;
}

/* Kept as it is: well known, or well known with a version behind it, or cut at the 15 bytes that the kernel keeps. */
static bool is_plain(const char *text, size_t length)
{
    if (length == 0 || name_is_well_known(text, length) || is_device_name(text, length))
        return true;
    size_t stem = length;
    while (stem > 0 && (is_digit(text[stem - 1]) || text[stem - 1] == '.' || text[stem - 1] == '-'))
        stem--;
    if (stem < length && stem > 1 && length - stem <= 6 && name_is_well_known(text, stem))
        return true;
    if (length != COMM_BYTES)
        return false;
    for (size_t i = 0; well_known_name(i) != NULL; i++)
        if (strncmp(well_known_name(i), text, COMM_BYTES) == 0)
            return true;
    return false;
}

/* Where the extensions begin (".log", ".so.1", ".log.2.gz"), or length. */
static size_t extensions_start(const char *text, size_t length)
{
    size_t start = length, end = length;
    while (end > 1) {
        size_t dot = end - 1;
        while (dot > 0 && text[dot] != '.')
            dot--;
        if (dot == 0)
            break;
        size_t bytes = end - dot - 1;
        bool number = bytes <= 3 && all_digits(text + dot + 1, bytes);
        if (!number && !extension_is_well_known(text + dot + 1, bytes))
            break;
        if (!number)
            start = dot;
        end = dot;
    }
    return start;
}

void pseudonym_name(struct buffer *out, const struct anonymise_key *key, const char *text, size_t length)
{
    if (length > 0 && text[0] == '-') { /* a login shell */
        buffer_append(out, "-", 1);
        text++;
        length--;
    }
    bool colon = length > 1 && text[length - 1] == ':'; /* "nginx: worker process" */
    length -= colon;
    if (is_plain(text, length)) {
        buffer_append(out, text, length);
    } else {
        size_t stem = extensions_start(text, length);
        if (is_plain(text, stem))
            buffer_append(out, text, stem);
        else
            pseudonym_hash(out, key, text, stem);
        buffer_append(out, text + stem, length - stem);
    }
    if (colon)
        buffer_append(out, ":", 1);
}

static bool span_is_one_of(struct span span, const char *const *texts)
{
    for (; *texts != NULL; texts++)
        if (span.length == strlen(*texts) && memcmp(span.text, *texts, span.length) == 0)
            return true;
    return false;
}

static void component_write(struct buffer *out, const struct anonymise_key *key, struct span component,
                            struct span before)
{
    static const char *const numbered[] = {"proc", "task", "fd", "fdinfo", "pts", NULL};
    static const char memory_file[] = "memfd:";
    if (all_digits(component.text, component.length) && span_is_one_of(before, numbered)) {
        buffer_append(out, component.text, component.length);
        return;
    }
    if (component.length > 6 && memcmp(component.text, memory_file, 6) == 0) {
        buffer_string(out, memory_file);
        component.text += 6;
        component.length -= 6;
    }
    pseudonym_name(out, key, component.text, component.length);
}

static void path_write(struct buffer *out, const struct anonymise_key *key, const char *text, size_t length)
{
    struct span before = {"", 0};
    for (size_t start = 0; start <= length;) {
        const char *slash = memchr(text + start, '/', length - start);
        size_t end = slash == NULL ? length : (size_t)(slash - text);
        struct span component = {text + start, end - start};
        component_write(out, key, component, before);
        if (slash != NULL)
            buffer_append(out, "/", 1);
        before = component;
        start = end + 1;
    }
}

void pseudonym_path(struct buffer *out, const struct anonymise_key *key, const char *text)
{
    static const char *const kernel[] = {"[eventpoll]",  "[eventfd]", "[timerfd]", "[signalfd]", "[io_uring]",
                                         "[perf_event]", "[pidfd]",   "inotify",   "[fanotify]", "[userfaultfd]",
                                         "bpf-map",      "bpf-prog",  "bpf_link",  "btf",        NULL};
    static const char anonymous[] = "anon_inode:";
    size_t prefix = strlen(anonymous);
    if (strncmp(text, anonymous, prefix) == 0) {
        struct span kind = {text + prefix, strlen(text + prefix)};
        buffer_string(out, anonymous);
        if (span_is_one_of(kind, kernel))
            buffer_append(out, kind.text, kind.length);
        else
            pseudonym_hash(out, key, kind.text, kind.length);
        return;
    }
    if (text[0] == '@') {
        buffer_append(out, "@", 1);
        text++;
    }
    path_write(out, key, text, strlen(text));
}

void pseudonym_command(struct buffer *out, const struct anonymise_key *key, const char *text)
{
    size_t program = strcspn(text, " ");
    path_write(out, key, text, program);
    if (text[program] == '\0')
        return;
    buffer_append(out, " ", 1);
    pseudonym_hash(out, key, text + program + 1, strlen(text + program + 1));
}

/* "user-1000", "session-3", "docker-<id>": systemd's and the runtimes' prefix stays. */
static void unit_stem_write(struct buffer *out, const struct anonymise_key *key, const char *text, size_t length)
{
    static const char *const prefixes[] = {"cri-containerd-", "container:", "crio-", "docker-",
                                           "libpod-",         "machine-",   "run-",  "session-",
                                           "user-",           "system-",    "app-"};
    if (is_plain(text, length)) {
        buffer_append(out, text, length);
        return;
    }
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
        size_t prefix = strlen(prefixes[i]);
        if (length <= prefix || memcmp(text, prefixes[i], prefix) != 0)
            continue;
        buffer_append(out, text, prefix);
        text += prefix;
        length -= prefix;
        bool number = all_digits(text, length) && length < 10;
        if (number && strcmp(prefixes[i], "user-") == 0)
            buffer_printf(out, "%llu", (unsigned long long)pseudonym_uid(key, strtoull(text, NULL, 10)));
        else if (number && strcmp(prefixes[i], "session-") == 0)
            buffer_append(out, text, length);
        else
            pseudonym_name(out, key, text, length);
        return;
    }
    pseudonym_hash(out, key, text, length);
}

void pseudonym_unit(struct buffer *out, const struct anonymise_key *key, const char *text, size_t length)
{
    size_t stem = extensions_start(text, length);
    const char *at = memchr(text, '@', stem);
    size_t name = at == NULL ? stem : (size_t)(at - text);
    unit_stem_write(out, key, text, name);
    if (at != NULL) { /* a template's instance: user@1000, getty@tty1, postgresql@15-main */
        const char *instance = at + 1;
        size_t bytes = stem - name - 1;
        buffer_append(out, "@", 1);
        if (name == 4 && memcmp(text, "user", 4) == 0 && all_digits(instance, bytes) && bytes < 10)
            buffer_printf(out, "%llu", (unsigned long long)pseudonym_uid(key, strtoull(instance, NULL, 10)));
        else
            pseudonym_name(out, key, instance, bytes);
    }
    buffer_append(out, text + stem, length - stem);
}

void pseudonym_cgroup(struct buffer *out, const struct anonymise_key *key, const char *text)
{
    for (;;) {
        size_t length = strcspn(text, "/");
        pseudonym_unit(out, key, text, length);
        text += length;
        if (*text == '\0')
            return;
        buffer_append(out, "/", 1);
        text++;
    }
}

void pseudonym_release(struct buffer *out, const char *text)
{
    size_t major = strspn(text, "0123456789");
    size_t minor = text[major] == '.' ? strspn(text + major + 1, "0123456789") : 0;
    buffer_append(out, text, minor == 0 ? major : major + 1 + minor);
}

uint64_t pseudonym_uid(const struct anonymise_key *key, uint64_t uid)
{
    if (uid < UID_FIRST_USER || uid == UID_NOBODY)
        return uid;
    return UID_FIRST_USER + (siphash(key->secret, &uid, sizeof uid) & 0x7fffffff);
}
