/* SPDX-License-Identifier: MIT-0 */
/* What a loss is. */
#ifndef NNC_MODEL_LOSS_H
#define NNC_MODEL_LOSS_H

#include <stdbool.h>
#include <stdint.h>

#include "language/class.h"

/** The value of one row of predictions and targets, and its gradient: of losses, and of metrics that are means of such
 *  values. */
typedef struct LossDef {
    Class class;
    bool sparse; /* targets are class numbers */
    bool rows;   /* `value` and `gradient` name templates of a whole row; else they are elementwise formulas of prediction p
                         and target y, averaged over the last axis */
    bool sums;   /* elementwise: added up, not averaged */
    bool signs;  /* targets 0 and 1 stand for -1 and 1 where a batch has no others */
    bool along_axis; /* rows lie along the argument `axis` */
    bool negated; /* metrics: the value is minus this */
    const char *value, *gradient;
    const char *locals; /* what both formulas name, as declarations; NULL: nothing */
    const char *logits_value, *logits_gradient, *logits_locals; /* the same on logits p; NULL: has no such form */
    const char *element, *element_gradient; /* rows: what a class adds, a formula of its part q of the sum and y */
    bool given_logits;      /* from_logits means the prediction, even where something is known of which it was made */
    const char *shortcut;   /* the activation whose logits it goes back to: "softmax", "sigmoid"; NULL: none */
    const char *activation; /* "softmax": applied to logits, there being no form of its own for them */
    const char *target;     /* what targets may be: UNIT, DISTRIBUTION, or NULL for REAL, as in enum nnc_target */
} LossDef;

/** Arguments of losses, and of metrics that are means of such values. */
typedef struct LossArgs {
    const char *reduction; /* NULL in metrics */
    const char *name;
    bool from_logits;
    double label_smoothing;
    int64_t ignore_class; /* of sparse losses; INT_NONE: none */
    int64_t axis;
    double delta, alpha, gamma;
    bool apply_class_balancing;
    double threshold; /* BinaryAccuracy */
    int64_t k;        /* TopK… */
} LossArgs;

#endif
