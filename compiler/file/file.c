/* SPDX-License-Identifier: MIT-0 */
/* MODEL.c and MODEL.h: the parts in order. The texts are in file.t.c. */
#include <string.h>

#include "base/arena.h"
#include "base/embedded.h"
#include "base/options.h"
#include "file/checks.h"
#include "file/data.h"
#include "file/exact.h"
#include "file/fields.h"
#include "file/file.h"
#include "file/init.h"
#include "file/main.h"
#include "file/mc.h"
#include "file/parts.h"
#include "file/program.h"
#include "file/rates.h"
#include "file/stream.h"
#include "file/summary.h"
#include "file/trainer.h"
#include "file/weights.h"
#include "language/class.h"
#include "lower/measure.h"
#include "model/loss.h"
#include "model/metric.h"
#include "model/model.h"
#include "model/shape.h"
#include "plan/plan.h"
#include "plan/sizes.h"
#include "plan/tensor.h"
#include "emit/columns.h"
#include "emit/emit.h"
#include "emit/params.h"
#include "emit/functions.h"
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

/* Whether the file may have a copy for every instruction set: with --portable all compute alike. */
static bool may_copy(const Plan *plan) { return !plan->options->portable && plan->target->lanes > 1; }

static const char *how_text(Emit *emit) {
    const Options *options = emit->plan->options;
    const char *const copies = may_copy(emit->plan) ? "\n* On x86-64 it includes itself for AVX-512 and for AVX2; "
                                                   "-DNNC_ONE_COPY leaves one copy to read and to compile."
                                                 : "";
    const char *const how = !options->standalone ? "cc -O2 `nnc --cflags` model.c `nnc --libs`"
                            : options->main ? "cc -O2 model.c -o model -lm   (reads .gz with -DNNC_ZLIB -lz, .png with "
                                              "-DNNC_PNG -lspng; threads: -DNNC_THREADS -pthread)"
                                            : "cc -O2 -c model.c; link with -lm where sqrt is not an instruction";
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

/* The header's facts as holes, shared by all templates of the file. */
static const Hole *facts(Emit *emit) {
    const Plan *plan = emit->plan;
    const Model *model = plan->model;
    const Options *options = plan->options;
    const char *prefix = plan->model->name;
    const LossDef *loss = plan->can_train ? (const LossDef *)model->compile.loss->class : NULL;
    const Sizes sizes = plan_sizes(plan);
    const Hole values[] = {
        {"prefix", prefix},
        {"upper", upper(emit->arena, prefix)},
        {"version", NNC_VERSION},
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
        {"params", integer(emit, sizes.params)},
        {"params_bytes", integer(emit, sizes.params_bytes)},
        {"work", integer(emit, sizes.work)},
        {"work_bytes", integer(emit, sizes.work_bytes)},
        {"train_arena", integer(emit, sizes.train_arena)},
        {"trainer_bytes", integer(emit, sizes.trainer_bytes)},
        {"status", runtime_block(emit->arena, "runtime/nnc.h", "#ifndef NNC_STATUS_DEFINED", "#endif")},
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

static Emit emitter(Arena *arena, const Plan *plan) {
    Emit emit = {.arena = arena,
                 .templates = {.arena = arena},
                 .plan = plan,
                 .real = element_name(plan->real),
                 .kernels = {.arena = arena},
                 .function_texts = {.arena = arena},
                 .alike = {.arena = arena},
                 .function_names = {.arena = arena},
                 .layer_names = {.arena = arena},
                 .file_names = {.arena = arena},
                 .program = &plan->predict,
                 .names = NEW_ARRAY(arena, TensorNames, plan->tensor_count)};
    name_weight_fields(&emit);
    name_state_fields(&emit);
    return emit;
}

static void emit_header(Emit *emit, const Hole *holes, Text *out) {
    const Plan *plan = emit->plan;
    emit_template(emit, out, "header_begin", holes);
    if (plan->states.count) emit_template(emit, out, "header_states", holes);
    emit_template(emit, out, "header_predict", holes);
    if (plan->mc_rows) emit_template(emit, out, "header_mc", holes);
    if (options_weights(plan->options)) emit_template(emit, out, "header_weights", holes);
    if (*class_names(emit)) emit_template(emit, out, "header_classes", holes);
    if (plan->step_model) emit_template(emit, out, "header_stream", stream_holes(emit, holes));
    if (plan->can_train) emit_template(emit, out, "header_train", holes);
    if (plan->can_train && plan->model->x.standardize) emit_template(emit, out, "header_adapt", holes);
    if (plan->can_train) emit_template(emit, out, plan->options->gradients ? "header_grad" : "header_step", holes);
    if (plan->update.averages) emit_template(emit, out, "header_finish", holes);
    emit_template(emit, out, "header_end", holes);
}

const char *emit_model_h(Arena *arena, const Plan *plan) {
    Emit emit = emitter(arena, plan);
    Text out = {.arena = arena};
    emit_header(&emit, facts(&emit), &out);
    return within_columns(arena, text_chars(&out));
}

/* The caller's labels index rows: they are checked before anything is computed. */
static const char *label_check(Emit *emit, const Hole *holes) {
    const Object *loss = emit->plan->model->compile.loss;
    if (!((const LossDef *)loss->class)->sparse) return "";
    const LossArgs *args = loss->args;
    const Shape output = emit->plan->model->output;
    const char *ignored =
        args->ignore_class == INT_NONE ? "" : formatted(emit, "target[i] != %lld && ", (long long)args->ignore_class);
    Text out = {.arena = emit->arena};
    emit_template(
        emit, &out, "label_check",
        with(emit, holes,
             (Hole[]){{"labels", size_text(emit, output, 0, output.rank - 1)}, {"ignored", ignored}, {NULL, NULL}}));
    return text_chars(&out);
}

/* Where a file may hold several copies of its programs, the call takes the best one. */
static const char *run_text(Emit *emit, const char *program, const char *arguments) {
    return formatted(emit, may_copy(emit->plan) ? "NNC_BEST(%s_%s, (%s))" : "%s_%s(%s)",
                     emit->plan->model->name, program, arguments);
}

/* What an API function takes, looked at before anything is read: indices of an Embedding. */
static const char *input_check(Emit *emit) {
    const Shape input = emit->plan->model->input;
    return index_check(emit, times(emit, "n", shape_size(shape_of(input.rank - 1, input.dim + 1), 1)));
}

/* Of what evaluate and train declare: all that a program may leave alone. */
static const char measured_names[] = "p x target sample_weight batch arena";

static void emit_predict(Emit *emit, const Hole *holes, Text *programs, Text *out) {
    const Plan *plan = emit->plan;
    const ProgramText predict = emit_program(emit, &plan->predict, FORWARD);
    const char *const arena = *predict.values ? formatted(emit, "%s *const arena = w->arena;\n", emit->real) : "";
    const Hole program_holes[] = {
        {"values", predict.values},
        {"before", predict.before},
        {"calls", predict.calls},
        {"unused", unused_by(emit, &predict, arena, "p w x batch")},
        {"arena", arena},
        {"check", input_check(emit)},
        {"run_predict", run_text(emit, "predict_batch", "p, w, x, y, batch")},
        {NULL, NULL}};
    emit_template(emit, programs, "program_predict", with(emit, holes, program_holes));
    emit_template(emit, out, "api_predict", with(emit, holes, program_holes));
    if (plan->states.count) emit_template(emit, out, "api_states", holes);
}

static void emit_evaluate(Emit *emit, const Hole *holes, Text *programs, Text *out) {
    const Plan *plan = emit->plan;
    const ProgramText evaluate = emit_program(emit, &plan->evaluate, FORWARD);
    const Hole evaluate_holes[] = {
        {"values", evaluate.values},
        {"before", evaluate.before},
        {"calls", evaluate.calls},
        {"check", formatted(emit, "%s%s", input_check(emit), label_check(emit, holes))},
        {"unused", unused_by(emit, &evaluate, "", measured_names)},
        {"run_evaluate", run_text(emit, "evaluate_batch", "p, w, x, target, sample_weight, batch, sums")},
        {NULL, NULL}};
    emit_template(emit, programs, "program_evaluate", with(emit, holes, evaluate_holes));
    emit_template(emit, out, "api_evaluate", with(emit, holes, evaluate_holes));
}

/* With --gradients: the update, apart. */
static void emit_apply(Emit *emit, const Hole *holes, const RatesText *rates, Text *programs, Text *out) {
    const Plan *plan = emit->plan;
    const ProgramText apply = emit_program(emit, &plan->train, UPDATE);
    const char *const arena = *apply.values ? formatted(emit, "%s *const arena = t->arena;\n", emit->real) : "";
    const Hole apply_holes[] = {{"arena", arena},
                                {"values", apply.values},
                                {"before", apply.before},
                                {"next", rates->next},
                                {"calls", apply.calls},
                                {"unused", unused_by(emit, &apply, arena, "p batch")},
                                {"run_apply", run_text(emit, "apply_gradients", "t")},
                                {NULL, NULL}};
    emit_template(emit, programs, "program_apply", with(emit, holes, apply_holes));
    emit_template(emit, out, "api_apply", with(emit, holes, apply_holes));
}

static void emit_train(Emit *emit, const Hole *holes, Text *programs, Text *out) {
    const Plan *plan = emit->plan;
    const RatesText rates = rates_text(emit, holes);
    text_puts(out, rates.functions);
    if (plan->options->main) text_puts(out, epoch_rates(emit, holes));
    const char *const init = init_text(emit);
    emit_template(emit, out, "api_init",
                  with(emit, holes,
                       (Hole[]){{"init", init},
                                {"clear", clear_text(emit)},
                                {"begin", rates.begin},
                                {"unused", unused_names(emit, "p", init)},
                                {NULL, NULL}}));

    const ProgramText train =
        emit_program(emit, &plan->train, plan->options->gradients ? FORWARD | BACKWARD : FORWARD | BACKWARD | UPDATE);
    const char *finite = train.checked ? "" : "if (!is_finite(sums[0])) {\n    return NNC_E_NONFINITE;\n}\n";
    const Hole train_holes[] = {
        {"values", train.values},
        {"before", train.before},
        {"calls", train.calls},
        {"check", formatted(emit, "%s%s", input_check(emit), label_check(emit, holes))},
        {"finite", finite},
        {"next", rates.next},
        {"unused", unused_by(emit, &train, "", measured_names)},
        {"run_train", run_text(emit, "train_batch", "t, x, target, sample_weight, batch, sums")},
        {NULL, NULL}};
    emit_template(emit, programs, "program_train", with(emit, holes, train_holes));
    emit_template(emit, out, plan->options->gradients ? "api_grad" : "api_step", with(emit, holes, train_holes));
    if (plan->update.averages)
        emit_template(emit, out, "api_finish", with(emit, holes, (Hole[]){{"end", rates.end}, {NULL, NULL}}));
    if (plan->options->gradients) emit_apply(emit, holes, &rates, programs, out);
}

/* The programs, which each copy has, and the functions of the header, which call them. */
static void emit_programs(Emit *emit, const Hole *holes, Text *programs, Text *out) {
    const Plan *plan = emit->plan;
    emit_predict(emit, holes, programs, out);
    if (plan->can_train) {
        emit_evaluate(emit, holes, programs, out);
        emit_train(emit, holes, programs, out);
        if (plan->model->x.standardize) emit_adapt(emit, holes, out);
    }
    if (plan->mc_rows)
        emit_monte_carlo(emit, holes, input_check(emit),
                         run_text(emit, "sample_batch", "p, w, x, y, seed, sample, first, batch"), programs, out);
    if (plan->step_model) emit_stream(emit, holes, run_text(emit, "step_once", "p, s, x, y"), programs, out);
}

/* The freestanding runtime, file after file: what a file has once, and what it has for each instruction set. */
static const char *const runtime_once[] = {"runtime/nnc.h", "runtime/nnc_core.c", NULL};
static const char runtime_rows[] = "runtime/nnc_small.h"; /* products row by row */
static const char *const runtime_copied[] = {"runtime/nnc_vec.h",
                                             "runtime/nnc_math.h",
                                             "runtime/nnc_random.h",
                                             "runtime/nnc_tile.h",
                                             "runtime/nnc_product.h",
                                             "runtime/nnc_column.h",
                                             "runtime/nnc_transpose.h",
                                             "runtime/nnc_packed.h",
                                             runtime_rows,
                                             "runtime/nnc_winner.h",
                                             "runtime/nnc_image.h",
                                             "runtime/nnc_rows.h",
                                             "runtime/nnc_init.h",
                                             "runtime/nnc_rate.h",
                                             NULL};

/* The second list as a linked file includes it. */
static void print_includes(const Plan *plan, Text *out) {
    text_puts(out, "\n");
    for (int i = 0; runtime_copied[i]; i++)
        if (runtime_copied[i] != runtime_rows || !plan->target->blocks)
            text_printf(out, "#include \"%s\"\n", strchr(runtime_copied[i], '/') + 1);
}

/* The names that differ between copies: the runtime's, in a linked file by its header, and those of this file. */
static const char *names_text(Emit *emit, const char *runtime_names) {
    const Plan *plan = emit->plan;
    const char *const programs[] = {"predict_batch",
                                    plan->mc_rows ? "sample_batch" : NULL,
                                    plan->step_model ? "step_once" : NULL,
                                    plan->can_train ? "evaluate_batch" : NULL,
                                    plan->can_train ? "train_batch" : NULL,
                                    plan->can_train && plan->options->gradients ? "apply_gradients" : NULL};
    const char *const prefix = emit->plan->model->name;
    Text out = {.arena = emit->arena};
    text_puts(&out, runtime_names);
    for (int i = 0; i < emit->functions.count; i++)
        text_printf(&out, "#define %s NNC_COPY(%s)\n", emit->functions.at[i]->name, emit->functions.at[i]->name);
    for (size_t i = 0; i < sizeof programs / sizeof *programs; i++)
        if (programs[i]) text_printf(&out, "#define %s_%s NNC_COPY(%s_%s)\n", prefix, programs[i], prefix, programs[i]);
    return text_chars(&out);
}

/* The sources of the hosted runtime. */
static void print_driver(Emit *emit, const Hole *holes, RuntimeFiles *printed, Text *out) {
    emit_template(emit, out, "file_driver", holes);
    for (const Embedded *file = embedded_files; file->name; file++) {
        const size_t length = strlen(file->name);
        if (!strncmp(file->name, "runtime/", 8) && !strcmp(file->name + length - 2, ".c"))
            runtime_append(out, file->name, printed);
    }
}

const char *emit_model_c(Arena *arena, const Plan *plan, const char *header_name) {
    const Options *options = plan->options;
    const bool driver = options->standalone && options->main, copies = may_copy(plan);
    Emit emit = emitter(arena, plan);
    const Hole *holes = facts(&emit);
    Text programs = {.arena = arena}, api = {.arena = arena}, out = {.arena = arena}, header = {.arena = arena};
    emit_header(&emit, holes, &header);
    know_file_names(&emit, text_chars(&header));
    emit.scratch = arena_new();
    emit_functions(&emit);
    emit_programs(&emit, holes, &programs, &api);
    arena_free(emit.scratch);
    if (options_weights(options)) emit_weights(&emit, holes, &api);
    const char *code = formatted(&emit, "%s%s%s", text_chars(&emit.kernels), text_chars(&programs), text_chars(&api));
    RuntimeFiles runtime = {0};
    const RuntimeParts parts = runtime_parts(arena, code, runtime_once, runtime_copied);

    emit_template(&emit, &out, "file_begin", holes);
    if (copies) emit_template(&emit, &out, "file_once", holes);
    if (driver) emit_template(&emit, &out, "file_posix", holes);
    if (plan->real == ELEMENT_DOUBLE) text_puts(&out, "#define NNC_DOUBLE\n");
    if (options->portable || plan->target->lanes == 1) text_puts(&out, "#define NNC_SCALAR\n");
    if (options->portable && !plan->target->blocks) text_puts(&out, "#define NNC_PORTABLE\n");
    emit_template(&emit, &out, "file_includes", holes);
    if (options->portable) emit_exact_begin(&emit, holes, &out);
    if (driver) {
        emit_template(&emit, &out, "file_runtime", holes);
        runtime_append(&out, "runtime/nnc.h", &runtime);
    } else if (options->standalone) {
        emit_template(&emit, &out, "file_api", holes);
        text_puts(&out, parts.once);
    } else {
        text_puts(&out, "\n#include \"nnc.h\"\n");
    }
    if (header_name) {
        text_printf(&out, "\n#include \"%s\"\n", header_name);
    } else {
        text_puts(&out, "\n");
        emit_header(&emit, holes, &out);
    }
    emit_template(&emit, &out, "file_sizes", holes);
    if (plan->can_train) emit_template(&emit, &out, "file_train_size", holes);
    if (plan->step_model) emit_template(&emit, &out, "file_stream_size", holes);
    if (copies) {
        const char *names = names_text(&emit, options->standalone ? parts.names : "#include \"nnc_copies.h\"\n");
        emit_template(&emit, &out, "file_copies", holes);
        emit_template(&emit, &out, "file_names", with(&emit, holes, (Hole[]){{"names", names}, {NULL, NULL}}));
    }
    if (options->standalone) {
        emit_template(&emit, &out, "file_parts", holes);
        text_puts(&out, parts.copied);
    } else {
        print_includes(plan, &out);
    }
    emit_template(&emit, &out, "file_kernels", holes);
    text_puts(&out, text_chars(&emit.kernels));
    text_puts(&out, text_chars(&programs));
    if (copies) emit_template(&emit, &out, "file_copied_end", holes);
    text_puts(&out, text_chars(&api));
    if (driver) print_driver(&emit, holes, &runtime, &out);
    if (options->main) emit_main(&emit, holes, &out);
    if (copies) emit_template(&emit, &out, "file_end", holes);
    if (options->portable) emit_template(&emit, &out, "exact_end", holes);
    return within_columns(arena, text_chars(&out));
}
