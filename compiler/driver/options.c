/* SPDX-License-Identifier: MIT-0 */
/* The command line: one table of options, from which parsing and --help follow. */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/options.h"
#include "base/suggest.h"
#include "driver/options.h"
#include "language/common_args.h"
#include "language/class.h"
#include "model/layer.h"
#include "passes/passes.h"
#include "plan/target.h"

typedef enum OptionType {
    TAKES_NOTHING,
    TAKES_TEXT,
    TAKES_LIST,
    TAKES_KIND,
    TAKES_REAL,
    TAKES_WHOLE, /* int8 */
    TAKES_DIAGNOSTICS,
    TAKES_TARGET,
    TAKES_FOLDER, /* of the library for the tool that the option is named after */
    TAKES_BYTES,
    TAKES_COUNT /* of samples */
} OptionType;

typedef struct OptionDef {
    const char *name;  /* with its dashes */
    const char *value; /* what --help calls its value */
    OptionType type;
    size_t offset; /* in Options */
    const char *help;
    unsigned commands; /* that take it; 0: those that compile a model */
} OptionDef;

/* The words that may stand before the options. */
static const struct {
    const char *name;
    CommandWord command;
} commands[] = {{"run", COMMAND_RUN},
                {"import", COMMAND_IMPORT},
                {"export", COMMAND_EXPORT},
                {"export", COMMAND_LIBRARY},
                {"fmt", COMMAND_FORMAT},
                {"report", COMMAND_COMPARE},
                {"lsp", COMMAND_SERVER},
                {NULL, COMMAND_COMPILE}};

enum {
    COMPILES = 1u << COMMAND_COMPILE | 1u << COMMAND_RUN,
    IMPORTS = 1u << COMMAND_IMPORT,
    EXPORTS = 1u << COMMAND_EXPORT,
    LIBRARY = 1u << COMMAND_LIBRARY,
    GENERATES = COMPILES | LIBRARY,
    QUANTIZES = 1u << COMMAND_COMPILE | LIBRARY,
    FORMATS = 1u << COMMAND_FORMAT,
    COMPARES = 1u << COMMAND_COMPARE,
    WITH_WEIGHTS = COMPILES | IMPORTS | EXPORTS | LIBRARY,
    EVERY = WITH_WEIGHTS | FORMATS
};

#define FIELD(name) offsetof(Options, name)

