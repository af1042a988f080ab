/* SPDX-License-Identifier: MIT-0 */
/* Where a convolution's windows lie in memory. */
#include "ops/conv_windows.h"
#include "ops/op.h"

ConvStrides conv_strides(Shape shape, int dims) {
    ConvStrides strides = {.sample = shape.dim[shape.rank - 1]};
    for (int i = dims - 1; i >= 0; i--) {
        strides.at[i] = strides.sample;
        strides.sample *= shape.dim[shape.rank - 1 - dims + i];
    }
    return strides;
}

const char *conv_three(Emit *e, const int64_t *numbers) {
    return formatted(e, "%lld, %lld, %lld", (long long)numbers[0], (long long)numbers[1], (long long)numbers[2]);
}

const char *conv_place(Emit *e, const char *index, int count, const int64_t *sizes, const int64_t *steps,
                       int64_t sample, bool samples) {
    Text text = {.arena = e->arena};
    int64_t inner = 1;
    for (int i = 0; i < count; i++) inner *= sizes[i];
    if (samples)
        text_puts(&text, times(e, inner == 1 ? index : formatted(e, "%s / %lld", index, (long long)inner), sample));
    for (int i = 0; i < count; i++) {
        const bool outermost = i == 0 && !samples;
        inner /= sizes[i];
        if (sizes[i] == 1) continue;
        const char *at = inner == 1 ? index : formatted(e, "%s / %lld", index, (long long)inner);
        if (!outermost) at = formatted(e, "%s %% %lld", at, (long long)sizes[i]);
        text_printf(&text, "%s%s", text.length ? " + " : "", times(e, at, steps[i]));
    }
    return text.length ? text_chars(&text) : "0";
}

ConvPieces conv_pieces(const Window *window, const ConvStrides *strides, int64_t channels) {
    ConvPieces pieces = {.counts = {1, 1, 1}, .depth = channels, .count = window->dims};
    const int last = window->dims - 1;
    for (int i = 0; i < window->dims; i++) {
        pieces.counts[i] = window->size[i];
        pieces.strides[i] = window->size[i] > 1 ? strides->at[i] * window->dilation[i] : 0;
    }
    if (window->groups == 1 && window->dilation[last] == 1) {
        pieces.depth *= pieces.counts[last];
        pieces.counts[last] = 1;
        pieces.strides[last] = 0;
    }
    return pieces;
}
