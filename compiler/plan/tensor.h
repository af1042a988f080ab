/* SPDX-License-Identifier: MIT-0 */
/* Where tensors lie. */
#ifndef NNC_PLAN_TENSOR_H
#define NNC_PLAN_TENSOR_H

#include <stdbool.h>
#include <stdint.h>

#include "plan/plan.h"

/** Random numbers come in blocks along the last dimension: NNC_RANDOM_BLOCK of nnc.h. */
enum { RANDOM_BLOCK = 64 };
/** Which dimension of an image its lines are: the one behind the samples. */
enum { LINE_DIM = 1 };
/** Blocks of a row of so many columns; those of the next row follow. */
int64_t random_row_blocks(int64_t columns);
/** Blocks of random numbers that a sample takes of a random tensor; what a batch takes follows from it where *rows. */
int64_t random_blocks(const Tensor *tensor, bool *rows);
/** The tensor that owns the memory of `tensor`. (Inline: all passes ask for it all the time.) */
static inline Tensor *tensor_storage(const Tensor *tensor) {
    while (tensor->base) tensor = tensor->base;
    return (Tensor *)tensor;
}
/** What a view of columns is taken from, else the tensor itself: what a function gets as a pointer. */
Tensor *tensor_rows(Tensor *tensor);
/** The distance of its rows: its last dimension, or that of the wider tensor that it is columns of; without the
 *  batch. */
int64_t tensor_row_width(const Tensor *tensor);

/** The beginning of a view in its storage: (index + step) · stride, the stride times the batch when `of_batch`. */
typedef struct Slice {
    int64_t index, stride;
    bool stepped, of_batch;
    int64_t lines; /* not 0: (index + step) modulo so many, of an image of which so many lines are kept */
} Slice;

Slice tensor_slice(const Tensor *tensor);
/** Whether two tensors have an element of memory in common, within one step of a loop. */
bool tensors_overlap(const Tensor *a, const Tensor *b);
bool tensors_begin_together(const Tensor *a, const Tensor *b);
/** Elements when the batch has its compiled size; the bytes that they take; and reals of memory that hold these. */
int64_t tensor_size(const Plan *plan, const Tensor *tensor);
int64_t tensor_bytes(const Plan *plan, const Tensor *tensor);
int64_t tensor_reals(const Plan *plan, const Tensor *tensor);

#endif
