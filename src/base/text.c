/* The sanitiser. */
#include "base/text.h"

#include <string.h>

size_t text_decode(const char *text, size_t length, uint32_t *code_point)
{
    const unsigned char *s = (const unsigned char *)text;
    if (s[0] < 0x80) {
        *code_point = s[0];
        return 1;
    }
    size_t need = s[0] >= 0xc2 && s[0] <= 0xdf ? 2 : (s[0] & 0xf0) == 0xe0 ? 3 : s[0] >= 0xf0 && s[0] <= 0xf4 ? 4 : 0;
    if (need == 0 || need > length)
        return 0;
    uint32_t code = s[0] & (0xffu >> (need + 1));
    for (size_t i = 1; i < need; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return 0;
        code = code << 6 | (s[i] & 0x3fu);
    }
    bool overlong = (need == 3 && code < 0x800) || (need == 4 && code < 0x10000);
    bool surrogate = code >= 0xd800 && code <= 0xdfff;
    if (overlong || surrogate || code > 0x10ffff)
        return 0;
    *code_point = code;
    return need;
}

static bool code_point_is_unsafe(uint32_t code)
{
    return code < 0x20 || (code >= 0x7f && code <= 0x9f)         /* C0, DEL, C1 */
           || code == 0x2028 || code == 0x2029                   /* line and paragraph separator */
           || (code >= 0x202a && code <= 0x202e)                 /* bidirectional embedding and override */
           || (code >= 0x2066 && code <= 0x2069)                 /* bidirectional isolates */
           || code == 0x200e || code == 0x200f || code == 0x061c /* bidirectional marks */
           || code == 0xfeff || (code >= 0xfff9 && code <= 0xfffb) || (code & 0xfffe) == 0xfffe ||
           (code >= 0xe0000 && code <= 0xe007f); /* tags: invisible text */
}

void text_clean(struct buffer *out, const char *text, size_t length)
{
    for (size_t at = 0; at < length;) {
        uint32_t code;
        size_t bytes = text_decode(text + at, length - at, &code);
        if (bytes == 0) {
            buffer_string(out, "\xef\xbf\xbd");
            bytes = 1;
        } else if (!code_point_is_unsafe(code)) {
            buffer_append(out, text + at, bytes);
        } else if (code < 0x100) {
            buffer_printf(out, "\\x%02x", code);
        } else {
            buffer_printf(out, "\\u{%x}", code);
        }
        at += bytes;
    }
}

char *text_clean_into(char *dst, size_t dst_bytes, const char *text)
{
    struct buffer clean = {0};
    text_clean(&clean, text, strlen(text));
    size_t length = clean.length < dst_bytes ? clean.length : dst_bytes - 1;
    while (length < clean.length && length > 0 && ((unsigned char)clean.data[length] & 0xc0) == 0x80)
        length--;
    memcpy(dst, buffer_text(&clean), length);
    dst[length] = '\0';
    buffer_done(&clean);
    return dst;
}

