/* Float matrices in rows whose length is padded to a cache line (16 floats), padding always zero: a row of up to 16
 * columns is one line to gather, and the inner loops need no remainder. */
#ifndef MODEL_MATRIX_H
#define MODEL_MATRIX_H

#include <stddef.h>

#define MATRIX_LANES 16

/* Floats from one row to the next. */
static inline size_t matrix_stride(size_t columns)
{
    return (columns + MATRIX_LANES - 1) / MATRIX_LANES * MATRIX_LANES;
}

/* Zeroed, aligned to 64 bytes; NULL when there is no memory or the size overflows. Freed with free(). */
float *matrix_new(size_t rows, size_t columns);

/* out[rows x stride(columns)] = left[rows x inner] * right[inner x columns], dense; rows padded on all sides, `right`
 * with zero padding, so that the padding of `out` is zero too. */
void matrix_multiply(const float *left, const float *right, float *out, size_t rows, size_t inner, size_t columns);

/* out[rows x stride(columns)] = left[rows x inner] * transpose(right[columns x inner]), padding zero. */
void matrix_multiply_transposed(const float *left, const float *right, float *out, size_t rows, size_t inner,
                                size_t columns);

/* out[left_columns x stride(right_columns)] = transpose(left[rows x left_columns]) * right[rows x right_columns]. */
void matrix_inner_product(const float *left, const float *right, float *out, size_t rows, size_t left_columns,
                          size_t right_columns);

#endif
