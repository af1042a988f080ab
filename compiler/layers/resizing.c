/* SPDX-License-Identifier: MIT-0 */
/* Resizing and CenterCrop: images of another size. */

#include "layers/image.h"
#include "layers/layer.h"
#include "layers/resizing.h"
#include "layers/taps.h"
#include "ops/constant.h"
#include "ops/pad.h"
#include "ops/resize.h"

typedef struct ResizingArgs {
    int64_t height, width;
    Interpolation interpolation;
    unsigned fill_mode;
    DataFormat data_format;
    bool crop_to_aspect_ratio, pad_to_aspect_ratio, antialias;
    double fill_value;
} ResizingArgs;

#define SIZES                                                                                                          \
    {ARG(ResizingArgs, height), ARG_INT, RANGE(1, INT32_MAX), .doc = "rows that come out"},                            \
        {ARG(ResizingArgs, width), ARG_INT, RANGE(1, INT32_MAX), .doc = "columns that come out"}
#define BOXES {FIXED("bounding_box_format", "None", "data have no boxes around what is in the images")}

static const ArgDef resizing_args[] = {
    SIZES,
    {ARG(ResizingArgs, interpolation), ARG_CHOICE, DEFAULT("'bilinear'"), .choices = interpolations,
     .doc = "between pixels"},
    {ARG(ResizingArgs, crop_to_aspect_ratio), ARG_BOOL, DEFAULT("False"), .doc = "of the largest part of this shape"},
    {ARG(ResizingArgs, pad_to_aspect_ratio), ARG_BOOL, DEFAULT("False"), .doc = "with bars that give it this shape"},
    {ARG(ResizingArgs, fill_mode), ARG_CHOICE, DEFAULT("'constant'"),
     .choices = (const char *const[]){"constant", NULL}, .doc = "what the bars are made of"},
    {ARG(ResizingArgs, fill_value), ARG_REAL, DEFAULT("0.0"), .doc = "their value"},
    {ARG(ResizingArgs, antialias), ARG_BOOL, DEFAULT("False"), .doc = "means of all pixels that become one"},
    DATA_FORMAT_ARG(ResizingArgs),
    BOXES,
    {0}};
static const ArgDef center_args[] = {SIZES, DATA_FORMAT_ARG(ResizingArgs), BOXES, {0}};

static void sizes_shape(Layer *layer, Diags *diags) {
    const ResizingArgs *a = layer->args;
    Shape shape;
    if (a->crop_to_aspect_ratio && a->pad_to_aspect_ratio)
        diag(diags, D_layer_argument, object_arg_span(layer->object, "pad_to_aspect_ratio"),
             "an image is either cropped to the aspect ratio or padded to it");
    if (!image_input(layer, a->data_format, &shape, diags)) return;
    shape.dim[1] = a->height;
    shape.dim[2] = a->width;
    layer->output = image_shape(shape, a->data_format);
}

Tensor *image_crop(Builder *build, Tensor *x, Box box) {
    Spacing spacing = spacing_none();
    Shape shape = x->shape;
    spacing.low[1] = -box.row;
    spacing.low[2] = -box.column;
    shape.dim[1] = box.rows;
    shape.dim[2] = box.columns;
    return build_pad(build, x, spacing, shape, "forward_crop", "cropped");
}

Tensor *image_resize(Builder *build, Tensor *x, int64_t rows, int64_t columns, Interpolation interpolation,
                     bool antialias) {
    const int64_t size[] = {rows, columns};
    for (int dim = 1; dim <= 2; dim++) {
        const int64_t old = x->shape.dim[dim];
        if (old == size[dim - 1]) continue;
        const Taps taps = taps_interpolated(build->plan->arena, interpolation, antialias, old, size[dim - 1]);
        x = build_resize(build, x, dim, &taps, dim == 1 ? "rows" : "columns");
    }
    return x;
}

static int64_t within(int64_t size, int64_t limit) { return size < 1 ? 1 : size > limit ? limit : size; }

