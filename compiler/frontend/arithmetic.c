/* SPDX-License-Identifier: MIT-0 */
#include <math.h>

#include "frontend/arithmetic.h"

static int64_t floor_quotient(int64_t a, int64_t b) { return a / b - (a % b != 0 && (a < 0) != (b < 0)); }

/* By squaring; false on overflow. */
static bool whole_power(int64_t base, int64_t exponent, int64_t *power) {
    for (*power = 1; exponent > 0; exponent /= 2) {
        if (exponent % 2 && __builtin_mul_overflow(*power, base, power)) return false;
        if (exponent > 1 && __builtin_mul_overflow(base, base, &base)) return false;
    }
    return true;
}

static double real_result(AstOp op, double a, double b) {
    switch (op) {
    case AST_ADD: return a + b;
    case AST_SUBTRACT: return a - b;
    case AST_MULTIPLY: return a * b;
    case AST_DIVIDE: return a / b;
    case AST_FLOOR_DIVIDE: return floor(a / b);
    case AST_POWER: break;
    }
    return pow(a, b);
}

bool calculate(AstOp op, Number a, Number b, Number *result) {
    bool fits = true;
    int64_t whole = 0;
    *result = (Number){.value = real_result(op, a.value, b.value)};
    if (!a.integer || !b.integer) return true;
    const bool divides = op == AST_DIVIDE || op == AST_FLOOR_DIVIDE;
    if (op == AST_POWER && b.whole < 0) return true;
    if (divides && b.whole == -1) fits = !__builtin_sub_overflow((int64_t)0, a.whole, &whole);
    else if (op == AST_DIVIDE && a.whole % b.whole != 0) {
        result->value = (double)a.whole / (double)b.whole;
        return true;
    } else if (divides) whole = floor_quotient(a.whole, b.whole);
    else if (op == AST_POWER) fits = whole_power(a.whole, b.whole, &whole);
    else if (op == AST_ADD) fits = !__builtin_add_overflow(a.whole, b.whole, &whole);
    else if (op == AST_SUBTRACT) fits = !__builtin_sub_overflow(a.whole, b.whole, &whole);
    else fits = !__builtin_mul_overflow(a.whole, b.whole, &whole);
    *result = (Number){.value = (double)whole, .integer = true, .whole = whole};
    return fits;
}
