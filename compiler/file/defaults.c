/* SPDX-License-Identifier: MIT-0 */
/* --main: what fit() and evaluate() say of data, epochs and batches, for the hosted runtime. */
#include <inttypes.h>

#include "base/arena.h"
#include "emit/emit.h"
#include "emit/template.h"
#include "emit/text.h"
#include "file/defaults.h"
#include "file/table.h"
#include "language/class.h"
#include "model/model.h"
#include "model/statements.h"
#include "plan/plan.h"

static int64_t or_zero(int64_t number) { return number == INT_NONE ? 0 : number; }

static const char *names_of_columns(Emit *emit, const SourceArgs *args, const char *name, Text *tables) {
    if (args->columns.index.count <= 0 || !args->columns.names) return "NULL";
    const char *const table = formatted(emit, "main_%s_names", name);
    text_printf(tables, "static const char *const %s[] = {", table);
    for (int i = 0; i < args->columns.index.count; i++)
        text_printf(tables, "%s%s", i ? ", " : "", string_or_null(emit, args->columns.names[i]));
    text_puts(tables, "};\n");
    return table;
}

static const char *numbers_of_columns(Emit *emit, Ints index, const char *name, Text *tables) {
    if (index.count <= 0) return "NULL"; /* all columns */
    const char *const table = formatted(emit, "main_%s_columns", name);
    text_printf(tables, "static const int64_t %s[] = {", table);
    for (int i = 0; i < index.count; i++) text_printf(tables, "%s%" PRId64, i ? ", " : "", index.at[i]);
    text_puts(tables, "};\n");
    return table;
}

/* A source as a member of the table; its columns go to tables of their own. */
static void put_source(Emit *emit, Text *out, const Object *source, const char *member, const char *name,
                       Text *tables) {
    if (!source) {
        put_member(out, member, "{0}");
        return;
    }
    const SourceArgs *const args = source->args;
    const Ints rows = args->rows;
    const bool some = rows.count == 2;
    const char *const names = names_of_columns(emit, args, name, tables);
    Text lines = {.arena = emit->arena};
    put_member(&lines, "format", string_literal(emit, (args->of ? args->of->class : source->class)->name));
    put_member(&lines, "path", string_literal(emit, args->path));
    put_member(&lines, "array", string_or_null(emit, args->array));
    put_member(&lines, "columns", numbers_of_columns(emit, args->columns.index, name, tables));
    put_count(&lines, "column_count", args->columns.index.count > 0 ? args->columns.index.count : 0);
    put_count(&lines, "first_row", some && rows.at[0] != DIM_NONE ? rows.at[0] : 0);
    put_count(&lines, "end_row", some && rows.at[1] != DIM_NONE ? rows.at[1] : -1);
    put_member(&lines, "scale", double_literal(emit, source->class == &source_labels ? 1 : args->scale));
    put_count(&lines, "delimiter", args->delimiter ? args->delimiter[0] : 0);
    put_count(&lines, "header", args->header == INT_NONE ? -1 : args->header);
    put_member(&lines, "column_names", names);
    put_count(&lines, "decimal", args->decimal == DECIMAL_COMMA ? ',' : args->decimal == DECIMAL_POINT ? '.' : 0);
    put_count(&lines, "drops", args->missing.choice == MISSING_DROP);
    put_count(&lines, "window", args->length);
    put_count(&lines, "ahead", args->ahead);
    put_count(&lines, "stride", args->stride);
    put_count(&lines, "sampling_rate", args->sampling_rate);
    put_count(&lines, "are_words", args->by == TOKENS_WORDS);
    put_count(&lines, "follows", args->follows);
    put_member(&lines, "padding", double_literal(emit, args->value));
    put_count(&lines, "pads_end", args->padding == SEQUENCE_END);
    put_count(&lines, "truncates_end", args->truncating == SEQUENCE_END);
    put_struct(emit, out, member, text_chars(&lines));
}