static const OptionDef table[] = {
    {"-o", "FILE.c", TAKES_TEXT, FIELD(output), "write the C to FILE.c, and FILE.h beside it; - is standard output",
     COMPILES | IMPORTS | EXPORTS | COMPARES},
    {"--header", "FILE.h", TAKES_TEXT, FIELD(header), "write the header there"},
    {"--prefix", "NAME", TAKES_TEXT, FIELD(prefix), "name of everything external, instead of the model's", GENERATES},
    {"--inference-only", NULL, TAKES_NOTHING, FIELD(inference_only), "nothing that trains", GENERATES},
    {"--weights", "FILE", TAKES_TEXT, FIELD(weights), "bake in the weights of a safetensors file", WITH_WEIGHTS},
    {"--main", NULL, TAKES_NOTHING, FIELD(main), "also emit main(): a program that fits, evaluates, predicts"},
    {"--standalone", NULL, TAKES_NOTHING, FIELD(standalone), "put the used part of the runtime inside"},
    {"--gradients", NULL, TAKES_NOTHING, FIELD(gradients), "keep gradients apart from the update, for the caller",
     GENERATES},
    {"--quantize", "int8", TAKES_WHOLE, FIELD(quantize), "predict with whole numbers: docs/quantization.md",
     QUANTIZES},
    {"--calibrate", "FILE", TAKES_TEXT, FIELD(calibrate), "samples that tell their ranges; else those of fit()",
     QUANTIZES},
    {"--ranges", "FILE", TAKES_TEXT, FIELD(ranges), "their ranges, of ./model calibrate", QUANTIZES},
    {"--observe", NULL, TAKES_NOTHING, FIELD(observe), "predictions record the ranges of values: ./model calibrate"},
    {"--external-masks", NULL, TAKES_NOTHING, FIELD(external_masks), "random factors come from the caller", GENERATES},
    {"--portable", NULL, TAKES_NOTHING, FIELD(portable), "the same bits on every target and from every compiler",
     GENERATES},
    {"--mc", NULL, TAKES_NOTHING, FIELD(monte_carlo), "NAME_predict_mc() also in C that only predicts", GENERATES},
    {"--selftest", NULL, TAKES_NOTHING, FIELD(selftest), "also NAME_selftest(): a prediction whose outputs are known",
     GENERATES},
    {"--stream", NULL, TAKES_NOTHING, FIELD(stream), "also NAME_step(): one time step after another", GENERATES},
    {"--threads", NULL, TAKES_NOTHING, FIELD(threads), "NAME_train_step_shared(), also where threads do not pay"},
    {"--mpi", NULL, TAKES_NOTHING, FIELD(ranks), "NAME_train_step_ranks(): processes on several machines share a step"},
    {"--real", "float|double", TAKES_REAL, FIELD(real_double), "the type of all numbers", GENERATES},
    {"--emit", "STAGE", TAKES_TEXT, FIELD(emit), "print "
#define STAGE(stage, word) word ", "
#define LAST_STAGE(stage, word) "or " word
#include "driver/stages.def"
    },
    {"--check-plan", NULL, TAKES_NOTHING, FIELD(check_plan), "prove after each pass that the plan is sound", GENERATES},
    {"-D", "NAME=EXPR", TAKES_LIST, FIELD(definitions), "give a constant of the file another value", GENERATES},
    {"-MD", NULL, TAKES_NOTHING, FIELD(make_depfile), "also write FILE.d for make"},
    {"-MF", "FILE", TAKES_TEXT, FIELD(depfile), "write the dependencies there"},
    {"-W", "ID", TAKES_LIST, FIELD(warnings), "warnings: -WID, -Wno-ID, -Werror, -Werror=ID", EVERY},
    {"--diagnostics", "text|json", TAKES_DIAGNOSTICS, FIELD(diagnostics_json), "how errors are printed", EVERY},
    {"--explain", "ID", TAKES_TEXT, FIELD(explain), "say more about an error or warning"},
    {"--batch", "N", TAKES_COUNT, FIELD(batch), "the batch that the C is compiled for; the file's is without effect",
     GENERATES},
    {"--for", TARGET_NAMES, TAKES_TARGET, FIELD(target),
     "made for a desktop; small: little flash and RAM, no vectors; avr: weights in flash", GENERATES},
    {"--max-ram", "BYTES", TAKES_BYTES, FIELD(max_ram), "make it fit into so much memory, or say what is left",
     GENERATES},
    {"--for", "MODEL.nn", TAKES_TEXT, FIELD(model), "import: weights alone, onto this model", IMPORTS},
    {"--checkpoint", "FILE", TAKES_TEXT, FIELD(checkpoint), "import: also what fit --resume goes on from", IMPORTS},
    {"--check", "X.npy", TAKES_TEXT, FIELD(check),
     "import: predict from X.npy and compare with the outputs beside it, Y.npy", IMPORTS},
    {"--check", NULL, TAKES_NOTHING, FIELD(check_format),
     "fmt: write nothing, name the files that would change, status 1", FORMATS},
    {"--input-shape", "SIZES", TAKES_TEXT, FIELD(input_shape),
     "import: the input's shape, where the file leaves it open: 28,28,1", IMPORTS | 1u << COMMAND_COMPILE | LIBRARY},
    {"--no-compile", NULL, TAKES_NOTHING, FIELD(no_compile), "import: leave out optimizer, loss and metrics",
     IMPORTS | 1u << COMMAND_COMPILE | LIBRARY},
    {"--keras", NULL, TAKES_NOTHING, FIELD(keras), "export: a model of Keras 3", EXPORTS},
    {"--onnx", NULL, TAKES_NOTHING, FIELD(onnx), "export: an ONNX model", EXPORTS},
    {"--python", NULL, TAKES_NOTHING, FIELD(python), "export: the Keras script that says the same", EXPORTS},
    {"--arduino", "DIR", TAKES_FOLDER, 0, "export: C with its weights, as a library of Arduino in the folder DIR",
     LIBRARY},
    {"--platformio", "DIR", TAKES_FOLDER, 0, "export: as a library of PlatformIO", LIBRARY},
    {"--zephyr", "DIR", TAKES_FOLDER, 0, "export: as a module of Zephyr", LIBRARY},
    {"--esp-idf", "DIR", TAKES_FOLDER, 0, "export: as a component of ESP-IDF", LIBRARY},
    {"--list-layers", "", TAKES_KIND, CLASS_LAYER,
     "list the layers; =md Markdown, =json, =names bare, =refused what nnc lacks; likewise"},
    {"--list-activations", "", TAKES_KIND, CLASS_ACTIVATION, NULL},
    {"--list-initializers", "", TAKES_KIND, CLASS_INITIALIZER, NULL},
    {"--list-regularizers", "", TAKES_KIND, CLASS_REGULARIZER, NULL},
    {"--list-constraints", "", TAKES_KIND, CLASS_CONSTRAINT, NULL},
    {"--list-losses", "", TAKES_KIND, CLASS_LOSS, NULL},
    {"--list-optimizers", "", TAKES_KIND, CLASS_OPTIMIZER, NULL},
    {"--list-schedules", "", TAKES_KIND, CLASS_SCHEDULE, NULL},
    {"--list-metrics", "", TAKES_KIND, CLASS_METRIC, NULL},
    {"--list-callbacks", "", TAKES_KIND, CLASS_CALLBACK, NULL},
    {"--list-sources", "", TAKES_KIND, CLASS_SOURCE, NULL},
    {"--cflags", NULL, TAKES_NOTHING, FIELD(print_cflags), "print what to compile linked output with"},
    {"--libs", NULL, TAKES_NOTHING, FIELD(print_libs), "print what to link it with"},
    {"--version", NULL, TAKES_NOTHING, FIELD(print_version), "print the version"},
    {"--help", NULL, TAKES_NOTHING, FIELD(print_help), "print this; -h does the same"},
    {NULL, NULL, TAKES_NOTHING, 0, NULL},
};

