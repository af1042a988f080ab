/* SPDX-License-Identifier: MIT-0 */
/* --selftest: the C is compiled for this machine, run, and made anew with what it predicts. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/options.h"
#include "driver/run.h"
#include "driver/selftest.h"
#include "driver/temporary.h"
#include "file/file.h"
#include "model/model.h"
#include "model/shape.h"
#include "plan/plan.h"

static bool failed(const char *what) {
    fprintf(stderr, "nnc: %s: there is nothing that --selftest could look for\n", what);
    return false;
}

/* One number from each line that a program has printed. */
static bool read_outputs(Options *options, Arena *arena, const char *printed) {
    char line[64];
    FILE *const from = fopen(printed, "r");
    if (!from) return failed("the prediction has printed nothing");
    while (fgets(line, sizeof line, from)) list_push(arena, &options->selftest_outputs, strtod(line, NULL));
    fclose(from);
    return true;
}

bool selftest_learn(Options *options, Arena *arena, const Plan *plan) {
    const Shape output = plan->model->output;
    if (!options_weights(options)) {
        fputs("nnc: --selftest knows what weights predict: it needs option '--weights'\n", stderr);
        return false;
    }
    const char *const folder = temporary_folder(arena);
    if (!folder) return false;
    const char *const path = arena_printf(arena, "%s/selftest", folder);
    const char *const printed = arena_printf(arena, "%s.out", path);
    temporary_add(path);
    temporary_add(printed);
    const char *header; /* it stands in the program, too */
    if (build_program(arena, options, emit_model_c(arena, plan, NULL, &header), path) != 0) return false;
    if (run_program(arena, path, printed) != 0) return failed("the prediction of this model fails");
    if (!read_outputs(options, arena, printed)) return false;
    if (options->selftest_outputs.count != shape_size(shape_of(output.rank - 1, output.dim + 1), 1))
        return failed("the prediction has not printed all outputs");
    for (int i = 0; i < options->selftest_outputs.count; i++)
        if (!isfinite(options->selftest_outputs.at[i])) return failed("these weights predict NaN or infinity");
    return true;
}
