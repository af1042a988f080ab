/* SPDX-License-Identifier: MIT-0 */
/* random: a tensor of random factors, stored because it is read at several places of a larger one (noise shapes).
 * Full-size ones are not stored: pass_redraw_masks lets their readers draw them anew. */
#include "ops/op.h"
#include "plan/random_attrs.h"

static const AttrsKind attrs_kind = {"random numbers", sizeof(RandomAttrs)};

RandomAttrs *random_attrs(const Op *op) { return op_attrs(op, &attrs_kind); }

const RandomAttrs *drawn_with(const Tensor *tensor) { return random_attrs(tensor->producer); }

const char *random_path(Arena *arena, const RandomAttrs *random) {
    return arena_printf(arena, "%s/%s", random->layer->name, random->part);
}

void random_describe(const RandomAttrs *random, Text *out) {
    switch (random->kind) {
    case RANDOM_KEEP: text_printf(out, "keep(rate %g, kept %.9g)", random->rate, random->kept); break;
    case RANDOM_NORMAL: text_printf(out, "normal(mean %g, stddev %.9g)", random->mean, random->stddev); break;
    case RANDOM_UNIFORM: text_printf(out, "uniform"); break;
    }
    if (random->seeded) text_printf(out, " seed %lld", (long long)random->seed);
    else text_printf(out, " purpose %d", random->purpose);
}

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

static void describe(const Op *op, Text *out) {
    text_puts(out, " ");
    random_describe(random_attrs(op), out);
}

static const char *formula(Emit *e, const Op *op, const char *const *in) {
    const RandomAttrs *const random = random_attrs(op);
    (void)in;
    switch (random->kind) {
    case RANDOM_KEEP: return formatted(e, "0 with probability %g, else %g", random->rate, random->kept);
    case RANDOM_NORMAL: return formatted(e, "normal numbers of mean %g, deviation %g", random->mean, random->stddev);
    case RANDOM_UNIFORM: return "numbers from 0 to 1, 1 excluded";
    }
    return "";
}

const OpDef op_random = {
    .name = "random", .brief = "random factors", .emit = emit, .describe = describe, .formula = formula,
    .attrs = &attrs_kind, .by_samples = true};
