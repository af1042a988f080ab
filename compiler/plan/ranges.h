/* SPDX-License-Identifier: MIT-0 */
/* The ranges of values that calibration has seen. */
#ifndef NNC_PLAN_RANGES_H
#define NNC_PLAN_RANGES_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/names.h"

/** From the least to the greatest that a value was, 0 among them. One that is not finite means that there was such. */
typedef struct ValueRange {
    double low, high;
} ValueRange;

typedef struct ValueRanges {
    Names by_name; /* ValueRange *, by the names of tensors in the lowered plan */
} ValueRanges;

/** Reads a file of `./model calibrate`: lines of a name, a least and a greatest value. NULL after *error, which says
 *  what is wrong. */
ValueRanges *ranges_read(Arena *arena, const char *path, const char **error);
/** NULL: nothing is known of this value. */
const ValueRange *range_named(const ValueRanges *ranges, const char *name);

#endif
