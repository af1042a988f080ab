/* SPDX-License-Identifier: MIT-0 */
/* --portable: the same bits from every compiler, in every dialect. The texts are in exact.t.c. */
#include "base/arena.h"
#include "file/exact.h"
#include "plan/plan.h"
#include "emit/emit.h"
#include "emit/template.h"

/* Where reals are computed in themselves. 16, 32 and 64: so are all types from that many bits on; 16 is what processors
 * that compute with _Float16 have. 1: all in double. */
static const char narrow_float[] = "FLT_EVAL_METHOD == 0 || FLT_EVAL_METHOD == 16 || FLT_EVAL_METHOD == 32";
static const char narrow_double[] = "FLT_EVAL_METHOD == 0 || FLT_EVAL_METHOD == 1 || FLT_EVAL_METHOD >= 16";

void emit_exact_begin(Emit *emit, const Hole *holes, Text *out) {
    const Plan *plan = emit->plan;
    const bool in_double = plan->real == ELEMENT_DOUBLE;
    const bool counts_in_double = in_double || plan->can_train; /* learning rates */
    Text double_check = {.arena = emit->arena};
    if (counts_in_double) emit_template(emit, &double_check, "exact_double", holes);
    emit_template(emit, out, "exact_begin",
                  with(emit, holes,
                       (Hole[]){{"narrow", in_double ? narrow_double : narrow_float},
                                {"double_check", text_chars(&double_check)},
                                {NULL, NULL}}));
}
