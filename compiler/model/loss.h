/* SPDX-License-Identifier: MIT-0 */
/* What a loss is. */
#ifndef NNC_MODEL_LOSS_H
#define NNC_MODEL_LOSS_H

#include <stdbool.h>
#include <stdint.h>

#include "language/class.h"
#include "model/shape.h"

typedef struct Model Model;

/** What of the prediction has one loss. */
typedef enum LossAxes {
    AXES_LAST,  /* the vectors along the last axis */
    AXIS_GIVEN, /* … along the argument `axis` */
    AXES_GIVEN  /* all that lies along the arguments `axes`; of None the whole batch */
} LossAxes;

/** The value of one row of predictions and targets, and its gradient: of losses, and of metrics that are means of such
 *  values. Either formulas of each element's prediction p and target y, which are averaged over the row; or templates
 *  of a whole row. */
typedef struct LossDef {
    Class class;
    bool sparse;       /* targets are class numbers … */
    bool ignores;      /* … of which the argument ignore_class may leave one out */
    bool over_classes; /* outputs are classes, of which there are several */
    LossAxes axes;
    bool negated; /* metrics: the value is minus this */
    /* Elementwise: formulas */
    const char *value, *gradient;
    const char *locals; /* what both name, as declarations; NULL: nothing */
    const char *logits_value, *logits_gradient, *logits_locals; /* the same on logits p; NULL: has no such form */
    bool sums;  /* added up, not averaged */
    bool signs; /* targets 0 and 1 stand for -1 and 1 where a batch has no others */
    /* By row: names of templates */
    const char *row, *row_train;               /* the value; and with its gradient, or … */
    const char *row_slope;                     /* … what is put behind the value for that; NULL: neither, in metrics */
    const char *logits_row, *logits_row_train; /* the same on logits p; NULL: has no such form */
    const char *element, *element_gradient;    /* what a class adds, a formula of its part q of the sum and y */
    /* From logits */
    bool given_logits; /* from_logits means the prediction, even where something is known of which it was made */
    bool shortcut;     /* goes back to what a softmax or sigmoid made the prediction from */
    bool softmax;      /* logits become probabilities, there being no form of its own for them */
    bool probabilities; /* takes logarithms of the prediction, and has no logits */
    const char *target; /* what targets may be: UNIT, DISTRIBUTION, or NULL for REAL, as in enum nnc_target */
} LossDef;

/** How samples are put together. */
#define LOSS_REDUCTIONS(row)                                                 \
    row(REDUCTION_OF_BATCH, "sum_over_batch_size") row(REDUCTION_SUM, "sum") \
        row(REDUCTION_MEAN, "mean") /* the same as over the batch */         \
        row(REDUCTION_BY_WEIGHT, "mean_with_sample_weight")
typedef enum LossReduction { REDUCTION_NONE, LOSS_REDUCTIONS(CHOICE_VALUE) } LossReduction;

/** Arguments of losses, and of metrics that are means of such values. */
typedef struct LossArgs {
    LossReduction reduction; /* REDUCTION_NONE in metrics */
    const char *name;
    bool from_logits;
    double label_smoothing;
    int64_t ignore_class; /* of sparse losses; INT_NONE: none */
    int64_t axis;
    Ints axes; /* count < 0: None */
    double delta, alpha, beta, gamma, q;
    bool apply_class_balancing;
    double threshold; /* BinaryAccuracy */
    int64_t k;        /* TopK… */
} LossArgs;

/** The dimensions of the prediction: those that tell rows apart, then those within a row. Returns how many tell apart.
 *  */
int row_axes(const LossDef *loss, const LossArgs *args, int rank, int axes[MAX_RANK]);
/** Whether a loss leaves out the rows of one label, its ignore_class. */
bool loss_ignores(const Object *loss);
/** The shape of what has one loss, and may have a weight of its own: a sample, or a time step of one. */
Shape loss_rows(const Model *model);

#endif
