/* SPDX-License-Identifier: MIT-0 */
/* MODEL.h, and what it shares with MODEL.c: the facts of the model as holes. The texts are in file.t.c. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/hash.h"
#include "base/options.h"
#include "file/checks.h"
#include "file/data.h"
#include "file/ends.h"
#include "file/fields.h"
#include "file/header.h"
#include "file/parts.h"
#include "file/program.h"
#include "file/quantized.h"
#include "file/selftest.h"
#include "file/store.h"
#include "file/stream.h"
#include "file/summary.h"
#include "file/trainer.h"
#include "file/weights.h"
#include "file/words.h"
#include "language/class.h"
#include "model/dump.h"
#include "model/loss.h"
#include "model/metric.h"
#include "model/model.h"
#include "model/shape.h"
#include "plan/plan.h"
#include "plan/sizes.h"
#include "plan/tensor.h"
#include "emit/columns.h"
#include "emit/emit.h"
#include "file/state.h"
#include "emit/params.h"
#include "emit/template.h"
#include "emit/text.h"

/* A comment may hold printable ASCII only, and nothing that ends it. */
static const char *comment_text(Emit *emit, const char *text) {
    char *copy = arena_strdup(emit->arena, text);
    for (char *c = copy; *c; c++)
        if ((*c < ' ' && *c != '\n') || *c > '~' || *c == '\\' || *c == '?' || (*c == '*' && c[1] == '/') ||
            (*c == '/' && c[1] == '*'))
            *c = '.';
    return copy;
}

/* Each line behind " * ", as the body of a comment. */
static const char *comment_lines(Emit *emit, const char *text) {
    Text out = {.arena = emit->arena};
    while (*text) {
        const size_t length = strcspn(text, "\n");
        text_printf(&out, length ? " * %.*s\n" : " *\n", (int)length, text);
        text += length + (text[length] == '\n');
    }
    return text_chars(&out);
}

bool may_copy(const Plan *plan) { return !plan->options->portable && plan->target->lanes > 1; }

static const char *how_text(Emit *emit) {
    const Options *options = emit->plan->options;
    const char *const copies = may_copy(emit->plan) ? "\n* On x86-64 it includes itself for AVX-512 and for AVX2; "
                                                   "-DNNC_ONE_COPY leaves one copy to read and to compile."
                                                 : "";
    const char *const how = !options->standalone ? "cc -O2 `nnc --cflags` model.c `nnc --libs`"
                            : options->main ? "cc -O2 model.c -o model -lm   (reads .gz with -DNNC_ZLIB -lz, .png with "
                                              "-DNNC_PNG -lspng; threads: -DNNC_THREADS -pthread)"
                                            : "cc -O2 -c model.c";
    return formatted(emit, "Compile: %s%s", how, copies);
}

static int64_t inner_size(Shape shape) { return shape_size(shape_of(shape.rank - 1, shape.dim + 1), 1); }

static const char *fields_text(Emit *emit, bool trainable_only) {
    Text text = {.arena = emit->arena};
    for (int i = 0; i < emit->plan->weights.count; i++) {
        const Tensor *tensor = emit->plan->weights.at[i];
        if (trainable_only && !tensor->weight->trainable) continue;
        text_printf(&text, "%s %s[%lld]; /* %s */\n", element_name(tensor->type), weight_field(emit, tensor->weight),
                    (long long)shape_size(tensor->shape, 1), shape_text(emit->arena, tensor->shape));
    }
    if (!text.length) text_printf(&text, "%s none[1]; /* there are none */\n", emit->real);
    const int64_t padding = trainable_only ? 0 : plan_sizes(emit->plan).params_padding;
    if (padding) text_printf(&text, "int8_t unused[%lld];\n", (long long)padding);
    return text_chars(&text);
}

static const char *state_fields_text(Emit *emit) {
    const Plan *plan = emit->plan;
    Text text = {.arena = emit->arena};
    for (int i = 0; i < plan->states.count; i++)
        text_printf(&text, "%s %s[%lld]; /* %s */\n", emit->real, names_of(emit, plan->states.at[i])->variable,
                    (long long)tensor_size(plan, plan->states.at[i]),
                    shape_text(emit->arena, plan->states.at[i]->shape));
    return text_chars(&text);
}

/* Where the values of the work lie: reals first. */
static const char *arena_text(Emit *emit, const Sizes *sizes) {
    return sizes->work ? formatted(emit, "%s arena[%s];\n", emit->real, integer(emit, sizes->work)) : "";
}

