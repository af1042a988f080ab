/* SPDX-License-Identifier: MIT-0 */
/* Products along any dimensions: Einsum as EinsumDense, or as what makes one dimension of another by weights that are
 * known to nnc: adaptive pooling and Resizing. */
#include "import/import.h"

#ifdef NNC_IMPORT

#include <ctype.h>
#include <math.h>
#include <string.h>

#include "import/onnx_graph.h"
#include "layers/taps.h"

/* What an equation says of the input, the kernel and the output, a letter for each dimension, those of ..., too. */
typedef struct Equation {
    char input[2 * ONNX_RANK], kernel[2 * ONNX_RANK], output[2 * ONNX_RANK];
    int64_t size[128];
} Equation;

/* Letters up to a mark or the end; NULL: they are none. `elided`: what ... stands for. */
static const char *read_letters(const char *text, const char *mark, const char *elided, char *to, bool *dots) {
    size_t count = 0;
    *dots = false;
    for (; *text && strncmp(text, mark, strlen(mark) + !*mark) != 0; text++) {
        if (*text == ' ') continue;
        if (!strncmp(text, "...", 3) && !*dots) {
            *dots = true;
            text += 2;
            for (const char *c = elided; *c; c++) to[count++] = *c;
        } else if (count == ONNX_RANK || !isalpha((unsigned char)*text) || memchr(to, *text, count)) return NULL;
        else to[count++] = *text;
    }
    to[count] = '\0';
    return count > 0 && !strncmp(text, mark, strlen(mark)) ? text + strlen(mark) : NULL;
}

/* `turned`: the kernel stands first. */
static bool read_equation(const Onnx *onnx, const char *text, bool turned, const Constant *kernel, Equation *e) {
    char elided[ONNX_RANK + 1] = "";
    bool dots[3];
    char *const parts[] = {turned ? e->kernel : e->input, turned ? e->input : e->kernel, e->output};
    static const char *const marks[] = {",", "->", ""};
    const char *const dotted = strstr(text, "...");
    if (dotted) {
        int left = onnx->rank, count = 0;
        const char *const input = turned ? strchr(text, ',') : text;
        for (const char *c = input ? input + turned : ""; *c && *c != ',' && *c != '-'; c++)
            left -= isalpha((unsigned char)*c) != 0;
        for (char free = 'a'; free <= 'z' && count < left; free++)
            if (!strchr(text, free)) elided[count++] = free;
    }
    for (int i = 0; i < 3; i++)
        if (!(text = read_letters(text, marks[i], elided, parts[i], &dots[i]))) return false;
    if (dots[turned ? 0 : 1] || dots[turned ? 1 : 0] != dots[2] || (int)strlen(e->input) != onnx->rank ||
        (int)strlen(e->kernel) != kernel->rank || strlen(e->output) >= ONNX_RANK)
        return false;
    for (int i = 0; e->input[i]; i++) e->size[(int)e->input[i]] = onnx->dim[i];
    for (int i = 0; e->kernel[i]; i++) {
        if (strchr(e->input, e->kernel[i]) && e->size[(int)e->kernel[i]] != kernel->dim[i]) return false;
        e->size[(int)e->kernel[i]] = kernel->dim[i];
    }
    for (const char *c = e->output; *c; c++)
        if (e->size[(int)*c] < 1) return false;
    return true;
}

/* Dimensions of another size ------------------------------------------------------------ */

/* What makes elements of a dimension of others: means of windows, or an interpolation. */
typedef struct Way {
    Interpolation interpolation; /* NONE: means of windows */
    bool antialias;
} Way;

/* The dimension that alone becomes another, whose kernel is (new, old); 0: there is none. */
static int resampled(const Equation *e) {
    int at = 0;
    if (strlen(e->input) != strlen(e->output) || strlen(e->kernel) != 2) return 0;
    for (int i = 0; e->input[i]; i++)
        if (e->input[i] != e->output[i]) {
            if (at || i == 0 || e->kernel[0] != e->output[i] || e->kernel[1] != e->input[i]) return 0;
            at = i;
        }
    return at;
}

static bool is_matrix(const Onnx *onnx, const Constant *kernel, const Taps *taps) {
    float *const matrix = NEW_ARRAY(onnx->import->arena, float, kernel->count + 1);
    taps_matrix(taps, kernel->dim[1], matrix);
    for (size_t i = 0; i < kernel->count; i++)
        if (!(fabs((double)kernel->real[i] - (double)matrix[i]) <= 1e-6)) return false;
    return true;
}

