/* SPDX-License-Identifier: MIT-0 */
/* --weights: values of a safetensors file as constants, read and checked by the runtime's own reader. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nnc_host.h"
#include "options.h"
#include "program.h"

/* Ends the compiler: a number that is not finite has no literal in C, and no place in weights. */
static void refuse_number(const Emit *emit, const Tensor *tensor) {
    fprintf(stderr, "%s: error: tensor '%s' holds a number that is not finite\n", emit->plan->options->weights,
            tensor->name);
    exit(2);
}

static const char *values_text(Emit *emit, const Tensor *tensor, const char *values) {
    const bool wide = emit->plan->options->real_double;
    const int64_t count = shape_size(tensor->shape, 1), columns = wide ? 4 : 8;
    Text text = {.arena = emit->arena};
    for (int64_t i = 0; i < count; i++) {
        double value;
        if (wide) memcpy(&value, values + i * 8, 8);
        else {
            float narrow;
            memcpy(&narrow, values + i * 4, 4);
            value = (double)narrow;
        }
        if (!isfinite(value)) refuse_number(emit, tensor);
        char digits[40];
        snprintf(digits, sizeof digits, "%.*g", wide ? 17 : 9, value);
        text_printf(&text, "%s%s%s,%s", digits, strpbrk(digits, ".e") ? "" : ".0", wide ? "" : "f",
                    i % columns == columns - 1 || i == count - 1 ? "\n" : " ");
    }
    return text_chars(&text);
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
    Text numbers = {.arena = emit->arena};
    for (size_t i = 0; i < model.tensor_count; i++) {
        const Tensor *tensor = emit->plan->weights.at[i];
        text_printf(&numbers, "{ /* %s */\n%s},\n", weight_field(emit, tensor->weight),
                    values_text(emit, tensor, params + model.tensors[i].offset * model.real_size));
    }
    if (!model.tensor_count) text_puts(&numbers, "{0}\n");
    emit_template(emit, out, "weights", with(emit, holes, (Hole[]){{"numbers", text_chars(&numbers)}, {NULL, NULL}}));
}
