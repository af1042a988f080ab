/* SPDX-License-Identifier: MIT-0 */
/* nnc import: from a file to a model file and its weights, or to the C at once. The file is read in a process of its
 * own: libraries of containers have their limits, and so a damaged file costs a message, and no more memory and time
 * than it may. */
#include "import/import.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "driver/output.h"
#include "driver/running.h"
#include "driver/temporary.h"
#include "model/dump.h"

enum { EXIT_DONE = 0, EXIT_FILE = 1, EXIT_CANNOT = 2 };

static const struct {
    nnc_file_kind kind;
    bool (*run)(Import *import);
} formats[] = {{NNC_FILE_KERAS, import_keras},
               {NNC_FILE_HDF5, import_hdf5},
               {NNC_FILE_ONNX, import_onnx},
               {NNC_FILE_SAFETENSORS, import_torch}};

/* Where results go; NULL: nowhere. */
typedef struct Results {
    const char *model, *weights, *checkpoint;
} Results;

#ifndef NNC_IMPORT

static bool is_missing(Import *import) {
    import_fail(import, "is %s, and this nnc was built without its importer",
                nnc_file_kind_name(nnc_file_kind_of(import->bytes, import->size)));
    nnc_fail_hint(&import->host, "install libhdf5-dev, libjansson-dev, libzip-dev, libprotobuf-c-dev and "
                                 "protobuf-c-compiler, and build it again");
    return false;
}
bool import_keras(Import *import) { return is_missing(import); }
bool import_hdf5(Import *import) { return is_missing(import); }
bool import_onnx(Import *import) { return is_missing(import); }

void import_become(char **argv) { running_become("-import", argv); }

#else

void import_become(char **argv) { (void)argv; }

#endif

/* In the process of its own
 * -------------------------------------------------------------------------------------------- */

static bool run_format(Import *import) {
    const nnc_file_kind kind = nnc_file_kind_of(import->bytes, import->size);
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (formats[i].kind == kind) return formats[i].run(import);
    import_fail(import,
                "is %s, and no model that nnc can import: Keras' .keras and .h5, ONNX, or safetensors of PyTorch",
                nnc_file_kind_name(kind));
    if (nnc_file_kind_way_out(kind)) nnc_fail_hint(&import->host, "%s", nnc_file_kind_way_out(kind));
    return false;
}

static int compare_names(const void *a, const void *b) {
    return strcmp(((const nnc_entry *)a)->name, ((const nnc_entry *)b)->name);
}

static void sort_by_name(Entries *entries) {
    if (entries->count) qsort(entries->at, (size_t)entries->count, sizeof *entries->at, compare_names);
}

static bool write_text(Import *import, const char *path) {
    nnc_writer writer;
    if (nnc_writer_open(&import->host, &writer, path) != 0) return false;
    nnc_writer_write(&writer, import->source.chars, import->source.length);
    return nnc_writer_commit(&writer) == 0;
}

/* Weights and what belongs to them, for fit --resume. */
static bool write_checkpoint(Import *import, const char *path) {
    nnc_notes notes = {0};
    Text identity = {.arena = import->arena};
    identity_dump(import->model, &identity);
    const char *const batch = strstr(text_chars(&identity), ", batch "); /* which the file does not know */
    const char *const text = batch ? arena_printf(import->arena, "%.*s%s", (int)(batch - identity.chars),
                                                  identity.chars, batch + strcspn(batch, "\n"))
                                   : text_chars(&identity);
    for (int i = 0; i < import->state.count; i++) list_push(import->arena, &import->weights, import->state.at[i]);
    sort_by_name(&import->weights);
    return nnc_add_note(&import->host, &notes, "nnc.checkpoint", "imported") == 0 &&
           nnc_add_note(&import->host, &notes, "nnc.identity", text) == 0 &&
           nnc_tensors_write_checked(&import->host, path, import->weights.at, (size_t)import->weights.count, &notes) ==
               0;
}

static bool write_results(Import *import, const Results *results) {
    const char *const paths[] = {results->model, results->weights, results->checkpoint};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        if (paths[i] && nnc_writer_probe(&import->host, paths[i]) != 0) return false;
    sort_by_name(&import->weights);
    if (results->weights && nnc_tensors_write(&import->host, results->weights, import->weights.at,
                                              (size_t)import->weights.count, NULL) != 0)
        return false;
    if (results->checkpoint && !write_checkpoint(import, results->checkpoint)) return false;
    return !results->model || write_text(import, results->model);
}

static int convert(const Options *options, Arena *arena, const Results *results) {
    Import import = {.arena = arena, .host = {.program = "nnc"}, .options = options, .path = options->input,
                     .text = {.arena = arena}, .source = {.arena = arena}, .notes = {.arena = arena}};
    unsigned char *bytes = NULL;
    bool good = nnc_read_file(&import.host, options->input, &bytes, &import.size) == 0;
    import.bytes = bytes;
    good = good && run_format(&import);
    if (good && results->checkpoint && import.stateless)
        good = import_fail(&import, "has no state of an optimizer for --checkpoint: %s", import.stateless);
    good = good && write_results(&import, results);
    if (!good && *import.host.text) nnc_print_error(&import.host);
    if (good) fputs(text_chars(&import.notes), stderr);
    free(bytes);
    return good ? EXIT_DONE : EXIT_FILE;
}

