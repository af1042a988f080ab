/* SPDX-License-Identifier: MIT-0 */
/* nnc: the compiler, read from top to bottom. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/options.h"
#include "base/source.h"
#include "driver/calibrate.h"
#include "driver/compare.h"
#include "driver/complete.h"
#include "driver/options.h"
#include "driver/output.h"
#include "driver/reach.h"
#include "driver/run.h"
#include "driver/running.h"
#include "driver/savings.h"
#include "driver/selftest.h"
#include "export/export.h"
#include "export/library.h"
#include "file/file.h"
#include "file/header.h"
#include "file/weights.h"
#include "format/command.h"
#include "frontend/constants.h"
#include "frontend/dump.h"
#include "frontend/parser.h"
#include "frontend/python.h"
#include "host/host.h"
#include "import/import.h"
#include "language/ast.h"
#include "language/class.h"
#include "language/listing.h"
#include "lower/lower.h"
#include "model/dump.h"
#include "model/model.h"
#include "model/prefix.h"
#include "model/read.h"
#include "model/summary.h"
#include "passes/passes.h"
#include "plan/draw.h"
#include "plan/dump.h"
#include "plan/plan.h"

enum { EXIT_DONE = 0, EXIT_MODEL = 1, EXIT_USAGE = 2 };

/* What is printed without a model. */
static bool answer(const Options *options, Arena *arena, int *status) {
    Text text = {.arena = arena};
    *status = EXIT_DONE;
    if (options->print_help) options_help(stdout);
    else if (options->print_version) printf("nnc %s\n", NNC_VERSION);
    else if (options->print_cflags || options->print_libs) *status = print_build_flags(options, arena);
    else if (options->explain) {
        if (!diags_explain(options->explain, stdout)) {
            fprintf(stderr, "nnc: there is no diagnostic '%s'\n", options->explain);
            *status = EXIT_USAGE;
        }
    } else if (options->list_kind >= 0) {
        if (!list_classes((ClassKind)options->list_kind, options->list_format, &text)) {
            fprintf(stderr, "nnc: unknown list format '%s'; there are text, md, json, names and refused\n",
                    options->list_format);
            *status = EXIT_USAGE;
        }
        fputs(text_chars(&text), stdout);
    } else {
        return false;
    }
    return true;
}

/* The stages that --emit can print. */
#define LAST_STAGE STAGE
typedef enum Stage {
#define STAGE(stage, word) STAGE_##stage,
#include "driver/stages.def"
#undef STAGE
    STAGE_COUNT
} Stage;
static const char *const stage_names[] = {
#define STAGE(stage, word) word,
#include "driver/stages.def"
#undef STAGE
};

/* plan:PASS is the plan behind a pass: *last becomes that. Returns -1 when there is no such stage, or no such pass. */
static int stage_of(const char *name, const Pass **last) {
    *last = !strncmp(name, "plan:", 5) ? pass_named(name + 5) : NULL;
    if (*last) return STAGE_PLAN;
    for (int i = 0; i < STAGE_COUNT; i++)
        if (!strcmp(name, stage_names[i])) return i;
    return -1;
}

static void unknown_stage(Arena *arena, const char *name) {
    if (strncmp(name, "plan:", 5) != 0) fprintf(stderr, "nnc: unknown stage '%s' for --emit\n", name);
    else
        fprintf(stderr, "nnc: there is no pass '%s' for --emit=plan; there are:\n%s", name + 5,
                pass_list(arena, "  ", 100));
}

/* What a compilation gives. */
typedef struct Result {
    Text text;          /* of the stage asked for */
    const char *header; /* beside the C */
    const Model *model;
    const Plan *plan; /* once it is optimized */
    int status;       /* of nnc, where there is none */
} Result;

/* Source → tree → model → shapes → plan → C. False after an error, or where it takes more memory than there is. */
static bool compile(Arena *arena, const Source *source, Options *options, Stage stage, const Pass *last, Diags *diags,
                    Result *result) {
    Text *const out = &result->text;
    if (report_python(arena, source, diags)) return false;
    AstFile *file = parse_file(arena, source, diags);
    if (stage == STAGE_AST) ast_dump(file, source, out);
    if (stage == STAGE_AST) return diags_errors(diags) == 0;

    Constants *constants = constants_new(arena, diags);
    for (int i = 0; i < options->definitions.count; i++) {
        const char *error;
        if (!constants_override(constants, options->definitions.at[i], &error)) {
            fprintf(stderr, "nnc: -D %s: %s\n", options->definitions.at[i], error);
            exit(EXIT_USAGE);
        }
    }
    Model *model = model_named(arena, file, constants, options, diags);
    model_check_length(model, options->stream && options->inference_only && !options->main, diags);
    result->model = model;
    if (stage == STAGE_MODEL) model_dump(model, out);
    if (stage == STAGE_MODEL) return diags_errors(diags) == 0;

    if (!model_complete(model, diags)) return false;
    if (stage == STAGE_SHAPES) shapes_dump(model, out);
    if (stage == STAGE_SUMMARY) summary_dump(model, out);
    if (stage <= STAGE_SUMMARY) return true;

    Plan *plan = plan_from_model(arena, model, options, diags);
    result->plan = plan;
    if (diags_errors(diags)) return false;
    if (stage == STAGE_LOWERED) plan_dump(plan, out);
    if (!ranges_learn(options, arena, plan, diags)) return result->status = EXIT_USAGE, false;
    plan_optimize(plan, last);
    result->plan = plan;
    check_reach(plan, diags);
    if (!last && memory_exceeds(plan, options)) return false; /* what then is for compile_model to say */
    if (stage == STAGE_PLAN) plan_dump(plan, out);
    if (stage == STAGE_MEMORY) memory_dump(plan, out);
    if (stage == STAGE_COST) cost_dump(plan, out);
    if (stage == STAGE_DOT) plan_dot(plan, out);
    if (stage == STAGE_SVG) plan_draw(plan, out);
    if (stage == STAGE_JSON) plan_json(plan, out);
    if (stage >= STAGE_C && !weights_bake(arena, plan)) return result->status = EXIT_USAGE, false;
    if (stage >= STAGE_C && options->selftest && !selftest_learn(options, arena, plan)) return false;
    if (stage == STAGE_H) text_puts(out, emit_model_h(arena, plan));
    if (stage == STAGE_C)
        text_puts(out, emit_model_c(arena, plan, output_header_include(options, arena), &result->header));
    return diags_errors(diags) == 0;
}

