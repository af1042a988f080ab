/* SPDX-License-Identifier: MIT-0 */
/* program.c - nnc_main(): commands and options of a model's program. */
#include "commands/bits.h"
#include "commands/commands.h"
#include "host/host.h"
#include "session/options.h"

#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

typedef int nnc_command_run(nnc_host *host, const nnc_model *model, const nnc_options *options);

typedef struct nnc_command {
    const char *name;
    int bit;
    nnc_command_run *run;
    const char *help;
} nnc_command;

static void nnc_print_piece(void *to, const char *piece, size_t length) { fwrite(piece, 1, length, to); }

static int nnc_command_summary(nnc_host *host, const nnc_model *model, const nnc_options *options) {
    (void)host, (void)options;
    nnc_draw_table(model->summary, nnc_print_piece, stdout);
    return NNC_EXIT_OK;
}

static const nnc_command nnc_commands[] = {
#define COMMAND(word, bit, function, meaning) {word, NNC_##bit, function, meaning},
#include "commands/options.def"
};
enum { NNC_COMMAND_COUNT = sizeof nnc_commands / sizeof nnc_commands[0] };

/* Where the value of an option goes. */
typedef enum nnc_option_kind {
    NNC_OPTION_READ = NNC_PATH_READ, /* const char *: the name of a file, and what is done with it */
    NNC_OPTION_WRITE = NNC_PATH_WRITE,
    NNC_OPTION_READ_WEIGHTS = NNC_PATH_READ_WEIGHTS,
    NNC_OPTION_WRITE_WEIGHTS = NNC_PATH_WRITE_WEIGHTS,
    NNC_OPTION_FOLDER,  /* const char * */
    NNC_OPTION_COUNT,   /* int64_t, from 1 */
    NNC_OPTION_BYTES,   /* int64_t, from 1, perhaps with a K, M, G or T behind it, of 1024 */
    NNC_OPTION_SEED,    /* uint64_t */
    NNC_OPTION_REAL,    /* double, from 0 */
    NNC_OPTION_FLAG,    /* int */
    NNC_OPTION_VERBOSE  /* int, 0 to 2 */
} nnc_option_kind;

typedef struct nnc_option {
    const char *name, *value; /* with its dashes */
    int commands;
    nnc_option_kind kind;
    size_t offset; /* in nnc_options */
    const char *help;
} nnc_option;

