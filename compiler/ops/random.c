/* SPDX-License-Identifier: MIT-0 */
/* random: a tensor of random factors, stored because it is read at several places of a larger one (noise shapes).
 * Full-size ones are not stored: pass_redraw_masks lets their readers draw them anew. */
#include "ops/map.h"
#include "ops/op.h"
#include "plan/random_attrs.h"

static void attrs_key(const Op *op, Text *key);

static const AttrsKind attrs_kind = {"random numbers", sizeof(RandomAttrs), attrs_key};

RandomAttrs *random_attrs(const Op *op) { return op_attrs(op, &attrs_kind); }

int random_streams(const RandomAttrs *random) { return random->kind == RANDOM_NORMAL ? 2 : 1; }

void random_key(const RandomAttrs *random, Text *key) {
    key_word(key, random->kind);
    key_real(key, random->rate);
    key_real(key, random->kept);
    key_real(key, random->mean);
    key_real(key, random->stddev);
    key_text(key, random->part);
}

static void attrs_key(const Op *op, Text *key) {
    const RandomAttrs *const random = random_attrs(op);
    random_key(random, key);
    key_word(key, (uint64_t)random->stream);
    key_word(key, (uint64_t)random->purpose);
    key_word(key, random->seeded);
    key_word(key, (uint64_t)random->seed);
}

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

static void emit(Emit *e, const Op *op) {
    const Nest nest = nest_for(e, op, op->out->shape, NULL, NULL);
    const Place place = drawn_place(e, &nest);
    const char *const draws = draw_text(e, op->out, drawn_block(e, &nest), drawn_lane(e));
    const char *const to = plus(e, param_named(e, op->out, true, "y"), nest_index(e, &nest, op->out));
    const char *const store = lanes_store(e, to, random_text(e, op->out, &place), place.lanes);
    emit_function(e, "body", (Hole[]){{"body", drawn_loops(e, &nest, draws, store)}, {NULL, NULL}});
}

static void describe(const Op *op, Text *out) {
    text_puts(out, " ");
    random_describe(random_attrs(op), out);
}

const char *random_said(Arena *arena, const RandomAttrs *random) {
    switch (random->kind) {
    case RANDOM_KEEP: return arena_printf(arena, "0 with probability %g, else %g", random->rate, random->kept);
    case RANDOM_NORMAL:
        return arena_printf(arena, "normal numbers of mean %g, deviation %g", random->mean, random->stddev);
    case RANDOM_UNIFORM: return "numbers from 0 to 1, 1 excluded";
    }
    return "";
}

static const char *formula(Emit *e, const Op *op, const char *const *in) {
    (void)in;
    return random_said(e->arena, random_attrs(op));
}

const OpDef op_random = {
    .name = "random", .brief = "random factors", .emit = emit, .describe = describe, .formula = formula,
    .attrs = &attrs_kind, .by_samples = true};
