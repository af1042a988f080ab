/* SPDX-License-Identifier: MIT-0 */
/* Metrics: means of a row's value, which is a loss or written here; what follows from counts at thresholds; scores of
 * classes and outputs. Definitions: keras/src/metrics. */
#include <stddef.h>

#include "base/diag.h"
#include "language/class.h"
#include "model/loss.h"
#include "model/metric.h"
#include "model/shape.h"
#include "tables/losses.h"

#define METRIC_CLASS(name_, brief_, args_, ...)                                                                        \
    .class = {.kind = CLASS_METRIC, .name = #name_, .brief = (brief_), .args = (args_),                                \
              .args_size = sizeof(MetricArgs), .aliases = ALIASES(__VA_ARGS__)}
#define NAME_ARG {ARG(LossArgs, name), ARG_STRING, DEFAULT("None"), .called = true, .doc = "the name in logs"}

static const ArgDef name_args[] = {NAME_ARG, {0}};

/* Means of values of rows. Those of `args` that losses have too stand at the beginning of MetricArgs, in a LossArgs. */

#define ABOVE_ARG                                                                                                      \
    {ARG(LossArgs, threshold), ARG_REAL, DEFAULT("0.5"), RANGE(-1e30, 1e30), .doc = "above it the prediction is 1"}
#define K_ARG                                                      \
    {ARG(LossArgs, k), ARG_INT, DEFAULT("5"), RANGE(1, INT32_MAX), \
     .doc = "how many of the largest outputs are looked at"}

static const ArgDef above_args[] = {NAME_ARG, ABOVE_ARG, {0}};
static const ArgDef k_args[] = {K_ARG, NAME_ARG, {0}};
static const ArgDef huber_args[] = {DELTA_ARG, NAME_ARG, {0}};
static const ArgDef axis_args[] = {NAME_ARG, AXIS_ARG, {0}};
static const ArgDef crossentropy_args[] = {NAME_ARG, FROM_LOGITS_ARG, LABEL_SMOOTHING_ARG, LAST_AXIS_ARG, {0}};
static const ArgDef sparse_args[] = {
    NAME_ARG,
    FROM_LOGITS_ARG,
    {FIXED("ignore_class", "None", "the loss takes one; what is no class is left out here too")},
    LAST_AXIS_ARG,
    {0}};
static const ArgDef binary_focal_args[] = {
    NAME_ARG, BALANCING_ARG, ALPHA_ARG, GAMMA_ARG, FROM_LOGITS_ARG, LABEL_SMOOTHING_ARG, LAST_AXIS_ARG, {0}};
static const ArgDef categorical_focal_args[] = {
    NAME_ARG, ALPHA_ARG, GAMMA_ARG, FROM_LOGITS_ARG, LABEL_SMOOTHING_ARG, LAST_AXIS_ARG, {0}};

static const LossDef equal = {.value = "v_select(p == y, 1.0, 0.0)"};
static const LossDef same_side = {.value = "v_select(v_select(p > threshold, 1.0, 0.0) == y, 1.0, 0.0)"};
static const LossDef same_class = {.over_classes = true, .row = "metric_categorical_accuracy"};
static const LossDef labelled_class = {.over_classes = true, .sparse = true, .row = "metric_sparse_accuracy"};
static const LossDef among_top = {.over_classes = true, .row = "metric_top_k"};
static const LossDef labelled_among_top = {.over_classes = true, .sparse = true, .row = "metric_sparse_top_k"};
static const LossDef cosine = {.axes = AXIS_GIVEN, .negated = true, .row = "loss_cosine"};
static const LossDef pearson = {.axes = AXIS_GIVEN, .row = "metric_pearson"};
static const LossDef concordance = {.axes = AXIS_GIVEN, .row = "metric_concordance"};

extern const LossDef loss_MeanSquaredError, loss_MeanAbsoluteError, loss_MeanAbsolutePercentageError,
    loss_MeanSquaredLogarithmicError, loss_Huber, loss_LogCosh, loss_Hinge, loss_SquaredHinge, loss_CategoricalHinge,
    loss_KLDivergence, loss_Poisson, loss_BinaryCrossentropy, loss_CategoricalCrossentropy,
    loss_SparseCategoricalCrossentropy, loss_BinaryFocalCrossentropy, loss_CategoricalFocalCrossentropy;

