/* SPDX-License-Identifier: MIT-0 */
/* Shapes of tensors. */
#ifndef NNC_MODEL_SHAPE_H
#define NNC_MODEL_SHAPE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

/* A negative size is a multiple of the batch, which is known only when the program runs: -28 is batch * 28. */
enum { MAX_RANK = 6, BATCH = -1 };

/** Sizes of a tensor's dimensions, row-major. Per-sample tensors have dim[0] == BATCH; in sequences the time comes
 *  first: (28, batch, 128). rank < 0: unknown, after an error; whoever meets it stays silent. */
typedef struct Shape {
    int rank;
    int64_t dim[MAX_RANK];
} Shape;

/* Elements of a tensor, and of all weights together. */
enum { MAX_ELEMENTS = INT32_MAX };

Shape shape_of(int rank, const int64_t *dims);
/** A dimension's size when the batch has `batch` samples. */
int64_t dim_size(int64_t dim, int64_t batch);
/** Product of the dimensions with the batch counted as `batch`; -1 when it exceeds 2^31 - 1. */
int64_t shape_size(Shape shape, int64_t batch);
bool shape_equal(Shape a, Shape b);
/** Appends a shape to a key (base/key.h). */
void shape_key(Shape shape, Text *key);
/** (batch, 28, 28) */
const char *shape_text(Arena *arena, Shape shape);

#endif
