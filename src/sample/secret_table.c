/* What secrets look like, as tables. */
#include "sample/secret.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* Ends of a name, of whose letters and digits only are looked at, in lower case. */
static const char *const name_ends[] = {
    "password",     "passwd",        "passphrase",
    "passcode",     "passwort",      "secret",
    "token",        "apikey",        "accesskey",
    "secretkey",    "privatekey",    "accountkey",
    "authkey",      "encryptionkey", "masterkey",
    "signingkey",   "credential",    "credentials",
    "requirepass",  "masterauth",    "redisauth",
    "rediscliauth", "passin",        "passout",
    "becomepass",   "sharedsecret",  "sharedaccesssignature",
};

/* The last part of a name, alone or behind one of "-_." or a change of case. */
static const char *const name_parts[] = {"pass", "pwd", "psk"};

static const char *const header_ends[] = {"authorization", "cookie",   "apikey", "privatetoken", "authtoken",
                                          "accesstoken",   "jobtoken", "xtoken", "vaulttoken",   "secret"};

static const char *const switch_begins[] = {"no",   "ask",  "prompt", "use",    "require",
                                            "show", "hide", "allow",  "without"};

static const char *const identifier_ends[] = {"id",     "commit", "sha",         "sha1", "sha256",   "sha512",
                                              "digest", "hash",   "checksum",    "uuid", "revision", "image",
                                              "handle", "root",   "fingerprint", "md5"};

static const char *const harmless_values[] = {"true", "false", "yes",  "no",     "on",  "off",      "none",    "null",
                                              "0",    "1",     "auto", "prompt", "ask", "required", "optional"};

static const char *const harmless_begins[] = {"$", "%", "<", "{{", "file:", "env:", "fd:", "stdin", "[redacted]"};

static const struct token {
    const char *begin;
    size_t length_min; /* of what follows */
} tokens[] = {
    {"AKIA", 16},  {"ASIA", 16},    {"ghp_", 30},        {"gho_", 30},     {"ghu_", 30},      {"ghs_", 30},
    {"ghr_", 30},  {"glpat-", 18},  {"xoxa-", 10},       {"xoxb-", 10},    {"xoxp-", 10},     {"xoxr-", 10},
    {"xoxs-", 10}, {"xapp-", 10},   {"sk-", 20},         {"sk_live_", 16}, {"rk_live_", 16},  {"AIza", 30},
    {"ya29.", 20}, {"eyJ", 20},     {"SG.", 30},         {"npm_", 30},     {"hf_", 30},       {"pypi-", 30},
    {"hvs.", 20},  {"dop_v1_", 30}, {"github_pat_", 30}, {"shpat_", 30},   {"dckr_pat_", 20},
};

