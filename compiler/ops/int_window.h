/* SPDX-License-Identifier: MIT-0 */
/* Pooling and softmax of whole numbers: docs/quantization.md says their arithmetic. */
#ifndef NNC_OPS_INT_WINDOW_H
#define NNC_OPS_INT_WINDOW_H

#include "plan/plan.h"

/** The greatest of each window, or the mean to the nearest, halves up: int8, of the scale of what is read. */
extern const OpDef op_int_pool;
/** int8 to int8 of scale 1/256 and zero -128; the second input is the table of int_softmax_row(). */
extern const OpDef op_int_softmax;

#endif