/* What collects the diagnostics, as -W wants them; NULL after a message. */
static Diags *diags_of(Arena *arena, const Source *source, const Options *options) {
    Diags *const diags = diags_new(arena, source);
    for (int i = 0; i < options->warnings.count; i++)
        if (!diags_option(diags, options->warnings.at[i])) {
            fprintf(stderr, "nnc: there is no warning '%s'\n", options->warnings.at[i]);
            return NULL;
        }
    return diags;
}

/* The model, from its source to what is asked for. Returns the exit status. */
static int compile_model(Options *options, Arena *arena, bool foreign, Stage stage, const Pass *last) {
    const char *error = NULL;
    int status = EXIT_USAGE;
    const Source *const source = foreign ? import_source(options, arena, &options->imported_weights, &status)
                                         : source_load(arena, options->input, &error);
    if (!source && !error) return status;
    if (!source) {
        fprintf(stderr, "nnc: %s: %s\n", options->input, error);
        return EXIT_USAGE;
    }
    Diags *diags;
    Savings savings = {0};
    Result result;
    bool good, exceeds;
    do { /* until it fits into the memory, or there is nothing more to try */
        diags = diags_of(arena, source, options);
        if (!diags) return EXIT_USAGE;
        result = (Result){.text = {.arena = arena}, .status = EXIT_MODEL};
        good = compile(arena, source, options, stage, last, diags, &result);
        exceeds = !good && result.plan && !diags_errors(diags) && memory_exceeds(result.plan, options);
    } while (exceeds && savings_try(&savings, options, result.plan));
    if (exceeds) memory_refuse(result.plan, options, result.plan->model->span, diags);
    else if (good && result.plan) savings_report(&savings, options, result.plan);
    diags_show(diags, options->diagnostics_json);
    if (!good || diags_errors(diags)) return result.status;
    if (options->command == COMMAND_RUN && !options->emit)
        return run_model(options, arena, result.model, text_chars(&result.text));
    if (options->command == COMMAND_LIBRARY)
        return library_write(options, arena, result.plan, text_chars(&result.text), result.header) ? EXIT_DONE
                                                                                                   : EXIT_USAGE;
    return output_write(options, arena, text_chars(&result.text), result.header) ? EXIT_DONE : EXIT_USAGE;
}

/* Returns only where there is no server. */
static int become_server(char **argv) {
    running_become("-lsp", argv);
    fputs("nnc: the language server nnc-lsp is not beside nnc: it is built where jansson is "
          "(Debian's libjansson-dev)\n",
          stderr);
    return EXIT_USAGE;
}

static int run(int argc, char **argv, Arena *arena) {
    if (argc > 1 && !strcmp(argv[1], "complete")) return complete_command_line(argc - 2, argv + 2), EXIT_DONE;
    Options options;
    int status = options_parse(&options, arena, argc, argv);
    if (status) return status - 1;
    if (answer(&options, arena, &status)) return status;
    if ((status = options_check(&options)) != 0) return status - 1;
    if (options.command == COMMAND_COMPARE) return compare_command(&options, arena);
    if (options.command == COMMAND_SERVER) return become_server(argv);
    const bool converts = options.command == COMMAND_IMPORT || options.command == COMMAND_EXPORT;
    const bool foreign = !converts && import_wanted(options.input); /* no model file */
    if (converts || foreign) import_become(argv);
    if (options.command == COMMAND_IMPORT) return import_command(&options, arena);
    if (options.command == COMMAND_EXPORT) return export_command(&options, arena);
    if (options.command == COMMAND_FORMAT) return format_command(&options, arena);

    const Pass *last = NULL;
    const int stage = options.emit ? stage_of(options.emit, &last) : STAGE_C;
    if (stage < 0) return unknown_stage(arena, options.emit), EXIT_USAGE;
    const char *problem = options.prefix ? prefix_problem(options.prefix) : NULL;
    if (problem) {
        fprintf(stderr, "nnc: --prefix %s: %s\n", options.prefix, problem);
        return EXIT_USAGE;
    }
    return output_check(&options, arena) ? compile_model(&options, arena, foreign, (Stage)stage, last) : EXIT_USAGE;
}

/* What was printed may still be on its way, and never arrive. */
static int finish_output(int status) {
    if (fflush(stdout) == 0 && !ferror(stdout)) return status;
    /* Printing was the last that was done. */
    fprintf(stderr, "nnc: cannot write to standard output: %s\n", strerror(errno));
    return EXIT_USAGE;
}

int main(int argc, char **argv) {
    nnc_process_begin();
    Arena *arena = arena_new();
    const int status = finish_output(run(argc, argv, arena));
    arena_free(arena);
    return status;
}
