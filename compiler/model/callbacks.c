/* SPDX-License-Identifier: MIT-0 */
/* Callbacks against the rest of the model: which way the figure that one watches gets better, and who sets the learning
 * rate. */
#include <ctype.h>
#include <string.h>

#include "base/arena.h"
#include "base/diag.h"
#include "language/class.h"
#include "language/keras_names.h"
#include "language/registry.h"
#include "model/callbacks.h"
#include "model/metric.h"
#include "model/model.h"
#include "model/statements.h"

/* auc, and auc_1 when there are several. */
static bool is_called(const char *figure, const char *name) {
    const size_t length = strlen(name);
    if (strncmp(figure, name, length)) return false;
    figure += length;
    if (*figure == '_' && isdigit((unsigned char)figure[1])) figure += 1 + strspn(figure + 1, "0123456789");
    return !*figure;
}

static bool is_metric(Arena *arena, const char *figure, const Object *metric) {
    const char *const own = ((const LossArgs *)metric->args)->name, *const in_logs =
                                                                        ((const MetricDef *)metric->class)->name;
    if (own) return !strcmp(figure, own);
    bool found = is_called(figure, metric->spelled) || is_called(figure, snake_case(arena, metric->class->name)) ||
                 (in_logs && is_called(figure, in_logs));
    for (const char *const *alias = metric->class->aliases; alias && *alias; alias++)
        found |= is_called(figure, *alias);
    return found;
}

/* As Keras' metrics say: those that are made of a loss fall. */
static bool metric_falls(const Class *metric) {
    const LossDef *const value = ((const MetricDef *)metric)->value;
    return value && value->class.kind == CLASS_LOSS;
}

int monitor_direction(const Model *model, const CallbackArgs *args) {
    if (!args->monitor || args->mode == MONITOR_GREATEST) return 1;
    if (args->mode == MONITOR_LEAST) return -1;
    const char *const figure = args->monitor + (strncmp(args->monitor, "val_", 4) ? 0 : 4);
    if (!strcmp(figure, "loss")) return -1;
    const Objects lists[] = {model->compile.metrics, model->compile.weighted_metrics};
    for (int list = 0; list < 2; list++)
        for (int i = 0; i < lists[list].count; i++) {
            const char *const weighted = list && !strncmp(figure, "weighted_", 9) ? figure + 9 : figure;
            if (is_metric(model->arena, figure, lists[list].at[i]) ||
                is_metric(model->arena, weighted, lists[list].at[i]))
                return metric_falls(lists[list].at[i]->class) ? -1 : 1;
        }
    return 0;
}

/* Keras does not read safetensors, nor do its names end so. */
static const char *const keras_endings[] = {".weights.h5", ".keras", ".h5", NULL};

const char *weights_file(Arena *arena, const char *path) {
    const size_t length = strlen(path);
    for (int i = 0; keras_endings[i]; i++) {
        const size_t ending = strlen(keras_endings[i]);
        if (length > ending && !strcmp(path + length - ending, keras_endings[i]))
            return arena_printf(arena, "%.*s.safetensors", (int)(length - ending), path);
    }
    return path;
}

static void check_callback(const Model *model, const Object *callback, Diags *diags) {
    const CallbackArgs *const args = callback->args;
    const char *const name = callback->class->name;
    if (monitor_direction(model, args) == 0)
        diag(diags, D_monitor, object_arg_span(callback, "monitor"), name, args->monitor);
    for (const ArgDef *row = callback->class->args; row->name; row++) {
        if (!row->weights || !strcmp(args->path, weights_file(model->arena, args->path))) continue;
        diag(diags, D_weights_file, object_arg_span(callback, row->name), weights_file(model->arena, args->path));
    }
}

void check_callbacks(const Model *model, Diags *diags) {
    for (int i = 0; i < model->fit.callbacks.count; i++) check_callback(model, model->fit.callbacks.at[i], diags);
}
