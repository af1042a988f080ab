/* SPDX-License-Identifier: MIT-0 */
/* Functions: one for each operation, equal ones once. */
#ifndef NNC_EMIT_FUNCTIONS_H
#define NNC_EMIT_FUNCTIONS_H

#include "plan/plan.h"
#include "emit/template.h"

typedef struct Emit Emit;
typedef struct Function Function;

/** Prints the functions of all programs to emit->kernels, each text once. */
void emit_functions(Emit *emit);
/** What the operations of a program call. */
Function *const *functions_of(const Emit *emit, const Program *program);
/** Prints the function's body from a template. */
void emit_function(Emit *emit, const char *name, const Hole *holes);

#endif
