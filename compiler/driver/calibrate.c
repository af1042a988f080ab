/* SPDX-License-Identifier: MIT-0 */
/* --calibrate: the model is compiled for this machine with all values observed, and predicts the data. */
#include <math.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/options.h"
#include "driver/calibrate.h"
#include "driver/run.h"
#include "driver/temporary.h"
#include "file/file.h"
#include "file/weights.h"
#include "lower/lower.h"
#include "passes/passes.h"
#include "plan/plan.h"
#include "plan/ranges.h"
#include "plan/tensor.h"

/* The file of ranges that the data give; NULL after a message. */
static const char *calibrate(const Options *options, Arena *arena, const Model *model, Diags *diags) {
    Options observing = *options;
    observing.quantize = observing.target = NULL;
    observing.observe = observing.main = observing.inference_only = true;
    observing.standalone = observing.stream = observing.monte_carlo = observing.portable = observing.selftest = false;
    const char *const folder = temporary_folder(arena);
    if (!folder) return NULL;
    Plan *const plan = plan_from_model(arena, model, &observing, diags);
    if (!weights_bake(arena, plan)) return NULL;
    plan_optimize(plan, NULL);
    const char *const program = arena_printf(arena, "%s/calibrate", folder),
                     *const ranges = arena_printf(arena, "%s.ranges", program), *header;
    temporary_add(program);
    temporary_add(ranges);
    if (build_program(arena, &observing, emit_model_c(arena, plan, NULL, &header), program) != 0) return NULL;
    return run_calibration(arena, options, program, ranges) == 0 ? ranges : NULL;
}

/* Whether all that the plan computes has a range that numbers fit into. */
static bool are_complete(const Plan *plan, const char *path) {
    for (int i = 0; i < plan->predict.ops.count; i++) {
        const Op *const op = plan->predict.ops.at[i];
        const bool has_range = op->out && tensor_storage(op->out)->kind != TENSOR_STATE;
        const ValueRange *const range = has_range ? range_named(plan->ranges, op->out->name) : NULL;
        if (has_range && !range) {
            fprintf(stderr, "nnc: %s has no range of %s: it is of another model\n", path, op->out->name);
            return false;
        }
        if (range && !(isfinite(range->low) && isfinite(range->high))) {
            fprintf(stderr, "nnc: of the calibration data %s becomes NaN or infinite: there is no scale for that\n",
                    op->out->name);
            return false;
        }
    }
    return true;
}

bool ranges_learn(const Options *options, Arena *arena, Plan *plan, Diags *diags) {
    const char *path = options->ranges, *error;
    if (!options->quantize) return true;
    if (!options_weights(options)) {
        fputs("nnc: --quantize makes whole numbers of weights: it needs option '--weights'\n", stderr);
        return false;
    }
    if (!path) path = calibrate(options, arena, plan->model, diags);
    if (!path || !weights_bake(arena, plan)) return false;
    plan->ranges = ranges_read(arena, path, &error);
    if (!plan->ranges) fprintf(stderr, "nnc: %s: %s\n", path, error);
    return plan->ranges && are_complete(plan, path);
}
