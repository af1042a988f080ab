/* SPDX-License-Identifier: MIT-0 */
/* nnc run: compiles the C, keeps the program in a cache, and runs it: fit and then evaluate, or what the user asks
 * for. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/options.h"
#include "driver/output.h"
#include "driver/run.h"
#include "driver/temporary.h"
#include "model/model.h"
#include "plan/target.h"

enum { EXIT_FAILED = 1, EXIT_CANNOT = 2, NOT_STARTED = -1 };

typedef struct Command {
    const char *path;         /* of the program where it is shown under another name, its first word */
    LIST(const char *) words;
} Command;

static void add(Arena *arena, Command *command, const char *word) { list_push(arena, &command->words, word); }
static const char *path_of(const Command *command) { return command->path ? command->path : command->words.at[0]; }

/* Splits "cc -O2 -g" at spaces. */
static void add_words(Arena *arena, Command *command, const char *words) {
    while (*words) {
        const size_t space = strspn(words, " "), length = strcspn(words + space, " ");
        if (length) add(arena, command, arena_strndup(arena, words + space, length));
        words += space + length;
    }
}

/* Runs a command to its end; its output goes to `log` where that is given. Returns its exit status, as a shell
 * does, or NOT_STARTED after a message. */
static int execute(Arena *arena, Command *command, const char *log) {
    add(arena, command, NULL);
    fflush(NULL);
    const pid_t child = fork_child();
    if (child == 0) {
        const int to = log ? open(log, O_WRONLY | O_CREAT | O_TRUNC, 0600) : -1;
        if (to >= 0) {
            dup2(to, STDOUT_FILENO);
            dup2(to, STDERR_FILENO);
        }
        signal(SIGXFSZ, SIG_DFL); /* what nnc ignores for itself */
        execvp(path_of(command), (char *const *)command->words.at);
        _exit(127);
    }
    if (child < 0) {
        fprintf(stderr, "nnc: cannot start %s: %s\n", path_of(command), strerror(errno));
        return NOT_STARTED;
    }
    return exit_status(wait_for(child)); /* the child saves and ends, and this process reports how */
}

static bool make_folders(char *path) {
    for (char *slash = strchr(path + 1, '/');; slash = strchr(slash + 1, '/')) {
        if (slash) *slash = '\0';
        const bool good = mkdir(path, 0700) == 0 || errno == EEXIST;
        if (slash) *slash = '/';
        if (!good || !slash) return good;
    }
}

/* Whether nobody else can put a program there, which nnc would run. */
static bool is_own(const char *folder) {
    struct stat status;
    return stat(folder, &status) == 0 && status.st_uid == geteuid() && !(status.st_mode & (S_IWGRP | S_IWOTH)) &&
           access(folder, W_OK) == 0;
}

/* Where compiled programs are kept: $XDG_CACHE_HOME/nnc, ~/.cache/nnc; NULL when there is no such place, or others may
 * write to it. */
static const char *cache_folder(Arena *arena) {
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    if (cache && *cache == '/') cache = arena_printf(arena, "%s/nnc", cache);
    else if (home && *home == '/') cache = arena_printf(arena, "%s/.cache/nnc", home);
    else return NULL;
    return make_folders((char *)cache) && is_own(cache) ? cache : NULL;
}

/* FNV-1a, 64 bits. */
static uint64_t hash(uint64_t seed, const char *bytes, size_t size) {
    for (size_t i = 0; i < size; i++) seed = (seed ^ (unsigned char)bytes[i]) * UINT64_C(0x100000001b3);
    return seed;
}

/* What -march=native means here: a cache may be shared by unlike machines. */
static uint64_t machine_hash(uint64_t seed) {
    char text[8192];
    FILE *file = fopen("/proc/cpuinfo", "r");
    if (!file) return seed;
    while (fgets(text, sizeof text, file))
        if (!strncmp(text, "flags", 5) || !strncmp(text, "Features", 8)) {
            seed = hash(seed, text, strlen(text));
            break;
        }
    fclose(file);
    return seed;
}

static bool write_text(const char *path, const char *text) {
    FILE *file = fopen(path, "wb");
    if (!file) return false;
    const bool good = fputs(text, file) >= 0;
    return fclose(file) == 0 && good;
}

/* The compiler's words are of no use to who wrote a model: they go to a file, and nnc says whose fault it is. */
static int compile_failed(const Command *command, const char *log, int status) {
    if (signal_handed_on()) return 128 + signal_handed_on();
    if (status == 127) {
        fprintf(stderr, "nnc: there is no C compiler '%s'; install one, or name it in the variable CC\n",
                path_of(command));
    } else {
        fprintf(stderr, "nnc: internal error: '%s' does not compile what nnc wrote; its messages are in %s\n",
                path_of(command), log);
        temporary_keep(log);
    }
    return EXIT_CANNOT;
}

