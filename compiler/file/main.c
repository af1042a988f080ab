/* SPDX-License-Identifier: MIT-0 */
/* --main: the description of the model for the hosted runtime, and main(). */
#include <inttypes.h>
#include <string.h>

#include "base/arena.h"
#include "base/internal.h"
#include "base/options.h"
#include "file/callbacks.h"
#include "file/checks.h"
#include "file/fields.h"
#include "file/main.h"
#include "file/trainer.h"
#include "file/weights.h"
#include "language/class.h"
#include "model/dump.h"
#include "model/loss.h"
#include "model/metric.h"
#include "model/model.h"
#include "model/shape.h"
#include "model/statements.h"
#include "model/summary.h"
#include "plan/plan.h"
#include "emit/emit.h"
#include "emit/template.h"
#include "emit/text.h"
#include "tensors/tensors.h"


static const char *dims_text(Emit *emit, Shape shape, int first, int64_t batch) {
    Text text = {.arena = emit->arena};
    text_puts(&text, "{");
    for (int i = first; i < shape.rank; i++)
        text_printf(&text, "%s%" PRId64, i > first ? ", " : "", dim_size(shape.dim[i], batch));
    text_puts(&text, shape.rank > first ? "}" : "0}");
    return text_chars(&text);
}

/* Weights that files have: those of whole numbers are baked in. */
static int tensors_of_file(const Plan *plan) { return plan->ranges ? 0 : plan->weights.count; }

static void tensors_table(Emit *emit, Text *out) {
    const Plan *plan = emit->plan;
    const char *prefix = plan->model->name;
    if (!tensors_of_file(plan)) return;
    text_puts(out, "static const nnc_tensor main_tensors[] = {\n");
    for (int i = 0; i < plan->weights.count; i++) {
        const Tensor *tensor = plan->weights.at[i];
        const char *field = weight_field(emit, tensor->weight);
        const char *gradient =
            plan->can_train && tensor->weight->trainable
                ? formatted(emit, "offsetof(%s_trainable, %s) / sizeof(%s)", prefix, field, emit->real)
                : "SIZE_MAX";
        text_printf(out, "    {\"%s\", offsetof(%s_params, %s) / sizeof(%s), %s, %d, %s},\n", tensor->name, prefix,
                    field, emit->real, gradient, tensor->shape.rank, dims_text(emit, tensor->shape, 0, 0));
    }
    text_puts(out, "};\n");
}

static int batch_axis(Shape shape) {
    int axis = shape.rank - 1;
    while (axis >= 0 && shape.dim[axis] > 0) axis--;
    return axis;
}

static void masks_table(Emit *emit, Text *out) {
    const Plan *plan = emit->plan;
    if (!plan->masks.count) return;
    text_puts(out, "static const nnc_mask main_masks[] = {\n");
    for (int i = 0; i < plan->masks.count; i++) {
        const Tensor *mask = plan->masks.at[i];
        text_printf(out, "    {\"%s\", %" PRId64 ", %d, %s, %d},\n", mask->name, mask->offset, mask->shape.rank,
                    dims_text(emit, mask->shape, 0, plan->model->batch), batch_axis(mask->shape));
    }
    text_puts(out, "};\n");
}

/* In enum nnc_how. */
static const char *how_text(const Metric *metric) {
    static const char *const methods[] = {"", AREA_METHODS(CHOICE_OTHER)};
    static const char *const averages[] = {"", CLASS_AVERAGES(CHOICE_OTHER)};
    static const char *const outputs[] = {"", OUTPUT_AVERAGES(CHOICE_OTHER)};
    const MetricArgs *args = metric->object->args;
    if (metric->def->kind == METRIC_OVERLAP) return "AVERAGED";
    if (args->summation_method) return methods[args->summation_method];
    if (args->average) return averages[args->average];
    if (args->class_aggregation) return outputs[args->class_aggregation];
    return args->num_thresholds > 0 ? "BEST" : "EACH";
}

