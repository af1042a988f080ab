/* SPDX-License-Identifier: MIT-0 */
/* metrics.c - from the running sums of a metric to its figures. Definitions: keras/src/metrics. */
#include "session/session.h"

#include <math.h>

static const double nnc_epsilon = 1e-7;

/* What the predictions above a threshold are, and those that are not. */
typedef struct nnc_counts {
    double true_positives, false_positives, true_negatives, false_negatives;
} nnc_counts;

static double nnc_ratio(double part, double rest) { return part + rest > 0 ? part / (part + rest) : 0; }

static double nnc_precision(nnc_counts c) { return nnc_ratio(c.true_positives, c.false_positives); }
static double nnc_sensitivity(nnc_counts c) { return nnc_ratio(c.true_positives, c.false_negatives); }
static double nnc_specificity(nnc_counts c) { return nnc_ratio(c.true_negatives, c.false_positives); }

/* The sums are, for each number of thresholds that predictions lay above, false and true labels. */
static nnc_counts nnc_counts_at(const double *sums, int thresholds, int threshold) {
    nnc_counts counts = {0, 0, 0, 0};
    for (int above = 0; above <= thresholds; above++) {
        int is_positive = above > threshold;
        *(is_positive ? &counts.false_positives : &counts.true_negatives) += sums[2 * above];
        *(is_positive ? &counts.true_positives : &counts.false_negatives) += sums[2 * above + 1];
    }
    return counts;
}

static double nnc_count_figure(enum nnc_result result, nnc_counts counts) {
    switch (result) {
    case NNC_RESULT_TRUE_POSITIVES: return counts.true_positives;
    case NNC_RESULT_TRUE_NEGATIVES: return counts.true_negatives;
    case NNC_RESULT_FALSE_POSITIVES: return counts.false_positives;
    case NNC_RESULT_FALSE_NEGATIVES: return counts.false_negatives;
    case NNC_RESULT_PRECISION: return nnc_precision(counts);
    default: return nnc_sensitivity(counts);
    }
}

/* The best of one figure at those thresholds where another reaches what is asked. */
static double nnc_best_at(const nnc_metric *metric, const double *sums) {
    double best = 0;
    for (int i = 0; i < metric->parts; i++) {
        nnc_counts counts = nnc_counts_at(sums, metric->parts, i);
        double figure = 0, other = 0;
        switch (metric->result) {
        case NNC_RESULT_SENSITIVITY_AT_SPECIFICITY:
            figure = nnc_sensitivity(counts), other = nnc_specificity(counts);
            break;
        case NNC_RESULT_SPECIFICITY_AT_SENSITIVITY:
            figure = nnc_specificity(counts), other = nnc_sensitivity(counts);
            break;
        case NNC_RESULT_PRECISION_AT_RECALL: figure = nnc_precision(counts), other = nnc_sensitivity(counts); break;
        default: figure = nnc_sensitivity(counts), other = nnc_precision(counts); break;
        }
        best = other >= metric->number && figure > best ? figure : best;
    }
    return best;
}

/* Davis and Goadrich 2006: between two thresholds true positives grow linearly with all positives, the precision does
 * not. */
static double nnc_area_between(nnc_counts low, nnc_counts high) {
    double above_low = low.true_positives + low.false_positives;
    double above_high = high.true_positives + high.false_positives;
    double true_step = low.true_positives - high.true_positives, step = above_low - above_high;
    double positives = high.true_positives + high.false_negatives;
    double slope = step > 0 ? true_step / step : 0;
    double intercept = high.true_positives - slope * above_high;
    double ratio = above_low > 0 && above_high > 0 ? above_low / above_high : 1;
    return positives > 0 ? slope * (true_step + intercept * log(ratio)) / positives : 0;
}

typedef struct nnc_point {
    double x, y;
} nnc_point;

/* Flach and Kull 2015 for the gains, with Keras' values where they are not defined. */
static nnc_point nnc_curve_point(enum nnc_result curve, nnc_counts c) {
    nnc_point point = {nnc_sensitivity(c), nnc_precision(c)};
    if (curve == NNC_RESULT_ROC_AREA) {
        point.x = 1 - nnc_specificity(c);
        if (!(c.false_positives + c.true_negatives > 0)) {
            point.x = 0;
        }
        point.y = nnc_sensitivity(c);
    } else if (curve == NNC_RESULT_PR_GAIN_AREA) {
        double negatives = c.true_negatives + c.false_positives;
        double scale = negatives > 0 ? (c.true_positives + c.false_negatives) / negatives : 0;
        int is_any = c.true_positives > 0;
        point.x = is_any ? fmax(1 - scale * c.false_negatives / c.true_positives, 0) : 0;
        point.y = is_any ? 1 - scale * c.false_positives / c.true_positives : 1;
    }
    return point;
}

static double nnc_area(const nnc_metric *metric, const double *sums) {
    double area = 0;
    nnc_counts high = nnc_counts_at(sums, metric->parts, metric->parts - 1);
    for (int i = metric->parts - 2; i >= 0; i--) {
        nnc_counts low = nnc_counts_at(sums, metric->parts, i);
        if (metric->result == NNC_RESULT_PR_AREA && metric->how == NNC_INTERPOLATED) {
            area += nnc_area_between(low, high);
        } else {
            nnc_point a = nnc_curve_point(metric->result, low), b = nnc_curve_point(metric->result, high);
            double height = metric->how == NNC_MINOR   ? fmin(a.y, b.y)
                            : metric->how == NNC_MAJOR ? fmax(a.y, b.y)
                                                       : (a.y + b.y) / 2;
            area += (a.x - b.x) * height;
        }
        high = low;
    }
    return area;
}

