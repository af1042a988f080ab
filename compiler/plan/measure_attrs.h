/* SPDX-License-Identifier: MIT-0 */
/* The attributes of the loss, of metrics and of what rows count in them. */
#ifndef NNC_PLAN_MEASURE_ATTRS_H
#define NNC_PLAN_MEASURE_ATTRS_H

#include "plan/plan.h"

typedef struct MeasureAttrs {
    const struct LossDef *loss;     /* of the loss … */
    const struct MetricDef *metric; /* … or of a metric */
    const Object *object;           /* with its arguments */
    bool on_logits;
    int sum_at; /* a metric's first running sum; loss: 0 */
} MeasureAttrs;

extern const AttrsKind measure_attrs_kind; /* of op_loss and op_metric */
MeasureAttrs *measure_attrs(const Op *op);

typedef struct LossWeightsAttrs {
    LossReduction reduction; /* how rows are put together */
    bool weighted;         /* the first input is sample weights … */
    bool ignores;          /* … the next one labels, of which one does not count: … */
    int64_t ignored;       /* … this … */
    bool masked;           /* … and the last one a mask of time steps */
} LossWeightsAttrs;

LossWeightsAttrs *loss_weights_attrs(const Op *op);

#endif
