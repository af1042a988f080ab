/* SPDX-License-Identifier: MIT-0 */
/* Writing MODEL.c, MODEL.h and MODEL.d; finding the runtime library. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/embedded.h"
#include "base/options.h"
#include "driver/output.h"
#include "driver/running.h"
#include "driver/temporary.h"
#include "host/host.h"

static const char *base_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* model.c → model.h */
static const char *with_suffix(Arena *arena, const char *path, const char *suffix) {
    const char *dot = strrchr(base_name(path), '.');
    return arena_printf(arena, "%.*s%s", (int)(dot ? dot - path : (long)strlen(path)), path, suffix);
}

/* Standard output, /dev/stdout, /dev/null: nothing can lie beside it. */
static bool is_stream(const char *path) { return !strcmp(path, "-") || !strncmp(path, "/dev/", 5); }

static const char *header_path(const Options *options, Arena *arena) {
    if (options->header) return options->header;
    if (!options->output || is_stream(options->output)) return NULL;
    return with_suffix(arena, options->output, ".h");
}

const char *output_header_include(const Options *options, Arena *arena) {
    const char *header = header_path(options, arena);
    if (options->standalone || options->emit || !header) return NULL;
    return base_name(header);
}

/* Opens a file that nobody else can have opened before. */
static FILE *create(const char *path) {
    unlink(path); /* what a killed nnc with this number has left */
    const int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    return file < 0 ? NULL : fdopen(file, "wb");
}

/* Writes to a temporary file beside its path, or, *temporary NULL, at once to what must not be replaced by a file: a
 * device, a pipe, a link. False and a message when that fails. */
static bool prepare(Arena *arena, const OutputFile *file, const char **temporary) {
    struct stat status;
    const bool exists = lstat(file->path, &status) == 0;
    if (exists && S_ISDIR(status.st_mode)) {
        fprintf(stderr, "nnc: cannot write %s: %s\n", file->path, strerror(EISDIR));
        return false;
    }
    if (!exists || S_ISREG(status.st_mode)) {
        *temporary = arena_printf(arena, "%s.%ld.tmp", file->path, (long)getpid());
        temporary_add(*temporary);
    }
    FILE *out = *temporary ? create(*temporary) : fopen(file->path, "wb");
    bool good = out != NULL;
    if (out) {
        const size_t length = strlen(file->text);
        if (*temporary && exists) (void)fchmod(fileno(out), status.st_mode & 07777); /* who may read it stays */
        good = fwrite(file->text, 1, length, out) == length;
        good = fclose(out) == 0 && good;
    }
    if (!good) fprintf(stderr, "nnc: cannot write %s: %s\n", file->path, strerror(errno));
    return good;
}

bool output_write_files(Arena *arena, const OutputFile *files, int count) {
    const char **const temporaries = NEW_ARRAY(arena, const char *, count + 1);
    for (int i = 0; i < count; i++)
        if (!prepare(arena, &files[i], &temporaries[i])) return false;
    for (int i = 0; i < count; i++) {
        if (!temporaries[i]) continue;
        if (rename(temporaries[i], files[i].path) != 0) {
            fprintf(stderr, "nnc: cannot write %s: %s\n", files[i].path, strerror(errno));
            return false;
        }
        temporary_keep(temporaries[i]);
    }
    return true;
}

/* Where the dependencies go, or NULL. */
static const char *depfile_path(const Options *options, Arena *arena) {
    if (options->depfile) return options->depfile;
    return options->make_depfile ? with_suffix(arena, options->output, ".d") : NULL;
}

bool output_check_paths(const nnc_pathname *paths, size_t count) {
    const nnc_pathname *output, *other;
    if (!nnc_paths_clash(paths, count, &output, &other)) return true;
    if (nnc_path_is_written(other))
        fprintf(stderr, "nnc: cannot write %s: it would be %s and %s\n", output->path, output->name, other->name);
    else fprintf(stderr, "nnc: cannot write %s: it is %s\n", output->path, other->name);
    return false;
}

/* A file name as make takes it: it looks for a backslash only before what it treats specially. */
static const char *make_name(Arena *arena, const char *path) {
    Text out = {.arena = arena};
    for (; *path; path++) {
        const size_t slashes = strspn(path, "\\"); /* before such a character each of them is doubled */
        if (slashes && path[slashes] && strchr(" #:", path[slashes])) text_append(&out, path, slashes);
        text_append(&out, path, slashes);
        path += slashes;
        if (!*path) break;
        if (strchr(" #:", *path)) text_puts(&out, "\\");
        if (*path == '$') text_puts(&out, "$");
        text_append(&out, path, 1);
    }
    return text_chars(&out);
}

/* Whether text written into a file of others ends there where the name ends: with one of these it would not. */
static bool may_stand(const char *path, const char *where, const char *ending, const char *way_out) {
    for (const char *at = path; at && *at; at++) {
        if ((unsigned char)*at >= ' ' && *at != 127 && !strchr(ending, *at)) continue;
        fprintf(stderr, "nnc: %s cannot name %s: %s\n", where, nnc_quote(path, strlen(path)).text, way_out);
        return false;
    }
    return true;
}

/* Names that go into the C and into the dependencies. */
static bool check_names(const Options *options, Arena *arena) {
    const char *const header = output_header_include(options, arena);
    const char *const paths[] = {options->output, options->input, options->weights};
    if (!may_stand(header, "#include", "\"\\?", "say --header=FILE.h, or --standalone")) return false;
    for (size_t i = 0; depfile_path(options, arena) && i < sizeof paths / sizeof *paths; i++)
        if (!may_stand(paths[i], "a makefile", ";|%*?[", "leave the dependencies out, or rename it")) return false;
    return true;
}

