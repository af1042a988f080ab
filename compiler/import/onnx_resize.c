/* SPDX-License-Identifier: MIT-0 */
/* Images of another size: Resize and Upsample as UpSampling and Resizing. */
#include "import/import.h"

#ifdef NNC_IMPORT

#include <math.h>
#include <string.h>

#include "import/onnx_graph.h"

/* By how much each dimension becomes larger; what the node does not say of a dimension stays as it is. */
static bool scales_of(const Onnx *onnx, const Node *node, double *scale) {
    const bool resize = onnx_is(node, "Resize");
    const Constant *const scales = onnx_constant_input(onnx, node, resize ? 2 : 1);
    const Constant *const sizes = resize ? onnx_constant_input(onnx, node, 3) : NULL;
    const bool sized = sizes && sizes->whole && sizes->count > 0;
    const size_t count = sized ? sizes->count : scales && scales->real ? scales->count : 0;
    int64_t axes[2 * ONNX_RANK];
    const size_t named = (size_t)onnx_ints(onnx, node, "axes", -1, axes);
    for (int i = 0; i < onnx->rank; i++) scale[i] = 1;
    if (count == 0 || count != (named ? named : (size_t)onnx->rank)) return false;
    for (size_t i = 0; i < count; i++) {
        const int64_t axis = !named ? (int64_t)i : axes[i] < 0 ? axes[i] + onnx->rank : axes[i];
        if (axis < 0 || axis >= onnx->rank) return false;
        scale[axis] = sized ? (double)sizes->whole[i] / (double)onnx->dim[axis] : (double)scales->real[i];
    }
    return true;
}

/* Whether sizes are so many times as large that places between pixels are those of the table from which TensorFlow, and
 * so Keras and nnc, take the weights of cubic interpolation. */
static bool fits_cubic_table(const double *scale, int rank) {
    for (int i = 0; i < rank; i++) {
        int exponent;
        if (frexp(scale[i], &exponent) != 0.5 || exponent < 1 || exponent > 9) return false;
    }
    return true;
}

/* How a node finds pixels between others, in words of the language; NULL: otherwise. */
static const char *interpolation_of(const Onnx *onnx, const Node *node) {
    const char *const mode = onnx_text(onnx, node, "mode");
    const bool as_keras = onnx_real(node, "cubic_coeff_a", -0.75) == -0.5 && onnx_int(node, "exclude_outside", 0);
    return !strcmp(mode, "linear")              ? "bilinear"
           : !*mode || !strcmp(mode, "nearest") ? "nearest"
           : !strcmp(mode, "cubic") && as_keras ? "bicubic"
                                                : NULL;
}

/* Where the first dimension of the image stands: behind the channels in ONNX, and where they lie first here, too. */
static int space_of(const Onnx *onnx, const double *scale) {
    return onnx->lay == LAY_CHANNELS || (onnx->rank > 3 && scale[onnx->rank - 1] != 1) ? 2 : 1;
}

static void put_format(Onnx *onnx, int first) {
    if (first == 2 && onnx->lay == LAY_SAME) onnx_arg(onnx, "data_format='channels_first'");
}

/* Images of any other size, of two dimensions: as Resizing has them. */
static bool add_resizing(Onnx *onnx, const Node *node, const double *scale, const char *way) {
    const int first = space_of(onnx, scale);
    const char *const places = onnx_text(onnx, node, "coordinate_transformation_mode");
    const bool nearest = !strcmp(way, "nearest");
    bool good = onnx->rank == 4 && !onnx->one && (!*places || !strcmp(places, "half_pixel")) &&
                (!nearest || !strcmp(onnx_text(onnx, node, "nearest_mode"), "round_prefer_ceil")) &&
                !onnx_int(node, "antialias", 0);
    int64_t size[ONNX_RANK] = {0};
    for (int i = 0; i < onnx->rank && good; i++) {
        const bool space = i == first || i == first + 1;
        size[i] = (int64_t)floor((double)onnx->dim[i] * scale[i] + 1e-3);
        good = space ? scale[i] > 0 && scale[i] < 1e6 && size[i] > 0 : scale[i] == 1;
    }
    if (!good)
        return onnx_fail(onnx, node,
                         "nnc makes images larger by whole factors, by the nearest pixel or (of two dimensions) "
                         "bilinearly, and of any size by pixels that have their middles at the half");
    onnx_layer(onnx, "Resizing");
    onnx_arg(onnx, "%lld, %lld", (long long)size[first], (long long)size[first + 1]);
    if (strcmp(way, "bilinear") != 0) onnx_arg(onnx, "interpolation='%s'", way);
    put_format(onnx, first);
    onnx->dim[first] = size[first];
    onnx->dim[first + 1] = size[first + 1];
    onnx_step(onnx, node->output[0]);
    return true;
}

/* Larger by whole factors, or of another size. */
bool onnx_take_resize(Onnx *onnx, const Node *node) {
    const int rank = onnx->rank - 2;
    const char *const way = interpolation_of(onnx, node), *const places =
                                                              onnx_text(onnx, node, "coordinate_transformation_mode");
    const bool nearest = way && !strcmp(way, "nearest");
    double scale[ONNX_RANK];
    int64_t factor[ONNX_RANK] = {0};
    const bool cubic = way && !strcmp(way, "bicubic");
    if (!scales_of(onnx, node, scale) || !way || (cubic && !fits_cubic_table(scale, onnx->rank)) ||
        (onnx->lay != LAY_CHANNELS && onnx->lay != LAY_SAME))
        return onnx_fail(onnx, node,
                         "its sizes are not constant, or not those of an image, or cubic otherwise than in Keras");
    const int first = space_of(onnx, scale);
    bool whole =
        rank >= 1 && rank <= 3 && !onnx->one && (nearest || (rank == 2 && (!*places || !strcmp(places, "half_pixel"))));
    for (int i = 0; i < onnx->rank && whole; i++) {
        const bool space = i >= first && i < first + rank;
        whole = scale[i] == floor(scale[i]) && scale[i] >= 1 && scale[i] < 1e6 && (space || scale[i] == 1);
        factor[i] = whole ? (int64_t)scale[i] : 1;
    }
    if (!whole) return add_resizing(onnx, node, scale, way);
    onnx_layer(onnx, arena_printf(onnx->import->arena, "UpSampling%dD", rank));
    onnx_arg(onnx, "%s", onnx_sizes_text(onnx, factor + first, rank));
    if (!nearest) onnx_arg(onnx, "interpolation='%s'", way);
    if (rank > 1) put_format(onnx, first);
    for (int i = 0; i < onnx->rank; i++) onnx->dim[i] *= factor[i];
    onnx_step(onnx, node->output[0]);
    return true;
}

#endif
