/* SPDX-License-Identifier: MIT-0 */
/* --main: the description of the model for the hosted runtime, and main(). */
#include <inttypes.h>
#include <string.h>

#include "base/arena.h"
#include "base/internal.h"
#include "base/options.h"
#include "file/callbacks.h"
#include "file/checks.h"
#include "file/defaults.h"
#include "file/fields.h"
#include "file/main.h"
#include "file/table.h"
#include "file/trainer.h"
#include "file/weights.h"
#include "file/words.h"
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
    text_puts(out, "static const nnc_tensor main_tensors[] = { /* name, offset, gradient_offset, rank, shape */\n");
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
    text_puts(out, "static const nnc_mask main_masks[] = { /* name, offset, rank, shape, batch_axis */\n");
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
    text_puts(out, "static const nnc_metric main_metrics[] = { /* name, sums, result, how, parts, groups, number */\n");
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

/* What becomes of the columns of x. */
static void columns_table(Emit *emit, Text *out) {
    static const char *const kinds[] = {"NUMBER", "CATEGORY", "DATE"};
    const Preparation *const x = &emit->plan->model->x;
    if (x->columns.count)
        text_puts(out, "static const nnc_column main_columns[] = { "
                       "/* kind, places, has_other, standardized, name */\n");
    for (int i = 0; i < x->columns.count; i++) {
        const Column *const column = &x->columns.at[i];
        text_printf(out, "    {NNC_COLUMN_%s, %" PRId64 ", %d, %d, %s},\n", kinds[column->kind], column->places,
                    column->other, column->standardized,
                    column->name ? string_literal(emit, column->name) : "NULL");
    }
    if (x->columns.count) text_puts(out, "};\n");
}

/* Labels that stand with the weights of --weights, which have been read and checked before. */
static size_t notes_table(Emit *emit, Text *out) {
    const nnc_notes *const notes = baked_notes(emit);
    if (notes->count) text_puts(out, "static const nnc_note main_notes[] = { /* key, value */\n");
    for (size_t i = 0; i < notes->count; i++)
        text_printf(out, "    {%s, %s},\n", string_literal(emit, notes->at[i].key),
                    string_literal(emit, notes->at[i].value));
    if (notes->count) text_puts(out, "};\n");
    return notes->count;
}

static const char *fill_text(const Preparation *x) {
    return !x->fills ? "NONE" : !x->fill_by ? "NUMBER" : x->fill_by == MISSING_MEAN ? "MEAN" : "MEDIAN";
}

/* The byte offset of a member of the trainer. */
static const char *in_trainer(Emit *emit, const char *member, bool there) {
    return there ? formatted(emit, "offsetof(%s_trainer, %s)", emit->plan->model->name, member) : "SIZE_MAX";
}

/* What x and y hold, and what is done to them. */
static void put_data(Emit *emit, Text *out) {
    const Plan *const plan = emit->plan;
    const Model *const model = plan->model;
    const bool train = plan->can_train;
    const LossDef *const loss = train ? (const LossDef *)model->compile.loss->class : NULL;
    const LossArgs *const args = train ? model->compile.loss->args : NULL;
    const bool sparse = loss && loss->sparse;
    const Shape rows = train ? loss_rows(model) : shape_of(1, (int64_t[]){BATCH});
    put_member(out, "real_size", formatted(emit, "sizeof(%s)", emit->real));
    put_count(out, "batch", model->batch);
    put_count(out, "integer_input", model->integer_input);
    put_count(out, "indices", plan->indices);
    put_count(out, "max_steps", model->max_steps);
    put_count(out, "least_steps", model->least_steps);
    put_count(out, "input_rank", model->input.rank - 1);
    put_count(out, "output_rank", model->output.rank - 1);
    put_member(out, "input_shape", dims_text(emit, model->input, 1, 0));
    put_member(out, "output_shape", dims_text(emit, model->output, 1, 0));
    put_count(out, "integer_target", sparse);
    put_count(out, "classes", sparse ? model->output.dim[model->output.rank - 1] : 0);
    put_member(out, "ignore_class",
               loss && loss_ignores(model->compile.loss) ? integer(emit, args->ignore_class) : "INT64_MIN");
    put_member(out, "target_size", train ? formatted(emit, "%s_TARGET", upper(emit->arena, model->name)) : "0");
    put_member(out, "x_scale", double_literal(emit, model->x.scale));
    put_member(out, "y_scale", double_literal(emit, model->y.scale));
    put_count(out, "statistics", plan->statistics);
    put_member(out, "columns", model->x.columns.count ? "main_columns" : "NULL");
    put_count(out, "column_count", model->x.columns.count);
    put_member(out, "fill", formatted(emit, "NNC_FILL_%s", fill_text(&model->x)));
    put_member(out, "fill_number", double_literal(emit, model->x.fill_number));
    put_count(out, "weight_rank", rows.rank - 1);
    put_member(out, "weight_shape", dims_text(emit, rows, 1, 0));
}

