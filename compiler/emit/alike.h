/* SPDX-License-Identifier: MIT-0 */
/* Which operations are printed alike, known without printing them. */
#ifndef NNC_EMIT_ALIKE_H
#define NNC_EMIT_ALIKE_H

#include "plan/plan.h"

typedef struct Emit Emit;
typedef struct Function Function;

/** All that the text of an operation's function follows from, and the tensors of which it speaks. */
typedef struct Candidate {
    const char *key;
    Tensor **tensors; /* in the order in which the key names them first */
    int count;
    const Function *function; /* NULL: none was printed yet */
} Candidate;

/** What an operation is, in emit->scratch. */
Candidate alike_key(Emit *emit, const Op *op);
/** The printed function that an operation can have, NULL: there is none. */
const Candidate *alike_find(const Emit *emit, const Candidate *candidate);
/** Keeps what was printed for those that are alike. */
void alike_keep(Emit *emit, const Candidate *candidate, const Function *function);
/** The parameters of `function` for the operation of `candidate`, which was found to be alike: its own tensors in the
 *  place of those of `printed`. */
void alike_params(Emit *emit, const Candidate *printed, const Candidate *candidate, Function *function);

#endif