/* Ranges after Unicode 15 (EastAsianWidth W and F; general categories Mn, Me and Cf), the common ones. */
static unsigned code_point_columns(uint32_t code)
{
    static const struct range {
        uint32_t first, last;
        unsigned char columns;
    } ranges[] = {
        {0x0300, 0x036f, 0},   {0x0483, 0x0489, 0},   {0x0591, 0x05bd, 0},   {0x0610, 0x061a, 0},
        {0x064b, 0x065f, 0},   {0x06d6, 0x06dc, 0},   {0x0900, 0x0902, 0},   {0x093a, 0x093a, 0},
        {0x0e31, 0x0e31, 0},   {0x0e34, 0x0e3a, 0},   {0x0e47, 0x0e4e, 0},   {0x1100, 0x115f, 2},
        {0x1160, 0x11ff, 0},   {0x1ab0, 0x1aff, 0},   {0x1dc0, 0x1dff, 0},   {0x200b, 0x200d, 0},
        {0x2060, 0x2064, 0},   {0x20d0, 0x20f0, 0},   {0x231a, 0x231b, 2},   {0x2329, 0x232a, 2},
        {0x23e9, 0x23ec, 2},   {0x25fd, 0x25fe, 2},   {0x2614, 0x2615, 2},   {0x2648, 0x2653, 2},
        {0x26a1, 0x26a1, 2},   {0x2705, 0x2705, 2},   {0x2728, 0x2728, 2},   {0x274c, 0x274c, 2},
        {0x2e80, 0x303e, 2},   {0x3041, 0x33ff, 2},   {0x3400, 0x4dbf, 2},   {0x4e00, 0x9fff, 2},
        {0xa000, 0xa4cf, 2},   {0xa960, 0xa97f, 2},   {0xac00, 0xd7a3, 2},   {0xf900, 0xfaff, 2},
        {0xfe00, 0xfe0f, 0},   {0xfe20, 0xfe2f, 0},   {0xfe30, 0xfe6f, 2},   {0xff00, 0xff60, 2},
        {0xffe0, 0xffe6, 2},   {0x16fe0, 0x18cff, 2}, {0x1b000, 0x1b2ff, 2}, {0x1f004, 0x1f004, 2},
        {0x1f0cf, 0x1f0cf, 2}, {0x1f18e, 0x1f18e, 2}, {0x1f191, 0x1f19a, 2}, {0x1f200, 0x1f320, 2},
        {0x1f32d, 0x1f335, 2}, {0x1f337, 0x1f37c, 2}, {0x1f37e, 0x1f393, 2}, {0x1f3a0, 0x1f3ca, 2},
        {0x1f3e0, 0x1f3f0, 2}, {0x1f3f8, 0x1f43e, 2}, {0x1f440, 0x1f440, 2}, {0x1f442, 0x1f4fc, 2},
        {0x1f4ff, 0x1f53d, 2}, {0x1f54b, 0x1f54e, 2}, {0x1f550, 0x1f567, 2}, {0x1f5fb, 0x1f64f, 2},
        {0x1f680, 0x1f6c5, 2}, {0x1f6cc, 0x1f6cc, 2}, {0x1f6d0, 0x1f6d2, 2}, {0x1f6eb, 0x1f6ec, 2},
        {0x1f6f4, 0x1f6fc, 2}, {0x1f7e0, 0x1f7eb, 2}, {0x1f90c, 0x1f9ff, 2}, {0x1fa70, 0x1faff, 2},
        {0x20000, 0x3fffd, 2}, {0xe0100, 0xe01ef, 0},
    };
    if (code < 0x300)
        return 1;
    size_t low = 0, high = sizeof ranges / sizeof ranges[0];
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (code > ranges[middle].last)
            low = middle + 1;
        else if (code < ranges[middle].first)
            high = middle;
        else
            return ranges[middle].columns;
    }
    return 1;
}

size_t text_fit(const char *text, size_t columns)
{
    size_t length = strlen(text), at = 0, used = 0;
    while (at < length) {
        uint32_t code;
        size_t bytes = text_decode(text + at, length - at, &code);
        unsigned width = bytes == 0 ? 1 : code_point_columns(code);
        if (used + width > columns)
            break;
        used += width;
        at += bytes == 0 ? 1 : bytes;
    }
    return at;
}

size_t text_columns(const char *text)
{
    size_t length = strlen(text), at = 0, used = 0;
    while (at < length) {
        uint32_t code;
        size_t bytes = text_decode(text + at, length - at, &code);
        used += bytes == 0 ? 1 : code_point_columns(code);
        at += bytes == 0 ? 1 : bytes;
    }
    return used;
}

size_t text_line(const char *text, size_t columns)
{
    size_t fit = text_fit(text, columns);
    if (text[fit] == '\0')
        return fit;
    for (size_t at = fit; at > 0; at--)
        if (text[at] == ' ')
            return at;
    uint32_t code;
    size_t first = text_decode(text, strlen(text), &code);
    return fit > 0 ? fit : first > 0 ? first : 1;
}

/* Where the last `columns` columns of a clean string begin. */
static size_t tail_start(const char *clean, size_t columns)
{
    size_t at = text_fit(clean, text_columns(clean) - columns);
    if (text_columns(clean + at) <= columns)
        return at;
    /* A wide character lies across the cut: it goes as well. */
    uint32_t code;
    return at + text_decode(clean + at, strlen(clean + at), &code);
}

void text_shorten(struct buffer *out, const char *clean, size_t columns, size_t head, const char *ellipsis)
{
    size_t gap = text_columns(ellipsis);
    if (text_columns(clean) <= columns || columns <= gap) {
        buffer_append(out, clean, text_fit(clean, columns));
        return;
    }
    buffer_append(out, clean, text_fit(clean, head));
    buffer_string(out, ellipsis);
    buffer_string(out, clean + tail_start(clean, columns > gap + head ? columns - gap - head : 0));
}