static void metrics_table(Emit *emit, Text *out) {
    static const char *const areas[] = {"", AREA_CURVES(CHOICE_OTHER)};
    const Plan *plan = emit->plan;
    if (!plan->metrics.count) return;
    const int outputs = (int)plan->model->output.dim[plan->model->output.rank - 1];
    text_puts(out, "static const nnc_metric main_metrics[] = {\n");
    for (int i = 0; i < plan->metrics.count; i++) {
        const Metric *metric = &plan->metrics.at[i];
        const MetricArgs *args = metric->object->args;
        const MetricKind kind = metric->def->kind;
        const char *const result = args->curve ? areas[args->curve] : metric->def->result;
        const int parts = kind == METRIC_MEAN         ? 1
                          : kind == METRIC_THRESHOLDS ? metric_thresholds(metric->object).count
                          : kind == METRIC_OVERLAP    ? overlap_count(metric_overlap(metric->object))
                                                      : outputs;
        const double number = kind == METRIC_THRESHOLDS ? args->at
                              : kind == METRIC_F_SCORE  ? args->beta > 0 ? args->beta : 1
                              : kind == METRIC_R2       ? (double)args->num_regressors
                                                        : 0;
        text_printf(out, "    {%s, %d, NNC_RESULT_%s, NNC_%s, %d, %d, %s},\n", string_literal(emit, metric->name),
                    metric->sums, result, how_text(metric), parts, args->multi_label ? outputs : 1,
                    double_literal(emit, number));
    }
    text_puts(out, "};\n");
}

/* {"csv", "x.csv", …}; the columns go to a table of their own. */
static const char *source_literal(Emit *emit, const Object *source, const char *name, Text *tables) {
    if (!source) return "{0}";
    const SourceArgs *args = source->args;
    const char *columns = "NULL", *names = "NULL";
    const Ints index = args->columns.index;
    if (index.count > 0 && args->columns.names) {
        names = formatted(emit, "main_%s_names", name);
        text_printf(tables, "static const char *const %s[] = {", names);
        for (int i = 0; i < index.count; i++)
            text_printf(tables, "%s%s", i ? ", " : "",
                        args->columns.names[i] ? string_literal(emit, args->columns.names[i]) : "NULL");
        text_puts(tables, "};\n");
    }
    if (index.count > 0) {
        columns = formatted(emit, "main_%s_columns", name);
        text_printf(tables, "static const int64_t %s[] = {", columns);
        for (int i = 0; i < index.count; i++) text_printf(tables, "%s%" PRId64, i ? ", " : "", index.at[i]);
        text_puts(tables, "};\n");
    }
    const bool rows = args->rows.count == 2;
    return formatted(emit, "{%s, %s, %s, %s, %d, %" PRId64 ", %" PRId64 ", %s, %d, %d, %s,\n     %d, %d, %" PRId64
                     ", %" PRId64 ", %" PRId64 ", %" PRId64 ", %d, %d, %s, %d, %d}",
                     string_literal(emit, args->of ? args->of->class->name : source->class->name),
                     string_literal(emit, args->path),
                     args->array ? string_literal(emit, args->array) : "NULL", columns,
                     index.count > 0 ? index.count : 0, rows && args->rows.at[0] != DIM_NONE ? args->rows.at[0] : 0,
                     rows && args->rows.at[1] != DIM_NONE ? args->rows.at[1] : -1,
                     double_literal(emit, source->class == &source_labels ? 1 : args->scale),
                     args->delimiter ? args->delimiter[0] : 0, args->header == INT_NONE ? -1 : (int)args->header,
                     names, args->decimal == DECIMAL_COMMA ? ',' : args->decimal == DECIMAL_POINT ? '.' : 0,
                     args->missing.choice == MISSING_DROP, args->length, args->ahead,
                     args->stride, args->sampling_rate, args->by == TOKENS_WORDS, args->follows,
                     double_literal(emit, args->value), args->padding == SEQUENCE_END,
                     args->truncating == SEQUENCE_END);
}

/* What becomes of the columns of x. */
static void columns_table(Emit *emit, Text *out) {
    static const char *const kinds[] = {"NUMBER", "CATEGORY", "DATE"};
    const Preparation *const x = &emit->plan->model->x;
    if (x->columns.count) text_puts(out, "static const nnc_column main_columns[] = {\n");
    for (int i = 0; i < x->columns.count; i++) {
        const Column *const column = &x->columns.at[i];
        text_printf(out, "    {NNC_COLUMN_%s, %" PRId64 ", %d, %d, %s},\n", kinds[column->kind], column->places,
                    column->other, column->standardized,
                    column->name ? string_literal(emit, column->name) : "NULL");
    }
    if (x->columns.count) text_puts(out, "};\n");
}

