/* Runs a fuzz target without libFuzzer: over the files that are named, or over its own seeds, then over changed copies
 * of them, the same at every run.
 *
 *   fuzz_NAME [-runs=N] [FILE...]     -write=DIRECTORY puts the seeds there, for libFuzzer to begin with */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SEEDS_MAX = 256, RUNS = 3000 };

static uint64_t state = 0x9e3779b97f4a7c15;

/* xorshift64*: the same numbers everywhere. */
static uint64_t draw(uint64_t below)
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return below == 0 ? 0 : state * UINT64_C(0x2545f4914f6cdd1d) % below;
}

static void change(struct buffer *bytes)
{
    static const unsigned char telling[] = {0, 1, 0x7f, 0x80, 0xff, 0x40};
    size_t at = draw(bytes->length), length = 1 + draw(8);
    if (bytes->length == 0 || at + length > bytes->length)
        return;
    switch (draw(6)) {
    case 0:
        bytes->data[at] = (char)(bytes->data[at] ^ (1 << draw(8)));
        break;
    case 1:
        bytes->data[at] = (char)draw(256);
        break;
    case 2:
        memset(bytes->data + at, telling[draw(sizeof telling)], length);
        break;
    case 3:
        bytes->length = draw(8) == 0 ? at : bytes->length;
        break;
    case 4: /* a piece is taken out */
        memmove(bytes->data + at, bytes->data + at + length, bytes->length - at - length);
        bytes->length -= length;
        break;
    default: /* a piece comes twice */
        memmove(bytes->data + draw(bytes->length - length + 1), bytes->data + at, length);
    }
}

static bool file_read(const char *path, struct buffer *bytes)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return false;
    char chunk[65536];
    for (size_t got; (got = fread(chunk, 1, sizeof chunk, file)) > 0;)
        buffer_append(bytes, chunk, got);
    bool good = ferror(file) == 0 && !bytes->failed;
    fclose(file);
    return good;
}

static bool seeds_write(const char *directory, const struct buffer *seeds, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char path[512];
        snprintf(path, sizeof path, "%s/seed-%zu", directory, i);
        FILE *file = fopen(path, "wb");
        bool good = file != NULL && fwrite(seeds[i].data, 1, seeds[i].length, file) == seeds[i].length;
        if (file == NULL || fclose(file) != 0 || !good)
            return false;
    }
    return true;
}

static void seeds_run(const struct buffer *seeds, size_t count, unsigned long runs)
{
    struct buffer bytes = {0};
    for (unsigned long run = 0; run < runs + count; run++) {
        const struct buffer *seed = &seeds[run < count ? run : draw(count)];
        buffer_clear(&bytes);
        buffer_append(&bytes, seed->data, seed->length);
        for (uint64_t changes = run < count ? 0 : 1 + draw(6); changes > 0; changes--)
            change(&bytes);
        /* Memory of exactly the length, so that the address sanitiser sees what is read behind it. */
        uint8_t *exact = malloc(bytes.length + (bytes.length == 0));
        if (exact == NULL)
            abort();
        if (bytes.length > 0)
            memcpy(exact, bytes.data, bytes.length);
        LLVMFuzzerTestOneInput(exact, bytes.length);
        free(exact);
    }
    buffer_done(&bytes);
}

int main(int argc, char **argv)
{
    static struct buffer seeds[SEEDS_MAX];
    size_t count = 0;
    unsigned long runs = RUNS;
    const char *directory = NULL;
    for (int i = 1; i < argc; i++) {
        if (strncmp(argv[i], "-runs=", 6) == 0)
            runs = strtoul(argv[i] + 6, NULL, 10);
        else if (strncmp(argv[i], "-write=", 7) == 0)
            directory = argv[i] + 7;
        else if (count < SEEDS_MAX && !file_read(argv[i], &seeds[count++]))
            fprintf(stderr, "cannot read %s\n", argv[i]);
    }
    for (unsigned number = 0; count < SEEDS_MAX && number < SEEDS_MAX && fuzz_seed(number, &seeds[count]); number++)
        count++;
    bool good = count > 0;
    if (directory != NULL)
        good = good && seeds_write(directory, seeds, count);
    else if (good)
        seeds_run(seeds, count, runs);
    for (size_t i = 0; i < count; i++)
        buffer_done(&seeds[i]);
    return good ? 0 : 1;
}