void options_help(FILE *out) {
    fputs(
        "nnc compiles a description of a Sequential neural network, in Keras' words, to C that trains and runs it.\n\n"
        "usage: nnc MODEL.nn -o MODEL.c [options]        MODEL - is standard input\n"
        "       nnc run [-D …] MODEL.nn [OPTIONS]        compile and run: fit, with these options, and then evaluate\n"
        "       nnc run [-D …] MODEL.nn COMMAND …        the same for another command of the program: predict, "
        "summary, …\n"
        "       nnc import FILE -o MODEL.nn --weights FILE.safetensors       from Keras (.keras, .h5), ONNX, PyTorch\n"
        "       nnc FILE.keras|.h5|.onnx -o MODEL.c [options]                the same, and compile it with its "
        "weights\n"
        "       nnc export --keras|--onnx|--python MODEL.nn --weights FILE.safetensors -o FILE\n"
        "       nnc export --arduino|--platformio|--zephyr|--esp-idf DIR MODEL.nn --weights FILE.safetensors\n"
        "       nnc fmt [--check] MODEL.nn …             lay model files out; - is standard input and output\n"
        "       nnc report HISTORY.csv … -o PAGE.html    the runs of several fit --history beside each other\n"
        "       nnc lsp                                  a language server, for editors\n\n",
        out);
    for (const OptionDef *option = table; option->name; option++) {
        char name[64];
        const bool joined = option->name[1] != '-';
        snprintf(name, sizeof name, "%s%s%s", option->name,
                 !option->value || !*option->value ? ""
                 : joined                          ? " "
                                                   : "=",
                 option->value ? option->value : "");
        if (option->help) fprintf(out, "  %-28s %s\n", name, option->help);
        else fprintf(out, "  %s\n", name);
    }
    Arena *const arena = arena_new();
    fprintf(out, "\n--emit=plan:PASS prints the plan as it is behind one of these passes:\n%s",
            pass_list(arena, "  ", 100));
    arena_free(arena);
}

