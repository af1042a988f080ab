/* SPDX-License-Identifier: MIT-0 */
/* From the tree to the model: the input, the layers with their names, and what compile(), fit() and evaluate() say. */
#include <string.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/names.h"
#include "base/options.h"
#include "base/source.h"
#include "frontend/bind.h"
#include "frontend/constants.h"
#include "language/ast.h"
#include "language/class.h"
#include "language/common_args.h"
#include "language/keras_names.h"
#include "language/registry.h"
#include "model/layer.h"
#include "model/model.h"
#include "model/shape.h"
#include "model/statements.h"

enum { DEFAULT_BATCH = 32 };

/* Input takes only the name of these: the rest it has itself. */
static const ArgDef input_layer_args[] = {
    {ARG(LayerArgs, name), ARG_STRING, DEFAULT("None"), .doc = "has no effect"}, {0}};

typedef struct Maker {
    Arena *arena;
    Constants *constants;
    const Options *options;
    Diags *diags;
    Model *model;
    bool incomplete;    /* something failed before: that something is missing is no news */
    bool has_input;
    int64_t batch;      /* of Input or the first layer; INT_NONE */
    Span batch_span;
    Names layer_names;  /* → the Layer */
    Names class_counts; /* of layers without name=: their numbered names */
} Maker;

static const char unknown_size[] = "all sizes of the input must be known: None cannot be one";

/* The input's shape, from whichever argument gave it: `dims` without the batch. */
static void set_input(Maker *maker, const Object *object, const char *arg, const int64_t *dims, int count) {
    Model *model = maker->model;
    Span span = object_arg_span(object, arg);
    if (maker->has_input) {
        diag(maker->diags, D_input_twice, span);
        diag_note(maker->diags, model->input_span, "the first is here");
        return;
    }
    maker->has_input = true;
    model->input_span = span;
    model->input.rank = -1;
    if (count < 1 || count >= MAX_RANK) {
        diag(maker->diags, D_input_shape, span,
             arena_printf(maker->arena, "the input has from 1 to %d dimensions without the batch, not %d", MAX_RANK - 1,
                          count));
        return;
    }
    int64_t with_batch[MAX_RANK] = {BATCH};
    for (int i = 0; i < count; i++) {
        if (dims[i] == DIM_NONE && i > 0) {
            diag(maker->diags, D_input_shape, span, unknown_size);
            return;
        }
        with_batch[i + 1] = dims[i] == DIM_NONE ? 1 : dims[i];
    }
    model->any_length = dims[0] == DIM_NONE;
    model->input = shape_of(count + 1, with_batch);
}

static void set_batch(Maker *maker, int64_t batch, Span span) {
    if (maker->batch != INT_NONE && maker->batch != batch) {
        diag(maker->diags, D_batch_size, span, "the size of the batch is given twice");
        diag_note(maker->diags, maker->batch_span, "the first is here");
        return;
    }
    maker->batch = batch;
    maker->batch_span = span;
}

static void set_batch_shape(Maker *maker, const Object *object, const char *arg, Ints shape) {
    if (shape.count == 0) {
        maker->has_input = true;
        diag(maker->diags, D_input_shape, object_arg_span(object, arg), "the shape has no batch");
        return;
    }
    if (shape.at[0] != DIM_NONE) {
        set_batch(maker, shape.at[0], object_arg_span(object, arg));
    }
    set_input(maker, object, arg, shape.at + 1, shape.count - 1);
}

static void set_max_steps(Model *model, const Object *object, int64_t steps, Diags *diags) {
    if (model->input.rank < 0) return;
    if (!model->any_length) {
        diag(diags, D_input_shape, object_arg_span(object, "max_steps"),
             "'max_steps' is for samples of any length, whose shape begins with None: shape=(None, 8)");
        return;
    }
    model->max_steps = model->input.dim[1] = steps;
    model->least_steps = 1;
}

