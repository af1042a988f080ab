/* SPDX-License-Identifier: MIT-0 */
/* The gradient of a tensor. */
#ifndef NNC_BUILD_GRADIENT_H
#define NNC_BUILD_GRADIENT_H

#include <stdbool.h>

#include "plan/plan.h"

void gradient_set(Tensor *tensor, Tensor *d); /* the first … */
void gradient_replace(Tensor *tensor, Tensor *d); /* … or another instead */
Tensor *gradient_of(const Tensor *tensor);
/** True when a trainable weight stands behind the tensor. */
bool gradient_needed(const Tensor *tensor);

#endif
