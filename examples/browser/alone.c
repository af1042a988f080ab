/* SPDX-License-Identifier: MIT-0 */
/* Where nnc is alone: no other program, no signals, no files to tidy up. Stands in the place of the files that start
 * programs and listen to signals (the Makefile leaves these out), and says so to who asks for what they do. */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "alone.h"
#include "driver/compare.h"
#include "driver/run.h"
#include "driver/running.h"
#include "driver/temporary.h"
#include "export/export.h"
#include "host/host.h"
#include "import/import.h"

enum { EXIT_CANNOT = 2 };

static int refuse(const char *what) {
    fprintf(stderr, "nnc: %s needs other programs, and there are none here: use nnc on a machine\n", what);
    return EXIT_CANNOT;
}

int fchmod(int file, mode_t mode) { return (void)file, (void)mode, 0; }
int madvise(void *memory, size_t size, int advice) { return (void)memory, (void)size, (void)advice, 0; }

void temporary_add(const char *path) { (void)path; }
void temporary_keep(const char *path) { (void)path; }
void temporary_remove(const char *path) { remove(path); }
const char *temporary_folder(Arena *arena) { return (void)arena, refuse("this"), NULL; }

nnc_path_text running_program(const char *name) { return (void)name, (nnc_path_text){""}; }
void running_become(const char *what, char **argv) { (void)what, (void)argv; }

int build_program(Arena *arena, const Options *options, const char *code, const char *program) {
    return (void)arena, (void)options, (void)code, (void)program, refuse("--selftest");
}
int run_program(Arena *arena, const char *program, const char *log) {
    return (void)arena, (void)program, (void)log, refuse("--selftest");
}
int run_calibration(Arena *arena, const Options *options, const char *program, const char *ranges) {
    return (void)arena, (void)options, (void)program, (void)ranges, refuse("--quantize without --ranges");
}
int run_model(const Options *options, Arena *arena, const Model *model, const char *code) {
    return (void)options, (void)arena, (void)model, (void)code, refuse("nnc run");
}

int compare_command(const Options *options, Arena *arena) { return (void)options, (void)arena, refuse("nnc report"); }

void import_become(char **argv) { (void)argv; }
bool import_wanted(const char *path) { return (void)path, false; }
int export_command(const Options *options, Arena *arena) { return (void)options, (void)arena, refuse("nnc export"); }
int import_command(const Options *options, Arena *arena) { return (void)options, (void)arena, refuse("nnc import"); }
Source *import_source(const Options *options, Arena *arena, const char **weights, int *status) {
    (void)options, (void)arena, (void)weights;
    *status = refuse("a model that is no model file");
    return NULL;
}

void nnc_process_begin(void) {}

/* No file but the model is ever open, so that nothing comes into a store and nothing out of it. */
static int no_data(nnc_host *host) { return nnc_fail(host, "there are no files of data here: use nnc on a machine"); }

int nnc_store_of_file(nnc_host *host, int file, size_t size, nnc_store *store) {
    return (void)file, (void)size, (void)store, no_data(host);
}
nnc_store nnc_store_part(const nnc_store *store, size_t at, size_t size) { return (void)at, (void)size, *store; }
void nnc_store_free(nnc_store *store) { (void)store; }
const void *nnc_store_at(const nnc_store *store, size_t at, size_t size, void *scratch) {
    return (void)store, (void)at, memset(scratch, 0, size);
}
int nnc_store_check(nnc_host *host, const nnc_store *store, const char *path) {
    return (void)store, (void)path, no_data(host);
}
int nnc_sink_put(nnc_sink *sink, const void *bytes, size_t size) {
    return (void)bytes, (void)size, no_data(sink->host);
}
int nnc_sink_end(nnc_sink *sink, nnc_store *store) { return (void)store, no_data(sink->host); }
void nnc_sink_abandon(nnc_sink *sink) { (void)sink; }
