/* SPDX-License-Identifier: MIT-0 */
/* What only the whole model can tell: whether loss and metrics fit the output. Keras reports some of this at the first
 * batch, some not at all. */
#include <string.h>

#include "lower.h"

static void check_loss(const Model *model, Diags *diags) {
    const Object *object = model->compile.loss;
    const LossDef *loss = (const LossDef *)object->class;
    const Shape output = model->output;
    const int64_t classes = output.dim[output.rank - 1];
    if (loss->rows && classes == 1) {
        diag(diags, D_loss_one_class, object->span, object->spelled);
        diag_note(diags, object->span, "for two classes and one output there is 'binary_crossentropy'");
    }
}

static void check_metrics(const Model *model, Diags *diags) {
    const bool sparse = ((const LossDef *)model->compile.loss->class)->sparse;
    for (int i = 0; i < model->compile.metrics.count; i++) {
        const Object *object = model->compile.metrics.at[i];
        const MetricDef *metric = (const MetricDef *)object->class;
        if (metric->resolve) metric = metric->resolve(model->output, sparse);
        if (metric->sparse != sparse)
            diag(diags, D_metric_labels, object->span, object->spelled,
                 sparse ? "class numbers" : "one value per output");
    }
}

/* Until a layer takes indices, an input of integers has nowhere to go. */
static void check_input(const Model *model, Diags *diags) {
    if (model->integer_input) diag(diags, D_integer_input, model->input_span);
}

void model_check(const Model *model, Diags *diags) {
    check_input(model, diags);
    if (!model->has_compile || !model->compile.loss) return;
    check_loss(model, diags);
    check_metrics(model, diags);
}
