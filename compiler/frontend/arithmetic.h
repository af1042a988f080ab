/* SPDX-License-Identifier: MIT-0 */
/* Arithmetic on constants, as in Python: of whole numbers it is exact. */
#ifndef NNC_FRONTEND_ARITHMETIC_H
#define NNC_FRONTEND_ARITHMETIC_H

#include <stdbool.h>
#include <stdint.h>

#include "language/ast.h"

typedef struct Number {
    double value;
    bool integer;
    int64_t whole; /* the value of an integer */
} Number;

/** a op b; false where a whole number would be too large. The divisor is not 0, nor is 0 raised to less than 0. A
 *  quotient (/) of whole numbers that is whole is an integer, unlike Python's. */
bool calculate(AstOp op, Number a, Number b, Number *result);

#endif