const MetricDef metric_Accuracy = {
    METRIC_CLASS(Accuracy, "part of the outputs that equal their label", name_args, NULL),
    .value = &equal, .result = "MEAN",
};
const MetricDef metric_BinaryAccuracy = {
    METRIC_CLASS(BinaryAccuracy, "part of the outputs on the label's side of the threshold", above_args,
                 "binary_accuracy"),
    .value = &same_side,
    .result = "MEAN",
};
const MetricDef metric_CategoricalAccuracy = {
    METRIC_CLASS(CategoricalAccuracy, "part of the samples whose largest output is the label's largest", name_args,
                 "categorical_accuracy"),
    .value = &same_class, .result = "MEAN", .argmax = true,
};
const MetricDef metric_SparseCategoricalAccuracy = {
    METRIC_CLASS(SparseCategoricalAccuracy, "part of the samples whose largest output is the labelled class", name_args,
                 "sparse_categorical_accuracy"),
    .value = &labelled_class, .result = "MEAN", .argmax = true,
};

/* Keras: by the last dimension of the output and the kind of the labels. */
static const MetricDef *accuracy_resolve(Shape output, bool sparse_target) {
    if (output.rank > 0 && output.dim[output.rank - 1] == 1) return &metric_BinaryAccuracy;
    return sparse_target ? &metric_SparseCategoricalAccuracy : &metric_CategoricalAccuracy;
}

const MetricDef metric_accuracy = {
    METRIC_CLASS(accuracy, "binary, categorical or sparse categorical accuracy, as outputs and labels ask for",
                 above_args, "acc"),
    .class.any_case = true,
    .resolve = accuracy_resolve,
};

#define MEAN(name_, brief_, args_, value_, ...)                                                            \
    const MetricDef metric_##name_ = {METRIC_CLASS(name_, brief_, args_, __VA_ARGS__), .value = &(value_), \
                                      .result = "MEAN"};

MEAN(TopKCategoricalAccuracy, "part of the samples whose label is among the k largest outputs", k_args, among_top,
     "top_k_categorical_accuracy")
MEAN(SparseTopKCategoricalAccuracy, "part of the samples whose labelled class is among the k largest outputs", k_args,
     labelled_among_top, "sparse_top_k_categorical_accuracy")
MEAN(MeanSquaredError, "mean (p - y)²", name_args, loss_MeanSquaredError, "mean_squared_error", "mse", "MSE")
MEAN(MeanAbsoluteError, "mean |p - y|", name_args, loss_MeanAbsoluteError, "mean_absolute_error", "mae", "MAE")
MEAN(MeanAbsolutePercentageError, "mean 100·|p - y| / max(|y|, 1e-7)", name_args, loss_MeanAbsolutePercentageError,
     "mean_absolute_percentage_error", "mape", "MAPE")
MEAN(MeanSquaredLogarithmicError, "mean (log(p + 1) - log(y + 1))²", name_args, loss_MeanSquaredLogarithmicError,
     "mean_squared_logarithmic_error", "msle", "MSLE")
MEAN(Huber, "mean of a square near 0 and of lines beyond delta", huber_args, loss_Huber, "huber")
MEAN(CosineSimilarity, "Σ y·p / (|y|·|p|)", axis_args, cosine, "cosine_similarity")
MEAN(PearsonCorrelation, "cov(y, p) / (σy·σp)", axis_args, pearson, "pearson_correlation")
MEAN(ConcordanceCorrelation, "2·cov(y, p) / (σy² + σp² + (mean y - mean p)²)", axis_args, concordance,
     "concordance_correlation")
MEAN(Hinge, "mean max(1 - y·p, 0)", name_args, loss_Hinge, "hinge")
MEAN(SquaredHinge, "mean max(1 - y·p, 0)²", name_args, loss_SquaredHinge, "squared_hinge")
MEAN(CategoricalHinge, "max(max (1 - y)·p - Σ y·p + 1, 0)", name_args, loss_CategoricalHinge, "categorical_hinge")
MEAN(KLDivergence, "Σ y·log(y / p)", name_args, loss_KLDivergence, "kl_divergence", "kld", "KLD",
     "kullback_leibler_divergence")
MEAN(Poisson, "mean p - y·log p", name_args, loss_Poisson, "poisson")
MEAN(BinaryCrossentropy, "mean -(y·log p + (1 - y)·log(1 - p))", crossentropy_args, loss_BinaryCrossentropy,
     "binary_crossentropy", "bce", "BCE")
MEAN(CategoricalCrossentropy, "-Σ y·log p over the classes", crossentropy_args, loss_CategoricalCrossentropy,
     "categorical_crossentropy")
MEAN(SparseCategoricalCrossentropy, "-log p of the labelled class", sparse_args, loss_SparseCategoricalCrossentropy,
     "sparse_categorical_crossentropy")
