/* SPDX-License-Identifier: MIT-0 */
/* Who reads and who makes a tensor, kept right by what changes a program. */
#ifndef NNC_PLAN_USES_H
#define NNC_PLAN_USES_H

#include "base/arena.h"
#include "plan/plan.h"

/** The first use of the memory of `tensor` in a program, and the one behind `use`; NULL: there is none. An operation
 *  stands in the list of readers once, and in that of writers. What it reads may be what a step before it makes. */
const Use *first_reader(const Program *program, const Tensor *tensor);
const Use *first_writer(const Program *program, const Tensor *tensor);
const Use *next_use(const Use *use);
/** How many operations of a program read the memory of `tensor`. */
int readers_of(const Program *program, const Tensor *tensor);
/** The operations that read it or write to it, in their order. */
typedef LIST(Op *) Ops;
Ops users_of(const Plan *plan, const Program *program, const Tensor *tensor);
/** Those that write to what an operation reads. */
Ops makers_for(const Plan *plan, const Op *op);
/** Finds places and uses from nothing. Costs as much as the program is long. */
void program_index(Plan *plan, Program *program);
/** The operation reads or makes other tensors than before. */
void op_index(Plan *plan, Op *op);
/** Leaves NULL in the place of an operation, until program_close() closes all such gaps. */
void program_drop(Plan *plan, Program *program, Op *op);
void program_close(Program *program);

/** Moves operations, all at once: each before what stands at `to` now, or behind the last one; those with one aim in
 *  the order of the list. Costs as much as the program is long. */
typedef struct Move {
    Op *op;
    int to;
} Move;

typedef LIST(Move) Moves;
void program_move(Plan *plan, Program *program, const Moves *moves);
/** Makes `view` a view of `base`. Where it owned memory until now, so do its uses become those of what owns the
 *  base's. */
void tensor_show(Plan *plan, Tensor *view, Tensor *base);
/** Gives a view memory of its own. */
void tensor_part(Plan *plan, Tensor *view);
/** The first and the last operation of the loop that the one at `at` is in. */
int loop_first(const Program *program, int at);
int loop_last(const Program *program, int at);

#endif