static void read_input(Maker *maker, const Object *object) {
    const InputArgs *args = object->args;
    maker->model->integer_input = args->dtype == INPUT_INT32;
    maker->model->text_input = args->dtype == INPUT_STRING;
    if (args->batch_size != INT_NONE) {
        set_batch(maker, args->batch_size, object_arg_span(object, "batch_size"));
    }
    if (args->shape.count >= 0) {
        set_input(maker, object, "shape", args->shape.at, args->shape.count);
    }
    if (args->batch_shape.count >= 0) {
        set_batch_shape(maker, object, "batch_shape", args->batch_shape);
    }
    if (args->max_steps != INT_NONE) {
        set_max_steps(maker->model, object, args->max_steps, maker->diags);
    }
    if (args->shape.count < 0 && args->batch_shape.count < 0) {
        maker->has_input = true;
        diag(maker->diags, D_missing_argument, object->name_span, "Input", "shape", "dimensions of one sample");
    }
}

/* The argument of a layer that says how many steps the model's input has; NULL: it has no such argument. */
static const ArgDef *input_length_row(const Class *class) {
    for (const ArgDef *row = class->args; row != NULL && row->name != NULL; row++) {
        if (row->input_length) {
            return row;
        }
    }
    return NULL;
}

/* input_shape=… and so on, which belong to the first layer only. */
static void read_layer_input(Maker *maker, const Object *object, const LayerArgs *args, bool first) {
    const struct { const char *name; bool given; } given[] = {
        {"input_shape", args->input_shape.count >= 0}, {"input_dim", args->input_dim != INT_NONE},
        {"batch_input_shape", args->batch_input_shape.count >= 0}, {"batch_size", args->batch_size != INT_NONE}};
    for (size_t i = 0; !first && i < sizeof given / sizeof *given; i++) {
        if (given[i].given) {
            diag(maker->diags, D_only_first_layer, object_arg_span(object, given[i].name), given[i].name);
        }
    }
    if (!first) {
        return;
    }
    if (args->batch_size != INT_NONE) {
        set_batch(maker, args->batch_size, object_arg_span(object, "batch_size"));
    }
    if (args->input_shape.count >= 0) {
        set_input(maker, object, "input_shape", args->input_shape.at, args->input_shape.count);
    }
    if (args->input_dim != INT_NONE) {
        set_input(maker, object, "input_dim", &args->input_dim, 1);
    }
    if (args->batch_input_shape.count >= 0) {
        set_batch_shape(maker, object, "batch_input_shape", args->batch_input_shape);
    }
    /* Keras 2 took this for the shape; where another argument or Input says it, it has no effect, as in Keras 3. */
    const ArgDef *row = input_length_row(object->class);
    const int64_t *length = row != NULL ? (const int64_t *)object_field(object, row) : NULL;
    if (!maker->has_input && length != NULL && *length != INT_NONE) {
        set_input(maker, object, row->name, length, 1);
    }
}

static void name_layer(Maker *maker, Layer *layer, const char *given) {
    Span span = given == NULL ? layer->span : object_arg_span(layer->object, "name");
    layer->name = layer->own_name = given;
    if (given == NULL) {
        layer->name = layer->own_name = numbered_name(maker->arena, &maker->class_counts, layer->def->class.name);
    } else if (layer_name_problem(given) != NULL) {
        diag(maker->diags, D_layer_name, span, given, layer_name_problem(given));
        return;
    }
    Layer **slot = (Layer **)names_slot(&maker->layer_names, layer->name);
    if (*slot != NULL) {
        diag(maker->diags, D_duplicate_layer_name, span, layer->name);
        diag_note(maker->diags, (*slot)->span, "the first is here");
    } else {
        *slot = layer;
    }
}

static bool add_inner_layers(Maker *maker, Layer *wrapper);

/* A layer within a wrapper, and those within it; they are numbered first, as Python makes them first.
 * NULL after an error. */