MEAN(BinaryFocalCrossentropy, "binary crossentropy of what is far from right", binary_focal_args,
     loss_BinaryFocalCrossentropy, "binary_focal_crossentropy")
MEAN(CategoricalFocalCrossentropy, "crossentropy of what is far from right", categorical_focal_args,
     loss_CategoricalFocalCrossentropy, "categorical_focal_crossentropy")

const MetricDef metric_RootMeanSquaredError = {
    METRIC_CLASS(RootMeanSquaredError, "√ mean (p - y)²", name_args, "root_mean_squared_error"),
    .value = &loss_MeanSquaredError, .result = "ROOT", .unmasked = true,
};
const MetricDef metric_LogCoshError = {
    METRIC_CLASS(LogCoshError, "mean log cosh(p - y)", name_args, "log_cosh_error", "log_cosh", "logcosh"),
    .value = &loss_LogCosh, .result = "MEAN", .name = "logcosh",
};

/* Counts at thresholds */

#define THRESHOLDS_ARG                                                                                                 \
    {ARG(MetricArgs, thresholds), ARG_REALS, DEFAULT("None"), RANGE(-1e30, 1e30), .may_be_none = true,                 \
     .doc = "above each the prediction is 1; 0.5 when not given; several give several figures"}
#define CLASS_ID_ARG                                                                                                   \
    {ARG(MetricArgs, class_id), ARG_INT, DEFAULT("None"), RANGE(0, INT32_MAX), .doc = "the only output that counts"}
#define NUM_THRESHOLDS_ARG                                                                                             \
    {ARG(MetricArgs, num_thresholds), ARG_INT, DEFAULT("200"), RANGE(2, 1000000), .doc = "how many, evenly from 0 to 1"}
#define REACHED_ARG(name_)                                                                                             \
    {.name = (name_), .offset = offsetof(MetricArgs, at), .type = ARG_REAL, RANGE(0, 1), .doc = "what must be reached"}

static const ArgDef count_args[] = {THRESHOLDS_ARG, NAME_ARG, {0}};
static const ArgDef precision_args[] = {THRESHOLDS_ARG,
                                        {ARG(MetricArgs, top_k), ARG_INT, DEFAULT("None"), RANGE(1, INT32_MAX),
                                         .doc = "only so many largest outputs may be 1"},
                                        CLASS_ID_ARG,
                                        NAME_ARG,
                                        {0}};
static const ArgDef at_specificity_args[] = {
    REACHED_ARG("specificity"), NUM_THRESHOLDS_ARG, CLASS_ID_ARG, NAME_ARG, {0}};
static const ArgDef at_sensitivity_args[] = {
    REACHED_ARG("sensitivity"), NUM_THRESHOLDS_ARG, CLASS_ID_ARG, NAME_ARG, {0}};
static const ArgDef at_recall_args[] = {REACHED_ARG("recall"), NUM_THRESHOLDS_ARG, CLASS_ID_ARG, NAME_ARG, {0}};
static const ArgDef at_precision_args[] = {REACHED_ARG("precision"), NUM_THRESHOLDS_ARG, CLASS_ID_ARG, NAME_ARG, {0}};
static const char *const curves[] = {AREA_CURVES(CHOICE_WORD_OF) NULL};
static const char *const methods[] = {AREA_METHODS(CHOICE_WORD_OF) NULL};
static const ArgDef auc_args[] = {
    NUM_THRESHOLDS_ARG,
    {ARG(MetricArgs, curve), ARG_CHOICE, DEFAULT("'ROC'"), .choices = curves, .doc = "that the area lies under"},
    {ARG(MetricArgs, summation_method), ARG_CHOICE, DEFAULT("'interpolation'"), .choices = methods,
     .doc = "how the area between two thresholds is computed"},
    NAME_ARG,
    {ARG(MetricArgs, thresholds), ARG_REALS, DEFAULT("None"), RANGE(0, 1), .may_be_none = true,
     .doc = "between 0 and 1, in place of num_thresholds"},
    {ARG(MetricArgs, multi_label), ARG_BOOL, DEFAULT("False"), .doc = "the mean of an area for each output"},
    {ARG(MetricArgs, from_logits), ARG_BOOL, DEFAULT("False"), .doc = "the prediction is logits, not probabilities"},
    {FIXED("num_labels", "None", "the model says how many outputs there are")},
    {FIXED("label_weights", "None", "outputs count the same")},
    {0}};