/* How long epochs are and when to validate, then the callbacks. */
static const char *schedule_text(Emit *emit, Text *tables) {
    static const int64_t always[] = {1};
    static const FitArgs unsaid = {.steps_per_epoch = INT_NONE, .validation_steps = INT_NONE,
                                   .validation_batch_size = INT_NONE, .validation_freq = {always, 1, false, true}};
    const Model *model = emit->plan->model;
    const FitArgs *fit = model->has_fit ? &model->fit : &unsaid;
    const Ints freq = fit->validation_freq;
    const int64_t given[] = {fit->initial_epoch, fit->steps_per_epoch, fit->validation_steps,
                             fit->validation_batch_size};
    Text out = {.arena = emit->arena};
    for (int i = 0; i < 4; i++) text_printf(&out, "%" PRId64 ", ", given[i] == INT_NONE ? 0 : given[i]);
    if (!freq.single) {
        text_puts(tables, "static const int64_t main_validation_after[] = {");
        for (int i = 0; i < freq.count; i++) text_printf(tables, "%" PRId64 ", ", freq.at[i]);
        text_puts(tables, "0};\n"); /* an epoch that there is not: the list may be empty */
    }
    if (freq.single) text_printf(&out, "%" PRId64 ", NULL, 0,\n    ", freq.at[0]);
    else text_printf(&out, "0, main_validation_after, %d,\n    ", freq.count + 1);
    text_printf(&out, "%s, %d,", fit->callbacks.count ? "main_callbacks" : "NULL", fit->callbacks.count);
    return text_chars(&out);
}

static void fit_table(Emit *emit, Text *out) {
    const Model *model = emit->plan->model;
    const FitArgs *fit = &model->fit;
    const Objects validation = fit->validation_data;
    const bool any = model->has_fit;
    const char *x = source_literal(emit, any ? fit->x : NULL, "x", out),
               *y = source_literal(emit, any ? fit->y : NULL, "y", out);
    const char *weight = source_literal(emit, any ? fit->sample_weight : NULL, "sample_weight", out);
    const bool validates = any && validation.count == 2;
    const char *val_x = source_literal(emit, validates ? validation.at[0] : NULL, "validation_x", out);
    const char *val_y = source_literal(emit, validates ? validation.at[1] : NULL, "validation_y", out);
    const int weights = any && fit->class_weight.count > 0 ? fit->class_weight.count : 0;
    if (weights) text_puts(out, "static const nnc_class_weight main_class_weights[] = {\n");
    for (int i = 0; i < weights; i++)
        text_printf(out, "    {%" PRId64 ", %s},\n", fit->class_weight.keys[i],
                    double_literal(emit, fit->class_weight.at[i]));
    if (weights) text_puts(out, "};\n");
    text_printf(out,
                "static const nnc_fit_defaults main_fit = {\n    %s,\n    %s,\n    %s,\n    %s,\n    %s,\n    %s, %d, "
                "%d, %d, %d, %s %d, %d, %" PRId64 ", %s, %d\n};\n",
                x, y, weight, val_x, val_y, double_literal(emit, any ? fit->validation_split : 0),
                any ? (int)fit->epochs : 1,
                any && fit->batch_size > 0 && fit->batch_size < model->batch ? (int)fit->batch_size : (int)model->batch,
                any ? fit->shuffle : 1, any && fit->verbose != INT_NONE ? (int)fit->verbose : -1,
                schedule_text(emit, out), any && fit->shuffle_rows, any && fit->stratify,
                any ? fit->shuffle_seed : 0, weights ? "main_class_weights" : "NULL", weights);
}

static void evaluate_table(Emit *emit, Text *out) {
    const Model *model = emit->plan->model;
    const EvaluateArgs *evaluate = &model->evaluate;
    const bool any = model->has_evaluate;
    /* A program that only predicts reads x as evaluate() would, or else fit(). */
    const Object *only_x = !emit->plan->can_train && !(any && evaluate->x) && model->has_fit ? model->fit.x : NULL;
    const char *x = source_literal(emit, only_x ? only_x : any ? evaluate->x : NULL, "evaluate_x", out);
    const char *y = source_literal(emit, any ? evaluate->y : NULL, "evaluate_y", out);
    const char *weight = source_literal(emit, any ? evaluate->sample_weight : NULL, "evaluate_sample_weight", out);
    text_printf(
        out, "static const nnc_evaluate_defaults main_evaluate_defaults = {\n    %s,\n    %s,\n    %s,\n    %d,\n};\n",
        x, y, weight, (int)model->batch);
}

/* Labels that stand with the weights of --weights, which have been read and checked before. */
static size_t notes_table(Emit *emit, Text *out) {
    const nnc_notes *const notes = baked_notes(emit);
    if (notes->count) text_puts(out, "static const nnc_note main_notes[] = {\n");
    for (size_t i = 0; i < notes->count; i++)
        text_printf(out, "    {%s, %s},\n", string_literal(emit, notes->at[i].key),
                    string_literal(emit, notes->at[i].value));
    if (notes->count) text_puts(out, "};\n");
    return notes->count;
}

