/* SPDX-License-Identifier: MIT-0 */
/* nnc run: programs that are compiled and run at once. */
#ifndef NNC_DRIVER_RUN_H
#define NNC_DRIVER_RUN_H

#include "base/arena.h"
#include "base/options.h"
#include "model/model.h"

/** Compiles `code` to `program` with $CC or cc, by way of files beside it. Returns 0, or the exit status after a
 *  message. */
int build_program(Arena *arena, const Options *options, const char *code, const char *program);
/** Runs a program whose output goes to the file `log`. Returns its exit status. */
int run_program(Arena *arena, const char *program, const char *log);
/** Has an observing program write the ranges of the data of --calibrate, or of the model's own. Returns its exit
 *  status. */
int run_calibration(Arena *arena, const Options *options, const char *program, const char *ranges);
/** Compiles `code` (linked form, with main) unless the same is in the cache, and runs it; relative paths of the model's
 *  data start at the model's folder. Returns the exit status. */
int run_model(const Options *options, Arena *arena, const Model *model, const char *code);

#endif
