/* SPDX-License-Identifier: MIT-0 */
/* NAME_predict_int8, and what its whole numbers stand for. The texts are in quantized.t.c. */
#include "emit/emit.h"
#include "emit/template.h"
#include "emit/text.h"
#include "file/program.h"
#include "file/quantized.h"
#include "file/used.h"
#include "model/model.h"
#include "plan/plan.h"
#include "plan/tensor.h"

/* Layers that compute with reals, for the comment. */
static const char *real_layers(Emit *emit) {
    const Program *const program = &emit->plan->predict;
    Text text = {.arena = emit->arena};
    Names seen = {.arena = emit->arena};
    for (int i = 0; i < program->ops.count; i++) {
        const Op *const op = program->ops.at[i];
        if (!op->out || !op->layer || tensor_storage(op->out)->scale > 0) continue;
        if (op->in_count && tensor_storage(op->in[0])->scale > 0) continue; /* only makes reals of whole numbers */
        if (names_find(&seen, op->layer->name)) continue;
        *names_slot(&seen, op->layer->name) = (void *)op;
        text_printf(&text, "%s%s", text.length ? ", " : "", op->layer->name);
    }
    return text_chars(&text);
}

static const Hole *ends(Emit *emit, const Hole *holes) {
    const Tensor *const x = emit->plan->whole.input, *const y = tensor_storage(emit->plan->whole.output);
    const bool indices = emit->plan->model->integer_input;
    return with(emit, holes,
                (Hole[]){{"in_type", element_name(x->type)},
                         {"in_scale", indices ? "" : double_literal(emit, x->scale)},
                         {"in_zero", indices ? "" : integer(emit, x->zero)},
                         {"out_scale", double_literal(emit, y->scale)},
                         {"out_zero", integer(emit, y->zero)},
                         {NULL, NULL}});
}

void emit_quantized_header(Emit *emit, const Hole *holes, Text *out) {
    const Plan *const plan = emit->plan;
    if (!plan->ranges) return;
    const char *const layers = real_layers(emit);
    const Hole said[] = {{"layers", layers}, {NULL, NULL}};
    if (*layers) emit_template(emit, out, "header_partly", with(emit, holes, said));
    if (!plan->whole.ops.count) return;
    if (!plan->model->integer_input) emit_template(emit, out, "header_whole_input", ends(emit, holes));
    emit_template(emit, out, "header_whole", ends(emit, holes));
}

void emit_quantized(Emit *emit, const Hole *holes, const char *check, const char *run, Text *programs, Text *out) {
    const ProgramText whole = emit_program(emit, &emit->plan->whole, FORWARD);
    const Hole *const all = with(emit, ends(emit, holes),
                                 (Hole[]){{"values", whole.values},
                                          {"before", whole.before},
                                          {"calls", whole.calls},
                                          {"unused", unused_by(emit, &whole, whole.values, "p w x batch")},
                                          {"check", check},
                                          {"run_whole", run},
                                          {NULL, NULL}});
    emit_template(emit, programs, "program_whole", all);
    emit_template(emit, out, "api_whole", all);
}
