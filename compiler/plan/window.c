/* SPDX-License-Identifier: MIT-0 */
/* Windows as attributes of operations. */
#include "base/key.h"
#include "model/shape.h"
#include "plan/op.h"
#include "plan/tensor.h"
#include "plan/window.h"

static void attrs_key(const Op *op, Text *key) { window_key(op_window(op), key); }

const AttrsKind window_attrs = {"a window", sizeof(Window), attrs_key};

Window *op_window(const Op *op) { return op_attrs(op, &window_attrs); }

void window_key(const Window *window, Text *key) {
    key_word(key, (uint64_t)window->dims);
    for (int i = 0; i < window->dims; i++) {
        key_word(key, (uint64_t)window->size[i]);
        key_word(key, (uint64_t)window->stride[i]);
        key_word(key, (uint64_t)window->dilation[i]);
        key_word(key, (uint64_t)window->low[i]);
    }
    key_word(key, (uint64_t)window->groups);
    key_word(key, window->pool);
}

bool window_leaves(const Window *window, const Window *pooling, int dim, Shape image, Shape out) {
    const int at = out.rank - 1 - window->dims + dim;
    const int64_t places = pooling ? (out.dim[at] - 1) * pooling->stride[dim] + pooling->size[dim] : out.dim[at];
    const int64_t end = (places - 1) * window->stride[dim] + window_reach(window, dim) - window->low[dim];
    return window->low[dim] > 0 || end > image.dim[at];
}

int64_t window_back(const Window *window, Shape image) {
    int64_t back = 0, stride = image.dim[image.rank - 1];
    for (int i = window->dims - 1; i >= 0; i--) {
        back += window->low[i] * stride;
        stride *= image.dim[image.rank - 1 - window->dims + i];
    }
    return back;
}

LineWindow op_line_window(const Op *op) {
    const Window *const window = op_window(op);
    if (op->in[0]->shape.rank - 1 - window->dims != LINE_DIM) return (LineWindow){0};
    return (LineWindow){window->stride[0], window_reach(window, 0), window->low[0]};
}

Window window_of(int dims) {
    Window window = {.dims = dims, .groups = 1};
    for (int i = 0; i < MAX_SPATIAL; i++) window.size[i] = window.stride[i] = window.dilation[i] = 1;
    return window;
}

int64_t window_reach(const Window *window, int dim) { return (window->size[dim] - 1) * window->dilation[dim] + 1; }

static void describe_numbers(const char *what, const int64_t *numbers, const Window *window, int64_t usual, Text *out) {
    bool shown = what[0] == '\0';
    for (int i = 0; i < window->dims; i++) shown = shown || numbers[i] != usual;
    for (int i = 0; i < window->dims && shown; i++)
        text_printf(out, "%s%lld",
                    i         ? "x"
                    : what[0] ? arena_printf(out->arena, " %s ", what)
                              : " ",
                    (long long)numbers[i]);
}

void window_describe(const Window *window, Text *out) {
    describe_numbers("", window->size, window, 0, out);
    describe_numbers("stride", window->stride, window, 1, out);
    describe_numbers("dilation", window->dilation, window, 1, out);
    describe_numbers("low", window->low, window, 0, out);
    if (window->groups > 1) text_printf(out, " groups %lld", (long long)window->groups);
}

void op_window_describe(const Op *op, Text *out) { window_describe(op_window(op), out); }

/* The greatest distance from where the image is still to be read to the end of what is stored by then: at a first or
 * last place of each dimension. */
int64_t window_lead(const Plan *plan, int dims, const int64_t *apart, Shape image, Shape out) {
    const int last = image.rank - 1;
    int64_t lead = dim_size(out.dim[last], 1), from = dim_size(image.dim[last], 1), to = lead;
    for (int i = last - 1; i >= 0; i--) {
        const int dim = i - (last - dims);
        const int64_t places = dim_size(out.dim[i], plan->model->batch);
        const int64_t gain = to - from * (dim >= 0 ? apart[dim] : 1);
        if (gain > 0) lead += gain * (places - 1);
        from *= dim_size(image.dim[i], plan->model->batch);
        to *= places;
    }
    return lead;
}