/* Of all labels alike where each has an area of its own. */
static double nnc_mean_area(const nnc_metric *metric, const double *sums) {
    double total = 0;
    for (int i = 0; i < metric->groups; i++) {
        total += nnc_area(metric, sums + 2 * (metric->parts + 1) * i);
    }
    return total / metric->groups;
}

/* From true positives, false positives and false negatives. */
static double nnc_f_score_of(double beta, const double *sums) {
    double precision = sums[0] / (sums[0] + sums[1] + nnc_epsilon);
    double recall = sums[0] / (sums[0] + sums[2] + nnc_epsilon);
    return (1 + beta * beta) * precision * recall / (beta * beta * precision + recall + nnc_epsilon);
}

static void nnc_f_score(const nnc_metric *metric, const double *sums, double *figures) {
    double total[3] = {0, 0, 0}, labels = 0, mean = 0, weighted = 0;
    for (int i = 0; i < metric->parts; i++) {
        const double *of = sums + 3 * i;
        double score = nnc_f_score_of(metric->number, of);
        total[0] += of[0], total[1] += of[1], total[2] += of[2];
        labels += of[0] + of[2];
        mean += score / metric->parts;
        weighted += score * (of[0] + of[2]);
        if (metric->how == NNC_EACH) {
            figures[i] = score;
        }
    }
    switch (metric->how) {
    case NNC_POOLED: figures[0] = nnc_f_score_of(metric->number, total); break;
    case NNC_AVERAGED: figures[0] = mean; break;
    case NNC_WEIGHTED: figures[0] = weighted / (labels + nnc_epsilon); break;
    default: break;
    }
}

/* Adjusted for the number of regressors where that is possible. */
static double nnc_adjusted(const nnc_metric *metric, double samples, double score) {
    double free_ones = samples - metric->number - 1;
    return metric->number > 0 && free_ones > 0 ? 1 - (1 - score) * (samples - 1) / free_ones : score;
}

/* From weighted sums of y, y squared and (y - p) squared, and of the weights, for each output. One sample has no
 * variance, and its sums, which are rounded, do not say so. */
static void nnc_r_squared(const nnc_metric *metric, const double *sums, double *figures) {
    double mean = 0, weighted = 0, variance = 0, samples = sums[4 * metric->parts];
    for (int i = 0; i < metric->parts; i++) {
        const double *of = sums + 4 * i;
        double total = samples > metric->parts ? of[1] - of[0] * (of[0] / of[3]) : 0, score = 1 - of[2] / total;
        score = isinf(score) ? 0 : score;
        mean += score / metric->parts;
        weighted += score * total;
        variance += total;
        if (metric->how == NNC_EACH) {
            figures[i] = nnc_adjusted(metric, samples, score);
        }
    }
    if (metric->how != NNC_EACH) {
        figures[0] = nnc_adjusted(metric, samples, metric->how == NNC_WEIGHTED ? weighted / variance : mean);
    }
}

/* The mean of intersection by union, over the classes that there are. */
static double nnc_mean_overlap(const nnc_metric *metric, const double *sums) {
    double total = 0, there = 0;
    for (int i = 0; i < metric->parts; i++) {
        const double both = sums[2 * i], either = sums[2 * i + 1];
        total += either > 1e-9 ? both / (either + nnc_epsilon) : 0;
        there += either > 1e-9 ? 1 : 0;
    }
    return total / (there + nnc_epsilon);
}

NNC_API size_t nnc_metric_figures(const nnc_metric *metric) {
    return metric->how == NNC_EACH ? (size_t)metric->parts : 1;
}

NNC_API void nnc_metric_results(const nnc_metric *metric, const double *sums, double *figures) {
    double mean = 0;
    switch (metric->result) {
    case NNC_RESULT_MEAN:
    case NNC_RESULT_ROOT:
        mean = sums[1] > 0 || sums[1] < 0 ? sums[0] / sums[1] : 0;
        figures[0] = metric->result == NNC_RESULT_ROOT ? sqrt(mean) : mean;
        break;
    case NNC_RESULT_TRUE_POSITIVES:
    case NNC_RESULT_TRUE_NEGATIVES:
    case NNC_RESULT_FALSE_POSITIVES:
    case NNC_RESULT_FALSE_NEGATIVES:
    case NNC_RESULT_PRECISION:
    case NNC_RESULT_RECALL:
        for (int i = 0; i < metric->parts; i++) {
            figures[i] = nnc_count_figure(metric->result, nnc_counts_at(sums, metric->parts, i));
        }
        break;
    case NNC_RESULT_SENSITIVITY_AT_SPECIFICITY:
    case NNC_RESULT_SPECIFICITY_AT_SENSITIVITY:
    case NNC_RESULT_PRECISION_AT_RECALL:
    case NNC_RESULT_RECALL_AT_PRECISION: figures[0] = nnc_best_at(metric, sums); break;
    case NNC_RESULT_ROC_AREA:
    case NNC_RESULT_PR_AREA:
    case NNC_RESULT_PR_GAIN_AREA: figures[0] = nnc_mean_area(metric, sums); break;
    case NNC_RESULT_F_SCORE: nnc_f_score(metric, sums, figures); break;
    case NNC_RESULT_R2: nnc_r_squared(metric, sums, figures); break;
    case NNC_RESULT_OVERLAP: figures[0] = nnc_mean_overlap(metric, sums); break;
    }
}
