/* SPDX-License-Identifier: MIT-0 */
/* Thresholds of metrics. */
#include "language/class.h"
#include "model/metric.h"

Thresholds metric_thresholds(const Object *metric) {
    static const double half = 0.5, none = -1e10; /* with top_k: all that are among them */
    const MetricArgs *args = metric->args;
    Thresholds thresholds = {.count = 1,
                             .at = args->top_k > 0 ? &none : &half,
                             .listed = 1,
                             .ends = args->curve != CURVE_NONE,
                             .column = -1,
                             .top = args->top_k > 0 ? args->top_k : 0};
    if (args->thresholds.count > 0) {
        thresholds.at = args->thresholds.at;
        thresholds.listed = args->thresholds.count;
        thresholds.count = thresholds.listed + 2 * thresholds.ends;
    } else if (args->num_thresholds > 0) {
        thresholds.at = NULL;
        thresholds.count = (int)args->num_thresholds;
    }
    if (((const MetricDef *)metric->class)->by_class && args->class_id != INT_NONE) thresholds.column = args->class_id;
    return thresholds;
}

Overlap metric_overlap(const Object *metric) {
    const MetricArgs *args = metric->args;
    const bool binary = args->num_classes == 0;
    return (Overlap){.classes = binary ? 2 : args->num_classes,
                     .counted = args->target_class_ids.count ? args->target_class_ids : (Ints){.count = -1},
                     .ignored = binary ? INT_NONE : args->value.ignore_class,
                     .each = binary || args->sparse_y_pred,
                     .above = binary};
}

int overlap_count(Overlap overlap) {
    return overlap.counted.count < 0 ? (int)overlap.classes : overlap.counted.count;
}