static int usage(const char *format, const char *text) {
    fprintf(stderr, "nnc: ");
    fprintf(stderr, format, text);
    fprintf(stderr, "; see nnc --help\n");
    return 2 + 1;
}

/* Puts a value where the option wants it. */
static int store(Options *options, Arena *arena, const OptionDef *option, const char *value) {
    void *field = (char *)options + option->offset;
    switch (option->type) {
    case TAKES_NOTHING: *(bool *)field = true; return 0;
    case TAKES_TEXT: *(const char **)field = value; return 0;
    case TAKES_LIST:
        if (option->offset == FIELD(definitions)) list_push(arena, &options->definitions, value);
        else list_push(arena, &options->warnings, value);
        return 0;
    case TAKES_KIND:
        options->list_kind = (int)option->offset;
        options->list_format = value;
        return 0;
    case TAKES_REAL:
    case TAKES_DIAGNOSTICS: {
        const bool real = option->type == TAKES_REAL;
        const char *const plain = real ? "float" : "text", *const other = real ? "double" : "json";
        if (strcmp(value, plain) != 0 && strcmp(value, other) != 0)
            return usage(arena_printf(arena, "option '%s' takes %s or %s, not '%%s'", option->name, plain, other),
                         value);
        *(bool *)field = !strcmp(value, other);
        return 0;
    }
    case TAKES_WHOLE:
        if (strcmp(value, "int8") != 0) return usage("option '--quantize' takes int8, not '%s'", value);
        options->quantize = value;
        options->inference_only = true;
        return 0;
    case TAKES_TARGET:
        if (!target_named(value))
            return usage("option '--for' takes " TARGET_NAMES_SAID ", not '%s'", value);
        options->target = value;
        return 0;
    case TAKES_FOLDER:
        if (options->library) return usage("one library at a time: there is no use for option '%s'", option->name);
        options->library = value;
        options->library_tool = option->name + strlen("--");
        return 0;
    case TAKES_BYTES:
    case TAKES_COUNT: {
        const bool bytes = option->type == TAKES_BYTES;
        char *end;
        errno = 0;
        const long long number = strtoll(value, &end, 10);
        if (*end || end == value || errno || number < !bytes || (!bytes && number > MAX_BATCH))
            return usage(arena_printf(arena, "option '%s' takes a number of %s, not '%%s'", option->name,
                                      bytes ? "bytes" : "samples, at least 1 and at most 2^24"), value);
        *(int64_t *)field = number;
        return 0;
    }
    }
    return 0;
}

/* Its word; NULL: none. */
static const char *command_name(CommandWord command) {
    int i = 0;
    while (commands[i].name && commands[i].command != command) i++;
    return commands[i].name;
}

static bool is_taken(const OptionDef *option, CommandWord command) {
    return (option->commands ? option->commands : COMPILES) & 1u << command;
}

/* An option of this name, if possible one that the command takes. */
static const OptionDef *find(CommandWord command, const char *arg, const char **value) {
    const OptionDef *found = NULL;
    for (const OptionDef *option = table; option->name; option++) {
        const size_t length = strlen(option->name);
        const bool joined = option->name[1] != '-' && option->value; /* -DNAME=1, -Wno-x, -oFILE */
        if (strncmp(arg, option->name, length) != 0 || (found && !is_taken(option, command))) continue;
        if (arg[length] && !joined && (arg[length] != '=' || !option->value)) continue;
        *value = arg[length] ? arg + length + !joined : NULL;
        found = option;
        if (is_taken(option, command)) break;
    }
    return found;
}

