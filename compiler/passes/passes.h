/* SPDX-License-Identifier: MIT-0 */
/* The passes, and in which order they run. */
#ifndef NNC_PASSES_PASSES_H
#define NNC_PASSES_PASSES_H

#include <stddef.h>

#include "base/arena.h"
#include "plan/plan.h"

/** A pass over the program; its costs are those of what it looks at, see plan_visits(). */
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
void pass_keep_steps(Plan *plan, Program *program);
void pass_drop_unread(Plan *plan, Program *program);
void pass_redraw_masks(Plan *plan, Program *program);
void pass_read_signs(Plan *plan, Program *program);
void pass_hoist_weights(Plan *plan, Program *program);
void pass_join_products(Plan *plan, Program *program);
void pass_skip_zeros(Plan *plan, Program *program);
void pass_pack_matrices(Plan *plan, Program *program);
void pass_mark_deep_products(Plan *plan, Program *program);
void pass_sum_in_loops(Plan *plan, Program *program);
void pass_fuse_steps(Plan *plan, Program *program);
void pass_skip_last_products(Plan *plan, Program *program);
void pass_share_places(Plan *plan, Program *program);
void pass_shrink_states(Plan *plan, Program *program);
void pass_place_values(Plan *plan, Program *program);

#endif
