/* SPDX-License-Identifier: MIT-0 */
/* --weights: values of a safetensors file as constants, read and checked by the runtime's own reader. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/options.h"
#include "file/weights.h"
#include "model/shape.h"
#include "plan/plan.h"
#include "emit/emit.h"
#include "emit/template.h"
#include "tensors/tensors.h"

/* The bytes of the real at `at`, the lowest first. */
static void put_real(const char *at, size_t real, unsigned char *to) {
    uint64_t wide = 0;
    uint32_t narrow = 0;
    if (real == 8) memcpy(&wide, at, 8);
    else memcpy(&narrow, at, 4), wide = narrow;
    for (size_t i = 0; i < real; i++) to[i] = (unsigned char)(wide >> (8 * i));
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

/* All weights as one string, a line for each 32 bytes. */
static const char *bytes_text(Emit *emit, const char *params, size_t bytes, size_t real) {
    /* bytes of a line; characters of a byte, and of quotes and line's end */
    enum { ROW = 32, LONGEST = 4, AROUND = 3 };
    char *const text = NEW_ARRAY(emit->arena, char, bytes * LONGEST + (bytes / ROW + 1) * AROUND + 1), *to = text;
    for (size_t i = 0; i < bytes; i += real) {
        unsigned char parts[8];
        put_real(params + i, real, parts);
        if (i % ROW == 0) *to++ = '"';
        for (size_t j = 0; j < real; j++) to = put_character(parts[j], to);
        if ((i + real) % ROW == 0 || i + real == bytes) *to++ = '"';
        if ((i + real) % ROW == 0 && i + real != bytes) *to++ = '\n';
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
    const size_t real = (size_t)element_bytes(plan->real);
    return (nnc_model){.name = plan->model->name,
                       .real_size = real,
                       .standardizes = plan->model->x.standardize,
                       .tensors = tensors,
                       .tensor_count = (size_t)plan->weights.count,
                       .parameter_count = offset,
                       .params_bytes = (offset ? offset : 1) * real};
}

const nnc_notes *baked_notes(Emit *emit) {
    nnc_host host = {.program = "nnc"};
    nnc_tensors tensors;
    if (emit->notes) return emit->notes;
    emit->notes = NEW(emit->arena, nnc_notes);
    if (!options_weights(emit->plan->options) ||
        nnc_tensors_read(&host, options_weights(emit->plan->options), &tensors) != 0)
        return emit->notes;
    emit->notes->at = NEW_ARRAY(emit->arena, nnc_note, tensors.notes.count + 1);
    for (; emit->notes->count < tensors.notes.count; emit->notes->count++) {
        const nnc_note *note = &tensors.notes.at[emit->notes->count];
        emit->notes->at[emit->notes->count] =
            (nnc_note){arena_strdup(emit->arena, note->key), arena_strdup(emit->arena, note->value)};
    }
    nnc_tensors_free(&tensors);
    return emit->notes;
}

void emit_weights(Emit *emit, const Hole *holes, Text *out) {
    const nnc_model model = model_of(emit);
    nnc_host host = {.program = "nnc"};
    char *params = NEW_ARRAY(emit->arena, char, model.params_bytes);
    if (nnc_weights_load(&host, &model, options_weights(emit->plan->options), params, NULL) != 0) {
        nnc_print_error(&host);
        exit(2);
    }
    const char *const text = bytes_text(emit, params, model.params_bytes, model.real_size);
    emit_template(emit, out, "weights", with(emit, holes, (Hole[]){{"bytes", text}, {NULL, NULL}}));
}
