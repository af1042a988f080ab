/* SPDX-License-Identifier: MIT-0 */
/* What a schedule of the learning rate is. */
#ifndef NNC_MODEL_SCHEDULE_H
#define NNC_MODEL_SCHEDULE_H

#include "base/arena.h"
#include "language/class.h"

typedef struct Operand Operand;

/** A schedule of the learning rate: an expression of `step`, the batches seen before, in C with doubles
 *  (nnc_rate.h). */
typedef struct ScheduleRule {
    LIST(Operand) numbers;
    const char *text;
} ScheduleRule;

typedef struct ScheduleDef {
    Class class;
    void (*rule)(const Object *object, Arena *arena, ScheduleRule *rule);
} ScheduleDef;

#endif
