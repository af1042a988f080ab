/* SPDX-License-Identifier: MIT-0 */
/* What only the whole model can tell: whether loss and metrics fit the output. Keras reports some of this at the first
 * batch, some not at all. */

#include "base/diag.h"
#include "language/class.h"
#include "model/callbacks.h"
#include "model/activation.h"
#include "model/check.h"
#include "model/layer.h"
#include "model/loss.h"
#include "model/metric.h"
#include "model/model.h"
#include "model/shape.h"
#include "model/statements.h"

/* Vectors may lie along any axis but that of the samples. */
static void check_axis(const Model *model, const Object *object, int64_t axis, Diags *diags) {
    const int rank = model->output.rank;
    if (axis <= -rank || axis == 0 || axis >= rank)
        diag(diags, D_loss_axis, object_arg_span(object, "axis"), (long long)axis,
             shape_text(model->arena, model->output));
}

/* What is known of a layer's outputs: what its activation makes, or that of what is within it. */
static Values values_of(const Layer *layer) {
    if (layer->inner.count > 0) return values_of(layer->inner.at[layer->inner.count - 1]);
    for (const ArgDef *row = layer->def->class.args; row != NULL && row->name != NULL; row++) {
        if (row->type != ARG_OBJECT || row->class_kind != CLASS_ACTIVATION) continue;
        const Object *activation = *(Object *const *)((const char *)layer->args + row->offset);
        const Values values = activation != NULL ? ((const ActivationDef *)activation->class)->values : VALUES_ANY;
        return values == VALUES_UNKNOWN ? VALUES_ANY : values;
    }
    return layer->def->values;
}

/* Whether the last layer makes what the loss wants: probabilities, and of the right kind. */
static void check_probabilities(const Model *model, const Object *object, int64_t outputs, Diags *diags) {
    const LossDef *loss = (const LossDef *)object->class;
    const Layer *layer = model->layers.at[model->layers.count - 1];
    while (layer->previous != NULL && layer->def->values == VALUES_OF_INPUT) layer = layer->previous;
    const Values values = values_of(layer);
    const bool binary = loss->shortcut && !loss->over_classes, logits = loss->shortcut || loss->softmax;
    if (values == VALUES_CHOICE && layer->output.dim[layer->output.rank - 1] == 1 && outputs == 1)
        diag(diags, D_softmax_of_one, layer->span, layer->name);
    else if (binary && values == VALUES_CHOICE && outputs > 1)
        diag(diags, D_loss_binary_classes, object->span, object->spelled, (long long)outputs);
    else if ((logits || loss->probabilities) && !((const LossArgs *)object->args)->from_logits && values == VALUES_ANY)
        diag(diags, D_loss_probabilities, layer->span, object->spelled, layer->name, binary ? "sigmoid" : "softmax",
             logits ? ", or from_logits=True of the loss" : "");
}

static void check_loss(const Model *model, Diags *diags) {
    const Object *object = model->compile.loss;
    const LossDef *loss = (const LossDef *)object->class;
    const Shape output = model->output;
    const int64_t classes = output.dim[output.rank - 1];
    const Layer *last = model->layers.at[model->layers.count - 1];
    const Shape mask = last->mask;
    if (mask.rank > output.rank - 1 || (mask.rank && loss->axes == AXES_GIVEN) ||
        !shape_equal(mask, shape_of(mask.rank, output.dim)))
        diag(diags, D_loss_mask, object->span, shape_text(model->arena, mask), last->name, last->def->class.name,
             shape_text(model->arena, output));
    const LossArgs *args = object->args;
    check_probabilities(model, object, classes, diags);
    if (loss->axes == AXIS_GIVEN) check_axis(model, object, args->axis, diags);
    for (int i = 0; loss->axes == AXES_GIVEN && i < args->axes.count; i++)
        check_axis(model, object, args->axes.at[i], diags);
    if (loss->over_classes && classes == 1) {
        diag(diags, D_loss_one_class, object->span, object->spelled);
        diag_note(diags, object->span, "for two classes and one output there is 'binary_crossentropy'");
    }
}

/* What labels are, the loss says: classes, or a value for each output. */
static void check_overlap(const Object *object, bool sparse, bool weighted, int64_t outputs, Diags *diags) {
    const MetricArgs *args = object->args;
    const Overlap overlap = metric_overlap(object);
    const bool one_hot = !overlap.above && !args->sparse_y_true, rows = outputs > 1;
    const bool alike = overlap.above || overlap.each != one_hot;
    const char *const fault =
        sparse && one_hot                  ? "labels are classes, of which none is the largest"
        : sparse && overlap.each && rows   ? "a label stands for a row of predictions, which are no classes"
        : !sparse && !alike                ? "labels are not what predictions are: classes, or a value for each"
        : weighted && overlap.each && rows ? "a weight stands for a row of predictions, which count one by one"
                                           : NULL;
    if (fault) diag(diags, D_metric_overlap, object->span, object->spelled, fault);
}

