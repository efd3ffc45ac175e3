/* The growing buffer. */
#include "base/buffer.h"

#include "base/memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *buffer_extend(struct buffer *buffer, size_t length)
{
    if (buffer->failed || length > SIZE_MAX - buffer->length - 1 ||
        !memory_grow(&buffer->data, &buffer->capacity, buffer->length + length + 1, 1)) {
        buffer->failed = true;
        return NULL;
    }
    char *room = buffer->data + buffer->length;
    buffer->length += length;
    buffer->data[buffer->length] = '\0';
    return room;
}

void buffer_append(struct buffer *buffer, const void *bytes, size_t length)
{
    void *room = buffer_extend(buffer, length);
    if (room != NULL && length > 0)
        memcpy(room, bytes, length);
}

void buffer_string(struct buffer *buffer, const char *text)
{
    buffer_append(buffer, text, strlen(text));
}

void buffer_printf(struct buffer *buffer, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    char *room = length < 0 ? NULL : buffer_extend(buffer, (size_t)length);
    if (room != NULL)
        vsnprintf(room, (size_t)length + 1, format, again);
    va_end(again);
}

void buffer_integer(struct buffer *buffer, uint64_t value, unsigned width)
{
    unsigned char *room = buffer_extend(buffer, width);
    for (unsigned i = 0; room != NULL && i < width; i++)
        room[i] = (unsigned char)(value >> (8 * i));
}

const char *buffer_text(const struct buffer *buffer)
{
    return buffer->data == NULL ? "" : buffer->data;
}

void buffer_clear(struct buffer *buffer)
{
    buffer->length = 0;
    buffer->failed = false;
    if (buffer->data != NULL)
        buffer->data[0] = '\0';
}

void buffer_done(struct buffer *buffer)
{
    free(buffer->data);
    *buffer = (struct buffer){0};
}
