/* SPDX-License-Identifier: MIT-0 */
/* Nodes of ONNX that look at windows of images and sequences: convolutions, pooling, padding, upsampling. */
#include "import/import.h"

#ifdef NNC_IMPORT

#include <math.h>
#include <string.h>

#include "import/onnx_graph.h"

/* Of a window's node, each for every spatial dimension. */
typedef struct Window {
    int rank;            /* of space */
    int axis[ONNX_RANK]; /* in ONNX */
    int64_t kernel[ONNX_RANK], strides[ONNX_RANK], dilations[ONNX_RANK], begin[ONNX_RANK], end[ONNX_RANK];
    int64_t in[ONNX_RANK];
} Window;

const char *onnx_sizes_text(const Onnx *onnx, const int64_t *sizes, int count) {
    Text out = {.arena = onnx->import->arena};
    bool same = true;
    for (int i = 1; i < count; i++) same &= sizes[i] == sizes[0];
    if (same) text_printf(&out, "%lld", (long long)sizes[0]);
    for (int i = 0; !same && i < count; i++) text_printf(&out, "%s%lld", i ? ", " : "(", (long long)sizes[i]);
    text_puts(&out, same ? "" : ")");
    return text_chars(&out);
}

/* The window of an image at the present value; false and a message where it is none. `kernel`: of a convolution, or
 * NULL. */
static bool window_of(const Onnx *onnx, const Node *node, const Constant *kernel, Window *window) {
    const int space = onnx->rank - 2;
    int64_t sizes[2 * ONNX_RANK], strides[2 * ONNX_RANK], dilations[2 * ONNX_RANK], pads[2 * ONNX_RANK] = {0};
    *window = (Window){.rank = 0};
    if (onnx->lay != LAY_CHANNELS || space < 1 || space - (onnx->one != 0) > 3)
        return onnx_fail(onnx, node, "the channels of its input do not come second there");
    for (int i = 0; i < space; i++) {
        sizes[i] = kernel && kernel->rank == space + 2 ? kernel->dim[i + 2] : 0;
        strides[i] = dilations[i] = 1;
    }
    const struct {
        const char *name;
        int64_t *ints;
        int count;
    } lists[] = {{"kernel_shape", sizes, space},
                 {"strides", strides, space},
                 {"dilations", dilations, space},
                 {"pads", pads, 2 * space}};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        const int count = onnx_ints(onnx, node, lists[i].name, -1, lists[i].ints);
        if (count && count != lists[i].count)
            return onnx_fail(onnx, node, "its sizes are not those of %d dimensions", space);
    }
    const char *const automatic = onnx_text(onnx, node, "auto_pad");
    for (int i = 0; i < space; i++) {
        if (sizes[i] < 1 || strides[i] < 1 || dilations[i] < 1 || sizes[i] > INT32_MAX || strides[i] > INT32_MAX ||
            dilations[i] > INT32_MAX || pads[i] < -INT32_MAX || pads[i] > INT32_MAX || pads[i + space] < -INT32_MAX ||
            pads[i + space] > INT32_MAX)
            return onnx_fail(onnx, node, "its sizes are none");
        if (i + 2 == onnx->one) {
            if (sizes[i] == 1 && pads[i] == 0 && pads[i + space] == 0) continue;
            return onnx_fail(onnx, node, "its window reaches along an axis that is none here");
        }
        const int at = window->rank++;
        window->axis[at] = i + 2;
        window->in[at] = onnx->dim[i + 2];
        window->kernel[at] = sizes[i];
        window->strides[at] = strides[i];
        window->dilations[at] = dilations[i];
        window->begin[at] = pads[i];
        window->end[at] = pads[i + space];
        if (strncmp(automatic, "SAME", 4) != 0) continue;
        const int64_t reach = (sizes[i] - 1) * dilations[i] + 1, out = (onnx->dim[i + 2] + strides[i] - 1) / strides[i];
        const int64_t needed = (out - 1) * strides[i] + reach - onnx->dim[i + 2], all = needed > 0 ? needed : 0;
        window->begin[at] = strcmp(automatic, "SAME_LOWER") ? all / 2 : all - all / 2;
        window->end[at] = all - window->begin[at];
    }
    return true;
}