static bool find_way(const Onnx *onnx, const Constant *kernel, Way *way) {
    Arena *const arena = onnx->import->arena;
    const int64_t size = kernel->dim[0], old = kernel->dim[1];
    const Taps means = taps_of_windows(arena, old, size);
    *way = (Way){INTERPOLATION_NONE, false};
    if (is_matrix(onnx, kernel, &means)) return true;
    for (int i = 0; onnx->rank == 4 && interpolations[i]; i++)
        for (int antialias = 0; antialias < 2; antialias++) {
            *way = (Way){(Interpolation)(i + 1), antialias};
            const Taps taps = taps_interpolated(arena, way->interpolation, antialias, old, size);
            if (is_matrix(onnx, kernel, &taps)) return true;
        }
    return false;
}

static bool same_way(Way a, Way b) { return a.interpolation == b.interpolation && a.antialias == b.antialias; }

/* A layer that gives an image the sizes that it has now; the last of its dimensions that changed is `at`. */
static void add_sized(Onnx *onnx, const char *class_name, int at) {
    Text sizes = {.arena = onnx->import->arena};
    const bool first = at == onnx->rank - 1; /* then it is no channels */
    const int from = first ? 2 : 1, to = onnx->rank - !first;
    const bool listed = to - from > 1 && strcmp(class_name, "Resizing") != 0;
    for (int i = from; i < to; i++) text_printf(&sizes, "%s%lld", i > from ? ", " : "", (long long)onnx->dim[i]);
    onnx_layer(onnx, class_name);
    onnx_arg(onnx, listed ? "(%s)" : "%s", text_chars(&sizes));
    if (first) onnx_arg(onnx, "data_format='channels_first'");
}

static void add_adaptive(Onnx *onnx, const char *kind, int at) {
    add_sized(onnx, arena_printf(onnx->import->arena, "Adaptive%sPooling%dD", kind, onnx->rank - 2), at);
}

/* The kernel and the dimension of a node that makes one of another by weights; 0: it is no such node. */
static int read_resampling(const Onnx *onnx, const Node *node, const Constant **kernel) {
    Equation e = {.size = {0}};
    *kernel = onnx_constant_input(onnx, node, 1);
    return onnx->rank >= 3 && onnx->rank <= 5 && *kernel && (*kernel)->real &&
                   read_equation(onnx, onnx_text(onnx, node, "equation"), false, *kernel, &e)
               ? resampled(&e)
               : 0;
}

/* All dimensions of an image, one behind the other. */
static bool take_resampling(Onnx *onnx, const Node *node, bool *done) {
    const Constant *kernel;
    Way way, other;
    int at = read_resampling(onnx, node, &kernel);
    if (!at || !find_way(onnx, kernel, &way)) return true;
    while (node) {
        onnx->dim[at] = kernel->dim[0];
        onnx_step(onnx, node->output[0]);
        node = onnx_reader(onnx, onnx->value, "Einsum");
        if (!node || read_resampling(onnx, node, &kernel) != at + 1 || !find_way(onnx, kernel, &other) ||
            !same_way(way, other))
            break;
        at++;
    }
    *done = true;
    if (way.interpolation == INTERPOLATION_NONE) return add_adaptive(onnx, "Average", at), true;
    add_sized(onnx, "Resizing", at);
    if (way.interpolation != INTERPOLATION_BILINEAR)
        onnx_arg(onnx, "interpolation='%s'", interpolations[way.interpolation - 1]);
    if (way.antialias) onnx_arg(onnx, "antialias=True");
    return true;
}

/* The greatest of windows, side by side, that a Gather has fetched: the node that finds it, and the dimension; NULL. */
static const Node *greatest_of(const Onnx *onnx, const Node *node, int *at, int64_t *size) {
    int64_t axes[2 * ONNX_RANK], width;
    const Constant *const windows = onnx_constant_input(onnx, node, 1);
    const char *const x = onnx_input(node, 0);
    const Node *const most = onnx_reader(onnx, node->output[0], "ReduceMax");
    const int64_t axis = onnx_int(node, "axis", 0);
    *at = (int)(axis < 0 ? axis + onnx->rank : axis);
    if (!x || strcmp(x, onnx->value) != 0 || !windows || !windows->whole || windows->rank != 2 || !most || *at < 1 ||
        *at >= onnx->rank || onnx->rank < 3 || onnx->rank > 5 || onnx_ints(onnx, most, "axes", 1, axes) != 1 ||
        (axes[0] != *at + 1 && axes[0] != *at - onnx->rank) || onnx_int(most, "keepdims", 1) != 0)
        return NULL;
    *size = windows->dim[0];
    if (*size < 1) return NULL;
    const int64_t *const members = window_members(onnx->import->arena, onnx->dim[*at], *size, &width);
    return windows->dim[1] == width && !memcmp(members, windows->whole, windows->count * sizeof *members) ? most : NULL;
}