static const struct secret_option options[] = {
    {"mysql", "-p", SECRET_ATTACHED},
    {"mysqldump", "-p", SECRET_ATTACHED},
    {"mysqladmin", "-p", SECRET_ATTACHED},
    {"mysqlimport", "-p", SECRET_ATTACHED},
    {"mysqlshow", "-p", SECRET_ATTACHED},
    {"mysqlcheck", "-p", SECRET_ATTACHED},
    {"mysqlslap", "-p", SECRET_ATTACHED},
    {"mysqlbinlog", "-p", SECRET_ATTACHED},
    {"mysqlpump", "-p", SECRET_ATTACHED},
    {"mariadb", "-p", SECRET_ATTACHED},
    {"xtrabackup", "-p", SECRET_ATTACHED},
    {"sshpass", "-p", SECRET_ATTACHED | SECRET_SEPARATE},
    {"redis-cli", "-a", SECRET_SEPARATE},
    {"mongo", "-p", SECRET_SEPARATE},
    {"mongosh", "-p", SECRET_SEPARATE},
    {"mongodump", "-p", SECRET_SEPARATE},
    {"mongorestore", "-p", SECRET_SEPARATE},
    {"ldapsearch", "-w", SECRET_ATTACHED | SECRET_SEPARATE},
    {"ldapmodify", "-w", SECRET_ATTACHED | SECRET_SEPARATE},
    {"ldapadd", "-w", SECRET_ATTACHED | SECRET_SEPARATE},
    {"ldapdelete", "-w", SECRET_ATTACHED | SECRET_SEPARATE},
    {"ldapwhoami", "-w", SECRET_ATTACHED | SECRET_SEPARATE},
    {"curl", "-u", SECRET_ATTACHED | SECRET_SEPARATE | SECRET_AFTER_COLON},
    {"curl", "-U", SECRET_ATTACHED | SECRET_SEPARATE | SECRET_AFTER_COLON},
    {"curl", "--user", SECRET_SEPARATE | SECRET_AFTER_COLON},
    {"curl", "--user=", SECRET_ATTACHED | SECRET_AFTER_COLON},
    {"curl", "--proxy-user", SECRET_SEPARATE | SECRET_AFTER_COLON},
    {"curl", "--proxy-user=", SECRET_ATTACHED | SECRET_AFTER_COLON},
    {"lftp", "-u", SECRET_SEPARATE},
    {"smbclient", "-U", SECRET_ATTACHED | SECRET_SEPARATE | SECRET_AFTER_COLON},
    {"rpcclient", "-U", SECRET_ATTACHED | SECRET_SEPARATE | SECRET_AFTER_COLON},
    {"zip", "-P", SECRET_ATTACHED | SECRET_SEPARATE},
    {"unzip", "-P", SECRET_ATTACHED | SECRET_SEPARATE},
    {"7z", "-p", SECRET_ATTACHED},
    {"7za", "-p", SECRET_ATTACHED},
    {"7zr", "-p", SECRET_ATTACHED},
    {"rar", "-p", SECRET_ATTACHED},
    {"unrar", "-p", SECRET_ATTACHED},
    {"sqlcmd", "-P", SECRET_ATTACHED | SECRET_SEPARATE},
    {"bcp", "-P", SECRET_ATTACHED | SECRET_SEPARATE},
    {"mosquitto_pub", "-P", SECRET_SEPARATE},
    {"mosquitto_sub", "-P", SECRET_SEPARATE},
    {"ipmitool", "-P", SECRET_SEPARATE},
    {"snmpwalk", "-c", SECRET_SEPARATE},
    {"snmpget", "-c", SECRET_SEPARATE},
    {"snmpwalk", "-A", SECRET_SEPARATE},
    {"snmpget", "-A", SECRET_SEPARATE},
    {"snmpwalk", "-X", SECRET_SEPARATE},
    {"snmpget", "-X", SECRET_SEPARATE},
    {"openssl", "-k", SECRET_SEPARATE},
    {"openssl", "-K", SECRET_SEPARATE},
    {"docker login", "-p", SECRET_SEPARATE},
    {"podman login", "-p", SECRET_SEPARATE},
    {"xfreerdp", "/p:", SECRET_ATTACHED},
    {"xfreerdp3", "/p:", SECRET_ATTACHED},
};

const struct secret_option *secret_option(size_t number)
{
    return number < COUNT(options) ? &options[number] : NULL;
}

enum { FLAT_BYTES = 64, LOOK_BYTES = 64 };

/* The last letters and digits of a name, in lower case; returns how many. */
static size_t name_flatten(char flat[FLAT_BYTES], const char *name, size_t length)
{
    size_t kept = 0;
    for (size_t at = length > FLAT_BYTES ? length - FLAT_BYTES : 0; at < length; at++)
        if (isalnum((unsigned char)name[at]))
            flat[kept++] = (char)tolower((unsigned char)name[at]);
    return kept;
}

static bool ends_with(const char *text, size_t length, const char *end)
{
    size_t end_length = strlen(end);
    return length >= end_length && memcmp(text + length - end_length, end, end_length) == 0;
}

static bool ends_with_one(const char *name, size_t length, const char *const *ends, size_t count)
{
    char flat[FLAT_BYTES];
    size_t flat_length = name_flatten(flat, name, length);
    for (size_t i = 0; i < count; i++)
        if (flat_length > 0 && ends_with(flat, flat_length, ends[i]))
            return true;
    return false;
}

static bool part_begins(const char *name, size_t at)
{
    return at == 0 || !isalnum((unsigned char)name[at - 1]) ||
           (isupper((unsigned char)name[at]) && islower((unsigned char)name[at - 1]));
}