int build_program(Arena *arena, const Options *options, const char *code, const char *program) {
    const char *const unique = arena_printf(arena, "%s.%ld", program, (long)getpid());
    const char *const source = arena_printf(arena, "%s.c", unique), *const log = arena_printf(arena, "%s.log", unique);
    if (!options->standalone && !build_is_whole(options, arena)) return EXIT_CANNOT;
    temporary_add(source);
    temporary_add(log);
    temporary_add(unique);
    if (!write_text(source, code)) {
        fprintf(stderr, "nnc: cannot write %s: %s\n", source, strerror(errno));
        return EXIT_CANNOT;
    }
    Command command = {0};
    const char *const compiler = getenv("CC");
    add_words(arena, &command, compiler && *compiler ? compiler : "cc");
    add_words(arena, &command, "-O2 -march=native");
    add_words(arena, &command, build_cflags(options, arena));
    const char *const far = options->target ? target_named(options->target)->constants : "";
    if (*far) add(arena, &command, arena_printf(arena, "-D%s=", far)); /* which that target's compiler alone knows */
    add(arena, &command, source);
    add(arena, &command, "-o");
    add(arena, &command, unique);
    if (!options->standalone) add_words(arena, &command, build_libs(options, arena));
    const int status = execute(arena, &command, log);
    if (status == NOT_STARTED) return EXIT_CANNOT;
    if (status != 0) return compile_failed(&command, log, status);
    if (rename(unique, program) != 0) {
        fprintf(stderr, "nnc: cannot write %s: %s\n", program, strerror(errno));
        return EXIT_CANNOT;
    }
    temporary_keep(unique);
    temporary_remove(log);
    temporary_remove(source);
    return 0;
}

int run_program(Arena *arena, const char *program, const char *log) {
    Command command = {0};
    add(arena, &command, program);
    return execute(arena, &command, log);
}

static const char *folder_of(Arena *arena, const char *path) {
    const char *const slash = strrchr(path, '/');
    return !slash ? "." : slash == path ? "/" : arena_strndup(arena, path, (size_t)(slash - path));
}

/* What the user says about an option of the program: its value; NULL: nothing. */
static const char *said(const Options *options, const char *option) {
    const size_t length = strlen(option);
    const char *value = NULL;
    for (int i = 0; i < options->arguments.count; i++) {
        const char *const argument = options->arguments.at[i];
        if (!strcmp(argument, option) && i + 1 < options->arguments.count) value = options->arguments.at[i + 1];
        else if (!strncmp(argument, option, length) && argument[length] == '=') value = argument + length + 1;
    }
    return value;
}

static bool is_one_of(const char *name, const char *const *names) {
    while (*names && strcmp(name, *names) != 0) names++;
    return *names != NULL;
}

/* mpirun, or what the variable MPIRUN says, before a program that several processes share. False: it cannot be. */
static bool add_launcher(Arena *arena, Command *command) {
#ifndef NNC_MPI_LIBS
    fprintf(stderr, "nnc: this nnc is made without MPI: install libopenmpi-dev and make it again\n");
    return false;
#endif
    const char *const launcher = getenv("MPIRUN");
    if (getenv("OMPI_COMM_WORLD_SIZE")) {
        fprintf(stderr, "nnc: nnc run --mpi starts mpirun itself; say MPIRUN='mpirun -n %s' nnc run --mpi …\n",
                getenv("OMPI_COMM_WORLD_SIZE"));
        return false;
    }
    add_words(arena, command, launcher && *launcher ? launcher : "mpirun");
    return true;
}

/* A command of the program, with the data beside the model. What the user says comes last: it wins. */
static int command_of(Arena *arena, const Options *options, const char *program, const char *name, const char *option,
                      const char *file, int first) {
    static const char *const read_data[] = {"fit", "evaluate", "predict", "grad", NULL};
    const char *const slash = strrchr(options->input, '/');
    const bool launched = options->ranks && !strcmp(name, "fit");
    Command command = {.path = launched ? NULL : program};
    if (launched && !add_launcher(arena, &command)) return EXIT_CANNOT;
    add(arena, &command, launched ? program : arena_printf(arena, "nnc run %s", slash ? slash + 1 : options->input));
    add(arena, &command, name);
    if (is_one_of(name, read_data)) {
        add(arena, &command, "--data-dir");
        add(arena, &command, folder_of(arena, options->input));
    }
    if (option) {
        add(arena, &command, option);
        add(arena, &command, file);
    }
    for (int i = first; i < options->arguments.count; i++) add(arena, &command, options->arguments.at[i]);
    const int status = execute(arena, &command, NULL);
    return status == NOT_STARTED ? EXIT_CANNOT : status;
}

/* Where what was trained stays: m.trained.safetensors beside m.nn, or in the working folder where that one cannot be
 * written to. Weights that came with a model from elsewhere bear another name, and are left alone. */
