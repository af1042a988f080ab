/* SPDX-License-Identifier: MIT-0 */
/* Building operations in the place of others. */
#ifndef NNC_PASSES_REWRITE_H
#define NNC_PASSES_REWRITE_H

#include "build/build.h"
#include "plan/uses.h"

/** Between rewrite_begin() and rewrite_end() places are those of the program as it was. */
typedef struct Rewrite {
    Builder build;
    int placed; /* operations of the program that have a place */
    Moves moves;
    Ops replaced;
} Rewrite;

Rewrite rewrite_begin(Plan *plan, Program *program);
/** What is built until rewrite_place() is of the layer, the phase and the loop of this operation. */
Builder *rewrite_for(Rewrite *rewrite, const Op *op);
/** Puts what has been built since the last time before the place `to`. */
void rewrite_place(Rewrite *rewrite, const Op *op, int to);
/** `made`, which has just been built, is what `op` has made until now: its readers find it under the tensor that they
 *  know. */
void rewrite_result(Rewrite *rewrite, Op *op, Tensor *made);
/** Drops an operation that has been replaced. */
void rewrite_drop(Rewrite *rewrite, Op *op);
void rewrite_end(Rewrite *rewrite);

/** Drops an operation that makes nothing but another shape of its input: its readers find the input's memory. Not where
 *  one of the two is a part of something else, or is no value of the program; then false. */
bool rewrite_as_view(Plan *plan, Program *program, Op *op);
/** Lets an operation read and make another tensor instead. */
void op_replace(Plan *plan, Op *op, const Tensor *from, Tensor *to);
/** The same for whoever changes more of the operation, and calls op_index() then. */
void op_substitute(Op *op, const Tensor *from, Tensor *to);

#endif
