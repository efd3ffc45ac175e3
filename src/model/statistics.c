/* Percentiles and reservoirs. */
#include "model/statistics.h"

#include "base/memory.h"

#include <stdlib.h>

static void swap(float *values, ptrdiff_t one, ptrdiff_t other)
{
    float kept = values[one];
    values[one] = values[other];
    values[other] = kept;
}

/* Hoare's selection, the pivot a median of three. */
static float select_place(float *values, size_t count, size_t wanted)
{
    ptrdiff_t low = 0, high = (ptrdiff_t)count - 1, place = (ptrdiff_t)wanted;
    while (low < high) {
        ptrdiff_t middle = low + (high - low) / 2, left = low, right = high;
        if (values[middle] < values[low])
            swap(values, middle, low);
        if (values[high] < values[low])
            swap(values, high, low);
        if (values[high] < values[middle])
            swap(values, high, middle);
        float pivot = values[middle];
        while (left <= right) {
            while (values[left] < pivot)
                left++;
            while (values[right] > pivot)
                right--;
            if (left <= right)
                swap(values, left++, right--);
        }
        if (place > right && place < left)
            break;
        if (place >= left)
            low = left;
        else
            high = right;
    }
    return values[place];
}

float percentile(float *values, size_t count, double share)
{
    if (count == 0)
        return 0;
    return select_place(values, count, (size_t)(share * (double)(count - 1) + 0.5));
}

bool reservoir_add(struct reservoir *reservoir, struct random *random, float value)
{
    reservoir->offered++;
    if (reservoir->count < RESERVOIR_MAX) {
        if (!memory_grow(&reservoir->values, &reservoir->capacity, reservoir->count + 1, sizeof value))
            return false;
        reservoir->values[reservoir->count++] = value;
        return true;
    }
    size_t place = random_below(random, reservoir->offered);
    if (place < RESERVOIR_MAX)
        reservoir->values[place] = value;
    return true;
}

void reservoir_done(struct reservoir *reservoir)
{
    free(reservoir->values);
    *reservoir = (struct reservoir){0};
}