static const char *kept_weights(Arena *arena, const Options *options, const Model *model) {
    const char *input = strcmp(options->input, "-") != 0 ? options->input : model->name;
    if (strrchr(input, '/') && access(folder_of(arena, input), W_OK) != 0) input = strrchr(input, '/') + 1;
    const char *const slash = strrchr(input, '/'), *const dot = strrchr(slash ? slash : input, '.');
    const size_t length = dot && strcmp(dot, ".nn") == 0 ? (size_t)(dot - input) : strlen(input);
    return arena_printf(arena, "%.*s.trained.safetensors", (int)length, input);
}

/* A word as a shell takes it. */
static const char *quoted(Arena *arena, const char *word) {
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-+./,:=@%";
    Text text = {.arena = arena};
    if (!word[strspn(word, plain)]) return word;
    text_puts(&text, "'");
    for (; *word; word++) text_printf(&text, *word == '\'' ? "'\\''" : "%c", *word);
    text_puts(&text, "'");
    return text_chars(&text);
}

/* What may be typed next, of a run that was not asked to be silent. */
static void say_next(Arena *arena, const Options *options, const Model *model, const char *weights) {
    const char *const verbose = said(options, "--verbose");
    const bool from_input = strcmp(options->input, "-") == 0;
    if ((verbose && !strcmp(verbose, "0")) || (!verbose && model->fit.verbose == 0)) return;
    printf("The weights are in %s", weights);
    if (!from_input) {
        const char *const file = quoted(arena, options->input);
        const bool elsewhere = said(options, "--save") != NULL;
        printf(". Next: nnc run %s predict%s%s -o predictions.csv, or nnc --inference-only --weights %s %s -o %s.c",
               file, elsewhere ? " --weights " : "", elsewhere ? quoted(arena, weights) : "", quoted(arena, weights),
               file, model->name);
    }
    puts("");
}

/* What the file says: fit, with the options that the user adds, then evaluate with the weights that came out. */
static int fit_and_evaluate(Arena *arena, const Options *options, const Model *model, const char *program) {
    if (!model->has_fit) {
        fprintf(stderr, "nnc: %s has no fit(); say what the program should do: nnc run %s predict …\n",
                options->input, options->input);
        return EXIT_CANNOT;
    }
    const char *const save = said(options, "--save");
    const char *const weights = save ? save : kept_weights(arena, options, model);
    int status = command_of(arena, options, program, "fit", "--save", weights, 0);
    if (status == 0 && model->has_evaluate)
        status = command_of(arena, options, program, "evaluate", "--weights", weights, options->arguments.count);
    if (status == 0) say_next(arena, options, model, weights);
    return status;
}

/* What the user asks for, with the weights of the last run where no others are said. */
static int asked_for(Arena *arena, const Options *options, const Model *model, const char *program) {
    static const char *const read_weights[] = {"evaluate", "predict", NULL};
    const char *const name = options->arguments.at[0], *const weights = kept_weights(arena, options, model);
    const bool uses_last = is_one_of(name, read_weights) && !said(options, "--weights") && !options->weights &&
                           access(weights, R_OK) == 0;
    return command_of(arena, options, program, name, uses_last ? "--weights" : NULL, weights, 1);
}

int run_calibration(Arena *arena, const Options *options, const char *program, const char *ranges) {
    Command command = {0};
    add(arena, &command, program);
    add(arena, &command, "calibrate");
    add(arena, &command, "--data-dir");
    add(arena, &command, folder_of(arena, options->input));
    if (options->calibrate) add(arena, &command, "--x");
    if (options->calibrate) add(arena, &command, options->calibrate);
    add(arena, &command, "-o");
    add(arena, &command, ranges);
    return execute(arena, &command, NULL);
}

int run_model(const Options *options, Arena *arena, const Model *model, const char *code) {
    const char *const scratch = temporary_folder(arena);
    if (!scratch) return EXIT_CANNOT;
    uint64_t key = hash(UINT64_C(0xcbf29ce484222325), code, strlen(code));
    const char *const compiler = getenv("CC") ? getenv("CC") : "cc";
    key = machine_hash(hash(key, compiler, strlen(compiler)));
    key = hash(key, build_stamp(options, arena), strlen(build_stamp(options, arena)));
    const char *const cache = cache_folder(arena);
    const char *const program = arena_printf(arena, "%s/%s-%016" PRIx64, cache ? cache : scratch, model->name, key);
    if (!cache) temporary_add(program);
    int status = access(program, X_OK) == 0 ? 0 : build_program(arena, options, code, program);
    const bool is_command = options->arguments.count > 0 && options->arguments.at[0][0] != '-';
    if (status == 0)
        status = is_command ? asked_for(arena, options, model, program)
                            : fit_and_evaluate(arena, options, model, program);
    return status;
}