/* Whether the last part of the name is one of these words. */
static bool last_part_is(const char *name, size_t length, const char *const *parts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t part_length = strlen(parts[i]);
        if (length >= part_length && strncasecmp(name + length - part_length, parts[i], part_length) == 0 &&
            part_begins(name, length - part_length))
            return true;
    }
    return false;
}

bool secret_name(const char *name, size_t length)
{
    return ends_with_one(name, length, name_ends, COUNT(name_ends)) ||
           last_part_is(name, length, name_parts, COUNT(name_parts));
}

bool secret_header(const char *name, size_t length)
{
    return ends_with_one(name, length, header_ends, COUNT(header_ends));
}

bool secret_name_identifies(const char *name, size_t length)
{
    return last_part_is(name, length, identifier_ends, COUNT(identifier_ends));
}

bool secret_name_is_switch(const char *name, size_t length)
{
    while (length > 0 && *name == '-')
        name++, length--;
    for (size_t i = 0; i < COUNT(switch_begins); i++) {
        size_t begin_length = strlen(switch_begins[i]);
        if (length > begin_length && strncasecmp(name, switch_begins[i], begin_length) == 0 &&
            (name[begin_length] == '-' || name[begin_length] == '_'))
            return true;
    }
    return false;
}

static bool is_run_of(const char *text, size_t length, const char *bytes)
{
    for (size_t at = 0; at < length; at++)
        if (memchr(bytes, text[at], strlen(bytes)) == NULL)
            return false;
    return true;
}

bool secret_value_is_harmless(const char *value, size_t length)
{
    if (is_run_of(value, length, "*") || is_run_of(value, length, "xX"))
        return true;
    for (size_t i = 0; i < COUNT(harmless_values); i++)
        if (strlen(harmless_values[i]) == length && strncasecmp(value, harmless_values[i], length) == 0)
            return true;
    for (size_t i = 0; i < COUNT(harmless_begins); i++) {
        size_t begin_length = strlen(harmless_begins[i]);
        if (length >= begin_length && memcmp(value, harmless_begins[i], begin_length) == 0)
            return true;
    }
    return false;
}

static size_t run_of_token(const char *text, size_t length)
{
    size_t at = 0;
    while (at < length && (isalnum((unsigned char)text[at]) || strchr("_-./+", text[at]) != NULL) && text[at] != '\0')
        at++;
    return at;
}

size_t secret_token(const char *text, size_t length)
{
    for (size_t i = 0; i < COUNT(tokens); i++) {
        if (length == 0 || text[0] != tokens[i].begin[0])
            continue;
        size_t begin_length = strlen(tokens[i].begin);
        if (length < begin_length || memcmp(text, tokens[i].begin, begin_length) != 0)
            continue;
        /* Words have no digits among the first; and looking at no more keeps hostile lines from costing much. */
        size_t rest = length - begin_length;
        size_t run = run_of_token(text + begin_length, rest < LOOK_BYTES ? rest : LOOK_BYTES);
        size_t digits = 0;
        for (size_t at = begin_length; at < begin_length + run; at++)
            digits += isdigit((unsigned char)text[at]) != 0;
        if (run >= tokens[i].length_min && digits > 0)
            return begin_length + run_of_token(text + begin_length, rest);
    }
    return 0;
}

bool secret_digits(const char *value, size_t length)
{
    enum { HEX_MIN = 32, BASE64_MIN = 40, SLASHES_PER_BYTES = 16 };
    size_t hex = 0, upper = 0, lower = 0, digits = 0, slashes = 0;
    while (length > 0 && value[length - 1] == '=')
        length--;
    for (size_t at = 0; at < length; at++) {
        unsigned char byte = (unsigned char)value[at];
        if (!isalnum(byte) && strchr("+/_-", byte) == NULL)
            return false;
        hex += isxdigit(byte) != 0;
        upper += isupper(byte) != 0;
        lower += islower(byte) != 0;
        digits += isdigit(byte) != 0;
        slashes += byte == '/';
    }
    if (hex == length)
        return length >= HEX_MIN;
    return length >= BASE64_MIN && value[0] != '/' && upper > 2 && lower > 2 && digits > 2 &&
           slashes <= length / SLASHES_PER_BYTES;
}
