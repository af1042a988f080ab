/* SPDX-License-Identifier: MIT-0 */
/* How operations are shared out. */
#ifndef NNC_PLAN_SHARE_H
#define NNC_PLAN_SHARE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "model/shape.h"
#include "plan/plan.h"

/** Whether a tensor lies sample after sample, also within a step of a loop. */
bool tensor_is_of_samples(const Tensor *tensor);
/** The elements of a sample of such a tensor. */
int64_t tensor_sample_size(const Tensor *tensor);
/** Whether an operation can make each sample by itself. */
bool op_is_of_samples(const Op *op);
/** From one sample, row or column of an operation's share to the next, in elements of a tensor that it reads or makes;
 *  negative: times the batch; 0: all read the same. */
int64_t share_stride(const Op *op, const Tensor *tensor);
/** Whether all that the steps of an operation read and make has as many elements as `size`, or one. */
bool steps_are_of_size(const Op *op, int64_t size);
/** From one index of a dimension to the next, in elements; negative: times the batch. */
int64_t dim_stride(const Tensor *tensor, int dim);
/** Shares an operation of loops out by the first dimension of its space, where it can be. */
void share_steps(const Op *op, Share *share);
/** " by samples", " by 784 in shares", or "". */
void share_describe(const Op *op, Text *out);

#endif
