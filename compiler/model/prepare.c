/* SPDX-License-Identifier: MIT-0 */
/* What is done to the data before the network sees them: the source of fit() says it, and it is part of the model. */
#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "base/diag.h"
#include "language/class.h"
#include "model/initializer.h"
#include "model/layer.h"
#include "model/loss.h"
#include "model/model.h"
#include "model/prepare.h"
#include "model/shape.h"
#include "model/statements.h"

extern const InitializerDef initializer_Zeros, initializer_Ones;
static Object zeros = {.class = &initializer_Zeros.class}, ones = {.class = &initializer_Ones.class};

/* The place in a row of a column that an argument names; -1 after an error. */
static int column_place(Arena *arena, const Preparation *prepared, const char *arg, const char *name, int64_t number,
                        Diags *diags) {
    const Columns listed = ((const SourceArgs *)prepared->source->args)->columns;
    const int64_t width = prepared->columns.count;
    for (int i = 0; i < listed.index.count; i++) {
        const char *const other = listed.names ? listed.names[i] : NULL;
        if (name && other ? !strcmp(name, other) : !name && !other && number == listed.index.at[i]) return i;
    }
    if (listed.index.count <= 0 && !name && number >= -width && number < width)
        return (int)(number < 0 ? number + width : number);
    diag(diags, D_column_unlisted, object_arg_span(prepared->source, arg), arg,
         name ? arena_printf(arena, "'%s'", name) : arena_printf(arena, "%lld", (long long)number));
    return -1;
}

/* Does to all columns that an argument lists what `mark` does. */
static void mark_columns(Arena *arena, Preparation *prepared, const char *arg, Columns columns,
                         void (*mark)(Column *column), Diags *diags) {
    for (int i = 0; columns.all && i < prepared->columns.count; i++) mark(&prepared->columns.at[i]);
    for (int i = 0; i < columns.index.count; i++) {
        const char *const name = columns.names ? columns.names[i] : NULL;
        const int at = column_place(arena, prepared, arg, name, columns.index.at[i], diags);
        if (at >= 0) mark(&prepared->columns.at[at]);
    }
}

static void mark_standardized(Column *column) { column->standardized = column->kind != COLUMN_CATEGORY; }
static void mark_index(Column *column) { column->kind = COLUMN_CATEGORY; }
static void mark_date(Column *column) { column->kind = COLUMN_DATE; }

static void read_categories(Arena *arena, Preparation *prepared, Weights categories, Diags *diags) {
    for (int i = 0; i < categories.count; i++) {
        const char *const name = categories.names ? categories.names[i] : NULL;
        const int at = column_place(arena, prepared, "categories", name, categories.keys[i], diags);
        if (at < 0) continue;
        prepared->columns.at[at].kind = COLUMN_CATEGORY;
        prepared->columns.at[at].places = (int64_t)categories.at[i];
    }
}

static bool says_columns(const SourceArgs *args) {
    return args->categories.count > 0 || args->indices.index.count > 0 || args->dates.index.count > 0;
}

/* What is said of single columns, of which a row has `width`. */
static void read_columns(Arena *arena, Preparation *prepared, int64_t width, Diags *diags) {
    const SourceArgs *const args = prepared->source->args;
    const Columns listed = args->columns;
    if (listed.index.count > 0 && listed.index.count != width) {
        diag(diags, D_column_count, object_arg_span(prepared->source, "columns"), listed.index.count, (long long)width);
        return;
    }
    for (int i = 0; i < width; i++) {
        Column column = {.name = listed.index.count > 0 && listed.names ? listed.names[i] : NULL, .number = i};
        if (listed.index.count > 0) column.number = listed.index.at[i];
        column.other = args->unknown == UNKNOWN_OTHER;
        list_push(arena, &prepared->columns, column);
    }
    read_categories(arena, prepared, args->categories, diags);
    mark_columns(arena, prepared, "indices", args->indices, mark_index, diags);
    mark_columns(arena, prepared, "dates", args->dates, mark_date, diags);
    mark_columns(arena, prepared, "standardize", args->standardize, mark_standardized, diags);
    for (int i = 0; i < prepared->columns.count; i++)
        if (prepared->columns.at[i].kind == COLUMN_CATEGORY && prepared->scale != 1) {
            diag(diags, D_scaled_categories, object_arg_span(prepared->source, "scale"));
            return;
        }
}

static Preparation said_by(Arena *arena, const Object *fitted, const Object *evaluated, Shape shape, Diags *diags) {
    const Object *const source = fitted ? fitted : evaluated;
    const SourceArgs *args = source ? source->args : NULL;
    Preparation prepared = {.source = source, .scale = args && args->scale != 0 ? args->scale : 1}; /* labels(): none */
    if (!args) return prepared;
    prepared.standardize = source_standardizes(args);
    prepared.fill_by = (MissingWord)args->missing.choice;
    prepared.fills = prepared.fill_by ? prepared.fill_by != MISSING_DROP : !isnan(args->missing.number);
    prepared.fill_number = prepared.fills && !prepared.fill_by ? args->missing.number : 0;
    prepared.by_columns = says_columns(args) || prepared.fills || args->length > 0 || args->standardize.index.count > 0;
    if (prepared.by_columns && shape.rank > 0)
        read_columns(arena, &prepared, shape.dim[shape.rank - 1], diags);
    return prepared;
}

