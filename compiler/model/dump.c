/* SPDX-License-Identifier: MIT-0 */
/* --emit=model and shapes, and what checkpoints must agree in: stable text for people and tests. */
#include <inttypes.h>

#include "base/arena.h"
#include "base/source.h"
#include "frontend/dump.h"
#include "frontend/print.h"
#include "language/ast.h"
#include "language/class.h"
#include "language/describe.h"
#include "language/registry.h"
#include "model/dump.h"
#include "model/layer.h"
#include "model/model.h"
#include "model/shape.h"
#include "model/statements.h"

/* --emit=ast */

typedef struct Dump {
    const Source *source;
    Text *out;
} Dump;

static void put_place(const Dump *dump, Span span) {
    int line, column;
    source_position(dump->source, span.lo, &line, &column);
    text_printf(dump->out, " %d:%d\n", line, column);
}

static void put_node(const Dump *dump, const Ast *ast, int depth, const char *label);

static void put_children(const Dump *dump, const Ast *ast, int depth) {
    switch (ast->kind) {
    case AST_CALL:
        for (int i = 0; i < ast->call.arg_count; i++) {
            put_node(dump, ast->call.args[i].value, depth, ast->call.args[i].name);
        }
        break;
    case AST_TUPLE:
    case AST_LIST:
        for (int i = 0; i < ast->items.count; i++) {
            put_node(dump, ast->items.at[i], depth, NULL);
        }
        break;
    case AST_DICT:
        for (int i = 0; i < ast->dict.count; i++) {
            put_node(dump, ast->dict.keys[i], depth, NULL);
            put_node(dump, ast->dict.values[i], depth + 1, NULL);
        }
        break;
    case AST_NEGATE:
        put_node(dump, ast->operand, depth, NULL);
        break;
    case AST_BINARY:
        put_node(dump, ast->binary.left, depth, NULL);
        put_node(dump, ast->binary.right, depth, NULL);
        break;
    case AST_NUMBER: case AST_STRING: case AST_BOOL: case AST_NONE: case AST_NAME: case AST_ERROR:
        break;
    }
}

static void put_node(const Dump *dump, const Ast *ast, int depth, const char *label) {
    Text *out = dump->out;
    text_printf(out, "%*s", 2 * depth, "");
    if (label != NULL) {
        text_printf(out, "%s = ", label);
    }
    switch (ast->kind) {
    case AST_NUMBER:
    case AST_BOOL:
    case AST_NONE:
        text_puts(out, ast_describe(out->arena, ast));
        break;
    case AST_STRING:
        text_puts(out, string_text(out->arena, ast->string.chars, ast->string.length));
        break;
    case AST_NAME:
        text_printf(out, "name %s", ast->name.dotted);
        break;
    case AST_CALL:
        text_printf(out, "call %s", ast->call.dotted);
        break;
    case AST_TUPLE:
        text_puts(out, "tuple");
        break;
    case AST_LIST:
        text_puts(out, "list");
        break;
    case AST_DICT:
        text_puts(out, "dict");
        break;
    case AST_NEGATE:
        text_puts(out, "negate");
        break;
    case AST_BINARY:
        text_append(out, &ast->binary.op, 1);
        break;
    case AST_ERROR:
        text_puts(out, "error");
        break;
    }
    put_place(dump, ast->span);
    put_children(dump, ast, depth + 1);
}

void ast_dump(const AstFile *file, const Source *source, Text *out) {
    const Dump dump = {source, out};
    for (int i = 0; i < file->constants.count; i++) {
        const AstConstant *constant = &file->constants.at[i];
        text_printf(out, "constant %s", constant->name);
        put_place(&dump, constant->name_span);
        put_node(&dump, constant->value, 1, NULL);
    }
    for (int i = 0; i < file->models.count; i++) {
        const AstModel *model = file->models.at[i];
        text_printf(out, "model %s", model->name == NULL ? "?" : model->name);
        put_place(&dump, model->name_span);
        for (int j = 0; j < model->layers.count; j++) {
            put_node(&dump, model->layers.at[j], 1, NULL);
        }
    }
    for (int i = 0; i < file->statements.count; i++) {
        put_node(&dump, file->statements.at[i], 0, NULL);
    }
}

/* --emit=model */

static void put_statement(const char *name, const void *args, Text *out) {
    const Class *class = class_find(CLASS_STATEMENT, name);
    const Object object = {.class = class, .args = (void *)args};
    object_print(&object, out);
    text_puts(out, "\n");
}

static void put_model(const Model *model, Text *out) {
    Shape sample = model->input.rank > 0 ? shape_of(model->input.rank - 1, model->input.dim + 1) : model->input;
    text_printf(out, "  input %s %s, batch %" PRId64 "\n", shape_text(out->arena, sample),
                model->integer_input ? "int32" : "float32", model->batch);
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
    if (model->has_compile) {
        put_statement("compile", &model->compile, out);
    }
}

/* What training saw of the file's values. */
static void put_preparation(const char *name, const Preparation *preparation, Text *out) {
    if (preparation->scale != 1) text_printf(out, "  %s times %.17g\n", name, preparation->scale);
    if (preparation->standardize) text_printf(out, "  %s standardized\n", name);
}

void identity_dump(const Model *model, Text *out) {
    put_model(model, out);
    put_preparation("x", &model->x, out);
    put_preparation("y", &model->y, out);
    if (model->has_fit) { /* what of fit() a resumed run may not change */
        const FitArgs *fit = &model->fit;
        const FitArgs kept = {.epochs = 1, .batch_size = INT_NONE, .verbose = INT_NONE, .validation_data = {NULL, 0},
                              .shuffle = true, .callbacks = fit->callbacks, .initial_epoch = fit->initial_epoch,
                              .steps_per_epoch = fit->steps_per_epoch, .validation_steps = fit->validation_steps,
                              .validation_batch_size = fit->validation_batch_size, .validation_freq = fit->validation_freq};
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