static void check_thresholds(const Object *object, Diags *diags) {
    const Reals thresholds = ((const MetricArgs *)object->args)->thresholds;
    for (int i = 1; i < thresholds.count; i++)
        if (thresholds.at[i] <= thresholds.at[i - 1]) {
            diag(diags, D_threshold_order, object_arg_span(object, "thresholds"));
            return;
        }
}

#define COUNTS(name_, brief_, args_, by_class_, result_, snake_)                 \
    const MetricDef metric_##name_ = {.class = {.kind = CLASS_METRIC,            \
                                                .name = #name_,                  \
                                                .brief = (brief_),               \
                                                .args = (args_),                 \
                                                .args_size = sizeof(MetricArgs), \
                                                .aliases = ALIASES(snake_),      \
                                                .check = check_thresholds},      \
                                      .kind = METRIC_THRESHOLDS,                 \
                                      .result = (result_),                       \
                                      .by_class = by_class_,                     \
                                      .numbered = true};

COUNTS(Precision, "part of what is predicted to be 1 that is 1", precision_args, true, "PRECISION", "precision")
COUNTS(Recall, "part of what is 1 that is predicted to be 1", precision_args, true, "RECALL", "recall")
COUNTS(AUC, "area under a curve of figures at thresholds", auc_args, false, "AUC", "auc")
COUNTS(TruePositives, "how many are 1 and predicted to be", count_args, false, "TRUE_POSITIVES", "true_positives")
COUNTS(TrueNegatives, "how many are 0 and predicted to be", count_args, false, "TRUE_NEGATIVES", "true_negatives")
COUNTS(FalsePositives, "how many are 0 and predicted to be 1", count_args, false, "FALSE_POSITIVES", "false_positives")
COUNTS(FalseNegatives, "how many are 1 and predicted to be 0", count_args, false, "FALSE_NEGATIVES", "false_negatives")
COUNTS(SensitivityAtSpecificity, "the best sensitivity at thresholds where the specificity is reached",
       at_specificity_args, true, "SENSITIVITY_AT_SPECIFICITY", "sensitivity_at_specificity")
COUNTS(SpecificityAtSensitivity, "the best specificity at thresholds where the sensitivity is reached",
       at_sensitivity_args, true, "SPECIFICITY_AT_SENSITIVITY", "specificity_at_sensitivity")
COUNTS(PrecisionAtRecall, "the best precision at thresholds where the recall is reached", at_recall_args, true,
       "PRECISION_AT_RECALL", "precision_at_recall")
COUNTS(RecallAtPrecision, "the best recall at thresholds where the precision is reached", at_precision_args, true,
       "RECALL_AT_PRECISION", "recall_at_precision")

/* Scores of classes and outputs */

static const char *const averages[] = {CLASS_AVERAGES(CHOICE_WORD_OF) NULL};
static const char *const aggregations[] = {OUTPUT_AVERAGES(CHOICE_WORD_OF) NULL};
#define AVERAGE_ARG                                                                                                    \
    {ARG(MetricArgs, average), ARG_CHOICE, DEFAULT("None"), .choices = averages,                                       \
     .doc = "how classes are put together; None gives a figure for each"}
#define F_THRESHOLD_ARG                                                                                                \
    {ARG(MetricArgs, threshold), ARG_REAL, DEFAULT("None"), RANGE(0, 1),                                               \
     .doc = "above it the prediction is 1; when not given only the largest output is"}

static const ArgDef f1_args[] = {AVERAGE_ARG, F_THRESHOLD_ARG, NAME_ARG, {0}};
static const ArgDef f_beta_args[] = {
    AVERAGE_ARG, {ARG(MetricArgs, beta), ARG_REAL, DEFAULT("1.0"), POSITIVE, .doc = "how much recall counts"},
    F_THRESHOLD_ARG, NAME_ARG, {0}};
static const ArgDef r2_args[] = {{ARG(MetricArgs, class_aggregation), ARG_CHOICE, DEFAULT("'uniform_average'"),
                                  .choices = aggregations, .may_be_none = true,
                                  .doc = "how outputs are put together; None gives a figure for each"},
                                 {ARG(MetricArgs, num_regressors), ARG_INT, DEFAULT("0"), RANGE(0, INT32_MAX),
                                  .doc = "that the score is adjusted for"},
                                 NAME_ARG,
                                 {0}};

