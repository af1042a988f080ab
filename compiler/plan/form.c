/* SPDX-License-Identifier: MIT-0 */
/* Words for forms of tensors. */
#include "base/arena.h"
#include "model/layer.h"
#include "plan/form.h"
#include "plan/plan.h"

static const struct {
    const char *before, *behind;
    bool gradient; /* of what it is a form of */
} words[] = {
    [FORM_GRADIENT] = {"d_", "", true},
    [FORM_D_STATES] = {"d_", "_states", true},
    [FORM_D_INITIAL] = {"d_", "_initial", true},
    [FORM_D_BEFORE] = {"d_", "_before", true},
    [FORM_STEPS] = {"", "_steps"},
    [FORM_TRANSPOSED] = {"", "_transposed"},
    [FORM_TURNED] = {"", "_turned"},
    [FORM_PACKED] = {"", "_packed"},
    [FORM_SPACED] = {"", "_spaced"},
    [FORM_SURROUNDED] = {"", "_surrounded"},
    [FORM_PADDED] = {"", "_padded"},
    [FORM_UNPOOLED] = {"", "_unpooled"},
    [FORM_BY_FILTER] = {"", "_by_filter"},
    [FORM_MATRIX] = {"", "_matrix"},
    [FORM_KERNEL] = {"", "_kernel"},
    [FORM_BIAS] = {"", "_bias"},
    [FORM_PREPARED] = {"prepared_", ""},
};

const char *form_text(Arena *arena, TensorForm form, const char *of) {
    return arena_printf(arena, "%s%s%s", words[form].before, of, words[form].behind);
}

const char *tensor_own_name(Arena *arena, const Tensor *tensor) {
    const char *const name = tensor->weight && tensor->kind == TENSOR_WEIGHT ? tensor->weight->name
                             : tensor->word                                  ? tensor->word
                             : tensor->of ? form_text(arena, tensor->form, tensor_own_name(arena, tensor->of))
                                          : tensor->layer->own_name;
    return tensor->copy ? arena_printf(arena, "%s_%d", name, tensor->copy) : name;
}

const char *step_own_name(Arena *arena, const Step *step) {
    return step->label ? step->label : tensor_own_name(arena, step->result);
}

bool tensor_is_gradient(const Tensor *tensor) {
    for (; tensor->of; tensor = tensor->of)
        if (words[tensor->form].gradient) return true;
    return false;
}
