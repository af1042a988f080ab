/* SPDX-License-Identifier: MIT-0 */
/* Passes ask the plan's target: what they make of one model for the desktop, and for targets that differ from it in one
 * respect. And what is said twice, here and in the runtime that emitted C includes, is the same. */
#include <stdio.h>
#include <string.h>

#include "base/diag.h"
#include "base/options.h"
#include "base/source.h"
#include "frontend/constants.h"
#include "frontend/parser.h"
#include "lower/lower.h"
#include "model/prepare.h"
#include "model/check.h"
#include "model/model.h"
#include "model/shapes.h"
#include "passes/passes.h"
#include "plan/matmul_attrs.h"
#include "plan/plan.h"
#include "plan/tensor.h"
#include "nnc.h"
#include "nnc_product.h"

static Plan *lowered(Arena *arena, const char *path, bool in_double) {
    static Options options = {.list_kind = -1, .max_ram = -1};
    const char *error = NULL;
    options.input = path;
    options.real_double = in_double;
    const Source *source = source_load(arena, path, &error);
    Diags *diags = diags_new(arena, source);
    AstFile *file = parse_file(arena, source, diags);
    Constants *constants = constants_new(arena, diags);
    constants_define(constants, file);
    Model *model = model_from_ast(arena, file, constants, &options, diags);
    model_shapes(model, diags);
    model_prepare(model, diags);
    model_check(model, diags);
    return plan_from_model(arena, model, &options, diags);
}

static int64_t end_of_first_place(const Program *program) {
    int64_t next = INT64_MAX;
    for (int i = 0; i < program->tensors.count; i++)
        if (program->tensors.at[i]->offset > 0 && program->tensors.at[i]->offset < next)
            next = program->tensors.at[i]->offset;
    return next;
}

static void say(const char *name, Target target, const char *path) {
    Arena *const arena = arena_new();
    Plan *const plan = lowered(arena, path, false);
    int packed = 0, deep = 0, skipped = 0;
    plan->target = &target;
    plan_optimize(plan, NULL);
    for (int i = 0; i < plan->train.ops.count; i++) {
        packed += plan->train.ops.at[i]->def == &op_pack;
        deep += is_matmul_deep(plan->train.ops.at[i]);
        skipped += plan->train.ops.at[i]->skips_first;
    }
    printf("%s: %d packed, %d deep, %d not in the first step, a place takes %lld\n", name, packed, deep, skipped,
           (long long)end_of_first_place(&plan->predict));
    arena_free(arena);
}

static void say_types(const char *path, bool in_double) {
    Arena *const arena = arena_new();
    const Plan *const plan = lowered(arena, path, in_double);
    const Program *const train = &plan->train;
    printf("in %s: x %s, %lld bytes; target %s, %lld bytes\n", element_name(plan->real),
           element_name(train->input->type), (long long)tensor_bytes(plan, train->input),
           element_name(train->target->type), (long long)tensor_bytes(plan, train->target));
    arena_free(arena);
}

int main(int argc, char **argv) {
    if (argc < 2) return 1;
    const Target desktop = target_desktop;
    Target other;
    say("desktop", desktop, argv[1]);
    other = desktop;
    other.first_cache = INT64_MAX;
    say("endless first cache", other, argv[1]);
    other = desktop;
    other.beyond_second_cache = INT64_MAX;
    say("endless second cache", other, argv[1]);
    other = desktop;
    other.shallow_depth = 1000;
    say("blocks that cost much", other, argv[1]);
    other = desktop;
    other.alignment = 1;
    say("no cache lines", other, argv[1]);
    say_types(argv[1], false);
    say_types(argv[1], true);
    printf("%s\n", desktop.panel_columns == PANEL && RANDOM_BLOCK == NNC_RANDOM_BLOCK && desktop.lanes % LANES == 0
                       ? "the runtime agrees" : "the runtime says otherwise");
    return 0;
}