/* Whether it pads by less than nothing, which only a transposed convolution can. */
static bool cuts(const Window *window) {
    for (int i = 0; i < window->rank; i++)
        if (window->begin[i] < 0 || window->end[i] < 0) return true;
    return false;
}

/* A kernel without the axis that is none here. */
static Constant without_one(const Onnx *onnx, const Constant *kernel) {
    Constant result = *kernel;
    if (!onnx->one) return result;
    result.rank--;
    for (int i = onnx->one; i < result.rank; i++) result.dim[i] = result.dim[i + 1];
    return result;
}

/* What Keras calls such a padding: "valid", "same", "causal"; NULL: nothing. */
static const char *padding_of(const Window *window, bool causal) {
    bool valid = true, same = true;
    for (int i = 0; i < window->rank; i++) {
        const int64_t stride = window->strides[i], reach = (window->kernel[i] - 1) * window->dilations[i] + 1,
                      out = (window->in[i] + stride - 1) / stride;
        const int64_t needed = (out - 1) * stride + reach - window->in[i], all = needed > 0 ? needed : 0;
        valid &= window->begin[i] == 0 && window->end[i] == 0;
        same &= window->begin[i] == all / 2 && window->end[i] == all - all / 2;
        causal &= window->begin[i] == reach - 1 && window->end[i] == 0;
    }
    return valid ? "valid" : same ? "same" : causal ? "causal" : NULL;
}

/* Zeros around the image, in a layer of its own. */
static void add_padding(Onnx *onnx, const int *axis, const int64_t *begin, const int64_t *end, int rank) {
    Text pads = {.arena = onnx->import->arena};
    for (int i = 0; i < rank; i++)
        text_printf(&pads, "%s(%lld, %lld)", i ? ", " : rank > 1 ? "(" : "", (long long)begin[i], (long long)end[i]);
    text_puts(&pads, rank > 1 ? ")" : "");
    onnx_layer(onnx, arena_printf(onnx->import->arena, "ZeroPadding%dD", rank));
    onnx_arg(onnx, "%s", text_chars(&pads));
    for (int i = 0; i < rank; i++) onnx->dim[axis[i]] += begin[i] + end[i];
}

/* The window's own padding, before it. */
static void pad_before(Onnx *onnx, Window *window) {
    add_padding(onnx, window->axis, window->begin, window->end, window->rank);
    for (int i = 0; i < window->rank; i++) {
        window->in[i] = onnx->dim[window->axis[i]];
        window->begin[i] = window->end[i] = 0;
    }
}

static void advance(Onnx *onnx, const Window *window) {
    for (int i = 0; i < window->rank; i++) {
        const int64_t reach = (window->kernel[i] - 1) * window->dilations[i] + 1;
        onnx->dim[window->axis[i]] =
            (window->in[i] + window->begin[i] + window->end[i] - reach) / window->strides[i] + 1;
    }
}

/* "strides=2, padding='same'", what is not the default. */
static void put_window(Onnx *onnx, const Window *window, const char *padding) {
    const char *const strides = onnx_sizes_text(onnx, window->strides, window->rank), *const dilations =
                                                                                          onnx_sizes_text(
                                                                                              onnx, window->dilations,
                                                                                              window->rank);
    if (strcmp(strides, "1") != 0) onnx_arg(onnx, "strides=%s", strides);
    if (strcmp(dilations, "1") != 0) onnx_arg(onnx, "dilation_rate=%s", dilations);
    if (padding && strcmp(padding, "valid") != 0) onnx_arg(onnx, "padding='%s'", padding);
}

/* The bias of a convolution, its third input; NULL: it has none, or false and a message. */
static bool conv_bias(const Onnx *onnx, const Node *node, int64_t filters, float **bias) {
    const Constant *const constant = onnx_constant_input(onnx, node, 2);
    *bias = constant ? constant->real : NULL;
    if (onnx_input(node, 2) && !constant) return onnx_fail(onnx, node, "its bias is no constant");
    if (!constant || (constant->real && constant->count == (size_t)filters)) return true;
    return onnx_fail(onnx, node, "its bias has not %lld numbers", (long long)filters);
}

