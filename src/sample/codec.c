/* Writing a sample as bytes (decode.c reads them). All integers are little-endian; offsets are not stored, everything
 * follows what precedes it.
 *
 *   header    4  magic "CULP"
 *             2  major version (CODEC_MAJOR)
 *             2  minor version (CODEC_MINOR)
 *             4  bytes of the header, magic included: a newer minor version may append fields
 *             8  time_ns         8  boottime_ns         8  taken_ns         8  cpu_ns
 *             4  sources         4  complete
 *   strings   4  how many
 *             4  bytes of all of them
 *             -  each followed by a NUL, at most 4096 bytes without it, none twice; number 0 is the empty one
 *   tables    2  how many; each:
 *     name  1+n  length, bytes
 *     rows    4
 *     columns 2  how many; each:
 *       name  1+n  length, bytes
 *       unit  1+n  length, bytes
 *       type    1  0 unsigned integer, 1 double (the bits of IEEE 754), 2 string (its number), 3 unsigned integer less
 *                  the distance of until from since (codec_distance), modulo 2^64
 *       mask    1  0 no cell is known, 1 all are, 2 a bitmap follows
 *       width   1  bytes of a cell: 0 where mask is 0, else 1, 2, 4 or 8
 *       bitmap  -  with mask 2: one bit a row, row 0 is bit 0 of byte 0, 1 = known; (rows + 7) / 8 bytes
 *       cells   -  rows * width bytes; a masked cell is 0
 *
 * Column after column, as narrow as its largest value permits: so neighbouring samples differ in few places, and zstd
 * finds one in the other (record/pack.h). A table has at most as many rows as bytes follow its row count (the first
 * column is written out, even if no cell of it is known), no table and no column comes twice. */
#include "sample/codec.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

bool codec_is_rest(const struct table_schema *schema, size_t column)
{
    return schema == &sample_schema[TABLE_WAIT] && column == WAIT_TOTAL_NS;
}

uint64_t codec_distance(const struct table *table, size_t row)
{
    if (!table->known[WAIT_UNTIL_NS][row] || !table->known[WAIT_SINCE_NS][row])
        return 0;
    return table->cells[WAIT_UNTIL_NS][row] - table->cells[WAIT_SINCE_NS][row];
}

static void name_encode(struct buffer *out, const char *name)
{
    size_t length = strlen(name);
    buffer_integer(out, length, 1);
    buffer_append(out, name, length);
}

static unsigned cell_width(uint64_t largest)
{
    return largest <= UINT8_MAX ? 1 : largest <= UINT16_MAX ? 2 : largest <= UINT32_MAX ? 4 : 8;
}

static void cells_encode(unsigned char *at, const uint64_t *cells, const uint8_t *known, size_t rows, unsigned width)
{
    for (size_t row = 0; row < rows; row++, at += width) {
        uint64_t cell = htole64(known[row] ? cells[row] : 0);
        switch (width) {
        case 1:
            memcpy(at, &cell, 1);
            break;
        case 2:
            memcpy(at, &cell, 2);
            break;
        case 4:
            memcpy(at, &cell, 4);
            break;
        default:
            memcpy(at, &cell, 8);
        }
    }
}

static void bitmap_encode(struct buffer *out, const uint8_t *known, size_t rows)
{
    size_t bytes = (rows + 7) / 8;
    unsigned char *bits = buffer_extend(out, bytes);
    if (bits == NULL)
        return;
    memset(bits, 0, bytes);
    for (size_t row = 0; row < rows; row++)
        if (known[row])
            bits[row / 8] |= (unsigned char)(1u << (row % 8));
}

static void column_encode(const struct table *table, size_t column, const uint64_t *cells, unsigned type,
                          struct buffer *out)
{
    const struct column_schema *schema = &table->schema->columns[column];
    const uint8_t *known = table->known[column];
    size_t known_count = 0;
    uint64_t union_of_bits = 0; /* needs as many bytes as the largest cell */
    for (size_t row = 0; row < table->rows; row++) {
        known_count += known[row] != 0;
        union_of_bits |= known[row] ? cells[row] : 0;
    }
    unsigned mask = known_count == table->rows                        ? CODEC_MASK_ALL_KNOWN
                    : known_count > 0 || (column == 0 && table->rows) ? CODEC_MASK_BITMAP
                                                                      : CODEC_MASK_NONE_KNOWN;
    unsigned width = mask == CODEC_MASK_NONE_KNOWN ? 0 : schema->type == COLUMN_F64 ? 8 : cell_width(union_of_bits);
    name_encode(out, schema->name);
    name_encode(out, schema->unit);
    buffer_integer(out, type, 1);
    buffer_integer(out, mask, 1);
    buffer_integer(out, width, 1);
    if (mask == CODEC_MASK_BITMAP)
        bitmap_encode(out, known, table->rows);
    unsigned char *at = width == 0 ? NULL : buffer_extend(out, table->rows * width);
    if (at != NULL)
        cells_encode(at, cells, known, table->rows, width);
}

static void rest_encode(const struct table *table, size_t column, struct buffer *out)
{
    uint64_t *rest = malloc((table->rows + 1) * sizeof *rest);
    for (size_t row = 0; rest != NULL && row < table->rows; row++)
        rest[row] = table->cells[column][row] - codec_distance(table, row);
    out->failed = out->failed || rest == NULL;
    if (rest != NULL)
        column_encode(table, column, rest, CODEC_TYPE_REST, out);
    free(rest);
}

static void table_encode(const struct table *table, struct buffer *out)
{
    name_encode(out, table->schema->name);
    buffer_integer(out, table->rows, 4);
    buffer_integer(out, table->schema->column_count, 2);
    for (size_t column = 0; column < table->schema->column_count; column++)
        if (codec_is_rest(table->schema, column))
            rest_encode(table, column, out);
        else
            column_encode(table, column, table->cells[column], table->schema->columns[column].type, out);
}

bool sample_encode(const struct sample *sample, struct buffer *out, struct error *error)
{
    buffer_string(out, "CULP");
    buffer_integer(out, CODEC_MAJOR, 2);
    buffer_integer(out, CODEC_MINOR, 2);
    buffer_integer(out, CODEC_HEADER_BYTES, 4);
    const int64_t times[] = {sample->time_ns, sample->boottime_ns, sample->taken_ns, sample->cpu_ns};
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) /* a clock set before 1970 becomes 1970 */
        buffer_integer(out, times[i] < 0 ? 0 : (uint64_t)times[i], 8);
    buffer_integer(out, sample->sources, 4);
    buffer_integer(out, sample->complete, 4);
    buffer_integer(out, sample->string_count, 4);
    buffer_integer(out, sample->string_bytes.length, 4);
    buffer_append(out, sample->string_bytes.data, sample->string_bytes.length);
    buffer_integer(out, TABLE_COUNT, 2);
    for (size_t kind = 0; kind < TABLE_COUNT; kind++)
        table_encode(&sample->tables[kind], out);
    return out->failed ? error_memory(error) : true;
}