/* How long epochs are and when to validate. */
static void put_schedule(const FitArgs *fit, Text *out, Text *tables) {
    const Ints freq = fit->validation_freq;
    if (!freq.single) {
        text_puts(tables, "static const int64_t main_validation_after[] = {");
        for (int i = 0; i < freq.count; i++) text_printf(tables, "%" PRId64 ", ", freq.at[i]);
        text_puts(tables, "0};\n"); /* an epoch that there is not: the list may be empty */
    }
    put_count(out, "initial_epoch", or_zero(fit->initial_epoch));
    put_count(out, "steps_per_epoch", or_zero(fit->steps_per_epoch));
    put_count(out, "validation_steps", or_zero(fit->validation_steps));
    put_count(out, "validation_batch_size", or_zero(fit->validation_batch_size));
    put_count(out, "validation_every", freq.single ? freq.at[0] : 0);
    put_member(out, "validation_after", freq.single ? "NULL" : "main_validation_after");
    put_count(out, "validation_after_count", freq.single ? 0 : freq.count + 1);
}

static void class_weights_table(Emit *emit, const FitArgs *fit, Text *out) {
    if (fit->class_weight.count <= 0) return;
    text_puts(out, "static const nnc_class_weight main_class_weights[] = { /* class_number, weight */\n");
    for (int i = 0; i < fit->class_weight.count; i++)
        text_printf(out, "    {%" PRId64 ", %s},\n", fit->class_weight.keys[i],
                    double_literal(emit, fit->class_weight.at[i]));
    text_puts(out, "};\n");
}

void fit_table(Emit *emit, Text *out) {
    static const int64_t always[] = {1};
    static const FitArgs unsaid = {.epochs = 1, .shuffle = true, .verbose = INT_NONE, .steps_per_epoch = INT_NONE,
                                   .validation_steps = INT_NONE, .validation_batch_size = INT_NONE,
                                   .validation_freq = {always, 1, false, true}};
    const Model *const model = emit->plan->model;
    const FitArgs *const fit = model->has_fit ? &model->fit : &unsaid;
    const bool validates = fit->validation_data.count == 2;
    const int weights = fit->class_weight.count > 0 ? fit->class_weight.count : 0;
    Text lines = {.arena = emit->arena};
    put_source(emit, &lines, fit->x, "x", "x", out);
    put_source(emit, &lines, fit->y, "y", "y", out);
    put_source(emit, &lines, fit->sample_weight, "sample_weight", "sample_weight", out);
    put_source(emit, &lines, validates ? fit->validation_data.at[0] : NULL, "validation_x", "validation_x", out);
    put_source(emit, &lines, validates ? fit->validation_data.at[1] : NULL, "validation_y", "validation_y", out);
    put_member(&lines, "validation_split", double_literal(emit, fit->validation_split));
    put_count(&lines, "epochs", fit->epochs);
    put_count(&lines, "batch_size",
              fit->batch_size > 0 && fit->batch_size < model->batch ? fit->batch_size : model->batch);
    put_count(&lines, "shuffle", fit->shuffle);
    put_count(&lines, "verbose", fit->verbose != INT_NONE ? fit->verbose : -1);
    put_schedule(fit, &lines, out);
    put_member(&lines, "callbacks", fit->callbacks.count ? "main_callbacks" : "NULL");
    put_count(&lines, "callback_count", fit->callbacks.count);
    put_count(&lines, "shuffle_rows", fit->shuffle_rows);
    put_count(&lines, "stratify", fit->stratify);
    put_count(&lines, "shuffle_seed", fit->shuffle_seed);
    class_weights_table(emit, fit, out);
    put_member(&lines, "class_weights", weights ? "main_class_weights" : "NULL");
    put_count(&lines, "class_weight_count", weights);
    text_printf(out, "static const nnc_fit_defaults main_fit = {\n%s};\n", indented(emit, text_chars(&lines)));
}

void evaluate_table(Emit *emit, Text *out) {
    static const EvaluateArgs unsaid = {0};
    const Model *const model = emit->plan->model;
    const EvaluateArgs *const evaluate = model->has_evaluate ? &model->evaluate : &unsaid;
    /* A program that only predicts reads x as evaluate() would, or else fit(). */
    const Object *const x =
        !evaluate->x && !emit->plan->can_train && model->has_fit ? model->fit.x : evaluate->x;
    Text lines = {.arena = emit->arena};
    put_source(emit, &lines, x, "x", "evaluate_x", out);
    put_source(emit, &lines, evaluate->y, "y", "evaluate_y", out);
    put_source(emit, &lines, evaluate->sample_weight, "sample_weight", "evaluate_sample_weight", out);
    put_count(&lines, "batch_size", model->batch);
    text_printf(out, "static const nnc_evaluate_defaults main_evaluate_defaults = {\n%s};\n",
                indented(emit, text_chars(&lines)));
}