static bool take_conv(Onnx *onnx, const Node *node) {
    const Constant *const there = onnx_constant_input(onnx, node, 1);
    Window window;
    if (!there || !there->real || there->rank != onnx->rank) return onnx_fail(onnx, node, "its kernel is no constant");
    if (!window_of(onnx, node, there, &window)) return false;
    if (cuts(&window)) return onnx_fail(onnx, node, "its sizes are none");
    const Constant reduced = without_one(onnx, there), *const kernel = &reduced;
    const int64_t groups = onnx_int(node, "group", 1), channels = onnx->dim[1], filters = kernel->dim[0];
    if (groups < 1 || channels % groups || kernel->dim[1] != channels / groups)
        return onnx_fail(onnx, node, "its kernel does not fit the %lld channels of its input", (long long)channels);
    const bool depthwise = groups == channels && channels > 1 && window.rank < 3 && filters % channels == 0;
    const char *const padding = padding_of(&window, window.rank == 1 && !depthwise);
    float *bias;
    if (!conv_bias(onnx, node, filters, &bias)) return false;
    if (!padding) pad_before(onnx, &window);
    /* (filters, channels, …) → (…, channels, filters); depthwise (channels · multiplier, 1, …) → (…, channels,
     * multiplier) */
    int order[ONNX_RANK];
    int64_t from[ONNX_RANK], dim[ONNX_RANK];
    memcpy(from, kernel->dim, (size_t)kernel->rank * sizeof *from);
    if (depthwise) from[0] = channels, from[1] = filters / channels;
    for (int i = 0; i < window.rank; i++) order[i] = i + 2;
    order[window.rank] = depthwise ? 0 : 1;
    order[window.rank + 1] = depthwise ? 1 : 0;
    for (int i = 0; i < kernel->rank; i++) dim[i] = from[order[i]];
    Found *const found =
        onnx_layer(onnx, arena_printf(onnx->import->arena, "%s%dD", depthwise ? "DepthwiseConv" : "Conv", window.rank));
    found->activates = true;
    found->biasless = !bias;
    if (!depthwise) onnx_arg(onnx, "%lld", (long long)filters);
    onnx_arg(onnx, "%s", onnx_sizes_text(onnx, window.kernel, window.rank));
    put_window(onnx, &window, padding);
    if (depthwise && filters != channels) onnx_arg(onnx, "depth_multiplier=%lld", (long long)(filters / channels));
    if (!depthwise && groups > 1) onnx_arg(onnx, "groups=%lld", (long long)groups);
    onnx_weight(onnx, onnx_permuted(onnx, kernel, kernel->rank, from, order), kernel->rank, dim);
    if (bias) onnx_weight(onnx, bias, 1, &filters);
    advance(onnx, &window);
    onnx->dim[1] = filters;
    onnx->positive = false;
    onnx_step(onnx, node->output[0]);
    return true;
}

/* What a transposed convolution leaves out of what its windows make, or adds beyond. */
typedef struct Cut {
    int64_t extra[2 * ONNX_RANK]; /* behind the last window, as ONNX says it */
    int64_t end[ONNX_RANK];       /* cropped behind, after what Keras makes */
    int64_t beyond[ONNX_RANK];    /* Keras' output_padding */
    bool is_same, crops, goes_beyond;
} Cut;

