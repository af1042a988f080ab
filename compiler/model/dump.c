/* SPDX-License-Identifier: MIT-0 */
/* --emit=model and shapes, and what checkpoints must agree in: stable text for people and tests. */
#include <inttypes.h>

#include "base/arena.h"
#include "frontend/print.h"
#include "language/class.h"
#include "language/registry.h"
#include "model/dump.h"
#include "model/layer.h"
#include "model/model.h"
#include "model/shape.h"
#include "model/statements.h"

/* --emit=model */

static void put_statement(const char *name, const void *args, Text *out) {
    const Class *class = class_find(CLASS_STATEMENT, name);
    const Object object = {.class = class, .args = (void *)args};
    object_print(&object, out);
    text_puts(out, "\n");
}

static void put_input(const Model *model, Text *out) {
    const Shape input = model->texts.layer ? model->texts.shape : model->input;
    Shape sample = input.rank > 0 ? shape_of(input.rank - 1, input.dim + 1) : input;
    text_printf(out, "  input %s %s", shape_text(out->arena, sample),
                model->text_input ? "string" : model->integer_input ? "int32" : "float32");
}

static void put_layers(const Model *model, Text *out) {
    for (int i = 0; i < model->layers.count; i++) {
        const Layer *layer = model->layers.at[i];
        if (layer->def == NULL) {
            text_puts(out, "  ?\n");
            continue;
        }
        text_printf(out, "  %s: ", layer->name);
        object_print(layer->object, out);
        text_puts(out, layer->trainable ? "\n" : ", not trainable\n");
    }
}

static void put_model(const Model *model, Text *out) {
    put_input(model, out);
    text_printf(out, ", batch %" PRId64 "\n", model->batch);
    put_layers(model, out);
    if (model->has_compile) {
        put_statement("compile", &model->compile, out);
    }
}

/* What training saw of the file's values. */
static void put_preparation(const char *name, const Preparation *preparation, Text *out) {
    if (preparation->scale != 1) text_printf(out, "  %s times %.17g\n", name, preparation->scale);
    if (preparation->standardize) text_printf(out, "  %s standardized\n", name);
    if (preparation->fills) text_printf(out, "  %s filled\n", name);
    for (int i = 0; i < preparation->columns.count; i++) {
        const Column *const column = &preparation->columns.at[i];
        static const char *const kinds[] = {"numbers", "categories", "dates"};
        if (column->kind != COLUMN_NUMBER || column->standardized)
            text_printf(out, "  %s column %d: %s, %" PRId64 " places%s\n", name, i, kinds[column->kind], column->places,
                        column->standardized ? ", standardized" : "");
    }
}

void identity_dump(const Model *model, Text *out) {
    put_model(model, out);
    put_preparation("x", &model->x, out);
    put_preparation("y", &model->y, out);
    if (model->has_fit) { /* what of fit() a resumed run may not change */
        const FitArgs *fit = &model->fit;
        const FitArgs kept = {.epochs = 1,
                              .batch_size = INT_NONE,
                              .verbose = INT_NONE,
                              .validation_data = {NULL, 0},
                              .shuffle = true,
                              .shuffle_rows = fit->shuffle_rows,
                              .shuffle_seed = fit->shuffle_seed,
                              .stratify = fit->stratify,
                              .callbacks = fit->callbacks,
                              .initial_epoch = fit->initial_epoch,
                              .steps_per_epoch = fit->steps_per_epoch,
                              .validation_steps = fit->validation_steps,
                              .validation_batch_size = fit->validation_batch_size,
                              .validation_freq = fit->validation_freq};
        put_statement("fit", &kept, out);
    }
}

void model_dump(const Model *model, Text *out) {
    text_printf(out, "model %s\n", model->name);
    put_model(model, out);
    if (model->has_fit) {
        put_statement("fit", &model->fit, out);
    }
    if (model->has_evaluate) {
        put_statement("evaluate", &model->evaluate, out);
    }
}

/* --emit=shapes */

void shapes_dump(const Model *model, Text *out) {
    text_printf(out, "input %s\n", shape_text(out->arena, model->input));
    for (int i = 0; i < model->layers.count; i++) {
        const Layer *layer = model->layers.at[i];
        text_printf(out, "%s %s\n", layer->name == NULL ? "?" : layer->name, shape_text(out->arena, layer->output));
        for (int j = 0; j < layer->weights.count; j++) {
            const Weight *weight = layer->weights.at[j];
            text_printf(out, "  %s %s%s\n", weight->path, shape_text(out->arena, weight->shape),
                        weight->trainable ? "" : " not trainable");
        }
    }
}