static const char *fill_text(const Preparation *x) {
    return !x->fills ? "NONE" : !x->fill_by ? "NUMBER" : x->fill_by == MISSING_MEAN ? "MEAN" : "MEDIAN";
}

static const char *model_text(Emit *emit, size_t notes) {
    const Plan *plan = emit->plan;
    const Model *model = plan->model;
    const char *prefix = plan->model->name;
    const bool train = plan->can_train, gradients = train && plan->options->gradients;
    const LossDef *loss = train ? (const LossDef *)model->compile.loss->class : NULL;
    const LossArgs *args = train ? model->compile.loss->args : NULL;
    const bool sparse = loss && loss->sparse;
    Text summary = {.arena = emit->arena};
    summary_dump(model, &summary);
    int64_t parameters = 0;
    for (int i = 0; i < tensors_of_file(plan); i++) parameters += shape_size(plan->weights.at[i]->shape, 1);
    Text out = {.arena = emit->arena};
    text_printf(&out, "%s, %s,\n%s,\n", string_literal(emit, model->name),
                string_literal(emit, source_name(plan->options)), string_literal(emit, text_chars(&summary)));
    text_printf(&out, "sizeof(%s), %" PRId64 ", %d, %" PRId64 ",\n", emit->real, model->batch, model->integer_input,
                plan->indices);
    text_printf(&out, "%" PRId64 ", %" PRId64 ",\n", model->max_steps, model->least_steps);
    text_printf(&out, "%d, %d, %s, %s,\n", model->input.rank - 1, model->output.rank - 1,
                dims_text(emit, model->input, 1, 0), dims_text(emit, model->output, 1, 0));
    text_printf(&out, "%d, %" PRId64 ", %s, ", sparse, sparse ? model->output.dim[model->output.rank - 1] : 0,
                loss && loss_ignores(model->compile.loss) ? integer(emit, args->ignore_class) : "INT64_MIN");
    const Shape rows = train ? loss_rows(model) : shape_of(1, (int64_t[]){BATCH});
    text_printf(&out, "%s,\n", train ? formatted(emit, "%s_TARGET", upper(emit->arena, prefix)) : "0");
    text_printf(&out, "%s, %s, %d,\n", double_literal(emit, model->x.scale), double_literal(emit, model->y.scale),
                plan->statistics);
    text_printf(&out, "%s, %d, NNC_FILL_%s, %s,\n", model->x.columns.count ? "main_columns" : "NULL",
                model->x.columns.count, fill_text(&model->x), double_literal(emit, model->x.fill_number));
    text_printf(&out, "%d, %s,\n", rows.rank - 1, dims_text(emit, rows, 1, 0));
    text_printf(&out, "sizeof(%s_params), sizeof(%s_work), %s,\n", prefix, prefix,
                train ? formatted(emit, "sizeof(%s_trainer)", prefix) : "0");
    text_printf(&out, "%s, %s, %s,\n", train ? formatted(emit, "offsetof(%s_trainer, params)", prefix) : "SIZE_MAX",
                gradients ? formatted(emit, "offsetof(%s_trainer, gradients)", prefix) : "SIZE_MAX",
                train && plan->masks.count ? formatted(emit, "offsetof(%s_trainer, masks)", prefix) : "SIZE_MAX");
    text_printf(&out, "%s, %d, %" PRId64 ",\n", tensors_of_file(plan) ? "main_tensors" : "NULL", tensors_of_file(plan),
                parameters);
    text_printf(&out, "%s, %d,\n", plan->masks.count ? "main_masks" : "NULL", plan->masks.count);
    const int metrics = plan->metrics.count;
    text_printf(&out, "%s, %d, %d,\n", metrics ? "main_metrics" : "NULL", metrics, train ? plan->sum_count : 0);
    text_printf(&out, "%s, &main_evaluate_defaults,\n", train ? "&main_fit" : "NULL");
    if (plan->states.count)
        text_printf(&out, "offsetof(%s_work, states), %s, sizeof(%s_states),\n", prefix,
                    train ? formatted(emit, "offsetof(%s_trainer, states)", prefix) : "0", prefix);
    else text_puts(&out, "0, 0, 0,\n");
    text_printf(&out, "%s,\nmain_predict, %s, %s,\n", plan->mc_rows ? "main_predict_mc" : "NULL",
                train ? "main_evaluate, main_init, main_step" : "NULL, NULL, NULL",
                gradients ? "main_grad, main_apply" : "NULL, NULL");
    text_printf(&out, "NNC_TARGET_%s, %d, %s,\n", loss && loss->target ? loss->target : "REAL",
                args && args->from_logits,
                options_weights(plan->options) ? formatted(emit, "&%s_weights", prefix) : "NULL");
    text_printf(&out, "%s, %zu,\n", notes ? "main_notes" : "NULL", notes);
    text_printf(&out, "%s, %d,\n", train ? formatted(emit, "offsetof(%s_trainer, learning_rate)", prefix) : "SIZE_MAX",
                plan->update.learning_rate.object != NULL);
    Text identity = {.arena = emit->arena};
    identity_dump(model, &identity);
    if (train)
        text_printf(&out, "main_kept, sizeof main_kept / sizeof main_kept[0],\n%s,\n",
                    string_literal(emit, text_chars(&identity)));
    else text_puts(&out, "NULL, 0, NULL,\n");
    text_printf(&out, "%s,\n", plan->update.averages ? "main_finish" : "NULL");
    text_printf(&out, "%d,\n", plan->options->portable);
    text_printf(&out, "%s, %lld, UINT64_C(%lld),\n", plan->train.rounds.count ? "main_step_shared" : "NULL",
                (long long)plan->step_threads, (long long)plan->products);
    if (plan->observed.count)
        text_printf(&out, "main_ranges, %d, offsetof(%s_work, states.ranges),\n", plan->observed.count, prefix);
    else text_puts(&out, "NULL, 0, 0,\n");
    const bool ranks = plan->train.rounds.count && plan->options->ranks;
    text_puts(&out, ranks ? "main_step_ranks, main_gather,\n" : "NULL, NULL,\n");
    return text_chars(&out);
}

