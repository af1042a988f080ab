/* SPDX-License-Identifier: MIT-0 */
/* --stream: the state that goes on from step to step, and the functions that step. The texts are in stream.t.c. */
#include "base/arena.h"
#include "file/checks.h"
#include "file/program.h"
#include "file/stream.h"
#include "file/used.h"
#include "model/model.h"
#include "model/shape.h"
#include "plan/plan.h"
#include "plan/sizes.h"
#include "plan/tensor.h"
#include "emit/emit.h"
#include "emit/template.h"
#include "emit/text.h"

/* Whole numbers last, so that nothing lies between the others. */
static void fields_of(Emit *emit, bool reals, Text *text) {
    const Tensors *states = &emit->plan->stream_states;
    for (int i = 0; i < states->count; i++) {
        const Tensor *state = states->at[i];
        if (element_is_real(state->type) != reals) continue;
        text_printf(text, "%s %s[%lld]; /* %s */\n", element_name(state->type), names_of(emit, state)->variable,
                    (long long)tensor_size(emit->plan, state), shape_text(emit->arena, state->shape));
    }
}

const Hole *stream_holes(Emit *emit, const Hole *holes) {
    const Plan *plan = emit->plan;
    const Model *model = plan->step_model;
    const Sizes sizes = plan_sizes(plan);
    Text fields = {.arena = emit->arena};
    fields_of(emit, true, &fields);
    text_printf(&fields, "%s arena[%lld]; /* scratch memory of one step */\n", emit->real,
                (long long)sizes.stream_arena);
    fields_of(emit, false, &fields);
    if (sizes.state_padding)
        text_printf(&fields, "int32_t unused[%lld]; /* fills the last %s */\n", (long long)sizes.state_padding,
                    emit->real);
    return with(
        emit, holes,
        (Hole[]){{"stream_fields", text_chars(&fields)},
                 {"step_in", size_text(emit, model->input, 0, model->input.rank)},
                 {"step_in_shape", shape_text(emit->arena, shape_of(model->input.rank - 2, model->input.dim + 2))},
                 {"step_out", size_text(emit, model->output, 0, model->output.rank)},
                 {"state_bytes", integer(emit, sizes.state_bytes)},
                 {NULL, NULL}});
}

void emit_stream(Emit *emit, const Hole *holes, const char *run_step, Text *programs, Text *out) {
    const ProgramText step = emit_program(emit, &emit->plan->step, FORWARD);
    const char *const arena = *step.values ? formatted(emit, "%s *const arena = s->arena;\n", emit->real) : "";
    const int64_t step_in = shape_size(emit->plan->step_model->input, 1);
    const Hole step_holes[] = {
        {"values", step.values},
        {"calls", step.calls},
        {"unused", unused_by(emit, &step, arena, "p s x batch")},
        {"step_arena", arena},
        {"run_step", run_step},
        {"check_step", index_check(emit, integer(emit, step_in))},
        {"check_steps", index_check(emit, times(emit, "n", step_in))},
        {NULL, NULL}};
    emit_template(emit, programs, "program_step", with(emit, holes, step_holes));
    emit_template(emit, out, "api_stream", with(emit, stream_holes(emit, holes), step_holes));
}
