/* SPDX-License-Identifier: MIT-0 */
/* softmax and its kin over the last axis: build_simple() makes them. */
#ifndef NNC_OPS_SOFTMAX_H
#define NNC_OPS_SOFTMAX_H

#include "plan/plan.h"

extern const OpDef op_softmax, op_softmax_gradient, op_log_softmax, op_log_softmax_gradient, op_sparsemax,
    op_sparsemax_gradient;

#endif
