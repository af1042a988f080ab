/* SPDX-License-Identifier: MIT-0 */
/* NAME_predict_steps: a sample that ends before the last time step. The texts are in ends.t.c. */
#include "emit/emit.h"
#include "emit/template.h"
#include "emit/text.h"
#include "file/ends.h"
#include "model/model.h"
#include "model/shape.h"
#include "plan/plan.h"

/* What stands for nothing behind the end of a sample; of reals by its bits, since -ffast-math denies NaN. */
static const Hole *ends_holes(Emit *emit, const Hole *holes) {
    const Plan *const plan = emit->plan;
    const Shape input = plan->model->input;
    const bool wide = plan->real == ELEMENT_DOUBLE;
    return with(emit, holes,
                (Hole[]){{"max_steps", integer(emit, plan->model->max_steps)},
                         {"least_steps", integer(emit, plan->model->least_steps)},
                         {"step_values", size_text(emit, input, 2, input.rank)},
                         {"step_in_shape", shape_text(emit->arena, shape_of(input.rank - 2, input.dim + 2))},
                         {"nothing_text", plan->model->integer_input ? "-1" : "NaN"},
                         {"bits_type", wide ? "uint64_t" : "uint32_t"},
                         {"nothing_bits", wide ? "UINT64_C(0x7ff8000000000000)" : "UINT32_C(0x7fc00000)"},
                         {NULL, NULL}});
}

void emit_ends_header(Emit *emit, const Hole *holes, Text *out) {
    if (emit->plan->model->max_steps) emit_template(emit, out, "header_ends", ends_holes(emit, holes));
}

void emit_ends(Emit *emit, const Hole *holes, Text *out) {
    const Hole *const all = ends_holes(emit, holes);
    if (!emit->plan->model->max_steps) return;
    emit_template(emit, out, "api_ends_begin", all);
    emit_template(emit, out, emit->plan->model->integer_input ? "ends_of_indices" : "ends_of_reals", all);
    emit_template(emit, out, "api_ends_end", all);
}
