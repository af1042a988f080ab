/* SPDX-License-Identifier: MIT-0 */
/* --weights: values of a safetensors file as constants, read and checked by the runtime's own reader. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/hash.h"
#include "base/options.h"
#include "file/fields.h"
#include "file/weights.h"
#include "model/layer.h"
#include "model/shape.h"
#include "plan/plan.h"
#include "emit/emit.h"
#include "emit/template.h"
#include "emit/text.h"
#include "tensors/tensors.h"

enum {
    MOST_NUMBERS = 65536, /* of weights that are written as such: gcc reads so many in a third of a second */
    LINE = 112            /* characters of numbers in a line */
};

/* The bits of the real at `at`. */
static uint64_t bits_of(const char *at, size_t real) {
    uint64_t wide = 0;
    uint32_t narrow = 0;
    if (real == 8) memcpy(&wide, at, 8);
    else memcpy(&narrow, at, 4), wide = narrow;
    return wide;
}

static double number_at(const char *at, size_t real) {
    double wide;
    float narrow;
    if (real == 8) memcpy(&wide, at, 8);
    else memcpy(&narrow, at, 4), wide = (double)narrow;
    return wide;
}

/* The weights as numbers, a pair of braces for each member of the struct. */
static const char *numbers_text(Emit *emit, const nnc_model *model, const char *params) {
    Text text = {.arena = emit->arena};
    for (size_t i = 0; i < model->tensor_count; i++) {
        const Weight *const weight = emit->plan->weights.at[i]->weight;
        const size_t end = i + 1 < model->tensor_count ? model->tensors[i + 1].offset : model->parameter_count;
        text_printf(&text, "    {/* %s */", weight_field(emit, weight));
        size_t column = LINE;
        for (size_t j = model->tensors[i].offset; j < end; j++) {
            const double number = number_at(params + j * model->real_size, model->real_size);
            const char *const digits = literal(emit, fabs(number)), *const sign = signbit(number) ? "-" : "";
            column += strlen(sign) + strlen(digits) + 2;
            text_puts(&text, column > LINE ? "\n        " : " ");
            if (column > LINE) column = strlen(sign) + strlen(digits) + 2;
            text_printf(&text, "%s%s,", sign, digits);
        }
        text_puts(&text, "},\n");
    }
    if (!model->tensor_count) text_puts(&text, "    {0}\n");
    return text_chars(&text);
}

/* A character of a string in C: itself, or its octal number. Returns the end. */
static char *put_character(unsigned char c, char *to) {
    const bool plain = c >= ' ' && c <= '~' && c != '"' && c != '\\' && c != '?'; /* ??/ would be a trigraph */
    if (plain) {
        *to++ = (char)c;
        return to;
    }
    *to++ = '\\';
    for (int shift = 6; shift >= 0; shift -= 3) *to++ = (char)('0' + (c >> shift & 7));
    return to;
}

/* All weights as one string, a line for each 32 bytes; of each the highest first, or the lowest. */
static const char *bytes_text(Emit *emit, const char *params, size_t bytes, size_t real, bool highest_first) {
    /* bytes of a line; characters of a byte, and of quotes and line's end */
    enum { ROW = 32, LONGEST = 4, AROUND = 3 };
    char *const text = NEW_ARRAY(emit->arena, char, bytes * LONGEST + (bytes / ROW + 1) * AROUND + 1), *to = text;
    for (size_t i = 0; i < bytes; i += real) {
        const uint64_t bits = bits_of(params + i, real);
        if (i % ROW == 0) *to++ = '"';
        for (size_t j = 0; j < real; j++)
            to = put_character((unsigned char)(bits >> 8 * (highest_first ? real - 1 - j : j)), to);
        if ((i + real) % ROW == 0 || i + real == bytes) *to++ = '"';
        if ((i + real) % ROW == 0 && i + real != bytes) *to++ = '\n';
    }
    *to = '\0';
    return text;
}

