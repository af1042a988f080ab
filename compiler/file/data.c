/* SPDX-License-Identifier: MIT-0 */
/* What the functions take and give, in the words of the data: where values come from, what is done to them, which
 * classes there are. The texts are in data.t.c. */
#include <inttypes.h>
#include <string.h>

#include "base/arena.h"
#include "file/data.h"
#include "file/fields.h"
#include "file/weights.h"
#include "language/class.h"
#include "model/loss.h"
#include "model/model.h"
#include "model/statements.h"
#include "plan/plan.h"
#include "emit/emit.h"
#include "emit/template.h"
#include "emit/text.h"

enum { MOST_NAMES = 8 }; /* columns that are listed by name or number */

/* 'width', 'length'; or 0 to 63 */
static void put_columns(Text *text, const SourceArgs *args) {
    const Ints index = args->columns.index;
    bool run = args->columns.names == NULL && index.count > 2;
    for (int i = 1; i < index.count; i++) run = run && index.at[i] == index.at[0] + i;
    if (index.count <= 0) return;
    text_puts(text, index.count == 1 ? ", column " : ", columns ");
    if (run) text_printf(text, "%" PRId64 " to %" PRId64, index.at[0], index.at[index.count - 1]);
    for (int i = 0; i < index.count && i < MOST_NAMES && !run; i++) {
        const char *const name = args->columns.names ? args->columns.names[i] : NULL;
        text_puts(text, i ? ", " : "");
        if (name) text_printf(text, "'%s'", name);
        else text_printf(text, "%" PRId64, index.at[i]);
    }
    if (!run && index.count > MOST_NAMES) text_puts(text, ", ...");
}

static void put_source(Emit *emit, Text *text, const Preparation *preparation, const char *otherwise) {
    const SourceArgs *args = preparation->source ? preparation->source->args : NULL;
    if (!args) {
        text_puts(text, otherwise);
        return;
    }
    const Object *const table = args->of ? args->of : preparation->source;
    text_printf(text, "as %s('%s') holds %s", table->class->name, args->path,
                preparation->source->class == &source_images ? "it, bytes of 0 to 255" : "it");
    put_columns(text, args);
    if (args->length > 0)
        text_printf(text, ", windows of %" PRId64 " rows%s", args->length,
                    args->sampling_rate > 1 ? formatted(emit, ", each %s-th", integer(emit, args->sampling_rate)) : "");
}

/* Labels in the order of their numbers; none where they are not known. */
typedef LIST(const char *) Labels;

static Labels labels_of(Emit *emit) {
    const nnc_notes *const notes = baked_notes(emit);
    Labels labels = {0};
    for (const char *label; (label = nnc_find_class(notes->at, notes->count, (size_t)labels.count));)
        list_push(emit->arena, &labels, label);
    return labels;
}

static Labels categories_of(Emit *emit, int column) {
    const nnc_notes *const notes = baked_notes(emit);
    Labels labels = {0};
    for (const char *label;
         (label = nnc_find_category(notes->at, notes->count, (size_t)column, (size_t)labels.count));)
        list_push(emit->arena, &labels, label);
    return labels;
}

/* 'sex', or 3 */
static const char *column_title(Emit *emit, const Column *column) {
    return column->name ? formatted(emit, "'%s'", column->name) : integer(emit, column->number);
}

/* Columns that are no numbers, and what is done with them. */
static void put_kinds(Emit *emit, const Preparation *x, Text *text) {
    for (int i = 0; i < x->columns.count; i++) {
        const Column *const column = &x->columns.at[i];
        const Labels labels = categories_of(emit, i);
        if (column->kind == COLUMN_NUMBER) continue;
        text_printf(text, ".\n   Column %s: ", column_title(emit, column));
        if (column->kind == COLUMN_DATE) text_puts(text, "days since 1970-01-01");
        else text_puts(text, labels.count ? "numbers of categories, " : "numbers of categories, in their order");
        for (int j = 0; j < labels.count && j < MOST_NAMES; j++)
            text_printf(text, "%s%d '%s'", j ? ", " : "", j, labels.at[j]);
        if (labels.count > MOST_NAMES) text_puts(text, ", ...");
        if (column->other && labels.count)
            text_printf(text, "; any other is %s",
                        integer(emit, labels.count < column->places ? column->places - 1 : labels.count));
        if (column->places)
            text_printf(text, "; one-hot in %s places", integer(emit, column->places));
    }
}