static const char *narrow_text(Emit *emit, const Sizes *sizes) {
    Text text = {.arena = emit->arena};
    for (int type = 0; type < ELEMENT_TYPES; type++)
        if (sizes->narrow[type])
            text_printf(&text, "%s %s[%lld];\n", element_name((ElementType)type), arena_name((ElementType)type),
                        (long long)sizes->narrow[type]);
    if (sizes->work_padding) text_printf(&text, "int8_t unused[%lld];\n", (long long)sizes->work_padding);
    return text_chars(&text);
}

/* Names of the running sums, for the comment in the header. */
static const char *sums_text(Emit *emit) {
    Text text = {.arena = emit->arena};
    const Plan *plan = emit->plan;
    text_puts(&text, "loss");
    for (int i = 0; i < plan->metrics.count; i++) {
        const Metric *metric = &plan->metrics.at[i];
        if (metric->def->kind == METRIC_MEAN) text_printf(&text, ", %s, count", metric->name);
        else text_printf(&text, ", %s[%d]", metric->name, metric->sums);
    }
    return comment_text(emit, text_chars(&text));
}

/* How many weights a sample has, for the comment in the header. */
static const char *weights_text(Emit *emit) {
    if (!emit->plan->can_train) return "";
    const int64_t rows = inner_size(loss_rows(emit->plan->model));
    return rows == 1 ? "one per sample"
                     : formatted(emit, "%lld per sample, one for each row of the loss", (long long)rows);
}

/* How much of the stack a function takes, where it is known. */
static const char *stack_text(Emit *emit, const char *what, const char *function, int64_t bytes) {
    if (!bytes) return "";
    return formatted(emit, "#define %s_%s %lld /* of %s, at most: a 32-bit core, gcc, -Os to -O2 */\n",
                     upper(emit->arena, emit->plan->model->name), what, (long long)bytes, function);
}

static const char *identity_of(Emit *emit, uint64_t hash) {
    return formatted(emit, "0x%08lx%08lx", (unsigned long)(hash >> 32), (unsigned long)(hash & 0xffffffff));
}

/* 1.2.3 → 10203, for #if. */
static int version_number(void) {
    int number = 0;
    const char *at = NNC_VERSION;
    for (char *end; at; at = *end == '.' ? end + 1 : NULL) number = number * 100 + (int)strtol(at, &end, 10);
    return number;
}

/* What a step that processes share hands to its rounds beside the rest. */
static const char *job_ranks(const Plan *plan) {
    static const char text[] = "size_t first, own; /* parts that this process makes */\nconst nnc_ranks *ranks;";
    return plan->options->ranks ? text : "";
}

const Hole *facts(Emit *emit) {
    const Plan *plan = emit->plan;
    const Model *model = plan->model;
    const Options *options = plan->options;
    const char *prefix = plan->model->name;
    const LossDef *loss = plan->can_train ? (const LossDef *)model->compile.loss->class : NULL;
    const Sizes sizes = plan_sizes(plan);
    const Hole values[] = {
        {"prefix", prefix},
        {"upper", upper(emit->arena, prefix)},
        {"const_params", formatted(emit, "const %s%s%s_params", plan->target->constants,
                                   *plan->target->constants ? " " : "", prefix)},
        {"version", NNC_VERSION},
        {"version_number", integer(emit, version_number())},
        {"source", comment_text(emit, source_name(options))},
        {"summary_lines", comment_lines(emit, comment_text(emit, summary_text(emit)))},
        {"data_lines", comment_lines(emit, comment_text(emit, data_text(emit)))},
        {"class_names", class_names(emit)},
        {"how", how_text(emit)},
        {"batch_size", integer(emit, model->batch)},
        {"in", integer(emit, inner_size(model->input))},
        {"out", integer(emit, inner_size(model->output))},
        {"in_shape", shape_text(emit->arena, model->input)},
        {"out_shape", shape_text(emit->arena, model->output)},
        {"products", integer(emit, plan->products)},
        {"model_id", identity_of(emit, plan->identity)},
        {"weights_id", options_weights(options) ? identity_of(emit, baked_hash(emit)) : ""},
        {"params", integer(emit, sizes.params)},
        {"params_bytes", integer(emit, sizes.params_bytes)},
        {"work_arena", arena_text(emit, &sizes)},
        {"work_narrow", narrow_text(emit, &sizes)},
        {"work_bytes", integer(emit, sizes.work_bytes)},
        {"stack", stack_text(emit, "STACK_BYTES", "predict", sizes.stack)},
        {"train_stack", stack_text(emit, "TRAIN_STACK_BYTES", "train_step", sizes.train_stack)},
        {"train_arena", integer(emit, sizes.train_arena)},
        {"trainer_bytes", integer(emit, sizes.trainer_bytes)},
        {"status", runtime_block(emit->arena, "runtime/nnc.h", "#ifndef NNC_STATUS_DEFINED", "#endif")},
        {"team", runtime_block(emit->arena, "runtime/nnc.h", "#ifndef NNC_TEAM_DEFINED", "#endif")},
        {"ranks", runtime_block(emit->arena, "runtime/nnc.h", "#ifndef NNC_RANKS_DEFINED", "#endif")},
        {"job_ranks", job_ranks(emit->plan)},
        {"includes", runtime_block(emit->arena, "runtime/nnc_vec.h", "#include <stddef.h>", "#endif /* <string.h> */")},
        {"input_type", model->integer_input ? "int32_t" : emit->real},
        {"target_type", loss && loss->sparse ? "int32_t" : emit->real},
        {"target_size",
         integer(emit, loss && loss->sparse ? inner_size(model->output) / model->output.dim[model->output.rank - 1]
                                            : inner_size(model->output))},
        {"weights", weights_text(emit)},
        {"classes", integer(emit, model->output.dim[model->output.rank - 1])},
        {"sum_count", integer(emit, plan->sum_count)},
        {"sum_names", sums_text(emit)},
        {"fields", fields_text(emit, false)},
        {"trainable_fields", fields_text(emit, true)},
        {"trainer_fields", trainer_fields(emit)},
        {"state_fields", state_fields_text(emit)},
        {"states", sizes.states ? formatted(emit, "%s_states states;\n", prefix) : ""},
        {"sample", sizes.sample ? formatted(emit, "%s sample[%s]; /* that ends before the last time step */\n",
                                            model->integer_input ? "int32_t" : emit->real, integer(emit, sizes.sample))
                                : ""},
        {"work_contents", sizes.states ? "holds the states; reset_states(&w->states) before the first call"
                                       : "needs no initialisation, holds nothing between calls"},
        {"fresh", plan->update.learning_rate.object ? "states as at the beginning, the schedule's first learning rate"
                                                    : formatted(emit, "states as at the beginning, learning rate %s",
                                                                literal(emit, plan->update.learning_rate.number))},
        {NULL, NULL},
    };
    Hole *copy = NEW_ARRAY(emit->arena, Hole, sizeof values / sizeof *values + 12);
    memcpy(copy, values, sizeof values);
    return copy;
}