static nnc_model model_of(Arena *arena, const Plan *plan) {
    nnc_tensor *tensors = NEW_ARRAY(arena, nnc_tensor, plan->weights.count + 1);
    size_t offset = 0;
    for (int i = 0; i < plan->weights.count; i++) {
        const Tensor *tensor = plan->weights.at[i];
        tensors[i] = (nnc_tensor){
            .name = tensor->name, .offset = offset, .gradient_offset = SIZE_MAX, .rank = tensor->shape.rank};
        for (int j = 0; j < tensor->shape.rank; j++) tensors[i].shape[j] = tensor->shape.dim[j];
        offset += (size_t)shape_size(tensor->shape, 1);
    }
    const size_t real = (size_t)element_bytes(plan->real);
    return (nnc_model){.name = plan->model->name,
                       .real_size = real,
                       .statistics = (size_t)plan->statistics,
                       .tensors = tensors,
                       .tensor_count = (size_t)plan->weights.count,
                       .parameter_count = offset,
                       .params_bytes = (offset ? offset : 1) * real};
}

/* The notes of a file, kept beyond it. */
static nnc_notes notes_kept(Arena *arena, const nnc_notes *notes) {
    nnc_notes kept = {.at = NEW_ARRAY(arena, nnc_note, notes->count + 1)};
    for (; kept.count < notes->count; kept.count++) {
        const nnc_note *const note = &notes->at[kept.count];
        kept.at[kept.count] = (nnc_note){arena_strdup(arena, note->key), arena_strdup(arena, note->value)};
    }
    return kept;
}

bool weights_bake(Arena *arena, Plan *plan) {
    const char *const path = options_weights(plan->options);
    nnc_host host = {.program = "nnc"};
    nnc_tensors tensors;
    if (!path) return true;
    const nnc_model model = model_of(arena, plan);
    Baked *const baked = NEW(arena, Baked);
    char *const params = NEW_ARRAY(arena, char, model.params_bytes);
    if (nnc_weights_load(&host, &model, path, params, NULL) != 0 || nnc_tensors_read(&host, path, &tensors) != 0) {
        nnc_print_error(&host);
        return false;
    }
    *baked = (Baked){params, notes_kept(arena, &tensors.notes)};
    nnc_tensors_free(&tensors);
    plan->baked = baked;
    return true;
}

const nnc_notes *baked_notes(const Emit *emit) {
    static const nnc_notes none = {.count = 0};
    return emit->plan->baked ? &emit->plan->baked->notes : &none;
}

uint64_t baked_hash(const Emit *emit) {
    const nnc_model model = model_of(emit->arena, emit->plan);
    const char *const params = emit->plan->baked->params;
    uint64_t hash = HASH_START;
    for (size_t i = 0; i < model.parameter_count; i++) {
        const uint64_t bits = bits_of(params + i * model.real_size, model.real_size);
        for (size_t j = 0; j < model.real_size; j++) {
            const unsigned char byte = (unsigned char)(bits >> 8 * j);
            hash = hash_of(hash, &byte, 1);
        }
    }
    return hash;
}

void emit_weights(Emit *emit, const Hole *holes, Text *out) {
    const nnc_model model = model_of(emit->arena, emit->plan);
    const char *const params = emit->plan->baked->params;
    if (model.parameter_count <= MOST_NUMBERS) {
        const char *const numbers = numbers_text(emit, &model, params);
        emit_template(emit, out, "weights", with(emit, holes, (Hole[]){{"numbers", numbers}, {NULL, NULL}}));
        return;
    }
    const char *const low = bytes_text(emit, params, model.params_bytes, model.real_size, false);
    const char *const high = bytes_text(emit, params, model.params_bytes, model.real_size, true);
    emit_template(emit, out, "weights_bytes",
                  with(emit, holes, (Hole[]){{"lowest_first", low}, {"highest_first", high}, {NULL, NULL}}));
}