/* Around it ------------------------------------------------------------ */

/* A file cannot need more than this. */
static void limit_resources(const char *path) {
    enum { SECONDS = 10, GRACE = 5, MEGABYTE = 1 << 20, LEAST = 1024, TIMES = 32 };
    struct stat status;
    const rlim_t size = stat(path, &status) == 0 && status.st_size > 0 ? (rlim_t)status.st_size : 0;
    const rlim_t seconds = SECONDS + size / MEGABYTE;
    const struct rlimit time = {seconds, seconds + GRACE}; /* it ends by SIGXCPU, which says why */
    setrlimit(RLIMIT_CPU, &time);
#ifndef __SANITIZE_ADDRESS__
    const rlim_t bytes = (rlim_t)LEAST * MEGABYTE + TIMES * size;
    const struct rlimit memory = {bytes, bytes};
    setrlimit(RLIMIT_AS, &memory);
#endif
}

static int convert_apart(const Options *options, Arena *arena, const Results *results) {
    fflush(NULL);
    const pid_t child = fork_child();
    if (child == 0) {
        limit_resources(options->input);
        const int status = convert(options, arena, results);
        fflush(NULL);
        _exit(status); /* what libraries keep is theirs */
    }
    if (child < 0) {
        fprintf(stderr, "nnc: cannot start a process: %s\n", strerror(errno));
        return EXIT_CANNOT;
    }
    const int status = wait_for(child);
    if (signal_handed_on()) return 128 + signal_handed_on();
    if (WIFEXITED(status)) return WEXITSTATUS(status);
    fprintf(stderr, "%s: error: is damaged: it ended the library that reads it, by %s\n", options->input,
            strsignal(WTERMSIG(status)));
    return EXIT_FILE;
}

static bool check_paths(const Options *options) {
    const nnc_pathname paths[] = {
        {options->input, "what is imported", NNC_PATH_READ, 0},
        {options->model, "the model of --for", NNC_PATH_READ, 0},
        {options->check, "the file of --check", NNC_PATH_READ, 0},
        {options->output, "the model of -o", NNC_PATH_WRITE, 0},
        {options->weights, "the file of --weights", NNC_PATH_WRITE, 0},
        {options->checkpoint, "the file of --checkpoint", NNC_PATH_WRITE, 0},
    };
    return output_check_paths(paths, sizeof paths / sizeof *paths);
}

static const char *temporary_file(Arena *arena, const char *folder, const char *name) {
    const char *const path = arena_printf(arena, "%s/%s", folder, name);
    temporary_add(path);
    return path;
}

int import_command(const Options *options, Arena *arena) {
    if (!check_paths(options)) return EXIT_CANNOT;
    Results results = {options->output, options->weights, options->checkpoint};
    if (!options->check) return convert_apart(options, arena, &results);
    const char *const folder = temporary_folder(arena);
    if (!folder) return EXIT_CANNOT;
    if (!results.model && !options->model) results.model = temporary_file(arena, folder, "model.nn");
    if (!results.weights) results.weights = temporary_file(arena, folder, "weights.safetensors");
    const int status = convert_apart(options, arena, &results);
    return status != EXIT_DONE ? status
                               : import_verify(options, arena, folder, options->model ? options->model : results.model,
                                               results.weights);
}

bool import_wanted(const char *path) {
    unsigned char start[1 << 13];
    const int file = strcmp(path, "-") != 0 ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    struct stat status;
    const bool regular = file >= 0 && fstat(file, &status) == 0 && S_ISREG(status.st_mode);
    const ssize_t size = regular ? read(file, start, sizeof start) : -1;
    if (file >= 0) close(file);
    return size > 0 && nnc_file_kind_of(start, (size_t)size) != NNC_FILE_UNKNOWN;
}

Source *import_source(const Options *options, Arena *arena, const char **weights, int *status) {
    const char *error;
    const char *const folder = temporary_folder(arena);
    *status = EXIT_CANNOT;
    if (!folder) return NULL;
    const Results results = {temporary_file(arena, folder, "model.nn"),
                             temporary_file(arena, folder, "weights.safetensors"), NULL};
    Options converted = *options;
    converted.output = NULL;
    *status = convert_apart(&converted, arena, &results);
    if (*status != EXIT_DONE) return NULL;
    const Source *const source = source_load(arena, results.model, &error);
    if (!source) {
        fprintf(stderr, "nnc: %s: %s\n", results.model, error);
        *status = EXIT_CANNOT;
        return NULL;
    }
    *weights = results.weights;
    return source_from_text(arena, options->input, source->text, source->length);
}
