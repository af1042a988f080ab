/* SPDX-License-Identifier: MIT-0 */
/* Rows of a table by their index. */
#ifndef NNC_OPS_GATHER_H
#define NNC_OPS_GATHER_H

#include <stdint.h>

#include "build/builder.h"
#include "plan/plan.h"

extern const OpDef op_gather, op_scatter, op_nonzero;

/** Rows of a table by their index; (…) becomes (…, columns). */
Tensor *build_gather(Builder *build, Tensor *indices, Tensor *table, const char *label);
/** 1 where an index is not 0, else 0. */
Tensor *build_nonzero(Builder *build, Tensor *indices, const char *label);

#endif