bool output_check(const Options *options, Arena *arena) {
    if (options->emit || options->command == COMMAND_RUN) return true;
    const nnc_pathname paths[] = {
        {options->input, "the model", NNC_PATH_READ, 0},
        {options->weights, "the file of --weights", NNC_PATH_READ, 0},
        {options->output, "the C of -o", NNC_PATH_WRITE, 0},
        {header_path(options, arena), "the header of --header", NNC_PATH_WRITE, 0},
        {depfile_path(options, arena), "the dependencies of -MF", NNC_PATH_WRITE, 0},
    };
    return check_names(options, arena) && output_check_paths(paths, sizeof paths / sizeof *paths);
}

static const char *depfile_text(const Options *options, Arena *arena) {
    Text out = {.arena = arena};
    text_printf(&out, "%s:", make_name(arena, options->output));
    if (strcmp(options->input, "-") != 0) text_printf(&out, " %s", make_name(arena, options->input));
    if (options->weights) text_printf(&out, " %s", make_name(arena, options->weights));
    text_puts(&out, "\n");
    return text_chars(&out);
}

bool output_write(const Options *options, Arena *arena, const char *text, const char *header) {
    if (options->emit || !strcmp(options->output, "-")) {
        if (fputs(text, stdout) < 0 || fflush(stdout)) return false; /* main() says so */
        if (options->emit || !options->header) return true;
    }
    OutputFile files[3] = {{0}};
    int count = 0;
    const char *const beside = header_path(options, arena), *const depfile = depfile_path(options, arena);
    if (strcmp(options->output, "-") != 0) files[count++] = (OutputFile){options->output, text};
    if (beside) files[count++] = (OutputFile){beside, header};
    if (depfile) files[count++] = (OutputFile){depfile, depfile_text(options, arena)};
    return output_write_files(arena, files, count);
}

/* The folder of the running program, "" when it cannot be told. */
static const char *program_folder(const Options *options, Arena *arena) {
    const nnc_path_text program = running_program(options->program);
    const char *const slash = strrchr(program.text, '/');
    return slash ? arena_strndup(arena, program.text, (size_t)(slash - program.text)) : "";
}

/* libnnc.a and its headers: beside nnc in a build folder, or as installed, below PREFIX. */
typedef struct Installation {
    const char *include, *library;
} Installation;

static Installation installation(const Options *options, Arena *arena) {
    static const char *const folders[] = {"lib", "lib/" NNC_MULTIARCH, "lib64"};
    const char *folder = program_folder(options, arena);
    Installation found = {arena_printf(arena, "%s/include/nnc", folder), arena_printf(arena, "%s/libnnc.a", folder)};
    if (access(found.library, R_OK) == 0) return found;
    found.include = arena_printf(arena, "%s/../include/nnc", folder);
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        found.library = arena_printf(arena, "%s/../%s/libnnc.a", folder, folders[i]);
        if (access(found.library, R_OK) == 0) return found;
    }
    found.library = arena_printf(arena, "%s/../lib/libnnc.a", folder);
    return found;
}

const char *build_cflags(const Options *options, Arena *arena) {
    return arena_printf(arena, "-I%s -fno-math-errno%s", installation(options, arena).include,
                        options->ranks ? " -DNNC_MPI" : "");
}

/* A library of the system; where the package of nnc brings it along, beside libnnc.a, that one. */
static const char *library_beside(Arena *arena, const char *libnnc, const char *file, const char *flag) {
    const char *const path = arena_printf(arena, "%.*s%s", (int)(strrchr(libnnc, '/') + 1 - libnnc), libnnc, file);
    return access(path, R_OK) == 0 ? path : flag;
}

const char *build_libs(const Options *options, Arena *arena) {
    const char *const libnnc = installation(options, arena).library;
#ifdef NNC_PNG
    const char *const png = " -lspng";
#else
    const char *const png = "";
#endif
#ifdef NNC_MPI_LIBS
    const char *const mpi = options->ranks ? " " NNC_MPI_LIBS : "";
#else
    const char *const mpi = "";
#endif
    const char *const zlib = library_beside(arena, libnnc, "libz.a", "-lz");
    return arena_printf(arena, "%s%s %s -lm -pthread%s", libnnc, png, zlib, mpi);
}

const char *build_stamp(const Options *options, Arena *arena) {
    struct stat library;
    if (stat(installation(options, arena).library, &library) != 0) return "";
    return arena_printf(arena, "%lld %lld", (long long)library.st_mtime, (long long)library.st_size);
}

/* The first file of the installation that is not there; NULL: it is whole. */
static const char *missing_file(Installation place, Arena *arena) {
    if (access(place.library, R_OK) != 0) return place.library;
    for (const Embedded *file = embedded_files; file->name; file++) {
        const char *const name = base_name(file->name);
        const bool header = !strncmp(file->name, "runtime/nnc", 11) && !strcmp(name + strlen(name) - 2, ".h");
        const char *const path = header ? arena_printf(arena, "%s/%s", place.include, name) : place.library;
        if (access(path, R_OK) != 0) return path;
    }
    return NULL;
}

bool build_is_whole(const Options *options, Arena *arena) {
    const char *const missing = missing_file(installation(options, arena), arena);
    if (missing)
        fprintf(stderr, "nnc: %s is missing: install nnc again, or let --standalone do without\n", missing);
    return !missing;
}

int print_build_flags(const Options *options, Arena *arena) {
    if (!build_is_whole(options, arena)) return 2;
    if (options->print_cflags) printf("%s\n", build_cflags(options, arena));
    if (options->print_libs) printf("%s\n", build_libs(options, arena));
    return 0;
}
