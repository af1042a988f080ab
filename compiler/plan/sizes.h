/* SPDX-License-Identifier: MIT-0 */
/* Memory in reals, for the header, --emit=json and --max-ram. */
#ifndef NNC_PLAN_SIZES_H
#define NNC_PLAN_SIZES_H

#include <stdint.h>

#include "plan/plan.h"

/** The programs that there are; returns how many. */
enum { MAX_PROGRAMS = 5 };
int plan_programs(const Plan *plan, Program *programs[MAX_PROGRAMS]);

/** Memory in reals, for the header, --emit=json and --max-ram. */
typedef struct Sizes {
    int64_t params, trainable, slots, gradients, masks, states, work, train_arena;
    int64_t stream_arena;
    int64_t params_bytes, work_bytes, trainer_bytes, state_bytes; /* of the structs */
    /* in RAM at once, in bytes: of a program that only predicts, be it whole sequences or steps of a stream; and of one
     * that trains and evaluates, 0 where there is none. Baked weights are constants, and no RAM. */
    int64_t inference_ram, training_ram;
    int64_t stack, train_stack; /* at most, of predict and of train_step; 0: not known (plan/stack.h) */
    int64_t trainer_padding, state_padding; /* members that fill them: reals, and numbers of 4 bytes */
} Sizes;

Sizes plan_sizes(const Plan *plan);

#endif