static Layer *inner_layer(Maker *maker, const Layer *wrapper, const Object *object) {
    const LayerArgs *args = object->extra_args;
    Layer *layer = NEW(maker->arena, Layer);
    *layer = (Layer){.def = (const LayerDef *)object->class, .object = object, .args = object->args,
                     .span = object->name_span, .index = wrapper->index, .arena = maker->arena,
                     .trainable = args->trainable, .activity_regularizer = args->activity_regularizer,
                     .previous = wrapper->previous};
    if (layer->def->is_input) {
        diag(maker->diags, D_input_not_first, layer->span);
        return NULL;
    }
    if (!add_inner_layers(maker, layer)) {
        return NULL;
    }
    layer->own_name =
        args->name != NULL ? args->name : numbered_name(maker->arena, &maker->class_counts, object->class->name);
    layer->name = layer->own_name;
    if (args->name != NULL && layer_name_problem(args->name) != NULL) {
        diag(maker->diags, D_layer_name, object_arg_span(object, "name"), args->name, layer_name_problem(args->name));
    }
    return layer;
}

/* The layers that a wrapper's arguments give; false after an error. */
static bool add_inner_layers(Maker *maker, Layer *wrapper) {
    const ArgDef *rows = wrapper->def->class.args;
    for (int i = 0; rows != NULL && rows[i].name != NULL; i++) {
        const void *field = (const char *)wrapper->args + rows[i].offset;
        if (rows[i].class_kind != CLASS_LAYER || (rows[i].type != ARG_OBJECT && rows[i].type != ARG_OBJECTS)) {
            continue;
        }
        const Objects one = {(Object **)field, rows[i].type == ARG_OBJECT && *(Object *const *)field != NULL};
        const Objects *const objects = rows[i].type == ARG_OBJECT ? &one : field;
        for (int j = 0; j < objects->count; j++) {
            Layer *layer = inner_layer(maker, wrapper, objects->at[j]);
            if (layer == NULL) {
                return false;
            }
            list_push(maker->arena, &wrapper->inner, layer);
        }
    }
    if (wrapper->inner.count > 0 && !wrapper->trainable) { /* in Keras a wrapper's own flag does not reach its layer */
        diag(maker->diags, D_trainable_ignored, object_arg_span(wrapper->object, "trainable"), wrapper->def->class.name,
             wrapper->inner.at[0]->def->class.name);
    }
    return true;
}

/* A layer with errors stays in the list without a `def`: its shape is unknown. */
static void add_layer(Maker *maker, const Ast *ast, bool first) {
    Model *model = maker->model;
    Layer *layer = NEW(maker->arena, Layer);
    layer->span = ast->span;
    layer->index = model->layers.count;
    layer->arena = maker->arena;
    layer->input.rank = layer->output.rank = -1;
    layer->previous = layer->index > 0 ? model->layers.at[layer->index - 1] : NULL;
    list_push(maker->arena, &model->layers, layer);
    if (ast->kind != AST_CALL) {
        maker->incomplete = true;
        return;
    }
    layer->span = ast->call.name_span;
    LayerArgs *args = NEW(maker->arena, LayerArgs);
    const Object *object =
        bind_object(maker->arena, ast, CLASS_LAYER, maker->constants, maker->diags, common_layer_args, args);
    if (object == NULL) {
        maker->incomplete = true;
        return;
    }
    layer->object = object;
    layer->args = object->args;
    layer->def = (const LayerDef *)object->class;
    layer->trainable = args->trainable;
    layer->activity_regularizer = args->activity_regularizer;
    const bool complete = add_inner_layers(maker, layer);
    name_layer(maker, layer, args->name);
    read_layer_input(maker, object, args, first);
    if (!complete) {
        layer->def = NULL;
    }
}

static bool is_input(const Maker *maker, const Ast *ast) {
    const Class *class =
        ast->kind == AST_CALL ? class_find(CLASS_LAYER, constants_called(maker->constants, ast)) : NULL;
    return class != NULL && ((const LayerDef *)class)->is_input;
}

