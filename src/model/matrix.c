/* Padded float matrices on BLAS. */
#include "model/matrix.h"

#include <cblas.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

float *matrix_new(size_t rows, size_t columns)
{
    size_t stride = matrix_stride(columns == 0 ? 1 : columns);
    if (rows > SIZE_MAX / sizeof(float) / stride)
        return NULL;
    size_t bytes = (rows == 0 ? 1 : rows) * stride * sizeof(float);
    float *matrix = aligned_alloc(64, bytes);
    if (matrix != NULL)
        memset(matrix, 0, bytes);
    return matrix;
}

void matrix_multiply(const float *left, const float *right, float *out, size_t rows, size_t inner, size_t columns)
{
    blasint padded = (blasint)matrix_stride(columns);
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (blasint)rows, padded, (blasint)inner, 1, left,
                (blasint)matrix_stride(inner), right, padded, 0, out, padded);
}

void matrix_multiply_transposed(const float *left, const float *right, float *out, size_t rows, size_t inner,
                                size_t columns)
{
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (blasint)rows, (blasint)columns, (blasint)inner, 1, left,
                (blasint)matrix_stride(inner), right, (blasint)matrix_stride(inner), 0, out,
                (blasint)matrix_stride(columns));
    size_t stride = matrix_stride(columns);
    for (size_t row = 0; columns < stride && row < rows; row++)
        memset(out + row * stride + columns, 0, (stride - columns) * sizeof *out);
}

void matrix_inner_product(const float *left, const float *right, float *out, size_t rows, size_t left_columns,
                          size_t right_columns)
{
    blasint padded = (blasint)matrix_stride(right_columns);
    cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, (blasint)left_columns, padded, (blasint)rows, 1, left,
                (blasint)matrix_stride(left_columns), right, padded, 0, out, padded);
}