static void put_x(Emit *emit, Text *text) {
    const Preparation *const x = &emit->plan->model->x;
    const char *const scaled = x->scale != 1 ? formatted(emit, "x * %s", literal(emit, x->scale)) : "x";
    text_puts(text, "x: ");
    if (emit->plan->model->texts.layer)
        text_printf(text, "what %s makes of text: ", emit->plan->model->texts.layer->def->class.name);
    put_source(emit, text, x, emit->plan->model->integer_input ? "indices" : "what the first layer takes");
    put_kinds(emit, x, text);
    if (x->fill) text_printf(text, ".\n   NaN stands for what is missing, and becomes %s", weight_field(emit, x->fill));
    if (x->standardize)
        text_printf(text, ".\n   The functions standardize it themselves: (%s - %s) / %s", scaled,
                    weight_field(emit, x->mean), weight_field(emit, x->deviation));
    else if (x->scale != 1) text_printf(text, ".\n   The functions scale it themselves: %s", scaled);
    text_puts(text, "\n");
}

/* Classes: 0 'setosa', 1 'virginica' */
static void put_classes(Emit *emit, Text *text) {
    const Labels labels = labels_of(emit);
    for (int i = 0; i < labels.count; i++) text_printf(text, "%s%d '%s'", i ? ", " : "Classes: ", i, labels.at[i]);
    if (labels.count) text_puts(text, "\n");
}

static void put_target(Emit *emit, Text *text) {
    const Model *model = emit->plan->model;
    const bool sparse = ((const LossDef *)model->compile.loss->class)->sparse;
    text_puts(text, sparse ? "target: class numbers, of " : "target: ");
    put_source(emit, text, &model->y, sparse ? "the caller" : "what the loss compares with");
    if (!sparse && model->y.scale != 1)
        text_printf(text, ".\n   The functions scale it themselves: target * %s. Outputs are in the units of that",
                    literal(emit, model->y.scale));
    if (model->y.standardize)
        text_printf(text, ".\n   The loss is of standardized ones, (target - %s) / %s; outputs are brought back",
                    weight_field(emit, model->y.mean), weight_field(emit, model->y.deviation));
    text_puts(text, "\n");
}

const char *data_text(Emit *emit) {
    const Plan *plan = emit->plan;
    Text text = {.arena = emit->arena};
    put_x(emit, &text);
    if (plan->can_train) put_target(emit, &text);
    put_classes(emit, &text);
    return text_chars(&text);
}

const char *class_names(Emit *emit) {
    const Labels labels = labels_of(emit);
    Text text = {.arena = emit->arena};
    for (int i = 0; i < labels.count; i++)
        text_printf(&text, "%s%s", i ? ", " : "", one_line_literal(emit, labels.at[i]));
    return text_chars(&text);
}

/* What stands for a column's missing values: a number, or what is found in the data by a function that is called so. */
typedef enum Fill { FILL_NUMBER, FILL_MEAN, FILL_MEDIAN, FILL_MODE, FILLS } Fill;
static const char *const fill_functions[FILLS] = {NULL, "mean_of", "median_of", "mode_of"};

static Fill fill_of(const Preparation *x, const Column *column) {
    return column->kind == COLUMN_CATEGORY ? FILL_MODE
           : !x->fill_by                   ? FILL_NUMBER
           : x->fill_by == MISSING_MEAN    ? FILL_MEAN
                                           : FILL_MEDIAN;
}

/* The functions that find it out, each once. */
static void emit_fill_functions(Emit *emit, const Hole *holes, const Preparation *x, Text *out) {
    const Hole *const all = with(emit, holes, (Hole[]){{"columns", integer(emit, x->columns.count)}, {NULL, NULL}});
    bool used[FILLS] = {false};
    for (int i = 0; i < x->columns.count; i++) used[fill_of(x, &x->columns.at[i])] = true;
    for (int fill = FILL_NUMBER + 1; fill < FILLS; fill++)
        if (used[fill]) emit_template(emit, out, formatted(emit, "adapt_%s", fill_functions[fill]), all);
}

/* p->x_fill[0] = (float)mean_of(x + 0, n); */
static void put_fill(Emit *emit, const Preparation *x, const char *rows, Text *text) {
    const char *const fill = weight_field(emit, x->fill);
    for (int i = 0; i < x->columns.count; i++) {
        const char *const function = fill_functions[fill_of(x, &x->columns.at[i])];
        text_printf(text, "    p->%s[%d] = ", fill, i);
        if (function) text_printf(text, "(%s)%s_%s(x + %d, %s);\n", emit->real, emit->plan->model->name, function,
                                  i, rows);
        else text_printf(text, "%s;\n", literal(emit, x->fill_number));
    }
}

/* Value `i` of a row as it is scaled and standardized: what stands for it where it is missing. */
static const char *value_text(Emit *emit, const Preparation *prepared, const char *given, int64_t statistics) {
    const double factor = prepared->scale;
    const char *const scale = factor != 1 ? formatted(emit, " * %s", double_literal(emit, factor)) : "";
    const char *const at = formatted(emit, "%s[row * %s + i]", given, integer(emit, statistics));
    if (!prepared->fill) return formatted(emit, "(double)%s%s", at, scale);
    const bool same = statistics == prepared->columns.count;
    const char *const column = same ? "i" : formatted(emit, "(row * %s + i) %% %d", integer(emit, statistics),
                                                      prepared->columns.count);
    return formatted(emit, "(double)(%s >= 0 || %s < 0 ? %s : p->%s[%s])%s", at, at, at,
                     weight_field(emit, prepared->fill), column, scale);
}