/* What the program keeps in memory, and where. */
static void put_memory(Emit *emit, Text *out) {
    const Plan *const plan = emit->plan;
    const char *const prefix = plan->model->name;
    const bool train = plan->can_train, gradients = train && plan->options->gradients;
    int64_t parameters = 0;
    for (int i = 0; i < tensors_of_file(plan); i++) parameters += shape_size(plan->weights.at[i]->shape, 1);
    put_member(out, "params_bytes", formatted(emit, "sizeof(%s_params)", prefix));
    put_member(out, "work_bytes", formatted(emit, "sizeof(%s_work)", prefix));
    put_member(out, "trainer_bytes", train ? formatted(emit, "sizeof(%s_trainer)", prefix) : "0");
    put_member(out, "params_in_trainer", in_trainer(emit, "params", train));
    put_member(out, "gradients_in_trainer", in_trainer(emit, "gradients", gradients));
    put_member(out, "masks_in_trainer", in_trainer(emit, "masks", train && plan->masks.count));
    put_member(out, "tensors", tensors_of_file(plan) ? "main_tensors" : "NULL");
    put_count(out, "tensor_count", tensors_of_file(plan));
    put_count(out, "parameter_count", parameters);
    put_member(out, "masks", plan->masks.count ? "main_masks" : "NULL");
    put_count(out, "mask_count", plan->masks.count);
    put_member(out, "metrics", plan->metrics.count ? "main_metrics" : "NULL");
    put_count(out, "metric_count", plan->metrics.count);
    put_count(out, "sum_count", train ? plan->sum_count : 0);
    put_member(out, "fit", train ? "&main_fit" : "NULL");
    put_member(out, "evaluate_defaults", "&main_evaluate_defaults");
    const bool states = plan->states.count > 0;
    put_member(out, "states_in_work", states ? formatted(emit, "offsetof(%s_work, states)", prefix) : "0");
    put_member(out, "states_in_trainer", states && train ? in_trainer(emit, "states", true) : "0");
    put_member(out, "states_bytes", states ? formatted(emit, "sizeof(%s_states)", prefix) : "0");
}

static void put_function(Text *out, const char *name, bool there) {
    put_member(out, name, there ? arena_printf(out->arena, "main_%s", name) : "NULL");
}

static void put_functions(const Plan *plan, Text *out) {
    const bool train = plan->can_train, gradients = train && plan->options->gradients;
    put_function(out, "predict_mc", plan->mc_rows);
    put_function(out, "predict", true);
    put_function(out, "evaluate", train);
    put_function(out, "init", train);
    put_function(out, "step", train);
    put_function(out, "grad", gradients);
    put_function(out, "apply", gradients);
}

static const char *model_text(Emit *emit, const char *summary, const char *identity, size_t notes) {
    const Plan *const plan = emit->plan;
    const Model *const model = plan->model;
    const char *const prefix = model->name;
    const bool train = plan->can_train, observed = plan->observed.count > 0;
    const LossDef *const loss = train ? (const LossDef *)model->compile.loss->class : NULL;
    const LossArgs *const args = train ? model->compile.loss->args : NULL;
    Text out = {.arena = emit->arena};
    put_member(&out, "name", string_literal(emit, model->name));
    put_member(&out, "source_name", string_literal(emit, source_name(plan->options)));
    put_member(&out, "summary", string_literal(emit, summary));
    put_data(emit, &out);
    put_memory(emit, &out);
    put_functions(plan, &out);
    put_member(&out, "target", formatted(emit, "NNC_TARGET_%s", loss && loss->target ? loss->target : "REAL"));
    put_count(&out, "from_logits", args && args->from_logits);
    put_member(&out, "weights", options_weights(plan->options) ? formatted(emit, "&%s_weights", prefix) : "NULL");
    put_member(&out, "notes", notes ? "main_notes" : "NULL");
    put_count(&out, "note_count", (int64_t)notes);
    put_member(&out, "learning_rate_in_trainer", in_trainer(emit, "learning_rate", train));
    put_count(&out, "learning_rate_scheduled", plan->update.learning_rate.object != NULL);
    put_member(&out, "kept", train ? "main_kept" : "NULL");
    put_member(&out, "kept_count", train ? "sizeof main_kept / sizeof main_kept[0]" : "0");
    put_member(&out, "identity", train ? string_literal(emit, identity) : "NULL");
    put_function(&out, "finish", plan->update.averages);
    put_count(&out, "keeps_subnormals", plan->options->portable);
    put_function(&out, "step_shared", plan->train.rounds.count > 0);
    put_count(&out, "step_threads", plan->step_threads);
    put_member(&out, "products", formatted(emit, "UINT64_C(%" PRId64 ")", plan->products));
    put_member(&out, "ranges", observed ? "main_ranges" : "NULL");
    put_count(&out, "range_count", plan->observed.count);
    put_member(&out, "ranges_offset", observed ? formatted(emit, "offsetof(%s_work, states.ranges)", prefix) : "0");
    const bool ranks = plan->train.rounds.count && plan->options->ranks;
    put_function(&out, "step_ranks", ranks);
    put_function(&out, "gather", ranks);
    put_member(&out, "text", model->texts.layer ? "&main_text" : "NULL");
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
    words_table(emit, &tables);
    const size_t notes = notes_table(emit, &tables);
    Text summary = {.arena = emit->arena}, identity = {.arena = emit->arena};
    summary_plain(plan->model, &summary);
    identity_dump(plan->model, &identity);
    const bool long_strings = summary.length > MOST_CHARACTERS || identity.length > MOST_CHARACTERS;
    const char *const model = model_text(emit, text_chars(&summary), text_chars(&identity), notes);
    if (long_strings) emit_template(emit, out, "main_long_strings", holes);
    emit_template(emit, out, "main_model",
                  with(emit, holes,
                       (Hole[]){{"tables", text_chars(&tables)},
                                {"model", model},
                                {"run_main", run_main(plan)},
                                {NULL, NULL}}));
    if (long_strings) emit_template(emit, out, "main_long_strings_end", holes);
}
