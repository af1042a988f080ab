/* SPDX-License-Identifier: MIT-0 */
/* What a metric is. */
#ifndef NNC_MODEL_METRIC_H
#define NNC_MODEL_METRIC_H

#include <stdbool.h>
#include <stdint.h>

#include "language/class.h"
#include "model/loss.h"
#include "model/shape.h"

/** Where labels are counted, and which. */
typedef struct Thresholds {
    int count;         /* of thresholds */
    const double *at;  /* those that are listed; NULL: they lie evenly from 0 to 1 … */
    int listed;        /* … else how many they are */
    bool ends;         /* the first and the last are a little below 0 and above 1, and are not listed */
    int64_t column;    /* the only output that counts; -1: all do */
    int64_t top;       /* so many largest outputs of a row may count as 1; 0: all */
} Thresholds;

/** Of which classes it is counted how labels and predictions overlap. */
typedef struct Overlap {
    int64_t classes; /* there are */
    Ints counted;    /* those that count; count < 0: all */
    int64_t ignored; /* samples with this label do not count; INT_NONE: all do */
    bool each;       /* each value is a class; else a row's largest value says it, or the label of a sparse loss … */
    bool above;      /* … and a prediction is 1 from args->threshold on */
} Overlap;

typedef enum MetricKind {
    METRIC_MEAN,       /* of a value of each row: its sum, and what was counted */
    METRIC_THRESHOLDS, /* false and true labels between thresholds */
    METRIC_F_SCORE,    /* of each class: true positives, false positives, false negatives */
    METRIC_R2,         /* of each output: weighted sums of y, y², (y - p)², the weights; then all values */
    METRIC_OVERLAP     /* of each class that counts: what is labelled and predicted so, what is one or the other */
} MetricKind;

typedef struct MetricDef {
    Class class;
    MetricKind kind;
    const LossDef *value; /* METRIC_MEAN */
    const char *result;   /* how it follows from the sums: MEAN, ROOT, …, as in enum nnc_result */
    bool unmasked;        /* METRIC_MEAN: masks of time steps do not reach it, as in Keras */
    bool by_class;        /* METRIC_THRESHOLDS: takes class_id */
    bool argmax;          /* logits serve as well as probabilities */
    const char *name;     /* in logs, where that is not the class's in snake_case */
    bool numbered;        /* in logs several without a name are told apart: auc, auc_1 */
    /** 'accuracy' becomes one of its three forms by the shapes; NULL: is what it is */
    const struct MetricDef *(*resolve)(Shape output, bool sparse_target);
} MetricDef;

/* Choices, and what they are in enum nnc_result or enum nnc_how of the C. */
#define AREA_CURVES(row)                                                                                     \
    row(CURVE_ROC, "ROC", "ROC_AREA") row(CURVE_ROC_SMALL, "roc", "ROC_AREA") row(CURVE_PR, "PR", "PR_AREA") \
        row(CURVE_PR_SMALL, "pr", "PR_AREA") row(CURVE_GAIN, "PRGAIN", "PR_GAIN_AREA")                       \
            row(CURVE_GAIN_SMALL, "prgain", "PR_GAIN_AREA")
#define AREA_METHODS(row)                                                                                     \
    row(METHOD_INTERPOLATION, "interpolation", "INTERPOLATED")                                                \
        row(METHOD_INTERPOLATION_BIG, "Interpolation", "INTERPOLATED") row(METHOD_MINOR, "minoring", "MINOR") \
            row(METHOD_MINOR_BIG, "Minoring", "MINOR") row(METHOD_MAJOR, "majoring", "MAJOR")                 \
                row(METHOD_MAJOR_BIG, "Majoring", "MAJOR")
#define CLASS_AVERAGES(row)                                                       \
    row(AVERAGE_MICRO, "micro", "POOLED") row(AVERAGE_MACRO, "macro", "AVERAGED") \
        row(AVERAGE_WEIGHTED, "weighted", "WEIGHTED")
#define OUTPUT_AVERAGES(row)                            \
    row(OUTPUTS_UNIFORM, "uniform_average", "AVERAGED") \
        row(OUTPUTS_BY_VARIANCE, "variance_weighted_average", "WEIGHTED")
typedef enum AreaCurve { CURVE_NONE, AREA_CURVES(CHOICE_VALUE_OF) } AreaCurve;
typedef enum AreaMethod { METHOD_NONE, AREA_METHODS(CHOICE_VALUE_OF) } AreaMethod;
typedef enum ClassAverage { AVERAGE_NONE, CLASS_AVERAGES(CHOICE_VALUE_OF) } ClassAverage;
typedef enum OutputAverage { OUTPUTS_NONE, OUTPUT_AVERAGES(CHOICE_VALUE_OF) } OutputAverage;

typedef struct MetricArgs {
    LossArgs value; /* METRIC_MEAN */
    Reals thresholds;
    double threshold;                   /* F scores; NaN: the largest output of a row */
    int64_t top_k, class_id;            /* INT_NONE: not given */
    int64_t num_thresholds;             /* AUC, …At… */
    double at;                          /* …At…: what the other figure must reach */
    AreaCurve curve;
    AreaMethod summation_method;
    ClassAverage average;
    OutputAverage class_aggregation;
    bool multi_label, from_logits;
    int64_t num_classes; /* IoU and its kin; 0: BinaryIoU, which has two */
    Ints target_class_ids;
    bool sparse_y_true, sparse_y_pred;
    double beta;
    int64_t num_regressors;
} MetricArgs;

/** The thresholds of a METRIC_THRESHOLDS. */
Thresholds metric_thresholds(const Object *metric);
/** The classes of a METRIC_OVERLAP. */
Overlap metric_overlap(const Object *metric);
/** How many of them count. */
int overlap_count(Overlap overlap);

#endif
