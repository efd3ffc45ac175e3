/* Which bytes of a command line look like a secret: word for word, with what the words before it announce. */
#include "sample/secret.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* What the word before announces. */
enum expected { EXPECT_NOTHING, EXPECT_VALUE, EXPECT_AFTER_COLON, EXPECT_HEADER };

struct scan {
    const char *text;
    unsigned char *hidden;
    size_t length;
    size_t begin, end; /* of the word at hand */
    size_t before;     /* beginning of the word before it; its own for the first */
    enum expected expected;
    bool programs[64]; /* per row of the table of options: its program has been named */
    bool found;
};

static void hide(struct scan *scan, size_t begin, size_t end)
{
    if (begin >= end)
        return;
    memset(scan->hidden + begin, 1, end - begin);
    scan->found = true;
}

static bool is_quote(char byte)
{
    return byte == '"' || byte == '\'' || byte == '`';
}

/* Hides a value, to the quote that ends it when it begins with one, also beyond the word. */
static void value_hide(struct scan *scan, size_t begin, size_t end)
{
    char quote = begin < scan->length ? scan->text[begin] : '\0';
    if (is_quote(quote)) {
        const char *closing = memchr(scan->text + begin + 1, quote, scan->length - begin - 1);
        begin++;
        if (closing != NULL)
            end = (size_t)(closing - scan->text);
    }
    if (end > begin && is_quote(scan->text[end - 1]))
        end--;
    if (end > begin && !secret_value_is_harmless(scan->text + begin, end - begin))
        hide(scan, begin, end);
}

/* user:SECRET, and SMB's user%SECRET. */
static void value_hide_after_colon(struct scan *scan, size_t begin, size_t end)
{
    for (size_t at = begin; at < end; at++)
        if (scan->text[at] == ':' || scan->text[at] == '%') {
            value_hide(scan, at + 1, end);
            return;
        }
}

static bool word_is(const struct scan *scan, const char *word)
{
    size_t length = strlen(word), begin = scan->begin + (is_quote(scan->text[scan->begin]) ? 1 : 0);
    return scan->end >= begin + length && strncasecmp(scan->text + begin, word, length) == 0 &&
           scan->end - begin <= length + 1;
}

/* Behind "Authorization:" comes the scheme, then the secret; cookies go on as long as they end with a semicolon. */
static void header_value(struct scan *scan)
{
    static const char *const schemes[] = {"bearer", "basic", "token", "digest", "negotiate", "apikey"};
    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++)
        if (word_is(scan, schemes[i])) {
            scan->expected = EXPECT_VALUE;
            return;
        }
    value_hide(scan, scan->begin, scan->end);
    scan->expected = scan->text[scan->end - 1] == ';' ? EXPECT_HEADER : EXPECT_NOTHING;
}

/* Takes the word as what was announced. False: it is an option, and a word of its own. */
static bool expected_take(struct scan *scan)
{
    enum expected expected = scan->expected;
    scan->expected = EXPECT_NOTHING;
    if (expected == EXPECT_NOTHING || (scan->text[scan->begin] == '-' && scan->end - scan->begin > 1))
        return false;
    if (expected == EXPECT_HEADER)
        header_value(scan);
    else if (expected == EXPECT_AFTER_COLON)
        value_hide_after_colon(scan, scan->begin, scan->end);
    else
        value_hide(scan, scan->begin, scan->end);
    return true;
}

/* A program is named by the first word, or by a later one that is no option's value (sudo -u x mysql, sh -c "mysql). */
static bool word_can_be_program(const struct scan *scan)
{
    static const char *const usual[] = {"-c", "-E", "-n", "-i", "-it", "-ti", "--"};
    if (scan->before == scan->begin || scan->text[scan->before] != '-')
        return true;
    size_t length = 0;
    while (!isspace((unsigned char)scan->text[scan->before + length]))
        length++;
    for (size_t i = 0; i < sizeof usual / sizeof usual[0]; i++)
        if (strlen(usual[i]) == length && memcmp(usual[i], scan->text + scan->before, length) == 0)
            return true;
    return false;
}

static void program_note(struct scan *scan)
{
    const char *text = scan->text;
    size_t begin = scan->begin;
    for (size_t at = scan->begin; at < scan->end; at++)
        if (text[at] == '/' || is_quote(text[at]))
            begin = at + 1;
    if (begin >= scan->end || text[begin] == '-' || !word_can_be_program(scan))
        return;
    const struct secret_option *row;
    for (size_t i = 0; (row = secret_option(i)) != NULL; i++) {
        if (row->program[0] != text[begin])
            continue;
        size_t length = strlen(row->program);
        /* "docker login" spans two words; "mariadb-dump" counts as mariadb. */
        if (strncmp(text + begin, row->program, scan->length - begin < length ? scan->length - begin : length) == 0 &&
            scan->length - begin >= length &&
            (begin + length == scan->length || isspace((unsigned char)text[begin + length]) ||
             text[begin + length] == '-'))
            scan->programs[i] = true;
    }
}

/* Short options that only their program makes a secret of. */
static bool program_option(struct scan *scan)
{
    const struct secret_option *row;
    size_t length = scan->end - scan->begin;
    for (size_t i = 0; (row = secret_option(i)) != NULL; i++) {
        if (!scan->programs[i])
            continue;
        size_t option = strlen(row->option);
        if ( length < option || memcmp(scan->text + scan->begin, row->option, option) != 0)
            continue;
        bool after_colon = (row->form & SECRET_AFTER_COLON) != 0;
        if (length == option && (row->form & SECRET_SEPARATE) != 0) {
            scan->expected = after_colon ? EXPECT_AFTER_COLON : EXPECT_VALUE;
            return true;
        }
        if (length > option && (row->form & SECRET_ATTACHED) != 0 && scan->text[scan->begin + 1] != '-') {
            (after_colon ? value_hide_after_colon : value_hide)(scan, scan->begin + option, scan->end);
            return true;
        }
        if (length > option && (row->form & SECRET_ATTACHED) != 0 && row->option[option - 1] == '=') {
            value_hide_after_colon(scan, scan->begin + option, scan->end);
            return true;
        }
    }
    return false;
}