static bool cut_of(const Onnx *onnx, const Node *node, Window *window, Cut *cut) {
    *cut = (Cut){.is_same = true};
    if (!strncmp(onnx_text(onnx, node, "auto_pad"), "SAME", 4)) {
        for (int i = 0; i < window->rank; i++) {
            const int64_t all = (window->kernel[i] - 1) * window->dilations[i] + 1 - window->strides[i];
            window->begin[i] = all > 0 ? all / 2 : 0;
            window->end[i] = all > 0 ? all - all / 2 : 0;
            cut->extra[i] = all < 0 ? -all : 0;
        }
    } else if (onnx_ints(onnx, node, "output_padding", -1, cut->extra) > window->rank) {
        return onnx_fail(onnx, node, "its sizes are none");
    }
    for (int i = 0; i < window->rank; i++) {
        const int64_t reach = (window->kernel[i] - 1) * window->dilations[i] + 1, all = reach - window->strides[i];
        if (cut->extra[i] < 0 || cut->extra[i] > INT32_MAX) return onnx_fail(onnx, node, "its sizes are none");
        if (window->end[i] < 0) { /* padded by less than nothing */
            cut->extra[i] -= window->end[i];
            window->end[i] = 0;
        }
        cut->is_same &= all >= 0 && window->begin[i] == all / 2 && window->end[i] == all - all / 2 && !cut->extra[i];
        cut->end[i] = window->end[i] - cut->extra[i] + (all < 0 ? -all : 0); /* Keras fills up whole strides */
        cut->goes_beyond |= cut->end[i] < 0;
    }
    for (int i = 0; i < window->rank; i++) {
        const int64_t rest = cut->extra[i] - window->end[i];
        cut->beyond[i] = cut->goes_beyond && rest > 0 ? rest : 0;
        if (cut->goes_beyond) cut->end[i] = cut->beyond[i] - rest;
        cut->crops |= window->begin[i] != 0 || cut->end[i] != 0;
        if (window->begin[i] < 0 || cut->beyond[i] >= window->strides[i])
            return onnx_fail(onnx, node, "it pads its output by more than nnc's transposed convolutions reach");
    }
    return true;
}

static void add_cropping(Onnx *onnx, const Window *window, const int64_t *end) {
    Text cropped = {.arena = onnx->import->arena};
    for (int i = 0; i < window->rank; i++)
        text_printf(&cropped, "%s(%lld, %lld)",
                    i                  ? ", "
                    : window->rank > 1 ? "("
                                       : "",
                    (long long)window->begin[i], (long long)end[i]);
    onnx_layer(onnx, arena_printf(onnx->import->arena, "Cropping%dD", window->rank));
    onnx_arg(onnx, window->rank > 1 ? "%s)" : "%s", text_chars(&cropped));
}

static bool take_transposed(Onnx *onnx, const Node *node) {
    const Constant *const there = onnx_constant_input(onnx, node, 1);
    Window window;
    Cut cut;
    float *bias;
    int64_t dim[ONNX_RANK];
    int order[ONNX_RANK];
    if (!there || !there->real || there->rank != onnx->rank) return onnx_fail(onnx, node, "its kernel is no constant");
    if (onnx_attribute(node, "output_shape"))
        return onnx_fail(onnx, node, "nnc does not import output_shape: pads say the same");
    if (!window_of(onnx, node, there, &window) || !cut_of(onnx, node, &window, &cut)) return false;
    const Constant reduced = without_one(onnx, there), *const kernel = &reduced;
    const int64_t filters = kernel->dim[1], channels = onnx->dim[1];
    if (onnx_int(node, "group", 1) != 1 || kernel->dim[0] != channels)
        return onnx_fail(onnx, node, "nnc's transposed convolutions have no groups");
    if (!conv_bias(onnx, node, filters, &bias)) return false;
    for (int i = 0; i < window.rank; i++) order[i] = i + 2;
    order[window.rank] = 1;
    order[window.rank + 1] = 0;
    for (int i = 0; i < kernel->rank; i++) dim[i] = kernel->dim[order[i]];
    Found *const found = onnx_layer(onnx, arena_printf(onnx->import->arena, "Conv%dDTranspose", window.rank));
    found->activates = true;
    found->biasless = !bias;
    onnx_arg(onnx, "%lld, %s", (long long)filters, onnx_sizes_text(onnx, window.kernel, window.rank));
    put_window(onnx, &window, cut.is_same && cut.crops ? "same" : NULL);
    if (cut.goes_beyond) onnx_arg(onnx, "output_padding=%s", onnx_sizes_text(onnx, cut.beyond, window.rank));
    onnx_weight(onnx, onnx_permuted(onnx, kernel, kernel->rank, kernel->dim, order), kernel->rank, dim);
    if (bias) onnx_weight(onnx, bias, 1, &filters);
    if (cut.crops && !cut.is_same) add_cropping(onnx, &window, cut.end);
    for (int i = 0; i < window.rank; i++)
        onnx->dim[window.axis[i]] = (window.in[i] - 1) * window.strides[i] +
                                    (window.kernel[i] - 1) * window.dilations[i] + 1 - window.begin[i] - window.end[i] +
                                    cut.extra[i];
    onnx->dim[1] = filters;
    onnx->positive = false;
    onnx_step(onnx, node->output[0]);
    return true;
}

