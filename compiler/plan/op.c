/* SPDX-License-Identifier: MIT-0 */
/* Operations: what is put into one is checked here. */
#include <stdio.h>
#include <stdlib.h>

#include "base/key.h"
#include "plan/op.h"
#include "plan/tensor.h"

static void internal_error(const Op *op, const char *what, const char *more) {
    fprintf(stderr, "nnc: internal error: operation %s (%s) %s%s\n", op->name, op->def->name, what, more);
    abort();
}

void op_read(Op *op, Tensor *tensor) {
    if (op->in_count == MAX_INPUTS) internal_error(op, "reads too many tensors, the last one ", tensor->name);
    op->in[op->in_count++] = tensor;
}

void *op_attrs(const Op *op, const AttrsKind *kind) {
    if (op->def->attrs != kind) internal_error(op, "is asked for attributes that it has not: ", kind->name);
    return op->attrs;
}

void op_key(const Op *op, Text *key) {
    key_text(key, op->def->name);
    if (op->def->attrs) op->def->attrs->key(op, key);
}

bool op_finds_lines(const Op *op) { return op->pace.count > 1 && !op->in[0]->stepped; }

Shape op_image(const Op *op) {
    Shape shape = op->out->shape;
    if (op_finds_lines(op)) shape.dim[LINE_DIM] = op->pace.count;
    return shape;
}

void op_become(Arena *arena, Op *op, const OpDef *def) {
    op->def = def;
    op->attrs = def->attrs ? arena_alloc(arena, def->attrs->size) : NULL;
}