bool option_help(int at, CommandWord command, OptionHelp *help) {
    const OptionDef *const option = &table[at];
    if (!option->name) return false;
    *help = (OptionHelp){option->name, option->value, option->help, is_taken(option, command)};
    return true;
}

CommandWord command_of(const char *word) {
    CommandWord found = COMMAND_COMPILE;
    for (int i = 0; commands[i].name; i++)
        if (!strcmp(word, commands[i].name)) found = commands[i].command;
    return found;
}

const char *command_at(int at) { return commands[at].name; }

/* Without its value `arg` may be an option that takes none, or near one. */
static int unknown_option(CommandWord command, Arena *arena, const char *arg) {
    const char *name = arena_strndup(arena, arg, strcspn(arg, "=")), *value;
    if (find(command, name, &value)) return usage("option '%s' takes no value", name);
    const char *names[sizeof table / sizeof *table];
    int count = 0;
    for (const OptionDef *other = table; other->name; other++) names[count++] = other->name;
    const char *near = nearest_name(name, names, count);
    if (near) return usage(arena_printf(arena, "unknown option '%%s'; did you mean '%s'", near), arg);
    return usage("unknown option '%s'", arg);
}

/* From the first word behind the model that nnc does not know, all is the program's: nnc run m.nn --epochs 3. */
static bool is_of_program(const Options *options, const char *arg) {
    const char *value;
    return options->command == COMMAND_RUN && options->input &&
           (arg[0] != '-' || !arg[1] || !find(options->command, arg, &value));
}

static void hand_on(Options *options, Arena *arena, int from, int argc, char **argv) {
    for (int i = from; i < argc; i++) list_push(arena, &options->arguments, argv[i]);
}

/* What `nnc export` is asked for tells which options it takes, wherever they stand. */
static bool names_library(int argc, char **argv) {
    for (int i = 2; i < argc; i++) {
        const char *value;
        const OptionDef *const option = find(COMMAND_LIBRARY, argv[i], &value);
        if (option && option->type == TAKES_FOLDER) return true;
    }
    return false;
}

int options_parse(Options *options, Arena *arena, int argc, char **argv) {
    *options = (Options){.program = argc > 0 ? argv[0] : "nnc", .list_kind = -1, .max_ram = -1,
                          .check_plan = getenv("NNC_CHECK_PLAN") != NULL};
    bool only_files = false;
    if (argc > 1) options->command = command_of(argv[1]);
    if (options->command == COMMAND_LIBRARY && !names_library(argc, argv)) options->command = COMMAND_EXPORT;
    const bool run = options->command == COMMAND_RUN, library = options->command == COMMAND_LIBRARY;
    for (int i = options->command == COMMAND_COMPILE ? 1 : 2; i < argc; i++) {
        const char *arg = argv[i], *value;
        if (!strcmp(arg, "-h")) arg = "--help";
        if (!only_files && strcmp(arg, "--") != 0 && is_of_program(options, arg)) {
            hand_on(options, arena, i, argc, argv);
            break;
        }
        if (only_files || arg[0] != '-' || !arg[1]) {
            const bool several = options->command == COMMAND_FORMAT || options->command == COMMAND_COMPARE;
            if (options->input && !several) return usage("more than one model: '%s'", arg);
            options->input = arg;
            list_push(arena, &options->inputs, arg);
            continue;
        }
        if (!strcmp(arg, "--")) {
            only_files = true;
            if (run) hand_on(options, arena, i + 1, argc, argv);
            if (run) break;
            continue;
        }
        const OptionDef *option = find(options->command, arg, &value);
        if (!option) return unknown_option(options->command, arena, arg);
        const bool needs_value = option->value && *option->value;
        if (needs_value && !value) {
            if (i + 1 == argc) return usage("option '%s' needs a value", arg);
            value = argv[++i];
        }
        if (needs_value && !*value) return usage("option '%s' needs a value, not ''", option->name);
        if (!is_taken(option, options->command)) {
            const char *const name = command_name(options->command);
            return usage(arena_printf(arena, "nnc%s%s has no use for option '%%s'", name ? " " : "", name ? name : ""),
                         option->name);
        }
        const int failed = store(options, arena, option, value);
        if (failed) return failed;
    }
    if (run) { /* the program, linked with the library, is all that is wanted */
        options->main = true;
        options->standalone = false;
    }
    if (library) { /* for one sample on a small core, unless it is said otherwise */
        options->standalone = true;
        if (!options->target) options->target = "small";
        if (!options->batch) options->batch = 1;
    }
    return 0;
}