Box image_largest_part(int64_t rows, int64_t columns, int64_t height, int64_t width) {
    Box box = {.rows = within(columns * height / width, rows), .columns = within(rows * width / height, columns)};
    box.row = (rows - box.rows) / 2;
    box.column = (columns - box.columns) / 2;
    return box;
}

Box image_barred(int64_t rows, int64_t columns, int64_t height, int64_t width) {
    const int64_t high = columns * height / width, wide = rows * width / height;
    const int64_t row_bar = high > rows ? (high - rows) / 2 : 0, column_bar = wide > columns ? (wide - columns) / 2 : 0;
    return (Box){-row_bar, -column_bar, rows + 2 * row_bar, columns + 2 * column_bar};
}

Tensor *image_fit(Builder *build, Tensor *x, int64_t rows, int64_t columns) {
    x = image_crop(build, x, image_largest_part(x->shape.dim[1], x->shape.dim[2], rows, columns));
    return image_resize(build, x, rows, columns, INTERPOLATION_BILINEAR, false);
}

/* 1 at the first and last `bar` of `size` places, of a shape (size, 1, …) of this rank. */
static Tensor *bars(Builder *build, int64_t size, int64_t bar, int rank, const char *label) {
    double *values = NEW_ARRAY(build->plan->arena, double, size);
    Shape shape = {.rank = rank, .dim = {size, 1, 1}};
    for (int64_t i = 0; i < size; i++) values[i] = i < bar || i >= size - bar;
    return build_constant(build, values, shape, label);
}

static const Formula barred = {
    "barred", {"x", "row_bar", "column_bar"}, "v_select(row_bar + column_bar > 0.0, fill_value, x)",
    {"v_select(row_bar + column_bar > 0.0, 0.0, d)", NULL, NULL}};

/* The image in the middle of one with this aspect ratio; the rest is fill_value. */
static Tensor *padded(Builder *build, Tensor *x, const ResizingArgs *a) {
    const Box box = image_barred(x->shape.dim[1], x->shape.dim[2], a->height, a->width);
    const int64_t row_bar = -box.row, column_bar = -box.column;
    x = image_crop(build, x, box);
    if (a->fill_value == 0 || row_bar + column_bar == 0) return x;
    return build_map(build, &barred,
                     (Tensor *[]){x, bars(build, x->shape.dim[1], row_bar, 3, "row_bar"),
                                  bars(build, x->shape.dim[2], column_bar, 2, "column_bar")},
                     &NUMBER("fill_value", a->fill_value), 1);
}

static Tensor *resizing_forward(const Layer *layer, Builder *build, Tensor *x) {
    const ResizingArgs *a = layer->args;
    x = image_load(build, x, a->data_format);
    if (a->crop_to_aspect_ratio)
        x = image_crop(build, x, image_largest_part(x->shape.dim[1], x->shape.dim[2], a->height, a->width));
    if (a->pad_to_aspect_ratio) x = padded(build, x, a);
    x = image_resize(build, x, a->height, a->width, a->interpolation, a->antialias);
    return image_store(build, x, a->data_format);
}

static Tensor *center_forward(const Layer *layer, Builder *build, Tensor *x) {
    const ResizingArgs *a = layer->args;
    x = image_load(build, x, a->data_format);
    const int64_t rows = x->shape.dim[1] - a->height, columns = x->shape.dim[2] - a->width;
    x = rows >= 0 && columns >= 0 ? image_crop(build, x, (Box){rows / 2, columns / 2, a->height, a->width})
                                  : image_fit(build, x, a->height, a->width);
    return image_store(build, x, a->data_format);
}

const LayerDef layer_Resizing = {
    LAYER_CLASS("Resizing", "images of another size", resizing_args, ResizingArgs),
    .dims = 2,
    .shape = sizes_shape,
    .forward = resizing_forward,
    .values = VALUES_OF_INPUT,
};

const LayerDef layer_CenterCrop = {
    LAYER_CLASS("CenterCrop", "the middle of images, or the largest part of this shape, resized", center_args,
                ResizingArgs),
    .dims = 2,
    .shape = sizes_shape,
    .forward = center_forward,
    .values = VALUES_OF_INPUT,
};
