/* SPDX-License-Identifier: MIT-0 */
/* Shapes: their arithmetic, and their text. */
#include <inttypes.h>

#include "base/arena.h"
#include "base/key.h"
#include "model/shape.h"

Shape shape_of(int rank, const int64_t *dims) {
    Shape shape = {.rank = rank};
    for (int i = 0; i < rank && i < MAX_RANK; i++) {
        shape.dim[i] = dims[i];
    }
    return shape;
}

int64_t dim_size(int64_t dim, int64_t batch) { return dim < 0 ? -dim * batch : dim; }

int64_t shape_size(Shape shape, int64_t batch) {
    int64_t size = 1;
    for (int i = 0; i < shape.rank; i++) {
        if (__builtin_mul_overflow(size, dim_size(shape.dim[i], batch), &size) || size > MAX_ELEMENTS) {
            return -1;
        }
    }
    return size;
}

bool shape_equal(Shape a, Shape b) {
    if (a.rank != b.rank) {
        return false;
    }
    for (int i = 0; i < a.rank; i++) {
        if (a.dim[i] != b.dim[i]) {
            return false;
        }
    }
    return true;
}

void shape_key(Shape shape, Text *key) {
    key_word(key, (uint64_t)shape.rank);
    for (int i = 0; i < shape.rank; i++) {
        key_word(key, (uint64_t)shape.dim[i]);
    }
}

const char *shape_text(Arena *arena, Shape shape) {
    if (shape.rank < 0) {
        return "(?)";
    }
    Text text = {.arena = arena};
    text_puts(&text, "(");
    for (int i = 0; i < shape.rank; i++) {
        text_puts(&text, i > 0 ? ", " : "");
        if (shape.dim[i] == BATCH) {
            text_puts(&text, "batch");
        } else if (shape.dim[i] < 0) {
            text_printf(&text, "batch * %" PRId64, -shape.dim[i]);
        } else {
            text_printf(&text, "%" PRId64, shape.dim[i]);
        }
    }
    text_puts(&text, shape.rank == 1 ? ",)" : ")");
    return text_chars(&text);
}