/* Who mpirun starts is one of several. */
static const char *run_main(const Plan *plan) {
    return plan->options->ranks ? "#ifdef NNC_MPI\n    return nnc_main_mpi(&main_model, argc, argv);\n#else\n"
                                  "    return nnc_main(&main_model, argc, argv);\n#endif"
                                : "    return nnc_main(&main_model, argc, argv);";
}

/* With --observe: which value each range is of. */
static void ranges_table(Emit *emit, Text *out) {
    const Plan *const plan = emit->plan;
    if (plan->observed.count) text_puts(out, "static const char *const main_ranges[] = {\n");
    for (int i = 0; i < plan->observed.count; i++)
        text_printf(out, "    %s,\n", string_literal(emit, plan->observed.at[i]));
    if (plan->observed.count) text_puts(out, "};\n");
}

void emit_main(Emit *emit, const Hole *holes, Text *out) {
    const Plan *plan = emit->plan;
    emit_template(emit, out, "main", holes);
    if (plan->mc_rows) emit_template(emit, out, "main_mc", holes);
    if (plan->can_train) emit_template(emit, out, "main_train", holes);
    const bool ranks = plan->train.rounds.count && plan->options->ranks;
    if (plan->train.rounds.count) emit_template(emit, out, "rounds_main", holes);
    if (ranks) emit_template(emit, out, "ranks_main", holes);
    if (plan->can_train && plan->options->gradients) emit_template(emit, out, "main_grad", holes);
    if (plan->update.averages) emit_template(emit, out, "main_finish", holes);
    Text tables = {.arena = emit->arena};
    tensors_table(emit, &tables);
    masks_table(emit, &tables);
    metrics_table(emit, &tables);
    if (plan->can_train) kept_table(emit, &tables);
    if (plan->can_train) callbacks_table(emit, &tables);
    if (plan->can_train) fit_table(emit, &tables);
    evaluate_table(emit, &tables);
    columns_table(emit, &tables);
    ranges_table(emit, &tables);
    const size_t notes = notes_table(emit, &tables);
    const char *const model = model_text(emit, notes);
    const bool long_strings = strlen(model) > MOST_CHARACTERS; /* the table of many layers is one of them */
    if (long_strings) emit_template(emit, out, "main_long_strings", holes);
    emit_template(emit, out, "main_model",
                  with(emit, holes,
                       (Hole[]){{"tables", text_chars(&tables)},
                                {"model", model},
                                {"run_main", run_main(plan)},
                                {NULL, NULL}}));
    if (long_strings) emit_template(emit, out, "main_long_strings_end", holes);
}