static const nnc_option nnc_option_table[] = {
#define OPTION(name, value, commands, kind, field, meaning) \
    {name, value, commands, NNC_OPTION_##kind, offsetof(nnc_options, field), meaning},
#include "commands/options.def"
};
enum { NNC_OPTION_TOTAL = sizeof nnc_option_table / sizeof nnc_option_table[0] };

/* As people write it. */
static const char *nnc_name_of(const nnc_option *option) {
    return strcmp(option->name, "--output") == 0 ? "-o" : option->name;
}

static void nnc_print_commands(const nnc_host *host, FILE *out) {
    fprintf(out, "usage: %s COMMAND [OPTIONS]\n\ncommands:\n", host->program);
    for (size_t i = 0; i < NNC_COMMAND_COUNT; i++) {
        fprintf(out, "  %-10s %s\n", nnc_commands[i].name, nnc_commands[i].help);
    }
    fprintf(out, "\n%s COMMAND --help lists the options of a command.\n", host->program);
}

static void nnc_print_options(const nnc_host *host, const nnc_command *command, FILE *out) {
    fprintf(out, "usage: %s %s [OPTIONS]: %s\n\noptions:\n", host->program, command->name, command->help);
    for (size_t i = 0; i < NNC_OPTION_TOTAL; i++) {
        const nnc_option *option = &nnc_option_table[i];
        char text[64];
        if ((option->commands & command->bit) != 0) {
            snprintf(text, sizeof text, "%s%s%s", option->name, option->value != NULL ? " " : "",
                     option->value != NULL ? option->value : "");
            fprintf(out, "  %-22s %s\n", text, option->help);
        }
    }
}

/* 536870912, 512M, 2G; -1, silently. */
static int nnc_parse_bytes(const char *text, uint64_t *bytes) {
    static const char units[] = "KMGT";
    char digits[32];
    const size_t size = strlen(text);
    const char *unit = size > 0 ? strchr(units, text[size - 1]) : NULL;
    const size_t shift = unit != NULL ? 10 * (size_t)(unit - units + 1) : 0;
    snprintf(digits, sizeof digits, "%.*s", (int)(size < sizeof digits ? size - (unit != NULL) : 0), text);
    if (nnc_parse_count(digits, bytes) != 0 || *bytes == 0 || *bytes > (uint64_t)INT64_MAX >> shift) {
        return -1;
    }
    *bytes <<= shift;
    return *bytes <= SIZE_MAX / 2 ? 0 : -1;
}

static int nnc_set_option(nnc_host *host, const nnc_option *option, const char *value, nnc_options *options) {
    void *field = (char *)options + option->offset;
    uint64_t number = 0;
    double parsed = 0;
    int is_number = value != NULL && nnc_parse_count(value, &number) == 0;
    switch (option->kind) {
    case NNC_OPTION_READ:
    case NNC_OPTION_WRITE:
    case NNC_OPTION_READ_WEIGHTS:
    case NNC_OPTION_WRITE_WEIGHTS:
    case NNC_OPTION_FOLDER:
        if (value[0] == '\0') {
            return nnc_fail_usage(host, "%s wants the name of a %s, not ''", nnc_name_of(option),
                                  option->kind == NNC_OPTION_FOLDER ? "folder" : "file");
        }
        *(const char **)field = value;
        return 0;
    case NNC_OPTION_FLAG: *(int *)field = 1; return 0;
    case NNC_OPTION_COUNT:
        if (!is_number || number < 1 || number > INT64_MAX) {
            return nnc_fail_usage(host, "%s wants a whole number from 1, not '%s'", nnc_name_of(option), value);
        }
        *(int64_t *)field = (int64_t)number;
        return 0;
    case NNC_OPTION_BYTES:
        if (nnc_parse_bytes(value, &number) != 0) {
            return nnc_fail_usage(host, "%s wants a number of bytes, as 512M or 2G, not '%s'", nnc_name_of(option),
                                  value);
        }
        *(int64_t *)field = (int64_t)number;
        return 0;
    case NNC_OPTION_SEED:
        if (!is_number) {
            return nnc_fail_usage(host, "%s wants a whole number from 0, not '%s'", nnc_name_of(option), value);
        }
        *(uint64_t *)field = number;
        options->has_seed = 1;
        return 0;
    case NNC_OPTION_REAL:
        if (nnc_parse_number(value, strlen(value), &parsed) != 0 || !(parsed >= 0)) {
            return nnc_fail_usage(host, "%s wants a number from 0, not '%s'", nnc_name_of(option), value);
        }
        *(double *)field = parsed;
        return 0;
    case NNC_OPTION_VERBOSE:
        if (!is_number || number > 2) {
            return nnc_fail_usage(host, "%s wants 0, 1 or 2, not '%s'", nnc_name_of(option), value);
        }
        *(int *)field = (int)number;
        return 0;
    }
    return 0;
}

/* Options of `command` from the table, in getopt's form. */
static int nnc_parse_options(nnc_host *host, const nnc_command *command, int argc, char **argv, nnc_options *options) {
    struct option longs[NNC_OPTION_TOTAL + 1];
    const nnc_option *of[NNC_OPTION_TOTAL];
    size_t count = 0, output = 0;
    memset(longs, 0, sizeof longs);
    for (size_t i = 0; i < NNC_OPTION_TOTAL; i++) {
        const nnc_option *option = &nnc_option_table[i];
        if ((option->commands & command->bit) != 0) {
            output = strcmp(option->name, "--output") == 0 ? count : output;
            longs[count].name = option->name + 2;
            longs[count].has_arg = option->value != NULL ? required_argument : no_argument;
            longs[count].val = 256 + (int)count;
            of[count++] = option;
        }
    }
    opterr = 0;
    optind = 1;
    for (;;) {
        int has_output = (command->bit & (NNC_PREDICT | NNC_GRAD | NNC_CALIBRATE)) != 0;
        int at = optind < argc ? optind : argc - 1;
        int found = getopt_long(argc, argv, has_output ? ":o:h" : ":h", longs, NULL);
        if (found == -1) {
            break;
        }
        if (found == ':') {
            return nnc_fail_usage(host, "%s wants a value", argv[at]);
        }
        if (found == '?') {
            return nnc_fail_usage(host, "unknown option '%s'; %s %s --help lists those there are", argv[at],
                                  host->program, command->name);
        }
        if (found == 'h') {
            options->help = 1;
        } else if (nnc_set_option(host, of[found == 'o' ? output : (size_t)found - 256], optarg, options) != 0) {
            return -1;
        }
    }
    return optind == argc ? 0 : nnc_fail_usage(host, "unexpected argument '%s'", argv[optind]);
}

/* Refuses results that would be written over each other or over what is read, before anything is. */
static int nnc_check_paths(nnc_host *host, const nnc_model *model, const nnc_command *command,
                           const nnc_options *options) {
    nnc_path_list list;
    int status = nnc_paths_open(host, model, options->data_dir, NNC_OPTION_TOTAL, &list);
    if (status == 0 && command->bit == NNC_FIT) {
        nnc_paths_add_callbacks(model, &list);
    }
    for (size_t i = 0; i < NNC_OPTION_TOTAL && status == 0; i++) {
        const nnc_option *option = &nnc_option_table[i];
        if (option->kind < NNC_OPTION_FOLDER) {
            const char *path = *(const char *const *)(const void *)((const char *)options + option->offset);
            list.at[list.count++] = (nnc_pathname){path, nnc_name_of(option), (nnc_path_use)option->kind, 0};
        }
    }
    status = status == 0 ? nnc_paths_check(host, &list) : status;
    nnc_paths_close(&list);
    return status;
}

static const nnc_command *nnc_find_command(const char *name) {
    for (size_t i = 0; i < NNC_COMMAND_COUNT; i++) {
        if (strcmp(nnc_commands[i].name, name) == 0) {
            return &nnc_commands[i];
        }
    }
    return NULL;
}

static int nnc_run_command(nnc_host *host, const nnc_model *model, int argc, char **argv) {
    nnc_options options;
    const nnc_command *command = argc > 1 ? nnc_find_command(argv[1]) : NULL;
    if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
        nnc_print_commands(host, stdout);
        return NNC_EXIT_OK;
    }
    if (command == NULL) {
        nnc_print_commands(host, stderr);
        if (argc > 1) {
            nnc_fail_usage(host, "unknown command '%s'", argv[1]);
        }
        return NNC_EXIT_USAGE;
    }
    memset(&options, 0, sizeof options);
    options.validation_split = -1;
    options.tolerance = -1;
    options.verbose = -1;
    if (nnc_parse_options(host, command, argc - 1, argv + 1, &options) != 0) {
        return host->status;
    }
    if (options.help) {
        nnc_print_options(host, command, stdout);
        return NNC_EXIT_OK;
    }
    if (nnc_check_paths(host, model, command, &options) != 0) {
        return host->status;
    }
    host->threads = (size_t)options.threads;
    if (options.max_memory > 0) {
        nnc_memory_limit(host, (size_t)options.max_memory);
    }
    if (host->group != NULL && command->bit != NNC_FIT) { /* nothing to share: the first does it */
        host->group->shrink(host->group, 1);
    }
    return host->group != NULL && host->group->rank >= host->group->count ? NNC_EXIT_OK
                                                                          : command->run(host, model, &options);
}

