/* SPDX-License-Identifier: MIT-0 */
/* --weights: values of a safetensors file as constants, read and checked by the runtime's own reader. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"
#include "program.h"
#include "tensors.h"

/* Ends the compiler: a number that is not finite has no literal in C, and no place in weights. */
static void refuse_number(const Emit *emit, const Tensor *tensor) {
    fprintf(stderr, "%s: error: tensor '%s' holds a number that is not finite\n", emit->plan->options->weights,
            tensor->name);
    exit(2);
}

static void check_finite(const Emit *emit, const Tensor *tensor, const char *values) {
    const bool wide = emit->plan->options->real_double;
    const int64_t count = shape_size(tensor->shape, 1);
    for (int64_t i = 0; i < count; i++) {
        double value;
        float narrow = 0;
        if (wide) memcpy(&value, values + i * 8, 8);
        else memcpy(&narrow, values + i * 4, 4);
        if (!isfinite(wide ? value : (double)narrow)) refuse_number(emit, tensor);
    }
}

/* The real at `at`, as the number that its bits are. */
static uint64_t bits_at(const char *at, size_t real) {
    uint64_t wide = 0;
    uint32_t narrow = 0;
    if (real == 8) memcpy(&wide, at, 8);
    else memcpy(&narrow, at, 4);
    return real == 8 ? wide : narrow;
}

/* All weights in words of 64 bits, which C compilers read several times as fast as the decimals of as many floats. */
static const char *words_text(Emit *emit, const char *params, size_t bytes, size_t real) {
    enum { WORD = 20, COLUMNS = 5 }; /* characters of a word, words of a line */
    const size_t count = (bytes + 7) / 8;
    char *const text = NEW_ARRAY(emit->arena, char, count * WORD + 1), *to = text;
    for (size_t i = 0; i < count; i++) {
        const char *const at = params + 8 * i;
        uint64_t word = bits_at(at, real);
        if (real == 4 && 8 * i + 4 < bytes) word |= bits_at(at + 4, real) << 32;
        memcpy(to, "0x", 2);
        for (int digit = 0; digit < 16; digit++) to[2 + digit] = "0123456789abcdef"[word >> (60 - 4 * digit) & 15];
        to[WORD - 2] = ',';
        to[WORD - 1] = i % COLUMNS == COLUMNS - 1 || i == count - 1 ? '\n' : ' ';
        to += WORD;
    }
    *to = '\0';
    return text;
}

static nnc_model model_of(Emit *emit) {
    const Plan *plan = emit->plan;
    nnc_tensor *tensors = NEW_ARRAY(emit->arena, nnc_tensor, plan->weights.count + 1);
    size_t offset = 0;
    for (int i = 0; i < plan->weights.count; i++) {
        const Tensor *tensor = plan->weights.at[i];
        tensors[i] = (nnc_tensor){
            .name = tensor->name, .offset = offset, .gradient_offset = SIZE_MAX, .rank = tensor->shape.rank};
        for (int j = 0; j < tensor->shape.rank; j++) tensors[i].shape[j] = tensor->shape.dim[j];
        offset += (size_t)shape_size(tensor->shape, 1);
    }
    const size_t real = plan->options->real_double ? 8 : 4;
    return (nnc_model){.name = plan->model->name,
                       .real_size = real,
                       .tensors = tensors,
                       .tensor_count = (size_t)plan->weights.count,
                       .parameter_count = offset,
                       .params_bytes = (offset ? offset : 1) * real};
}

void emit_weights(Emit *emit, const Hole *holes, Text *out) {
    const nnc_model model = model_of(emit);
    nnc_host host = {.program = "nnc"};
    char *params = NEW_ARRAY(emit->arena, char, model.params_bytes);
    if (nnc_weights_load(&host, &model, emit->plan->options->weights, params, NULL) != 0) {
        nnc_print_error(&host);
        exit(2);
    }
    for (size_t i = 0; i < model.tensor_count; i++)
        check_finite(emit, emit->plan->weights.at[i], params + model.tensors[i].offset * model.real_size);
    const char *const words = words_text(emit, params, model.params_bytes, model.real_size);
    emit_template(emit, out, model.real_size == 8 ? "weights_wide" : "weights_order", holes);
    emit_template(emit, out, "weights", with(emit, holes, (Hole[]){{"words", words}, {NULL, NULL}}));
}
