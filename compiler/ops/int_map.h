/* SPDX-License-Identifier: MIT-0 */
/* Elementwise work on whole numbers: docs/quantization.md says its arithmetic. */
#ifndef NNC_OPS_INT_MAP_H
#define NNC_OPS_INT_MAP_H

#include <stdint.h>

#include "build/builder.h"
#include "plan/plan.h"

/** y = table[x]: of int8, 256 numbers of the result's type, that of -128 first; of int16, 257 of int16 between which
 *  there are lines, 64 times the distance from zero where the result is int8. */
extern const OpDef op_int_table;
/** y = the sum of products of operands, each with a factor. */
extern const OpDef op_int_terms;
/** y = zero. */
extern const OpDef op_int_fill;
/** Reals to int8, and back. */
extern const OpDef op_quantize, op_dequantize;

enum { MAX_TERMS = 7, MAX_TERM_OPERANDS = 3, TABLE_STEPS = 64 };

/** multiplier times the operands of this number, less their zeros; -1: none. */
typedef struct IntTerm {
    int first, second;
    int64_t multiplier;
} IntTerm;

typedef struct IntTermsAttrs {
    IntTerm terms[MAX_TERMS];
    int count, shift;
    int32_t zeros[MAX_TERM_OPERANDS], zero, low, high;
} IntTermsAttrs;

IntTermsAttrs *int_terms_attrs(const Op *op);

/** What reals are multiplied by, and what is added then, before they are rounded; or numbers to become reals. */
typedef struct EndAttrs {
    double factor, offset;
} EndAttrs;

EndAttrs *end_attrs(const Op *op);

#endif