/* Whether a metric can be computed from such labels and outputs. */
static void check_metric(const Model *model, const Object *object, bool weighted, Diags *diags) {
    const bool sparse = ((const LossDef *)model->compile.loss->class)->sparse;
    const MetricArgs *args = object->args;
    const MetricDef *metric = (const MetricDef *)object->class;
    const int64_t outputs = model->output.dim[model->output.rank - 1];
    if (metric->resolve) metric = metric->resolve(model->output, sparse);
    const bool flat = metric->kind == METRIC_F_SCORE || metric->kind == METRIC_R2 || args->multi_label;
    if (metric->kind == METRIC_OVERLAP) {
        check_overlap(object, sparse, weighted, outputs, diags);
    } else if ((metric->kind == METRIC_MEAN && metric->value->sparse) != sparse) {
        diag(diags, D_metric_labels, object->span, object->spelled, sparse ? "class numbers" : "one value per output");
    } else if (flat && model->output.rank != 2) {
        diag(diags, D_metric_output, object->span, object->spelled, shape_text(model->arena, model->output));
    } else if (metric->kind == METRIC_THRESHOLDS && metric_thresholds(object).column >= outputs) {
        diag(diags, D_metric_class, object_arg_span(object, "class_id"), (long long)metric_thresholds(object).column,
             (long long)outputs);
    } else if (metric->kind == METRIC_MEAN && metric->value->axes == AXIS_GIVEN) {
        check_axis(model, object, args->value.axis, diags);
    }
}

/* A Dense works on the last dimension: where a Flatten was forgotten, it predicts something for each row of a
 * sample. */
static void note_rows(const Model *model, Diags *diags) {
    for (int i = 0; i < model->layers.count; i++) {
        const Layer *layer = model->layers.at[i];
        if (!layer->def->last_axis || layer->input.rank < 3) continue;
        diag_note(diags, layer->span,
                  "'%s' works on the last dimension of %s%s; Flatten() above it makes a sample one vector", layer->name,
                  shape_text(model->arena, layer->input), layer_source(layer));
        return;
    }
}

/* Columns of a table are counted here; what other files hold is seen when they are read. */
static void check_labels(const Model *model, const Object *y, Diags *diags) {
    const LossDef *loss = (const LossDef *)model->compile.loss->class;
    Shape labels = shape_of(model->output.rank - 1, model->output.dim + 1);
    if (loss->sparse) labels.rank--;
    if (!y || y->class != &source_csv || model->output.rank < 3) return;
    const int64_t wanted = shape_size(labels, 1);
    const int columns = ((const SourceArgs *)y->args)->columns.index.count;
    if (columns < 0 || columns == wanted) return;
    diag(diags, D_label_count, y->span, columns, columns == 1 ? "" : "s", model->compile.loss->spelled,
         shape_text(model->arena, model->output), (long long)wanted);
    note_rows(model, diags);
}

static void check_metrics(const Model *model, Objects metrics, bool weighted, Diags *diags) {
    for (int i = 0; i < metrics.count; i++) check_metric(model, metrics.at[i], weighted, diags);
}

static void check_class_weight(const Model *model, Diags *diags) {
    const Weights weights = model->fit.class_weight;
    const int64_t outputs = model->output.dim[model->output.rank - 1], classes = outputs > 1 ? outputs : 2;
    if (!model->has_fit || weights.count <= 0) return;
    const Shape rows = shape_of(model->output.rank - 1, model->output.dim);
    if (model->output.rank != 2 && !shape_equal(loss_rows(model), rows)) {
        diag(diags, D_class_weight_output, model->class_weight_span, shape_text(model->arena, model->output));
        return;
    }
    for (int i = 0; i < weights.count; i++)
        if (weights.keys[i] >= classes) {
            diag(diags, D_class_weight_class, model->class_weight_span, (long long)weights.keys[i],
                 (long long)classes - 1);
            return;
        }
}

void model_check(const Model *model, Diags *diags) {
    if (!model->has_compile || !model->compile.loss) return;
    check_loss(model, diags);
    check_metrics(model, model->compile.metrics, false, diags);
    check_metrics(model, model->compile.weighted_metrics, true, diags);
    check_class_weight(model, diags);
    check_labels(model, model->fit.y, diags);
    check_labels(model, model->evaluate.y, diags);
    if (model->has_fit) check_callbacks(model, diags);
}