/* Columns that are not standardized are left as they are. */
static void put_left_columns(Emit *emit, const Preparation *x, Text *text) {
    for (int i = 0; i < x->columns.count; i++)
        if (!x->columns.at[i].standardized && shape_size(x->mean->shape, 1) == x->columns.count) {
            text_printf(text, "    p->%s[%d] = 0;\n", weight_field(emit, x->mean), i);
            text_printf(text, "    p->%s[%d] = 1;\n", weight_field(emit, x->deviation), i);
        }
}

/* Samples of shape `sample` are learned of. */
static void emit_adapt_of(Emit *emit, const Hole *holes, const Preparation *prepared, Shape sample, const char *given,
                          Text *out) {
    if (!prepared->fill && !prepared->mean) return;
    const int64_t statistics = shape_size(prepared->mean ? prepared->mean->shape : prepared->fill->shape, 1);
    const int64_t each = shape_size(sample, 1) / statistics;
    const char *const rows = each == 1 ? "n" : formatted(emit, "n * %s", integer(emit, each));
    const Hole *const all =
        with(emit, holes,
             (Hole[]){{"given", given},
                      {"adapt", given[0] == 'x' ? "adapt" : "adapt_target"},
                      {"statistics", integer(emit, statistics)},
                      {"rows", rows},
                      {"value", value_text(emit, prepared, given, statistics)},
                      {"mean", prepared->mean ? weight_field(emit, prepared->mean) : ""},
                      {"deviation", prepared->mean ? weight_field(emit, prepared->deviation) : ""},
                      {"how", prepared->mean ? "/* Welford's way: one pass, and no loss of digits where the mean is "
                                               "large. A value that never changes becomes 0. */"
                                             : "/* What stands for missing values. */"},
                      {NULL, NULL}});
    Text body = {.arena = emit->arena};
    if (prepared->fill) emit_fill_functions(emit, holes, prepared, out);
    emit_template(emit, &body, "adapt_check", all);
    if (prepared->fill) put_fill(emit, prepared, rows, &body);
    if (prepared->mean) emit_template(emit, &body, "adapt_mean", all);
    if (prepared->mean) put_left_columns(emit, prepared, &body);
    const char *const text = arena_strndup(emit->arena, text_chars(&body), body.length - 1);
    emit_template(emit, out, "api_adapt", with(emit, all, (Hole[]){{"body", text}, {NULL, NULL}}));
}

void emit_adapt(Emit *emit, const Hole *holes, Text *out) {
    const Model *const model = emit->plan->model;
    emit_adapt_of(emit, holes, &model->x, model->input, "x", out);
    emit_adapt_of(emit, holes, &model->y, model->output, "target", out);
}

void emit_adapt_header(Emit *emit, const Hole *holes, Text *out) {
    const Model *const model = emit->plan->model;
    const char *const filled = model->x.fill ? "what stands for missing values, and mean and deviation,"
                                             : "mean and deviation";
    const Hole *const x = with(emit, holes,
                               (Hole[]){{"given", "x"}, {"adapt", "adapt"}, {"learned", filled},
                                        {"size", formatted(emit, "%s_IN", upper(emit->arena, model->name))},
                                        {NULL, NULL}});
    const Hole *const y = with(emit, holes,
                               (Hole[]){{"given", "target"}, {"adapt", "adapt_target"},
                                        {"learned", "mean and deviation"},
                                        {"size", formatted(emit, "%s_TARGET", upper(emit->arena, model->name))},
                                        {NULL, NULL}});
    if (model->x.mean) emit_template(emit, out, "header_adapt", x);
    else if (model->x.fill) emit_template(emit, out, "header_adapt_fill", holes);
    if (model->y.mean) emit_template(emit, out, "header_adapt", y);
}

void emit_category_names(Emit *emit, const Hole *holes, Text *out) {
    const Preparation *const x = &emit->plan->model->x;
    for (int i = 0; i < x->columns.count; i++) {
        const Labels labels = categories_of(emit, i);
        Text text = {.arena = emit->arena};
        for (int j = 0; j < labels.count; j++)
            text_printf(&text, "%s%s", j ? ", " : "", one_line_literal(emit, labels.at[j]));
        if (labels.count)
            emit_template(emit, out, "header_categories",
                          with(emit, holes,
                               (Hole[]){{"column", integer(emit, i)},
                                        {"names", text_chars(&text)},
                                        {NULL, NULL}}));
    }
}
