/* SPDX-License-Identifier: MIT-0 */
/* Layers that only rearrange: Identity, Flatten, Reshape, Permute, RepeatVector. The first three cost nothing: another
 * view of the same memory. */
#include "base/source.h"
#include "layers/image.h"
#include "layers/layer.h"
#include "plan/step.h"

typedef struct ReshapeArgs {
    Ints target_shape, dims;
    DataFormat data_format;
} ReshapeArgs;

int layer_axis(const Layer *layer, int64_t axis, const char *arg, Diags *diags) {
    const int64_t rank = layer->input.rank;
    const int64_t from_front = axis < 0 ? axis + rank : axis;
    if (from_front >= 1 && from_front < rank) return (int)from_front;
    diag(diags, D_layer_axis, object_arg_span(layer->object, arg), arg, (long long)axis,
         shape_text(layer->arena, layer->input), layer_source(layer));
    return -1;
}

/* Identity */

static const ArgDef identity_args[] = {{0}};

static Tensor *identity_forward(const Layer *layer, Builder *build, Tensor *x) {
    (void)layer;
    (void)build;
    return x;
}

const LayerDef layer_Identity = {
    LAYER_CLASS("Identity", "the input as it is", identity_args, ReshapeArgs),
    .values = VALUES_OF_INPUT,
    .shape = shape_same,
    .forward = identity_forward,
    .stream = stream_each,
    .masks = true,
};

/* Flatten */

static const ArgDef flatten_args[] = {{ARG(ReshapeArgs, data_format), ARG_CHOICE, DEFAULT("None"),
                                       .choices = data_formats, .choice_of_none = CHANNELS_LAST,
                                       .doc = "where the channels are: they vary fastest"},
                                      {0}};

static void flatten_shape(Layer *layer, Diags *diags) {
    (void)diags;
    Shape inner = shape_of(layer->input.rank - 1, layer->input.dim + 1);
    layer->output = shape_of(2, (int64_t[]){layer->input.dim[0], shape_size(inner, 1)});
}

static Tensor *view_forward(const Layer *layer, Builder *build, Tensor *x) {
    return build_view(build, x, layer->output, "view");
}

static Tensor *flatten_forward(const Layer *layer, Builder *build, Tensor *x) {
    return view_forward(layer, build, image_load(build, x, ((const ReshapeArgs *)layer->args)->data_format));
}

static const char *view_stream(const Layer *layer, bool *timed) {
    (void)layer;
    return *timed ? "it puts the values of all time steps together" : NULL;
}

const LayerDef layer_Flatten = {
    LAYER_CLASS("Flatten", "(batch, …) → (batch, size)", flatten_args, ReshapeArgs),
    .values = VALUES_OF_INPUT,
    .shape = flatten_shape,
    .forward = flatten_forward,
    .stream = view_stream,
};

/* Reshape */

static const ArgDef reshape_args[] = {
    {ARG(ReshapeArgs, target_shape), ARG_INTS, RANGE(-1, INT32_MAX), .doc = "dimensions of one sample; one may be -1"},
    {0}};

/* The shape as it was asked for, with its -1, which elsewhere is the batch. */
static const char *target_text(const Layer *layer, Shape shape) {
    Text text = {.arena = layer->arena};
    text_puts(&text, "(batch");
    for (int i = 1; i < shape.rank; i++) text_printf(&text, ", %lld", (long long)shape.dim[i]);
    text_puts(&text, ")");
    return text_chars(&text);
}

static void reshape_shape(Layer *layer, Diags *diags) {
    const ReshapeArgs *a = layer->args;
    const Span span = object_arg_span(layer->object, "target_shape");
    const int64_t size = shape_size(shape_of(layer->input.rank - 1, layer->input.dim + 1), 1);
    int64_t known = 1;
    int open = -1;
    if (a->target_shape.count < 1 || a->target_shape.count >= MAX_RANK) {
        diag(diags, D_layer_argument, span,
             a->target_shape.count < 1 ? "target_shape needs at least one dimension"
                                       : "target_shape has too many dimensions");
        return;
    }
    Shape shape = shape_of(a->target_shape.count + 1, (int64_t[MAX_RANK]){layer->input.dim[0]});
    for (int i = 0; i < a->target_shape.count; i++) {
        const int64_t dim = a->target_shape.at[i];
        shape.dim[i + 1] = dim;
        if (dim > 0) {
            if (known > size / dim + 1) known = size + 1; /* too large whatever follows */
            else known *= dim;
        } else if (dim == -1 && open < 0) {
            open = i + 1;
        } else {
            diag(diags, D_layer_argument, span,
                 dim == -1 ? "only one dimension can be -1" : "a dimension is at least 1");
            return;
        }
    }
    if (open >= 0 && size % known == 0) shape.dim[open] = size / known, known = size;
    if (known != size) {
        diag(diags, D_layer_reshape, span, (long long)size, shape_text(layer->arena, layer->input), layer_source(layer),
             target_text(layer, shape));
        return;
    }
    layer->output = shape;
}

