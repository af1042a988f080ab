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
#include "plan/sizes.h"
#include "emit/emit.h"
#include "emit/template.h"
#include "emit/text.h"
#include "tensors/tensors.h"

enum {
    MOST_NUMBERS = 65536, /* of weights that are written as such: gcc reads so many in a third of a second */
    LINE = 112            /* characters of numbers in a line */
};

/* The bits of an element of so many bytes at `at`. */
static uint64_t bits_of(const char *at, size_t bytes) {
    uint64_t wide = 0;
    uint32_t four = 0;
    uint16_t two = 0;
    if (bytes == 8) memcpy(&wide, at, 8);
    else if (bytes == 4) memcpy(&four, at, 4), wide = four;
    else if (bytes == 2) memcpy(&two, at, 2), wide = two;
    else wide = (unsigned char)*at;
    return wide;
}

static int64_t whole_at(const char *at, ElementType type) {
    const uint64_t bits = bits_of(at, (size_t)element_bytes(type));
    return type == ELEMENT_INT8    ? (int8_t)bits
           : type == ELEMENT_INT16 ? (int16_t)bits
           : type == ELEMENT_INT32 ? (int32_t)bits
                                   : (int64_t)bits;
}

static double number_at(const char *at, size_t real) {
    double wide;
    float narrow;
    if (real == 8) memcpy(&wide, at, 8);
    else memcpy(&narrow, at, 4), wide = (double)narrow;
    return wide;
}

/* An element of a weight, and how it stands in C. */
static const char *element_text(Emit *emit, const Tensor *tensor, int64_t at, bool *negative) {
    const char *const values = tensor->values;
    const size_t bytes = (size_t)element_bytes(tensor->type);
    if (!element_is_real(tensor->type)) {
        const int64_t number = whole_at(values + (size_t)at * bytes, tensor->type);
        *negative = number < 0;
        return integer(emit, number < 0 ? -number : number);
    }
    const double number = number_at(values + (size_t)at * bytes, bytes);
    *negative = signbit(number) != 0;
    return literal(emit, fabs(number));
}

/* The weights as numbers, a pair of braces for each member of the struct. */
static const char *numbers_text(Emit *emit) {
    const Plan *const plan = emit->plan;
    Text text = {.arena = emit->arena};
    for (int i = 0; i < plan->weights.count; i++) {
        const Tensor *const tensor = plan->weights.at[i];
        text_printf(&text, "    {/* %s */", weight_field(emit, tensor->weight));
        size_t column = LINE;
        for (int64_t j = 0; j < shape_size(tensor->shape, 1); j++) {
            bool negative;
            const char *const digits = element_text(emit, tensor, j, &negative), *const sign = negative ? "-" : "";
            column += strlen(sign) + strlen(digits) + 2;
            text_puts(&text, column > LINE ? "\n        " : " ");
            if (column > LINE) column = strlen(sign) + strlen(digits) + 2;
            text_printf(&text, "%s%s,", sign, digits);
        }
        text_puts(&text, "},\n");
    }
    if (!plan->weights.count) text_puts(&text, "    {0}\n");
    if (plan_sizes(plan).params_padding) text_puts(&text, "    {0}\n");
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

/* Whoever takes the bytes of all weights, as they lie in the struct. */
typedef void TakeByte(void *taker, unsigned char byte);

static void each_byte(const Plan *plan, bool highest_first, TakeByte *take, void *taker) {
    for (int i = 0; i < plan->weights.count; i++) {
        const Tensor *const tensor = plan->weights.at[i];
        const size_t bytes = (size_t)element_bytes(tensor->type);
        for (int64_t j = 0; j < shape_size(tensor->shape, 1); j++) {
            const uint64_t bits = bits_of((const char *)tensor->values + (size_t)j * bytes, bytes);
            for (size_t k = 0; k < bytes; k++)
                take(taker, (unsigned char)(bits >> 8 * (highest_first ? bytes - 1 - k : k)));
        }
    }
}

enum { ROW = 32 }; /* bytes of a line */

typedef struct Bytes {
    char *to;
    size_t count, all;
} Bytes;

static void take_character(void *taker, unsigned char byte) {
    Bytes *const bytes = taker;
    if (bytes->count % ROW == 0) *bytes->to++ = '"';
    bytes->to = put_character(byte, bytes->to);
    bytes->count++;
    if (bytes->count % ROW == 0 || bytes->count == bytes->all) *bytes->to++ = '"';
    if (bytes->count % ROW == 0 && bytes->count != bytes->all) *bytes->to++ = '\n';
}

/* All weights as one string, a line for each 32 bytes; of each the highest first, or the lowest. */
static const char *bytes_text(Emit *emit, bool highest_first) {
    enum { LONGEST = 4, AROUND = 3 }; /* characters of a byte, and of quotes and line's end */
    const Sizes sizes = plan_sizes(emit->plan);
    const size_t count = (size_t)(sizes.params_bytes - sizes.params_padding);
    char *const text = NEW_ARRAY(emit->arena, char, count * LONGEST + (count / ROW + 1) * AROUND + 1);
    Bytes bytes = {text, 0, count};
    each_byte(emit->plan, highest_first, take_character, &bytes);
    *bytes.to = '\0';
    return text;
}

static void take_hash(void *taker, unsigned char byte) {
    uint64_t *const hash = taker;
    *hash = hash_of(*hash, &byte, 1);
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
    if (!path || plan->baked) return true;
    const nnc_model model = model_of(arena, plan);
    Baked *const baked = NEW(arena, Baked);
    char *const params = NEW_ARRAY(arena, char, model.params_bytes);
    if (nnc_weights_load(&host, &model, path, params, NULL) != 0 || nnc_tensors_read(&host, path, &tensors) != 0) {
        nnc_print_error(&host);
        return false;
    }
    for (int i = 0; i < plan->weights.count; i++)
        plan->weights.at[i]->values = params + model.tensors[i].offset * model.real_size;
    *baked = (Baked){notes_kept(arena, &tensors.notes)};
    nnc_tensors_free(&tensors);
    plan->baked = baked;
    return true;
}

const nnc_notes *baked_notes(const Emit *emit) {
    static const nnc_notes none = {.count = 0};
    return emit->plan->baked ? &emit->plan->baked->notes : &none;
}

uint64_t baked_hash(const Emit *emit) {
    uint64_t hash = HASH_START;
    each_byte(emit->plan, false, take_hash, &hash);
    return hash;
}

void emit_weights(Emit *emit, const Hole *holes, Text *out) {
    if (plan_sizes(emit->plan).params <= MOST_NUMBERS) {
        const char *const numbers = numbers_text(emit);
        emit_template(emit, out, "weights", with(emit, holes, (Hole[]){{"numbers", numbers}, {NULL, NULL}}));
        return;
    }
    const char *const low = bytes_text(emit, false), *const high = bytes_text(emit, true);
    emit_template(emit, out, "weights_bytes",
                  with(emit, holes, (Hole[]){{"lowest_first", low}, {"highest_first", high}, {NULL, NULL}}));
}
