/* SPDX-License-Identifier: MIT-0 */
/* Which tensors need a gradient, and which one each has. */
#include "build/gradient.h"
#include "plan/access.h"
#include "plan/plan.h"

static bool find_trained(const Tensor *tensor) {
    if (tensor->kind == TENSOR_WEIGHT) return tensor->weight->trainable;
    if (tensor->base) return gradient_needed(tensor->base);
    const Op *op = tensor->producer;
    if (!op) return false;
    for (Access at = {.op = op}; access_next(&at);)
        if (at.reads && (at.step < 0 || at.tensor->producer != op) && gradient_needed(at.tensor)) return true;
    return false;
}

bool gradient_needed(const Tensor *tensor) {
    if (!tensor->trained) ((Tensor *)tensor)->trained = find_trained(tensor) ? 1 : -1; /* found once */
    return tensor->trained > 0;
}

Tensor *gradient_of(const Tensor *tensor) { return tensor->gradient; }

void gradient_set(Tensor *tensor, Tensor *d) {
    if (!tensor->gradient) tensor->gradient = d;
}

void gradient_replace(Tensor *tensor, Tensor *d) { tensor->gradient = d; }

