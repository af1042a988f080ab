/* SPDX-License-Identifier: MIT-0 */
/* The calls of a program. */
#ifndef NNC_FILE_CALLS_H
#define NNC_FILE_CALLS_H

#include "emit/emit.h"
#include "plan/plan.h"
#include "plan/tensor.h"

/** The functions that a program calls, in their order, and which of them are printed: all, or those of a round. */
typedef struct Calls {
    const Program *program;
    const Function **functions;
    int count, first, end;
    int checked;        /* the one before which the program stops when the loss is not finite; -1: none */
    const Round *round; /* NULL: not of one */
} Calls;

/** Where in its storage a view begins, as the loop that is printed sees it; {0}: at its beginning. */
Slice view_slice(const Emit *emit, const Tensor *tensor);
/** What a program calls the beginning of a tensor, as the loop that is printed sees it. */
const char *tensor_address(Emit *emit, const Op *op, const Tensor *tensor);
/** Where in its storage a view begins: "(step + 1) * batch * 128"; NULL: where that does. */
const char *view_text(Emit *emit, const Op *op, const Tensor *tensor);

#endif
