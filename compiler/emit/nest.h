/* SPDX-License-Identifier: MIT-0 */
/* Loop nests over an iteration space, for elementwise steps and sums. */
#ifndef NNC_EMIT_NEST_H
#define NNC_EMIT_NEST_H

#include <stdbool.h>
#include <stdint.h>

#include "model/shape.h"
#include "plan/loops.h"
#include "plan/plan.h"
#include "emit/emit.h"
#include "emit/template.h"

typedef struct Loop {
    LoopSpan span;
    const char *var, *size; /* C texts */
    bool single;            /* one value, not a loop: no index */
} Loop;

typedef struct Nest {
    Shape space;
    Tensor *tensors[MAX_LOOP_TENSORS]; /* as Loops has them */
    int tensor_count;
    Loop loops[MAX_LOOPS];
    int loop_count; /* the last one runs over lanes */
} Nest;

/** What the variable of a loop over the dimensions first … end-1 of `shape` is called, within `depth` others: sample,
 *  step of a sequence, row (of samples and something else), or i, j, … */
const char *loop_variable(Shape shape, int first, int end, int depth);
/** The loops of loops_over() as texts. */
Nest nest_for(Emit *emit, const Op *op, Shape space, Tensor *summed, const Shape *kept);
/** The index of the current element of a tensor: "i * 256 + c"; NULL: it is the first. */
const char *nest_index(Emit *emit, const Nest *nest, const Tensor *tensor);
/** Whether a loop over `size` elements takes whole vectors whatever the instruction set: then nothing counts lanes. */
bool whole_vectors(const Emit *emit, int64_t size);
/** A statement that copies `size` neighbours, a factor. A loop over vectors would do, but compilers make memmove of one
 *  where they do not see that the two are apart, and generated C needs no more than memcpy. */
const char *copy_text(Emit *emit, ElementType type, const char *to, const char *from, const char *size);
/** The first element of a matrix, which may be columns of a wider one: a parameter, perhaps plus a column. */
const char *matrix_text(Emit *emit, const Tensor *tensor, const char *name);

/** An element of it, by its index in the first columns. */
const char *matrix_element(Emit *emit, const Tensor *tensor, const char *name, const char *index);

/** How a step reaches the elements of tensors outside the operation. */
typedef struct Place {
    const Nest *nest;
    const char *value_name;  /* the local that holds the operation's own result, op->out, before its steps */
    const char *lanes;       /* "n"; NULL: all vectors are whole */
    const char *draw_offset; /* of the current column in the block of random numbers */
} Place;

/** The statements of op's steps: locals, then stores of what others read. */
const char *steps_text(Emit *emit, const Op *op, const Place *place);
/** What the place of a step's result is called as a parameter. */
const char *result_name(Emit *emit, const Op *op, const Step *step);
/** Those of a sum's terms, which make what is summed. */
const char *terms_text(Emit *emit, const Op *op, const Place *place);

/** The steps of an operation that makes blocks: within a block from (row, col) on, at its row r and column c. The space
 *  is (row, column), so operands are full, or one value per column; `row` says which of all rows it is. Where the
 *  output is one row, or a column worked on as one, the block is a part of it from `col` on, at c. */
typedef struct BlockText {
    const char *value; /* the local that holds the operation's own result */
    const char *draws, *lanes, *steps; /* lanes: declares n where steps need it */
} BlockText;

BlockText block_text(Emit *emit, const Op *op, const char *rows, const char *row);
/** A vector of a tensor's random numbers, which draw_text() has drawn. */
const char *random_text(Emit *emit, Tensor *tensor, const Place *place);
/** Statements that draw block `block` (of 64 columns) of them; or, of that, the words of lane `lane`, if not NULL. */
const char *draw_text(Emit *emit, Tensor *tensor, const char *block, const char *lane);
/** The same for all random numbers that the steps need; "" when they need none. */
const char *draws_text(Emit *emit, const Op *op, const char *block, const char *lane);
/** The number of a block of random numbers: the `block`th, a product or a quotient, of a row of so many columns. */
const char *block_number(Emit *emit, const char *row, int64_t columns, const char *block);
/** A formula with its operands replaced; `operands` ends with a NULL name. Numbers are those of the plan's real type,
 *  or of another. */
const char *formula_text(Emit *emit, const char *formula, const Hole *operands);
const char *formula_text_of(Emit *emit, ElementType type, const char *formula, const Hole *operands);

#endif