static bool take_greatest(Onnx *onnx, const Node *node, bool *done) {
    int at, next;
    int64_t size;
    const Node *most = greatest_of(onnx, node, &at, &size);
    if (!most) return true;
    while (most) {
        onnx->dim[at] = size;
        onnx_step(onnx, most->output[0]);
        node = onnx_reader(onnx, onnx->value, "Gather");
        most = node ? greatest_of(onnx, node, &next, &size) : NULL;
        if (most && next != at + 1) break;
        at += most != NULL;
    }
    add_adaptive(onnx, "Max", at);
    return *done = true;
}

/* EinsumDense ------------------------------------------------------------ */

/* What is added behind it, if that is one number for each index of some dimensions of the output: a bias. */
static const Node *bias_of(Onnx *onnx, const Node *node, const Equation *e, Constant *bias, Text *axes) {
    const Node *const add = onnx_reader(onnx, node->output[0], "Add");
    const Constant *const found = add ? onnx_added(onnx, add) : NULL;
    const int rank = (int)strlen(e->output);
    if (!found || !found->real || found->rank > rank || found->count < 2) return NULL;
    *bias = *found;
    while (bias->rank > 1 && bias->dim[0] == 1) { /* sizes of 1 before the first of its own */
        memmove(bias->dim, bias->dim + 1, (size_t)--bias->rank * sizeof *bias->dim);
    }
    for (int i = 0; i < bias->rank; i++) {
        const char letter = e->output[rank - bias->rank + i];
        const int64_t size = e->size[(int)letter];
        if (bias->dim[i] == 1 && size != 1) continue;
        if (bias->dim[i] != size || i + rank == bias->rank) return NULL;
        text_printf(axes, "%c", letter);
    }
    return add;
}

static bool take_product(Onnx *onnx, const Node *node, const Constant *kernel, const Equation *e) {
    Text axes = {.arena = onnx->import->arena}, sizes = {.arena = onnx->import->arena};
    Constant bias;
    int rank = 0;
    for (int i = 1; e->output[i]; i++) /* without the batch */
        text_printf(&sizes, "%s%lld", i > 1 ? ", " : "", (long long)e->size[(int)e->output[i]]);
    const Node *const add = bias_of(onnx, node, e, &bias, &axes);
    Found *const found = onnx_layer(onnx, "EinsumDense");
    found->activates = true;
    onnx_arg(onnx, strlen(e->output) > 2 ? "'%s,%s->%s', (%s)" : "'%s,%s->%s', %s", e->input, e->kernel, e->output,
             text_chars(&sizes));
    if (add) onnx_arg(onnx, "bias_axes='%s'", text_chars(&axes));
    onnx_weight(onnx, kernel->real, kernel->rank, kernel->dim);
    if (add) onnx_weight(onnx, bias.real, bias.rank, bias.dim);
    onnx_name_layer(onnx, kernel->name);
    for (; e->output[rank]; rank++) onnx->dim[rank] = e->size[(int)e->output[rank]];
    onnx->rank = rank;
    onnx->positive = false;
    onnx_step(onnx, add ? add->output[0] : node->output[0]);
    return true;
}

static bool take_einsum(Onnx *onnx, const Node *node) {
    Equation e = {.size = {0}};
    const bool turned = onnx_constant_input(onnx, node, 0) != NULL;
    const Constant *const kernel = onnx_constant_input(onnx, node, turned ? 0 : 1);
    if (node->n_input != 2 || !kernel || !kernel->real || onnx->lay != LAY_SAME || onnx->one || onnx->steps)
        return onnx_fail(onnx, node, "nnc multiplies the data with one constant kernel, where they lie as in ONNX");
    if (!read_equation(onnx, onnx_text(onnx, node, "equation"), turned, kernel, &e))
        return onnx_fail(onnx, node, "its equation is none of EinsumDense");
    return take_product(onnx, node, kernel, &e);
}

bool onnx_take_product(Onnx *onnx, const Node *node, bool *done) {
    const bool plain = onnx->lay == LAY_SAME && !onnx->one && !onnx->steps;
    if (plain && onnx_is(node, "Gather")) return take_greatest(onnx, node, done);
    if (!onnx_is(node, "Einsum")) return true;
    if (plain) take_resampling(onnx, node, done);
    return *done || (*done = true, take_einsum(onnx, node));
}

#endif
