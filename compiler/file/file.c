/* SPDX-License-Identifier: MIT-0 */
/* MODEL.c and MODEL.h: the parts in order. The texts are in file.t.c. */
#include <string.h>

#include "base/arena.h"
#include "base/embedded.h"
#include "base/options.h"
#include "file/brackets.h"
#include "file/checks.h"
#include "file/data.h"
#include "file/ends.h"
#include "file/exact.h"
#include "file/file.h"
#include "file/header.h"
#include "file/init.h"
#include "file/main.h"
#include "file/mc.h"
#include "file/parts.h"
#include "file/program.h"
#include "file/quantized.h"
#include "file/selftest.h"
#include "file/store.h"
#include "file/rates.h"
#include "file/ranks.h"
#include "file/rounds.h"
#include "file/stream.h"
#include "file/used.h"
#include "file/weights.h"
#include "file/words.h"
#include "host/host.h"
#include "language/class.h"
#include "model/loss.h"
#include "model/model.h"
#include "model/shape.h"
#include "plan/plan.h"
#include "emit/columns.h"
#include "emit/emit.h"
#include "emit/params.h"
#include "emit/functions.h"
#include "emit/template.h"
#include "emit/text.h"

/* The caller's labels index rows: they are checked before anything is computed. */
static const char *label_check(Emit *emit, const Hole *holes) {
    const Object *loss = emit->plan->model->compile.loss;
    if (!((const LossDef *)loss->class)->sparse) return "";
    const LossArgs *args = loss->args;
    const Shape output = emit->plan->model->output;
    const char *ignored =
        loss_ignores(loss) ? formatted(emit, "target[i] != %lld && ", (long long)args->ignore_class) : "";
    const char *const labels = times(emit, "n", shape_size(shape_of(output.rank - 1, output.dim), 1));
    return filled(emit, "label_check",
                  with(emit, holes, (Hole[]){{"labels", labels}, {"ignored", ignored}, {NULL, NULL}}));
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

/* What a function that is given a batch looks at: whether something is `missing`, as a text, and what it is given. */
static const char *batch_check(Emit *emit, const Hole *holes, const char *missing, const char *no_team) {
    const char *const check = formatted(emit, "%s%s", input_check(emit), label_check(emit, holes));
    return filled(
        emit, "batch_check",
        with(emit, holes, (Hole[]){{"missing", missing}, {"no_team", no_team}, {"check", check}, {NULL, NULL}}));
}

/* Of what evaluate and train declare: all that a program may leave alone. */
static const char measured_names[] = "p x target sample_weight batch arena";

static void emit_predict(Emit *emit, const Hole *holes, Text *programs, Text *out) {
    const Plan *plan = emit->plan;
    const ProgramText predict = emit_program(emit, &plan->predict, FORWARD);
    const char *const arena =
        strstr(predict.values, "= arena") ? formatted(emit, "%s *const arena = w->arena;\n", emit->real) : "";
    const Hole program_holes[] = {
        {"values", predict.values},
        {"before", predict.before},
        {"calls", predict.calls},
        {"unused", unused_by(emit, &predict, formatted(emit, "%s%s", arena, predict.values), "p w x batch")},
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
        {"batch_check", batch_check(emit, holes, "!p || !w", "")},
        {"unused", unused_by(emit, &evaluate, "", measured_names)},
        {"run_evaluate",
         run_text(emit, "evaluate_batch", formatted(emit, "p, w, %s", phrase(emit, "measured_names", holes)))},
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

/* The program that trains, of one who makes it all. */
static void emit_train_batch(Emit *emit, const Hole *holes, Text *programs) {
    const unsigned phases = emit->plan->options->gradients ? FORWARD | BACKWARD : FORWARD | BACKWARD | UPDATE;
    const ProgramText train = emit_program(emit, &emit->plan->train, phases);
    emit_template(emit, programs, "program_train",
                  with(emit, holes,
                       (Hole[]){{"values", train.values},
                                {"before", train.before},
                                {"calls", train.calls},
                                {"finite", train.checked ? "" : loss_check},
                                {"unused", unused_by(emit, &train, "", measured_names)},
                                {NULL, NULL}}));
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

    const bool shared = plan->train.rounds.count > 0, ranks = shared && plan->options->ranks;
    if (shared) emit_rounds(emit, holes, programs);
    else emit_train_batch(emit, holes, programs);
    const Hole step_holes[] = {
        {"batch_check",
         batch_check(emit, holes, "!t",
                     ranks    ? " || !ranks || !ranks->team.run || ranks->own == 0 ||\n        "
                                "ranks->first + ranks->own > ranks->team.parts"
                     : shared ? " || !team || !team->run || team->parts == 0"
                              : "")},
        {"next", rates.next},
        {"run_train", run_text(emit, "train_batch",
                               formatted(emit, "t, %s%s", phrase(emit, "measured_names", holes),
                                         ranks    ? ", ranks"
                                         : shared ? ", team"
                                                  : ""))},
        {"run_gather", run_text(emit, "gather_batch", "t, ranks")},
        {NULL, NULL}};
    const Hole *const all = with(emit, holes, step_holes);
    const Hole body[] = {{"step_body", filled(emit, "step_body", all)}, {NULL, NULL}};
    const char *const step = plan->options->gradients ? "api_grad"
                             : ranks                ? "ranks_step"
                             : shared               ? "rounds_step"
                                                    : "api_step";
    emit_template(emit, out, step, with(emit, all, body));
    if (plan->update.averages)
        emit_template(emit, out, "api_finish", with(emit, holes, (Hole[]){{"end", rates.end}, {NULL, NULL}}));
    if (plan->options->gradients) emit_apply(emit, holes, &rates, programs, out);
}

/* The programs, which each copy has, and the functions of the header, which call them. */
static void emit_programs(Emit *emit, const Hole *holes, Text *programs, Text *out) {
    const Plan *plan = emit->plan;
    emit_predict(emit, holes, programs, out);
    if (plan->whole.ops.count)
        emit_quantized(emit, holes, input_check(emit), run_text(emit, "predict_int8_batch", "p, w, x, y, batch"),
                       programs, out);
    emit_ends(emit, holes, out);
    emit_words(emit, holes, out);
    if (plan->can_train) {
        emit_evaluate(emit, holes, programs, out);
        emit_train(emit, holes, programs, out);
        emit_adapt(emit, holes, out);
    }
    if (plan->mc_rows)
        emit_monte_carlo(emit, holes, input_check(emit),
                         run_text(emit, "sample_batch", "p, w, x, y, seed, sample, first, batch"), programs, out);
    if (plan->step_model) emit_stream(emit, holes, run_text(emit, "step_once", "p, s, x, y"), programs, out);
}

/* The freestanding runtime, file after file: what a file has once, and what it has for each instruction set. */
static const char *const runtime_once[] = {"runtime/nnc.h", "runtime/nnc_core.c", "runtime/nnc_words.c", NULL};
static const char runtime_rows[] = "runtime/nnc_small.h"; /* products row by row */
static const char runtime_whole[] = "runtime/nnc_int.h"; /* whole numbers that stand for reals */
static const char *const runtime_copied[] = {"runtime/nnc_vec.h",
                                             runtime_whole,
                                             "runtime/nnc_sqrt.h",
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

static const RuntimeSources runtime_sources = {runtime_once, "runtime/nnc_store.c", runtime_copied};

/* The last list as a linked file includes it. */
static void print_includes(const Plan *plan, Text *out) {
    text_puts(out, "\n");
    for (int i = 0; runtime_copied[i]; i++)
        if ((runtime_copied[i] != runtime_rows || !plan->target->blocks) &&
            (runtime_copied[i] != runtime_whole || plan->ranges))
            text_printf(out, "#include \"%s\"\n", strchr(runtime_copied[i], '/') + 1);
}

/* The names that differ between copies: the runtime's, in a linked file by its header, and those of this file. */
static const char *names_text(Emit *emit, const char *runtime_names) {
    const Plan *plan = emit->plan;
    const char *const programs[] = {"predict_batch",
                                    plan->whole.ops.count ? "predict_int8_batch" : NULL,
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
    for (int i = 0; i < plan->train.rounds.count; i++)
        text_printf(&out, "#define %s NNC_COPY(%s)\n", round_name(emit, i), round_name(emit, i));
    given_names(emit, &out);
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

/* What the file tells the runtime of its numbers, by macros without a value. */
static const char *file_macro(const Plan *plan, int i) {
    const bool portable = plan->options->portable;
    const char *const macros[] = {plan->real == ELEMENT_DOUBLE ? "NNC_DOUBLE" : NULL,
                                  portable || plan->target->lanes == 1 ? "NNC_SCALAR" : NULL,
                                  !plan->target->blocks ? "NNC_SMALL" : NULL,
                                  portable ? "NNC_PORTABLE" : NULL,
                                  *plan->target->constants ? "NNC_FLASH" : NULL};
    return macros[i];
}
enum { FILE_MACROS = 5 };

static bool has_driver(const Options *options) { return options->standalone && options->main; }

/* Up to the first line of the runtime. */
static void print_begin(Emit *emit, const Hole *holes, const RuntimeParts *parts, Text *out) {
    const Options *options = emit->plan->options;
    emit_template(emit, out, "file_begin", holes);
    if (may_copy(emit->plan)) emit_template(emit, out, "file_once", holes);
    if (has_driver(options)) emit_template(emit, out, "file_posix", holes);
    for (int i = 0; i < FILE_MACROS; i++)
        if (file_macro(emit->plan, i)) text_printf(out, "#define %s\n", file_macro(emit->plan, i));
    if (options->standalone && *parts->once_names)
        emit_template(emit, out, "file_unit", with(emit, holes, (Hole[]){{"names", parts->once_names}, {NULL, NULL}}));
    emit_template(emit, out, "file_includes", holes);
    if (options->portable) emit_exact_begin(emit, holes, out);
}

/* The header and the runtime's interface: what stands in the file once, before its copies. */
static void print_interface(Emit *emit, const Hole *holes, const RuntimeParts *parts, const char *header_name,
                            RuntimeFiles *printed, Text *out) {
    const Plan *plan = emit->plan;
    const Options *options = plan->options;
    if (header_name) {
        text_printf(out, "\n#include \"%s\"\n", header_name);
    } else {
        text_puts(out, "\n");
        emit_header(emit, holes, out);
    }
    if (has_driver(options)) {
        emit_template(emit, out, "file_runtime", holes);
        runtime_append(out, "runtime/nnc.h", printed);
    } else if (options->standalone) {
        emit_template(emit, out, "file_api", holes);
        text_puts(out, parts->once);
    } else {
        const Hole runtime[] = {{"runtime", integer(emit, NNC_RUNTIME)}, {NULL, NULL}};
        emit_template(emit, out, "file_linked", with(emit, holes, runtime));
    }
    emit_template(emit, out, "file_sizes", holes);
    if (plan->can_train) emit_template(emit, out, "file_train_size", holes);
    if (plan->step_model) emit_template(emit, out, "file_stream_size", holes);
    if (plan->train.rounds.count) emit_template(emit, out, "rounds_job", holes);
}

/* Who has names of its own, then the runtime's vector layer. */
static void print_copied(Emit *emit, const Hole *holes, const RuntimeParts *parts, Text *out) {
    const Options *options = emit->plan->options;
    const char *const names = names_text(emit, options->standalone ? parts->names : "#include \"nnc_copies.h\"\n");
    emit_template(emit, out, may_copy(emit->plan) ? "file_copies" : "file_copy", holes);
    emit_template(emit, out, may_copy(emit->plan) ? "file_copies_names" : "file_copy_names",
                  with(emit, holes, (Hole[]){{"names", names}, {NULL, NULL}}));
    if (options->standalone) {
        emit_template(emit, out, "file_parts", holes);
        text_puts(out, parts->copied);
    } else {
        print_includes(emit->plan, out);
    }
}

/* The functions that read and write files, which nobody needs to read who asks what a prediction does. */
static void print_store(Emit *emit, const Hole *holes, const RuntimeParts *parts, const char *store, Text *out) {
    const Options *const options = emit->plan->options;
    if (options->standalone && !has_driver(options) && *parts->of_files) {
        emit_template(emit, out, "file_store", holes);
        text_puts(out, parts->of_files);
    }
    text_puts(out, store);
}

/* Another file may follow: what this one has told the runtime is not for that. */
static void print_end(Emit *emit, const Hole *holes, Text *out) {
    const Options *options = emit->plan->options;
    emit_template(emit, out, "file_unit_end", holes);
    for (int i = 0; i < FILE_MACROS; i++)
        if (file_macro(emit->plan, i)) text_printf(out, "#undef %s\n", file_macro(emit->plan, i));
    if (may_copy(emit->plan)) emit_template(emit, out, "file_end", holes);
    if (options->portable) emit_template(emit, out, "exact_end", holes);
}

const char *emit_model_c(Arena *arena, const Plan *plan, const char *header_name, const char **header) {
    const Options *options = plan->options;
    Emit emit = emitter(arena, plan);
    const Hole *holes = facts(&emit);
    Text programs = {.arena = arena}, api = {.arena = arena}, store = {.arena = arena};
    Text out = {.arena = arena}, declared = {.arena = arena};
    emit_header(&emit, holes, &declared);
    know_file_names(&emit, text_chars(&declared));
    *header = within_columns(arena, text_chars(&declared));
    emit.scratch = arena_new();
    emit_functions(&emit);
    emit_programs(&emit, holes, &programs, &api);
    arena_free(emit.scratch);
    if (options_weights(options)) emit_weights(&emit, holes, &api);
    if (options_weights(options)) emit_selftest(&emit, holes, &api);
    emit_store(&emit, holes, &store);
    const char *code = formatted(&emit, "%s%s%s%s", text_chars(&emit.kernels), text_chars(&programs), text_chars(&api),
                                 text_chars(&store));
    RuntimeFiles printed = {0};
    const Facts facts_decided = {!plan->target->blocks, plan->real == ELEMENT_DOUBLE, *plan->target->constants != '\0'};
    const RuntimeParts parts = runtime_parts(arena, code, &runtime_sources, &facts_decided);

    print_begin(&emit, holes, &parts, &out);
    print_interface(&emit, holes, &parts, header_name, &printed, &out);
    print_copied(&emit, holes, &parts, &out);
    emit_template(&emit, &out, "file_kernels", holes);
    text_puts(&out, text_chars(&emit.kernels));
    text_puts(&out, text_chars(&programs));
    if (may_copy(plan)) emit_template(&emit, &out, "file_copied_end", holes);
    text_puts(&out, text_chars(&api));
    print_store(&emit, holes, &parts, text_chars(&store), &out);
    if (has_driver(options)) print_driver(&emit, holes, &printed, &out);
    if (options->main) emit_main(&emit, holes, &out);
    print_end(&emit, holes, &out);
    return within_columns(arena, text_chars(&out));
}
