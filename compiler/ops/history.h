/* SPDX-License-Identifier: MIT-0 */
/* The present time step behind earlier ones. */
#ifndef NNC_OPS_HISTORY_H
#define NNC_OPS_HISTORY_H

#include <stdint.h>

#include "build/builder.h"
#include "plan/plan.h"

extern const OpDef op_history;

/** x (1, 1, channels), a time step, behind those that came before it, each `dilation` from the next: (1, taps,
 *  channels). */
Tensor *build_history(Builder *build, Tensor *x, int64_t taps, int64_t dilation);

#endif
