/* SPDX-License-Identifier: MIT-0 */
/* Shapes: their arithmetic, and the pass that runs every layer's shape rule. */
#include <inttypes.h>
#include <string.h>

#include "build/build.h"

static const int64_t SIZE_LIMIT = INT32_MAX; /* elements of a tensor, and of all weights together */

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
        if (__builtin_mul_overflow(size, dim_size(shape.dim[i], batch), &size) || size > SIZE_LIMIT) {
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

Weight *layer_weight(Layer *layer, const char *name, Shape shape, WeightArgs args) {
    Weight *weight = NEW(layer->arena, Weight);
    weight->name = name;
    weight->path = arena_printf(layer->arena, "%s/%s", layer->name, name);
    weight->shape = shape;
    weight->args = args;
    weight->trainable = layer->trainable;
    list_push(layer->arena, &layer->weights, weight);
    return weight;
}

void layer_shape_inner(Layer *wrapper, Layer *inner, const char *name, Shape input, Shape mask, Diags *diags) {
    inner->name = arena_printf(wrapper->arena, "%s/%s", wrapper->name, name);
    inner->input = input;
    inner->previous = wrapper->previous;
    inner->output.rank = -1;
    inner->repeated = inner->repeated || wrapper->repeated;
    inner->mask = inner->def->masks ? mask : (Shape){0};
    inner->def->shape(inner, diags);
    for (int i = 0; i < inner->weights.count; i++) list_push(wrapper->arena, &wrapper->weights, inner->weights.at[i]);
}

/* Reports what is larger than SIZE_LIMIT; `elements` is how many there are, by a product that cannot overflow a double. */
static bool check_size(Arena *arena, Span span, const char *what, Shape shape, int64_t batch, Diags *diags) {
    if (shape_size(shape, batch) >= 0) {
        return true;
    }
    double elements = 1;
    for (int i = 0; i < shape.rank; i++) {
        elements *= (double)dim_size(shape.dim[i], batch);
    }
    diag(diags, D_too_large, span, what, number_text(arena, elements));
    return false;
}

/* The axes of a constraint must be axes of its weight. */
static void check_constraints(const Layer *layer, Diags *diags) {
    for (int i = 0; i < layer->weights.count; i++) {
        const Weight *weight = layer->weights.at[i];
        const Object *constraint = weight->args.constraint;
        const Ints axis = constraint != NULL ? ((const ConstraintArgs *)constraint->args)->axis : (Ints){0};
        for (int j = 0; j < axis.count; j++) {
            if (axis.at[j] < -weight->shape.rank || axis.at[j] >= weight->shape.rank) {
                diag(diags, D_constraint_axis, object_arg_span(constraint, "axis"), (long long)axis.at[j], weight->path,
                     shape_text(layer->arena, weight->shape));
                return;
            }
        }
    }
}

static void check_regularizer(const Object *regularizer, Shape shape, const char *what, Diags *diags) {
    if (regularizer == NULL || ((const RegularizerDef *)regularizer->class)->of_matrix == NULL) {
        return;
    }
    const char *mode = ((const RegularizerArgs *)regularizer->args)->mode;
    if (shape.rank != 2 || shape.dim[strcmp(mode, "columns") == 0] < 2) {
        diag(diags, D_regularizer_matrix, regularizer->span, regularizer->class->name, mode, what);
    }
}

/* Whether regularizers of a whole matrix have one. */
static void check_regularizers(const Layer *layer, Diags *diags) {
    for (int i = 0; i < layer->weights.count; i++) {
        const Weight *weight = layer->weights.at[i];
        check_regularizer(weight->args.regularizer, weight->shape,
                          arena_printf(layer->arena, "%s %s", weight->path, shape_text(layer->arena, weight->shape)), diags);
    }
}

static void check_activity_regularizers(const Layer *layer, Diags *diags) {
    check_regularizer(layer->activity_regularizer, (Shape){0}, "the output of a layer", diags);
    for (int i = 0; i < layer->inner.count; i++) check_activity_regularizers(layer->inner.at[i], diags);
}

static bool check_layer_sizes(const Layer *layer, int64_t batch, int64_t *weights, Diags *diags) {
    const char *output = arena_printf(layer->arena, "the output %s", shape_text(layer->arena, layer->output));
    bool fits = check_size(layer->arena, layer->span, output, layer->output, batch, diags);
    for (int i = 0; i < layer->weights.count; i++) {
        const Weight *weight = layer->weights.at[i];
        const char *what = arena_printf(layer->arena, "%s %s", weight->path, shape_text(layer->arena, weight->shape));
        if (!check_size(layer->arena, layer->span, what, weight->shape, 1, diags)) {
            fits = false;
        } else if (*weights <= SIZE_LIMIT) {
            *weights += shape_size(weight->shape, 1);
            if (*weights > SIZE_LIMIT) { /* said once, where it happens */
                diag(diags, D_too_large, layer->span, "all weights up to here",
                     arena_printf(layer->arena, "%" PRId64, *weights));
                fits = false;
            }
        }
    }
    return fits;
}

void model_shapes(Model *model, Diags *diags) {
    Shape shape = model->input;
    int64_t weights = 0;
    const char *input = arena_printf(model->arena, "the input %s", shape_text(model->arena, shape));
    if (shape.rank > 0 && !check_size(model->arena, model->input_span, input, shape, model->batch, diags)) {
        shape.rank = -1;
    }
    Shape mask = {0};
    for (int i = 0; i < model->layers.count; i++) {
        Layer *layer = model->layers.at[i];
        layer->input = shape;
        if (layer->def != NULL && mask.rank > 0 && !layer->def->masks) {
            diag(diags, D_mask_lost, layer->span, layer->name);
        }
        layer->mask = layer->def != NULL && layer->def->masks ? mask : (Shape){0};
        layer->output.rank = -1;
        if (layer->def != NULL && shape.rank >= 0) {
            int errors = diags_errors(diags);
            layer->def->shape(layer, diags);
            check_constraints(layer, diags);
            check_regularizers(layer, diags);
            check_activity_regularizers(layer, diags);
            if (diags_errors(diags) > errors ||
                (layer->output.rank >= 0 && !check_layer_sizes(layer, model->batch, &weights, diags))) {
                layer->output.rank = -1;
            }
        }
        shape = layer->output;
        mask = layer->mask;
    }
    model->output = shape;
}
