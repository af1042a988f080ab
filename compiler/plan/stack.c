/* SPDX-License-Identifier: MIT-0 */
/* Stack: a frame that grows with the calls of a program, for compilers keep in it what they hand on; and the arrays of
 * the operation that has most of them. */
#include "plan/access.h"
#include "plan/element.h"
#include "plan/plan.h"
#include "plan/random_attrs.h"
#include "plan/stack.h"

/* What was measured, with a margin: of frames, of what each call adds, and of drawing random words. */
enum { FRAMES = 288, CALL = 8, GENERATOR = 128 };

/* How many random words of a stream an operation has at a time. */
static int64_t words(const Op *op) { return op->def == &op_random || op->form == MAP_WORDS ? 4 : 64; }

/* Of how many streams. */
static int64_t draws(const Op *op) {
    int64_t streams = op->def == &op_random ? random_streams(random_attrs(op)) : 0;
    for (Access at = {.op = op}; access_next(&at);)
        if (at.tensor->regenerated) streams += random_streams(drawn_with(at.tensor));
    return streams;
}

int64_t program_stack(const Plan *plan, const Program *program) {
    int64_t arrays = 0, generators = 0;
    if (plan->target->blocks) return 0;
    for (int i = 0; i < program->ops.count; i++) {
        const Op *const op = program->ops.at[i];
        const int64_t drawn = draws(op), reals = op->def->stack ? op->def->stack(plan, op) : 0;
        const int64_t own = reals * element_bytes(plan->real) + drawn * words(op) * 4;
        generators += drawn * GENERATOR;
        if (own > arrays) arrays = own;
    }
    return FRAMES + CALL * program->ops.count + arrays + generators;
}
