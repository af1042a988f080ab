/* SPDX-License-Identifier: MIT-0 */
/* misuse inputs|attributes: puts more into an operation than it holds, or asks for what it has not. */
#include <string.h>

#include "base/arena.h"
#include "plan/matmul_attrs.h"
#include "plan/permute_attrs.h"

int main(int count, char **args) {
    Arena *const arena = arena_new();
    Op *const op = NEW(arena, Op);
    Tensor x = {.name = "x"}, last = {.name = "one_more"};
    op->name = "dense_forward";
    op_become(arena, op, &op_matmul);
    for (int i = 0; i < MAX_INPUTS; i++) op_read(op, &x);
    matmul_attrs(op)->deep = true;
    if (count > 1 && !strcmp(args[1], "inputs")) op_read(op, &last);
    if (count > 1 && !strcmp(args[1], "attributes")) permute_attrs(op)->flipped = 1;
    arena_free(arena);
    return 0;
}
