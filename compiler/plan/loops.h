/* SPDX-License-Identifier: MIT-0 */
/* The loops over the elements of an operation: its dimensions, merged as far as what it reads and makes allows. */
#ifndef NNC_PLAN_LOOPS_H
#define NNC_PLAN_LOOPS_H

#include <stdbool.h>
#include <stdint.h>

#include "model/shape.h"
#include "plan/plan.h"

enum { MAX_LOOPS = MAX_RANK, MAX_LOOP_TENSORS = MAX_STEP_TENSORS + 1 };

/** A loop over one dimension, or over some that follow each other and are one in every tensor. */
typedef struct LoopSpan {
    int64_t size;     /* the batch multiplied in is left out … */
    bool of_batch;    /* … when this is true */
    bool told;        /* the function is told the size, so that it serves others of its kind */
    bool summed;      /* what it runs over is added up */
    int first, last;  /* of its dimensions */
    uint64_t present; /* bit i: tensor i has them */
} LoopSpan;

typedef struct Loops {
    Tensor *tensors[MAX_LOOP_TENSORS]; /* that lie in memory: of the steps, and what a sum adds up */
    int tensor_count;
    LoopSpan at[MAX_LOOPS]; /* outermost first; the last one runs over lanes */
    int count;
    bool drawn; /* steps draw random numbers, which count along the last loop */
} Loops;

/** The loops of `op`'s steps over `space`. Of a sum, which adds up the elements of `summed`: `kept` is the shape that
 *  it leaves; else both are NULL. */
Loops loops_over(const Plan *plan, const Op *op, Shape space, Tensor *summed, const Shape *kept);
/** Whether the last loop runs along this tensor, one of theirs. */
bool loops_run_along(const Loops *loops, const Tensor *tensor);

#endif