static void add_input(Maker *maker, const Ast *ast, bool first) {
    LayerArgs args;
    const Object *object =
        bind_object(maker->arena, ast, CLASS_LAYER, maker->constants, maker->diags, input_layer_args, &args);
    if (!first) {
        diag(maker->diags, D_input_not_first, ast->call.name_span);
        maker->incomplete = true;
    } else if (object == NULL) {
        maker->has_input = true; /* it is there, only wrong */
        maker->model->input.rank = -1;
    } else {
        read_input(maker, object);
    }
}

static void add_layers(Maker *maker, const AstModel *ast) {
    Model *model = maker->model;
    for (int i = 0; i < ast->layers.count && !diags_full(maker->diags); i++) {
        if (is_input(maker, ast->layers.at[i])) {
            add_input(maker, ast->layers.at[i], i == 0);
        } else {
            add_layer(maker, ast->layers.at[i], model->layers.count == 0);
        }
    }
    if (maker->incomplete) {
        return;
    }
    if (model->layers.count == 0) {
        diag(maker->diags, D_no_layers, ast->name_span);
    } else if (!maker->has_input) {
        diag(maker->diags, D_no_input, model->layers.at[0]->span);
        diag_note(maker->diags, NO_SPAN, "begin the model with: Input(shape=(…,))");
    }
}

/* compile(), fit() or evaluate(), which may stand once each; NULL when it is not there or wrong. */
static const Object *bind_statement(Maker *maker, const AstFile *file, const char *name, bool *present) {
    const Ast *first = NULL;
    for (int i = 0; i < file->statements.count; i++) {
        const Ast *statement = file->statements.at[i];
        if (statement->kind != AST_CALL || strcmp(statement->call.last, name) != 0) {
            continue;
        }
        if (first == NULL) {
            first = statement;
        } else {
            diag(maker->diags, D_second_statement, statement->call.name_span, name);
            diag_note(maker->diags, first->call.name_span, "the first is here");
        }
    }
    *present = first != NULL;
    return first == NULL
               ? NULL
               : bind_object(maker->arena, first, CLASS_STATEMENT, maker->constants, maker->diags, NULL, NULL);
}

/* What compile() must give for training, and for fit() and evaluate(). */
static void check_compile(Maker *maker, const Object *compile, const Object *fit, const Object *evaluate) {
    const Model *model = maker->model;
    if (compile != NULL && model->compile.optimizer == NULL) {
        diag(maker->diags, D_missing_optimizer, compile->name_span);
        diag_note(maker->diags, NO_SPAN, "for instance: optimizer='adam'");
    }
    bool compile_failed = model->has_compile && compile == NULL;
    const Object *user = fit != NULL ? fit : evaluate != NULL ? evaluate : compile;
    if (model->compile.loss == NULL && !compile_failed && !maker->incomplete && user != NULL) {
        diag(maker->diags, D_missing_loss, user->name_span,
             user == compile ? "training" : arena_printf(maker->arena, "%s()", user->class->name));
        if (compile != NULL && user != compile) {
            diag_note(maker->diags, compile->name_span, "compile() has no loss");
        }
    }
}

static void check_batch(Maker *maker, const Object *statement, int64_t batch, Span model_batch) {
    Model *model = maker->model;
    if (statement != NULL && batch != INT_NONE && batch > model->batch) {
        diag(maker->diags, D_batch_size, object_arg_span(statement, "batch_size"),
             arena_printf(maker->arena, "a batch of %lld is more than the %lld that the model is compiled for",
                          (long long)batch, (long long)model->batch));
        if (model_batch.lo >= 0) {
            diag_note(maker->diags, model_batch, "it is compiled for this");
        } else {
            diag_note(maker->diags, NO_SPAN,
                      "%lld is the default; Input(batch_size=…), fit(batch_size=…) or --batch says another",
                      (long long)model->batch);
        }
    }
}

