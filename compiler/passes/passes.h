/* SPDX-License-Identifier: MIT-0 */
/* The passes; passes.def says which there are. */
#ifndef NNC_PASSES_PASSES_H
#define NNC_PASSES_PASSES_H

#include <stddef.h>

#include "base/arena.h"
#include "plan/plan.h"

/** A pass over the program; its costs are those of what it looks at, see plan_visits. */
typedef struct Pass {
    const char *name; /* --emit=plan:NAME */
    void (*run)(Plan *plan, Program *program);
} Pass;

/** The pass of this name; NULL: there is none. */
const Pass *pass_named(const char *name);
/** The names of all in lines of this width. */
const char *pass_list(Arena *arena, const char *indent, size_t width);
/** --emit=cost: what lowering and each pass have looked at, in all programs. */
void cost_dump(const Plan *plan, Text *out);
/** Runs all passes; or, where `last` is not NULL, those up to it. */
void plan_optimize(Plan *plan, const Pass *last);

#define PASS(name, function) void pass_##function(Plan *plan, Program *program);
#include "passes/passes.def"
#undef PASS

/** Behind all passes: weights that nobody reads any more are none, those that are left stand the widest first; and
 *  there is no program of whole numbers alone where some are reals. (quantize.c) */
void settle_quantized(Plan *plan);
/** Whether a product reads its matrix often enough for packing to pay. (pack_matrices.c) */
bool packing_may_gain(const Plan *plan, const Op *op);

#endif