Shape model_prepared(const Model *model, Shape input) {
    int64_t width = 0;
    for (int i = 0; i < model->x.columns.count; i++)
        width += model->x.columns.at[i].places ? model->x.columns.at[i].places : 1;
    if (model->x.columns.count) input.dim[input.rank - 1] = width;
    return input;
}

/* Samples of a text are as long as the input; where the output is, too, each step has a target. */
static void fit_text(const Model *model, const Object *source) {
    SourceArgs *args = source ? source->args : NULL;
    if (!args || source->class != &source_text || model->input.rank < 2) return;
    args->length = model->input.dim[1];
    args->follows = model->output.rank == 3 && model->output.dim[1] == args->length;
}

static void fit_texts(const Model *model) {
    const Object *const sources[] = {model->fit.x, model->fit.y, model->evaluate.x, model->evaluate.y};
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) fit_text(model, sources[i]);
    for (int i = 0; i < model->fit.validation_data.count; i++) fit_text(model, model->fit.validation_data.at[i]);
}

void model_read_x(Model *model, Diags *diags) {
    if (model->input.rank > 0)
        model->x = said_by(model->arena, model->fit.x, model->evaluate.x, model->input, diags);
}

/* What the first layer learns of x: `shape` of each statistic. */
static bool first_adapts(const Model *model, Shape *shape) {
    const Layer *const first = model->layers.count ? model->layers.at[0] : NULL;
    return first && first->def->adapts && first->def->adapts(first, shape);
}

static Weight *statistic(const Model *model, const char *of, const char *name, Shape shape, Object *initial) {
    Weight *weight = NEW(model->arena, Weight);
    weight->name = name;
    weight->path = arena_printf(model->arena, "%s/%s", of, name);
    weight->shape = shape;
    weight->args.initializer = initial;
    return weight;
}

static void add_statistics(const Model *model, Preparation *prepared, const char *of, Shape each) {
    if (prepared->fills) {
        const Shape row = shape_of(1, (int64_t[]){prepared->columns.count});
        prepared->fill = statistic(model, of, "fill", row, &zeros);
    }
    if (prepared->standardize) {
        prepared->mean = statistic(model, of, "mean", each, &zeros);
        prepared->deviation = statistic(model, of, "deviation", each, &ones);
    }
}

static void prepare_x(Model *model, Diags *diags) {
    const Object *const evaluated = model->evaluate.x;
    const Shape input = model->input;
    Shape each = shape_of(input.rank - 1, input.dim + 1), adapted = each;
    const bool said = model->x.standardize; /* of every value, which is enough */
    if (model->x.by_columns) each = shape_of(1, input.dim + input.rank - 1);
    const bool adapts = first_adapts(model, &adapted);
    const char *const learns = !adapts ? NULL : model->layers.at[0]->def->learns;
    if (learns && said) diag(diags, D_learned_twice, object_arg_span(model->x.source, "standardize"), learns);
    if (!said && adapts && !learns) {
        model->x.standardize = true;
        each = adapted;
        for (int i = 0; i < model->x.columns.count; i++) model->x.columns.at[i].standardized = true;
    }
    const bool one_hot = !shape_equal(model_prepared(model, input), input);
    if (!said && adapts && one_hot) diag(diags, D_adapted_categories, model->layers.at[0]->span);
    if (model->integer_input && (model->x.scale != 1 || said || model->x.fills || one_hot))
        diag(diags, D_prepared_integers,
             object_arg_span(model->x.source, said              ? "standardize"
                                              : model->x.fills  ? "missing"
                                              : one_hot         ? "categories"
                                                                : "scale"));
    if (model->max_steps && (model->x.standardize || model->x.fills || learns))
        diag(diags, D_ends_learned,
             said             ? object_arg_span(model->x.source, "standardize")
             : model->x.fills ? object_arg_span(model->x.source, "missing")
                              : model->layers.at[0]->span);
    if (evaluated && source_standardizes(evaluated->args) && !model->x.standardize)
        diag(diags, D_standardized_alone, object_arg_span(evaluated, "standardize"));
    if (evaluated && model->fit.x && says_columns(evaluated->args) && !says_columns(model->fit.x->args))
        diag(diags, D_columns_alone, evaluated->span);
    add_statistics(model, &model->x, "x", each);
    if (learns) model->x.learned = statistic(model, "x", learns, adapted, &ones);
}

static void prepare_y(Model *model, Diags *diags) {
    const LossDef *loss = model->compile.loss ? (const LossDef *)model->compile.loss->class : NULL;
    Shape output = model->output;
    if (loss && loss->sparse) output.rank--;
    model->y = said_by(model->arena, model->fit.y, model->evaluate.y, output.rank > 1 ? output : (Shape){0}, diags);
    const SourceArgs *const args = model->y.source ? model->y.source->args : NULL;
    if (args && (says_columns(args) || model->y.fills))
        diag(diags, D_target_columns,
             object_arg_span(model->y.source, args->categories.count > 0        ? "categories"
                                              : args->indices.index.count > 0 ? "indices"
                                              : model->y.fills                ? "missing"
                                                                              : "dates"));
    if (model->y.standardize && loss && (loss->sparse || loss->target))
        diag(diags, D_standardized_labels, object_arg_span(model->y.source, "standardize"));
    add_statistics(model, &model->y, "y", shape_of(1, output.dim + output.rank - 1));
}

void model_prepare(Model *model, Diags *diags) {
    fit_texts(model);
    prepare_x(model, diags);
    prepare_y(model, diags);
}