/* The batch that the C is compiled for: --batch, Input's, fit's. What only predicts is made for one sample. */
static void choose_batch(Maker *maker, const Object *fit, const Object *evaluate) {
    Model *model = maker->model;
    if (maker->options->batch > 0) { /* whatever the file says */
        model->batch = maker->options->batch;
        model->fit.batch_size = model->evaluate.batch_size = INT_NONE;
        return;
    }
    const int64_t fit_batch = fit == NULL ? INT_NONE : model->fit.batch_size;
    const int64_t evaluate_batch = evaluate == NULL ? INT_NONE : model->evaluate.batch_size;
    const int64_t otherwise = !maker->options->inference_only      ? DEFAULT_BATCH
                              : evaluate_batch != INT_NONE ? evaluate_batch
                                                           : 1;
    Span batch_span = maker->batch_span;
    if (maker->batch == INT_NONE && fit_batch != INT_NONE) {
        batch_span = object_arg_span(fit, "batch_size");
    }
    model->batch = maker->batch != INT_NONE ? maker->batch : fit_batch != INT_NONE ? fit_batch : otherwise;
    check_batch(maker, fit, fit_batch, batch_span);
    check_batch(maker, evaluate, evaluate_batch, batch_span);
}

static void add_statements(Maker *maker, const AstFile *file) {
    Model *model = maker->model;
    const Object *compile = bind_statement(maker, file, "compile", &model->has_compile);
    const Object *fit = bind_statement(maker, file, "fit", &model->has_fit);
    const Object *evaluate = bind_statement(maker, file, "evaluate", &model->has_evaluate);
    if (compile != NULL) {
        model->compile = *(const CompileArgs *)compile->args;
    }
    if (fit != NULL) {
        model->fit = *(const FitArgs *)fit->args;
        if (model->fit.x && !model->fit.y) model->fit.y = source_target(maker->arena, model->fit.x);
        model->class_weight_span = object_arg_span(fit, "class_weight");
    }
    if (evaluate != NULL) {
        model->evaluate = *(const EvaluateArgs *)evaluate->args;
        if (model->evaluate.x && !model->evaluate.y)
            model->evaluate.y = source_target(maker->arena, model->evaluate.x);
    }
    check_compile(maker, compile, fit, evaluate);
    model->given_batch = maker->batch != INT_NONE;
    choose_batch(maker, fit, evaluate);
}

void model_check_length(Model *model, bool only_steps, Diags *diags) {
    if (model->any_length && !model->max_steps && !only_steps) {
        diag(diags, D_input_shape, model->input_span, unknown_size);
        diag_note(diags, NO_SPAN,
                  "for samples of any length, max_steps=… beside the shape says how long the longest may be; "
                  "nnc --stream --inference-only, without --main, wants no such number");
        model->input.rank = -1;
    }
}

Model *model_from_ast(Arena *arena, const AstFile *file, Constants *constants, const Options *options, Diags *diags) {
    Model *model = NEW(arena, Model);
    model->arena = arena;
    model->name = "model";
    model->span = model->input_span = NO_SPAN;
    model->input.rank = model->output.rank = -1;
    Maker maker = {.arena = arena, .constants = constants, .diags = diags, .model = model, .options = options,
                   .incomplete = file->incomplete, .batch = INT_NONE, .batch_span = NO_SPAN};
    maker.layer_names.arena = maker.class_counts.arena = arena;
    int errors = diags_errors(diags);
    for (int i = 1; i < file->models.count; i++) {
        diag(diags, D_second_model, file->models.at[i]->name_span);
        diag_note(diags, file->models.at[0]->name_span, "the first is here");
    }
    if (file->models.count > 0) {
        const AstModel *ast = file->models.at[0];
        if (ast->name != NULL) {
            model->name = ast->name;
            model->span = ast->name_span;
        }
        add_layers(&maker, ast);
    } else if (!file->incomplete) {
        diag(diags, D_no_model, file->end);
        diag_note(diags, NO_SPAN, "a model is written: model NAME { Input(shape=(4,)) Dense(1) }");
    }
    add_statements(&maker, file);
    if (!file->incomplete && diags_errors(diags) == errors) {
        constants_warn_unused(constants);
    }
    return model;
}
