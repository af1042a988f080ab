/* SPDX-License-Identifier: MIT-0 */
/* random: a tensor of random factors, stored because it is read at several places of a larger one (noise shapes).
 * Full-size ones are not stored: pass_redraw_masks lets their readers draw them anew. */
#include "ops/op.h"

/* Prints a map with one step that copies the random numbers, regenerated, to memory. */
static void emit(Emit *e, const Op *op) {
    Tensor drawn = *op->out;
    drawn.regenerated = true;
    Op map = {.def = &op_map, .name = op->name, .layer = op->layer, .out = op->out};
    Step step = {.label = "factor", .text = "x", .kind = FORMULA_COPY, .result = op->out};
    step_add(e->arena, &step, TENSOR("x", &drawn));
    op_add_step(e->arena, &map, step);
    op_map.emit(e, &map);
    for (int i = 0; i < e->function->params.count; i++) /* the stream is the real tensor's */
        if (e->function->params.at[i].tensor == &drawn) e->function->params.at[i].tensor = op->out;
}

const OpDef op_random = {.name = "random", .brief = "random factors", .emit = emit};