/* nnc import and nnc export. */
static int check_conversion(const Options *options) {
    const bool import = options->command == COMMAND_IMPORT;
    if (import && options->model && options->output)
        return usage("with option '--for' the model is there: there is no use for option '%s'", "-o");
    if (import && options->model && !options->weights)
        return usage("option '--for' gives weights: say where they go, with option '%s'", "--weights");
    if (import && !options->model && !options->output && !options->check)
        return usage("say where the model goes: -o MODEL.nn%s", "");
    if (!import && options->keras + options->onnx + options->python != 1)
        return usage("say what is to be made: --keras, --onnx, --python, --arduino, …%s", "");
    if (!import && !options->output) return usage("say where it goes: -o FILE%s", "");
    if (!import && !options->python && !options->weights)
        return usage("weights belong to it: --weights FILE.safetensors%s", "");
    return 0;
}

int options_check(const Options *options) {
    const char *const dependencies = options->depfile ? "-MF" : options->make_depfile ? "-MD" : NULL;
    const char *const beside = dependencies ? dependencies : options->header ? "--header" : NULL;
    const bool output = options->output && strcmp(options->output, "-") != 0;
    if (options->command == COMMAND_SERVER)
        return options->input ? usage("nnc lsp takes no file, not '%s'", options->input) : 0;
    if (!options->input || !*options->input) return usage("no model given%s", "");
    const bool run = options->command == COMMAND_RUN;
    if (!options->quantize && (options->calibrate || options->ranges))
        return usage("option '%s' is for --quantize=int8", options->calibrate ? "--calibrate" : "--ranges");
    if (options->calibrate && options->ranges)
        return usage("--ranges says what --calibrate finds out: one of them is enough%s", "");
    if (options->command == COMMAND_IMPORT || options->command == COMMAND_EXPORT) return check_conversion(options);
    if (options->command == COMMAND_COMPARE && !options->output) return usage("say where it goes: -o PAGE.html%s", "");
    if (options->command == COMMAND_LIBRARY || options->command == COMMAND_FORMAT ||
        options->command == COMMAND_COMPARE)
        return 0;
    if (run && (beside || options->output))
        return usage("nnc run writes no C: it has no use for option '%s'", beside ? beside : "-o");
    if (options->emit && (beside || output))
        return usage("--emit prints to standard output: it has no use for option '%s'", beside ? beside : "-o");
    if (!run && !options->emit && !options->output) {
        fputs("nnc: say where the C goes: -o MODEL.c, or -o - for standard output\n", stderr);
        return 2 + 1;
    }
    const Target *const target = options->target ? target_named(options->target) : &target_desktop;
    if (*target->constants && (!options->inference_only || options->main))
        return usage(options->main ? "--for=%s is for programs of your own: it has no use for option '--main'"
                                   : "--for=%s makes what only predicts: it needs option '--inference-only'",
                     target->name);
    if (options->quantize && *target->constants)
        return usage("--for=%s has no whole numbers yet: it has no use for option '--quantize'", target->name);
    if (options->selftest && options->main)
        return usage("--selftest is for programs of your own: it has no use for %s",
                     run ? "nnc run" : "option '--main'");
    if (dependencies && (!output || !strncmp(options->output, "/dev/", 5)))
        return usage("option '%s' needs the file that depends: -o MODEL.c", dependencies);
    return 0;
}