const LayerDef layer_Reshape = {
    LAYER_CLASS("Reshape", "the same values in another shape", reshape_args, ReshapeArgs),
    .values = VALUES_OF_INPUT,
    .shape = reshape_shape,
    .forward = view_forward,
    .stream = view_stream,
};

/* Permute */

static const ArgDef permute_args[] = {
    {ARG(ReshapeArgs, dims), ARG_INTS, RANGE(1, MAX_RANK), .doc = "order of the dimensions, counted from 1"}, {0}};

static void permute_shape(Layer *layer, Diags *diags) {
    const ReshapeArgs *a = layer->args;
    const int count = layer->input.rank - 1;
    int seen = 0;
    for (int i = 0; i < a->dims.count; i++)
        if (a->dims.at[i] <= count) seen |= 1 << a->dims.at[i];
    if (a->dims.count != count || seen != (1 << (count + 1)) - 2) {
        diag(diags, D_layer_permute, object_arg_span(layer->object, "dims"), count,
             shape_text(layer->arena, layer->input), layer_source(layer));
        return;
    }
    layer->output = layer->input;
    for (int i = 0; i < count; i++) layer->output.dim[i + 1] = layer->input.dim[a->dims.at[i]];
}

static Tensor *permute_forward(const Layer *layer, Builder *build, Tensor *x) {
    const ReshapeArgs *a = layer->args;
    int axes[MAX_RANK] = {0};
    bool identity = true;
    for (int i = 0; i < a->dims.count; i++) {
        axes[i + 1] = (int)a->dims.at[i];
        identity = identity && axes[i + 1] == i + 1;
    }
    return identity ? build_view(build, x, layer->output, "view")
                    : build_permute(build, x, axes, 0, "forward_permute", "permuted");
}

static const char *permute_stream(const Layer *layer, bool *timed) {
    return *timed && ((const ReshapeArgs *)layer->args)->dims.at[0] != 1 ? "it moves the time to another place" : NULL;
}

const LayerDef layer_Permute = {
    LAYER_CLASS("Permute", "the dimensions in another order", permute_args, ReshapeArgs),
    .values = VALUES_OF_INPUT,
    .shape = permute_shape,
    .forward = permute_forward,
    .stream = permute_stream,
};

/* RepeatVector */

typedef struct RepeatArgs {
    int64_t n;
} RepeatArgs;

static const ArgDef repeat_args[] = {{ARG(RepeatArgs, n), ARG_INT, RANGE(1, INT32_MAX), .doc = "how many times"}, {0}};

static void repeat_shape(Layer *layer, Diags *diags) {
    const RepeatArgs *a = layer->args;
    const Shape input = layer->input;
    if (input.rank != 2) {
        diag(diags, D_layer_input, layer->span, "RepeatVector", shape_text(layer->arena, input),
             "it needs (batch, features)");
        return;
    }
    layer->output = shape_of(3, (int64_t[]){input.dim[0], a->n, input.dim[1]});
}

static const Formula repeated = {"repeated", {"x"}, "x", {"d"}, .kind = FORMULA_COPY};

static Tensor *repeat_forward(const Layer *layer, Builder *build, Tensor *x) {
    Tensor *vector = build_view(build, x, shape_of(3, (int64_t[]){x->shape.dim[0], 1, x->shape.dim[1]}), "vector");
    Step step = {.label = repeated.name, .text = repeated.value, .kind = repeated.kind, .formula = &repeated};
    step_add(build->plan->arena, &step, TENSOR("x", vector));
    return build_step_map(build, step, layer->output, "forward_repeated");
}

const LayerDef layer_RepeatVector = {
    LAYER_CLASS("RepeatVector", "(batch, features) → (batch, n, features)", repeat_args, RepeatArgs),
    .values = VALUES_OF_INPUT,
    .shape = repeat_shape,
    .forward = repeat_forward,
};
