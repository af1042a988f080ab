/* SPDX-License-Identifier: MIT-0 */
/* Memory in reals, for the header, --emit=json and --max-ram. */
#ifndef NNC_PLAN_SIZES_H
#define NNC_PLAN_SIZES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "plan/plan.h"

/** The programs that there are; returns how many. */
enum { MAX_PROGRAMS = 6 };
int plan_programs(const Plan *plan, Program *programs[MAX_PROGRAMS]);

/** Memory in reals, for the header, --emit=json and --max-ram. */
typedef struct Sizes {
    int64_t params, trainable, slots, gradients, masks, states, work, train_arena;
    int64_t sample; /* values of a copy of one, where samples are of any length */
    int64_t narrow[ELEMENT_TYPES], work_padding; /* behind the reals of the work: values of these types; and bytes */
    int64_t params_padding; /* bytes behind the weights */
    int64_t stream_arena;
    int64_t params_bytes, work_bytes, trainer_bytes, state_bytes; /* of the structs */
    /* in RAM at once, in bytes: of a program that only predicts, be it whole sequences or steps of a stream; and of one
     * that trains and evaluates, 0 where there is none. Baked weights are constants, and no RAM. */
    int64_t inference_ram, training_ram;
    int64_t stack, train_stack; /* at most, of predict and of train_step; 0: not known (plan/stack.h) */
    int64_t state_padding; /* members that fill the struct of a stream: numbers of 4 bytes */
} Sizes;

Sizes plan_sizes(const Plan *plan);
/** Whether functions work on one sample, so that none is told how many there are. */
bool makes_one_sample(const Plan *plan);

/* What NAME_trainer holds, said once: for its struct, its size, and what of it lasts in checkpoints. */

typedef enum TrainerKind {
    TRAINER_WEIGHTS,   /* the struct of all weights */
    TRAINER_TRAINABLE, /* that of those which training changes */
    TRAINER_STATES,    /* that of states from batch to batch */
    TRAINER_REALS,     /* an array of `count` reals */
    TRAINER_REAL,
    TRAINER_COUNTER /* 64 bits */
} TrainerKind;

typedef struct TrainerPart {
    TrainerKind kind;
    const char *name, *comment; /* NULL: none */
    int64_t count;              /* reals in it; of a counter 1 */
    bool lasts;                 /* from one step to the next */
} TrainerPart;

typedef LIST(TrainerPart) TrainerParts;

/** In the order of the struct. The numbers of `sizes` that have to do with tensors and arenas must be there. */
TrainerParts trainer_parts(Arena *arena, const Plan *plan, const Sizes *sizes);

#endif