/* With ceil_mode a last window may reach over the edge. */
static bool reaches_over(const Window *window) {
    for (int i = 0; i < window->rank; i++)
        if ((window->in[i] + window->begin[i] + window->end[i] - window->kernel[i]) % window->strides[i]) return true;
    return false;
}

static bool take_pool(Onnx *onnx, const Node *node) {
    const bool average = onnx_is(node, "AveragePool"), counts = onnx_int(node, "count_include_pad", 0) != 0;
    Window window;
    if (!window_of(onnx, node, NULL, &window)) return false;
    if (cuts(&window)) return onnx_fail(onnx, node, "its sizes are none");
    if (onnx_int(node, "ceil_mode", 0) && reaches_over(&window))
        return onnx_fail(onnx, node, "nnc has no windows that reach over the edge (ceil_mode)");
    for (int i = 0; i < window.rank; i++)
        if (window.dilations[i] != 1) return onnx_fail(onnx, node, "nnc's pooling has no dilations");
    const char *padding = padding_of(&window, false);
    /* Zeros around do no harm where they are counted, or where no maximum can be less. */
    const bool zeros = average ? counts : onnx->positive;
    if (padding && !strcmp(padding, "same") && average && counts) padding = NULL;
    if (!padding && !zeros) return onnx_fail(onnx, node, "nnc has no pooling with that padding");
    if (!padding) pad_before(onnx, &window);
    onnx_layer(onnx, arena_printf(onnx->import->arena, "%sPooling%dD", average ? "Average" : "Max", window.rank));
    onnx_arg(onnx, "%s", onnx_sizes_text(onnx, window.kernel, window.rank));
    onnx_arg(onnx, "strides=%s", onnx_sizes_text(onnx, window.strides, window.rank));
    if (padding && strcmp(padding, "valid") != 0) onnx_arg(onnx, "padding='%s'", padding);
    advance(onnx, &window);
    onnx_step(onnx, node->output[0]);
    return true;
}

/* The mean or the maximum of whole images, or of sequences whose features come last. */
static bool add_global(Onnx *onnx, const Node *node, bool average, bool keeps) {
    const int rank = onnx->rank - 2;
    onnx_layer(onnx, arena_printf(onnx->import->arena, "Global%sPooling%dD", average ? "Average" : "Max", rank));
    if (keeps) onnx_arg(onnx, "keepdims=True");
    const int64_t channels = onnx->dim[onnx->lay == LAY_CHANNELS ? 1 : onnx->rank - 1];
    for (int i = 1; i < onnx->rank; i++) onnx->dim[i] = 1;
    onnx->dim[onnx->lay == LAY_CHANNELS || !keeps ? 1 : onnx->rank - 1] = channels;
    if (!keeps) onnx->rank = 2, onnx->lay = LAY_SAME;
    onnx_step(onnx, node->output[0]);
    return true;
}

