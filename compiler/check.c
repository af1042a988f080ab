/* SPDX-License-Identifier: MIT-0 */
/* What only the whole model can tell: whether loss and metrics fit the output. Keras reports some of this at the first
 * batch, some not at all. */
#include <string.h>

#include "layers/layer.h"

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

/* A Dense works on the last dimension: where a Flatten was forgotten, it predicts something for each row of a sample. */
static void note_rows(const Model *model, Diags *diags) {
    for (int i = 0; i < model->layers.count; i++) {
        const Layer *layer = model->layers.at[i];
        if (strcmp(layer->def->class.name, "Dense") != 0 || layer->input.rank < 3) continue;
        diag_note(diags, layer->span, "'%s' works on the last dimension of %s%s; Flatten() above it makes a sample one vector",
                  layer->name, shape_text(model->arena, layer->input), layer_source(layer));
        return;
    }
}

/* Columns of a table are counted here; what other files hold is seen when they are read. */
static void check_labels(const Model *model, const Object *y, Diags *diags) {
    const LossDef *loss = (const LossDef *)model->compile.loss->class;
    Shape labels = shape_of(model->output.rank - 1, model->output.dim + 1);
    if (loss->sparse) labels.rank--;
    if (!y || strcmp(y->class->name, "csv") != 0 || model->output.rank < 3) return;
    const int64_t wanted = shape_size(labels, 1);
    const int columns = ((const SourceArgs *)y->args)->columns.index.count;
    if (columns < 0 || columns == wanted) return;
    diag(diags, D_label_count, y->span, columns, columns == 1 ? "" : "s", model->compile.loss->spelled,
         shape_text(model->arena, model->output), (long long)wanted);
    note_rows(model, diags);
}

void model_check(const Model *model, Diags *diags) {
    if (!model->has_compile || !model->compile.loss) return;
    check_loss(model, diags);
    check_metrics(model, diags);
    check_labels(model, model->fit.y, diags);
    check_labels(model, model->evaluate.y, diags);
    if (model->has_fit) check_callbacks(model, diags);
}