Emit emitter(Arena *arena, const Plan *plan) {
    Emit emit = {.arena = arena,
                 .templates = {.arena = arena},
                 .plan = plan,
                 .real = element_name(plan->real),
                 .kernels = {.arena = arena},
                 .function_texts = {.arena = arena},
                 .alike = {.arena = arena},
                 .function_names = {.arena = arena},
                 .file_names = {.arena = arena},
                 .members = {.arena = arena},
                 .program = &plan->predict,
                 .names = NEW_ARRAY(arena, TensorNames, plan->tensor_count),
                 .file = NEW(arena, struct FileState)};
    emit.file->of_layer = NEW_ARRAY(arena, Stream *, plan->model->layers.count + 1);
    know_c_words(&emit);
    name_weight_fields(&emit);
    name_state_fields(&emit);
    return emit;
}

void emit_header(Emit *emit, const Hole *holes, Text *out) {
    const Plan *plan = emit->plan;
    emit_template(emit, out, "header_begin", holes);
    if (plan->states.count) emit_template(emit, out, "header_states", holes);
    emit_template(emit, out, "header_predict", holes);
    emit_quantized_header(emit, holes, out);
    emit_ends_header(emit, holes, out);
    emit_words_header(emit, holes, out);
    if (plan->mc_rows) emit_template(emit, out, "header_mc", holes);
    if (options_weights(plan->options)) emit_template(emit, out, "header_weights", holes);
    if (options_weights(plan->options)) emit_selftest_header(emit, holes, out);
    if (*class_names(emit)) emit_template(emit, out, "header_classes", holes);
    emit_category_names(emit, holes, out);
    if (plan->step_model) emit_template(emit, out, "header_stream", stream_holes(emit, holes));
    if (plan->can_train) emit_template(emit, out, "header_train", holes);
    if (plan->can_train) emit_adapt_header(emit, holes, out);
    if (plan->can_train) emit_template(emit, out, plan->options->gradients ? "header_grad" : "header_step", holes);
    if (plan->train.rounds.count) emit_template(emit, out, "rounds_header", holes);
    if (plan->train.rounds.count && plan->options->ranks) emit_template(emit, out, "ranks_header", holes);
    if (plan->update.averages) emit_template(emit, out, "header_finish", holes);
    emit_store_header(emit, holes, out);
    emit_template(emit, out, "header_end", holes);
}

const char *emit_model_h(Arena *arena, const Plan *plan) {
    Emit emit = emitter(arena, plan);
    Text out = {.arena = arena};
    emit_header(&emit, facts(&emit), &out);
    return within_columns(arena, text_chars(&out));
}