static bool take_reduce(Onnx *onnx, const Node *node) {
    int64_t axes[2 * ONNX_RANK];
    const int count = onnx_ints(onnx, node, "axes", 1, axes), rank = onnx->rank - 2,
              first = onnx->lay == LAY_CHANNELS ? 2 : 1;
    bool space[ONNX_RANK] = {false};
    if (onnx->lay == LAY_TIME && onnx->rank == 3 && count == 1 && axes[0] == 0 && onnx_int(node, "keepdims", 1) == 0) {
        onnx->lay = LAY_SAME; /* the time goes, wherever it lies */
        return add_global(onnx, node, onnx_is(node, "ReduceMean"), false);
    }
    for (int i = 0; i < count; i++) {
        const int64_t axis = axes[i] < 0 ? axes[i] + onnx->rank : axes[i];
        if (axis >= first && axis < first + rank) space[axis] = true;
    }
    bool all =
        rank >= 1 && rank <= 3 && count == rank && !onnx->one && (onnx->lay == LAY_CHANNELS || onnx->lay == LAY_SAME);
    for (int i = first; i < first + rank && all; i++) all = space[i];
    if (!all) return onnx_fail(onnx, node, "nnc takes means and maxima of all places of an image only");
    return add_global(onnx, node, onnx_is(node, "ReduceMean"), onnx_int(node, "keepdims", 1) != 0);
}

/* Another number than 0 is 0 where it has been taken away. */
static void add_filled_padding(Onnx *onnx, double number, const int *axis, const int64_t *begin, const int64_t *end,
                               int rank) {
    if (number != 0) {
        onnx_layer(onnx, "Rescaling");
        onnx_arg(onnx, "1.0, offset=%.9g", -number);
    }
    add_padding(onnx, axis, begin, end, rank);
    if (number == 0) return;
    onnx_layer(onnx, "Rescaling");
    onnx_arg(onnx, "1.0, offset=%.9g", number);
    onnx->positive = false;
}

static bool take_pad(Onnx *onnx, const Node *node) {
    int64_t pads[2 * ONNX_RANK], begin[ONNX_RANK], end[ONNX_RANK];
    int axis[ONNX_RANK], rank = 0;
    const int count = onnx_ints(onnx, node, "pads", 1, pads), first = onnx->lay == LAY_CHANNELS ? 2 : 1;
    const Constant *const value = onnx_constant_input(onnx, node, 2);
    const char *const mode = onnx_text(onnx, node, "mode");
    bool around = count == 2 * onnx->rank && (onnx->lay == LAY_CHANNELS || onnx->lay == LAY_SAME), any = false;
    for (int i = 0; i < onnx->rank && around; i++) {
        const int64_t low = pads[i], high = pads[i + onnx->rank];
        const bool space = i >= first && i < first + onnx->rank - 2 && i != onnx->one;
        around = (space || (low == 0 && high == 0)) && low >= 0 && high >= 0 && low < INT32_MAX && high < INT32_MAX;
        any |= low > 0 || high > 0;
        if (space) axis[rank] = i, begin[rank] = low, end[rank++] = high;
    }
    if (!around || rank > 3 || (*mode && strcmp(mode, "constant") != 0) ||
        (value && (!value->real || value->count != 1)) || onnx_input(node, 3))
        return onnx_fail(onnx, node, "nnc pads images with one number around, and nothing else");
    const double number = value ? (double)value->real[0] : 0;
    if (any) add_filled_padding(onnx, number, axis, begin, end, rank);
    onnx_step(onnx, node->output[0]);
    return true;
}

bool onnx_take_window(Onnx *onnx, const Node *node, bool *done) {
    *done = true;
    if (onnx_is(node, "Conv")) return take_conv(onnx, node);
    if (onnx_is(node, "ConvTranspose")) return take_transposed(onnx, node);
    if (onnx_is(node, "MaxPool") || onnx_is(node, "AveragePool")) return take_pool(onnx, node);
    const bool average = onnx_is(node, "GlobalAveragePool");
    if ((average || onnx_is(node, "GlobalMaxPool")) && onnx->lay == LAY_CHANNELS && onnx->rank > 2 && onnx->rank < 6 &&
        !onnx->one)
        return add_global(onnx, node, average, true);
    if (onnx_is(node, "ReduceMean") || onnx_is(node, "ReduceMax")) return take_reduce(onnx, node);
    if (onnx_is(node, "Pad")) return take_pad(onnx, node);
    if (onnx_is(node, "Resize") || onnx_is(node, "Upsample")) return onnx_take_resize(onnx, node);
    *done = false;
    return true;
}

#endif
