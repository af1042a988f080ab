/* SPDX-License-Identifier: MIT-0 */
/* What tensors are called that are a form of another one: its gradient, its transposed. */
#ifndef NNC_PLAN_FORM_H
#define NNC_PLAN_FORM_H

#include <stdbool.h>

#include "base/arena.h"
#include "plan/plan.h"

/** d_sum of sum, kernel_transposed of kernel. */
const char *form_text(Arena *arena, TensorForm form, const char *of);
/** What a tensor is called within its layer: sum, d_sum_2, kernel; of what a layer gives, the layer's name. */
const char *tensor_own_name(Arena *arena, const Tensor *tensor);
/** What a step is called: relu, d_sum. */
const char *step_own_name(Arena *arena, const Step *step);
/** Whether it is the gradient of another one, or a form of such. */
bool tensor_is_gradient(const Tensor *tensor);

#endif