const MetricDef metric_F1Score = {
    METRIC_CLASS(F1Score, "harmonic mean of precision and recall", f1_args, "f1_score"),
    .kind = METRIC_F_SCORE, .result = "F_SCORE",
};
const MetricDef metric_FBetaScore = {
    METRIC_CLASS(FBetaScore, "weighted harmonic mean of precision and recall", f_beta_args, "f_beta_score"),
    .kind = METRIC_F_SCORE, .result = "F_SCORE", .name = "fbeta_score",
};
const MetricDef metric_R2Score = {
    METRIC_CLASS(R2Score, "1 - Σ(y - p)² / Σ(y - mean y)²", r2_args, "r2_score"),
    .kind = METRIC_R2, .result = "R2",
};

/* Overlap of labels and predictions: intersection over union. Keras counts in whole numbers. */

#define NUM_CLASSES_ARG                                                                                                \
    {ARG(MetricArgs, num_classes), ARG_INT, RANGE(1, INT32_MAX), .doc = "how many classes there are"}
#define TARGETS_ARG {ARG(MetricArgs, target_class_ids), ARG_INTS, RANGE(0, INT32_MAX), .doc = "the classes that count"}
#define IGNORE_CLASS_ARG                                                                                               \
    {ARG_AS(MetricArgs, value.ignore_class, "ignore_class"), ARG_INT, DEFAULT("None"), RANGE(INT32_MIN, INT32_MAX),    \
     .doc = "samples with this label do not count"}
#define SPARSE_TRUE_ARG                                                                                                \
    {ARG(MetricArgs, sparse_y_true), ARG_BOOL, DEFAULT("True"), .doc = "labels are classes, not a value for each"}
#define SPARSE_ARG(default_)                                                                                           \
    {ARG(MetricArgs, sparse_y_pred), ARG_BOOL, DEFAULT(default_), .doc = "so are predictions"}

#define COUNT_TYPE_ARG {UNUSED("dtype", "None")}

static const ArgDef iou_args[] = {
    NUM_CLASSES_ARG, TARGETS_ARG, NAME_ARG, COUNT_TYPE_ARG, IGNORE_CLASS_ARG, SPARSE_TRUE_ARG, SPARSE_ARG("True"),
    LAST_AXIS_ARG, {0}};
static const ArgDef mean_iou_args[] = {
    NUM_CLASSES_ARG, NAME_ARG, COUNT_TYPE_ARG, IGNORE_CLASS_ARG, SPARSE_TRUE_ARG, SPARSE_ARG("True"), LAST_AXIS_ARG,
    {0}};
static const ArgDef one_hot_iou_args[] = {
    NUM_CLASSES_ARG, TARGETS_ARG, NAME_ARG, COUNT_TYPE_ARG, IGNORE_CLASS_ARG, SPARSE_ARG("False"), LAST_AXIS_ARG, {0}};
static const ArgDef one_hot_mean_iou_args[] = {
    NUM_CLASSES_ARG, NAME_ARG, COUNT_TYPE_ARG, IGNORE_CLASS_ARG, SPARSE_ARG("False"), LAST_AXIS_ARG, {0}};
static const ArgDef binary_iou_args[] = {
    {ARG(MetricArgs, target_class_ids), ARG_INTS, DEFAULT("(0, 1)"), RANGE(0, 1), .doc = "the classes that count"},
    {ARG(MetricArgs, threshold), ARG_REAL, DEFAULT("0.5"), RANGE(-1e30, 1e30), .doc = "from it on the prediction is 1"},
    NAME_ARG,
    COUNT_TYPE_ARG,
    {0}};

static void check_overlap(const Object *object, Diags *diags) {
    const Overlap overlap = metric_overlap(object);
    for (int i = 0; i < overlap.counted.count; i++)
        if (overlap.counted.at[i] >= overlap.classes) {
            diag(diags, D_metric_target_class, object_arg_span(object, "target_class_ids"),
                 (long long)overlap.counted.at[i], (long long)overlap.classes);
            return;
        }
}

#define OVERLAP(name_, brief_, args_, snake_)                                                                          \
    const MetricDef metric_##name_ = {METRIC_CLASS(name_, brief_, args_, snake_), .class.check = check_overlap,        \
                                      .kind = METRIC_OVERLAP, .result = "OVERLAP"};

OVERLAP(IoU, "mean over classes of what is labelled and predicted so by what is one or the other", iou_args, "io_u")
OVERLAP(MeanIoU, "IoU of all classes", mean_iou_args, "mean_io_u")
OVERLAP(OneHotIoU, "IoU where labels have a value for each class", one_hot_iou_args, "one_hot_io_u")
OVERLAP(OneHotMeanIoU, "OneHotIoU of all classes", one_hot_mean_iou_args, "one_hot_mean_io_u")
OVERLAP(BinaryIoU, "IoU of 0 and 1, predictions being on one side of a threshold", binary_iou_args, "binary_io_u")
