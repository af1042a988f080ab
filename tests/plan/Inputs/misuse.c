/* SPDX-License-Identifier: MIT-0 */
/* misuse inputs|attributes|padding: puts more into an operation than it holds, asks for what it has not, or pads what
 * does not begin with the samples. */
#include <string.h>

#include "base/arena.h"
#include "ops/pad.h"
#include "plan/matmul_attrs.h"
#include "plan/permute_attrs.h"

int main(int count, char **args) {
    Arena *const arena = arena_new();
    Op *const op = NEW(arena, Op);
    Tensor x = {.name = "x"}, last = {.name = "one_more"};
    op->name = "dense_forward";
    op_become(arena, op, &op_matmul);
    for (int i = 0; i < MAX_INPUTS; i++) op_read(op, &x);
    matmul_attrs(op)->transpose_a = true;
    if (count > 1 && !strcmp(args[1], "inputs")) op_read(op, &last);
    if (count > 1 && !strcmp(args[1], "attributes")) permute_attrs(op)->flipped = 1;
    if (count > 1 && !strcmp(args[1], "padding")) {
        x.shape = shape_of(3, (int64_t[]){5, BATCH, 2});
        build_pad(NULL, &x, spacing_none(), shape_of(3, (int64_t[]){5, BATCH, 3}), "forward", "padded");
    }
    arena_free(arena);
    return 0;
}
