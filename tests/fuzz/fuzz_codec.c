/* Any bytes as a sample: decoded or refused; what is decoded keeps the codec's promises, is written again as bytes that
 * give the same, and can be anonymised. */
#include "fuzz.h"

#include "sample/anonymise.h"
#include "sample/codec.h"
#include "tests/unit/make_sample.h"

#include <math.h>
#include <stdlib.h>

static void promises_check(const struct sample *sample)
{
    for (size_t kind = 0; kind < TABLE_COUNT; kind++) {
        const struct table *table = &sample->tables[kind];
        for (size_t column = 0; column < table->schema->column_count; column++)
            for (size_t row = 0; row < table->rows; row++) {
                bool known = table_known(table, row, column);
                uint64_t cell = table->cells[column][row];
                if (!known && cell != 0)
                    abort();
                if (table->schema->columns[column].type == COLUMN_STRING && cell >= sample->string_count)
                    abort();
                if (table->schema->columns[column].type == COLUMN_F64 && !isfinite(table_f64(table, row, column, 0)))
                    abort();
            }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct anonymise_key key = {{1, 2}};
    struct error error = {0};
    struct sample *sample = sample_decode(data, size, &error);
    if (sample == NULL) {
        if (error.text[0] == '\0')
            abort();
        return 0;
    }
    promises_check(sample);
    struct buffer bytes = {0};
    if (!sample_encode(sample, &bytes, &error))
        abort();
    struct sample *again = sample_decode(bytes.data, bytes.length, &error);
    if (again == NULL || !sample_equal(sample, again))
        abort();
    struct sample *anonymous = sample_anonymise(sample, &key, &error);
    if (anonymous == NULL)
        abort();
    buffer_done(&bytes);
    sample_release(anonymous);
    sample_release(again);
    sample_release(sample);
    return 0;
}

bool fuzz_seed(unsigned number, struct buffer *seed)
{
    static const size_t processes[] = {0, 1, 2, 9};
    if (number >= sizeof processes / sizeof processes[0])
        return false;
    struct sample *sample = sample_make(processes[number], number);
    bool good = sample != NULL && sample_encode(sample, seed, NULL);
    sample_release(sample);
    return good;
}