NNC_API int nnc_main(const nnc_model *model, int argc, char **argv) { return nnc_main_in(model, argc, argv, NULL); }

NNC_API int nnc_main_in(const nnc_model *model, int argc, char **argv, nnc_group *group) {
    nnc_host host;
    memset(&host, 0, sizeof host);
    host.group = group;
    host.is_silent = group != NULL && group->rank > 0;
    const char *slash = argc > 0 ? strrchr(argv[0], '/') : NULL;
    host.program = slash != NULL ? slash + 1 : argc > 0 ? argv[0] : model->name;
    nnc_process_begin();
    signal(SIGPIPE, SIG_IGN); /* a run does not end because nobody reads its progress any more */
    int status;
    if (model->keeps_subnormals) {
        status = nnc_run_command(&host, model, argc, argv);
    } else {
        const uint64_t float_mode = nnc_subnormals_zero();
        status = nnc_run_command(&host, model, argc, argv);
        nnc_subnormals_restore(float_mode);
    }
    if (status == NNC_EXIT_OK && (fflush(stdout) != 0 || ferror(stdout))) {
        nnc_fail(&host, "standard output cannot be written");
        status = NNC_EXIT_FAILED;
    }
    if (host.group != NULL && group->rank < group->count) {
        status = nnc_group_end(&host, status);
    }
    if (host.text[0] != '\0') {
        nnc_print_error(&host);
    }
    nnc_store_free(&host.input);
    return status;
}