/* scheme://user:SECRET@host, and a long SECRET@host. at: behind the "://". */
static void url_user(struct scan *scan, size_t at)
{
    enum { LONG = 20 };
    size_t colon = 0, sign = 0;
    for (size_t i = at; i < scan->end && strchr("/?#\"'", scan->text[i]) == NULL; i++) {
        if (scan->text[i] == ':' && colon == 0)
            colon = i;
        if (scan->text[i] == '@')
            sign = i;
    }
    if (sign == 0)
        return;
    if (colon != 0 && colon < sign)
        value_hide(scan, colon + 1, sign);
    else if (sign - at >= LONG)
        value_hide(scan, at, sign);
}

static bool name_can_begin_behind(char byte)
{
    return strchr("=,;&?\"'{([|", byte) != NULL;
}

/* Where the value that begins at `at` ends: in a list (a=b,c=d; a URL's query) at the next of its separators. */
static size_t value_end(const struct scan *scan, size_t at, bool in_list)
{
    if (at < scan->end && is_quote(scan->text[at]))
        return scan->end;
    size_t end = at;
    while (end < scan->end && !is_quote(scan->text[end]) && !(in_list && strchr(",;&", scan->text[end]) != NULL))
        end++;
    return end;
}

/* name=value at the equals sign `at`; the name begins at `name`. */
static void assignment(struct scan *scan, size_t name, size_t at)
{
    const char *text = scan->text;
    bool pwd_of_shell = at >= name + 3 && memcmp(text + at - 3, "PWD", 3) == 0 && text[at + 1] == '/';
    size_t end = value_end(scan, at + 1, name != scan->begin);
    if (secret_name(text + name, at - name) && !pwd_of_shell)
        value_hide(scan, at + 1, end);
    else if (!secret_name_identifies(text + name, at - name)) {
        end = at + 1;
        while (end < scan->end && strchr(",;&=\"'`", text[end]) == NULL)
            end++;
        if (secret_digits(text + at + 1, end - at - 1))
            hide(scan, at + 1, end);
    }
}

/* "name":value of JSON, and Name:value of a header, at the colon. */
static void colon(struct scan *scan, size_t name, size_t at)
{
    const char *text = scan->text;
    bool json = at > scan->begin && is_quote(text[at - 1]);
    size_t name_end = json ? at - 1 : at;
    while (json && name_end > scan->begin && text[name_end - 1] == '\\')
        name_end--;
    if (json)
        for (name = name_end;
             name > scan->begin && (isalnum((unsigned char)text[name - 1]) || strchr("_-", text[name - 1]) != NULL);)
            name--;
    if (json ? !secret_name(text + name, name_end - name) : !secret_header(text + name, name_end - name))
        return;
    if (at + 1 >= scan->end)
        scan->expected = json ? EXPECT_VALUE : EXPECT_HEADER;
    else if (json) {
        size_t value = at + (text[at + 1] == '\\' ? 2 : 1);
        value_hide(scan, value, value_end(scan, value, true));
    } else if (text[at + 1] != '/') {
        size_t begin = scan->begin;
        scan->begin = at + 1;
        header_value(scan);
        scan->begin = begin;
    }
}

static void word_look_inside(struct scan *scan)
{
    const char *text = scan->text;
    size_t name = scan->begin;
    for (size_t at = scan->begin; at < scan->end; at++) {
        if (scan->hidden[at])
            continue;
        bool begins = at == scan->begin || !isalnum((unsigned char)text[at - 1]);
        size_t token = begins ? secret_token(text + at, scan->end - at) : 0;
        if (token > 0)
            hide(scan, at, at + token);
        else if (text[at] == '=')
            assignment(scan, name, at);
        else if (text[at] == ':' && scan->end - at > 3 && memcmp(text + at, "://", 3) == 0)
            url_user(scan, at + 3);
        else if (text[at] == ':')
            colon(scan, name, at);
        if (name_can_begin_behind(text[at]))
            name = at + 1;
    }
}

static void word_mark(struct scan *scan)
{
    const char *word = scan->text + scan->begin;
    size_t length = scan->end - scan->begin;
    if (expected_take(scan))
        return;
    program_note(scan);
    if ((word[0] == '-' || word[0] == '/') && program_option(scan))
        return;
    if (word[0] == '-' && memchr(word, '=', length) == NULL && secret_name(word, length) &&
        !secret_name_is_switch(word, length)) {
        scan->expected = EXPECT_VALUE;
        return;
    }
    if (word_is(scan, "bearer"))
        scan->expected = EXPECT_VALUE;
    word_look_inside(scan);
}

bool secrets_mark(const char *text, size_t length, unsigned char *hidden)
{
    struct scan scan = {.text = text, .hidden = hidden, .length = length};
    memset(hidden, 0, length);
    for (size_t at = 0; at < length;) {
        while (at < length && isspace((unsigned char)text[at]))
            at++;
        if (at == length)
            break;
        bool swallowed = hidden[at] != 0; /* the rest of a quoted value */
        scan.before = scan.end == 0 ? at : scan.begin;
        scan.begin = at;
        while (at < length && !isspace((unsigned char)text[at]))
            at++;
        scan.end = at;
        if (!swallowed)
            word_mark(&scan);
    }
    return scan.found;
}
