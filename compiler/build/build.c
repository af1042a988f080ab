/* SPDX-License-Identifier: MIT-0 */
/* Appending tensors and operations to a program: what layers, losses and gradients are built with. */
#include "base/arena.h"
#include "build/build.h"
#include "build/builder.h"
#include "build/gradient.h"
#include "language/class.h"
#include "model/activation.h"
#include "model/layer.h"
#include "model/shape.h"
#include "plan/form.h"
#include "plan/matmul_attrs.h"
#include "plan/op.h"
#include "plan/permute_attrs.h"
#include "plan/plan.h"
#include "plan/random_attrs.h"
#include "plan/step.h"
#include "plan/tensor.h"
#include "plan/uses.h"

Tensor *build_weight(Builder *build, const Weight *weight) {
    Tensor *tensor =
        build_lasting(build, TENSOR_WEIGHT, weight->path, weight->name, weight->shape, &build->plan->weights);
    if (!tensor->weight) tensor->weight = weight;
    return tensor;
}

Tensor *build_lasting_state(Builder *build, const Layer *layer, Shape shape, const char *word) {
    Plan *plan = build->plan;
    return build_lasting(build, TENSOR_STATE, arena_printf(plan->arena, "%s/%s", layer->name, word), word, shape,
                         build->streaming ? &plan->stream_states : &plan->states);
}

Tensor *build_matmul(Builder *build, Tensor *x, Tensor *w, bool transpose_x, Shape shape, const char *role,
                     const char *label) {
    Op *op = build_op(build, &op_matmul, role);
    op_read(op, x);
    op_read(op, w);
    matmul_attrs(op)->transpose_a = transpose_x;
    return build_result(build, op, label, shape);
}

/* The shape of operands broadcast together: each is aligned at its last dimension. */
static Shape broadcast_shape(Tensor *const *operands) {
    Shape shape = {0};
    for (int i = 0; operands[i]; i++) {
        const Shape other = operands[i]->shape;
        Shape wide = other.rank > shape.rank ? other : shape;
        const Shape narrow = other.rank > shape.rank ? shape : other;
        for (int j = 1; j <= narrow.rank; j++)
            if (wide.dim[wide.rank - j] == 1) wide.dim[wide.rank - j] = narrow.dim[narrow.rank - j];
        shape = wide;
    }
    return shape;
}

Tensor *build_map(Builder *build, const Formula *formula, Tensor *const *operands, const Operand *numbers,
                  int number_count) {
    Formula *kept = NEW(build->plan->arena, Formula);
    *kept = *formula;
    Step step = {.label = formula->name, .text = formula->value, .formula = kept, .kind = formula->kind};
    Tensor *given[5] = {0};
    for (int i = 0; i < 4 && formula->operands[i]; i++) {
        given[i] = operands[i];
        step_add(build->plan->arena, &step, TENSOR_AS(ROLE_FIRST + i, formula->operands[i], operands[i]));
    }
    for (int i = 0; i < number_count; i++) step_add(build->plan->arena, &step, numbers[i]);
    step_drop_unused(&step); /* dropout of everything takes the shape of x and nothing else */
    return build_step_map(build, step, broadcast_shape(given),
                          arena_printf(build->plan->arena, "%s_%s",
                                       build->phase == PHASE_FORWARD    ? "forward"
                                       : build->phase == PHASE_BACKWARD ? "backward"
                                                                        : "update",
                                       formula->name));
}

Tensor *build_gradient_map(Builder *build, const Step *forward, int operand, Tensor *d, Shape shape) {
    Step step = *forward;
    step.text = forward->formula->gradient[operand];
    step.label = NULL;
    step.formula = NULL;
    step.of_gradient = true;
    step.through = step_own_name(build->plan->arena, forward);
    step.way_back = NULL;
    step.operands = NULL; /* its own */
    step.operand_count = 0;
    for (int i = 0; i < forward->operand_count; i++) step_add(build->plan->arena, &step, forward->operands[i]);
    step_add(build->plan->arena, &step, TENSOR_AS(ROLE_GRADIENT, "d", d));
    step_add(build->plan->arena, &step, TENSOR_AS(ROLE_VALUE, "y", forward->result));
    step_drop_unused(&step);
    const char *const of = forward->way_back ? forward->way_back : step.through;
    return build_step_map(build, step, shape, arena_printf(build->plan->arena, "backward_%s", of));
}

Tensor *build_sum(Builder *build, Tensor *x, Shape shape, const char *label) {
    const char *const pass = build->phase == PHASE_FORWARD ? "forward" : "backward";
    Op *op = build_op(build, &op_sum, arena_printf(build->plan->arena, "%s_%s", pass, label));
    op_read(op, x);
    return build_result(build, op, label, shape);
}

static const Formula square = {"square", {"x"}, "x * x", {NULL}, .kind = FORMULA_PRODUCT};

Tensor *build_sum_squares(Builder *build, Tensor *x, Shape shape, const char *label) {
    /* which go into the sum: pass_fuse_steps */
    Tensor *squares = build_map(build, &square, (Tensor *[]){x, NULL}, NULL, 0);
    Op *op = build_op(build, &op_sum, label);
    op_read(op, squares);
    return build_result(build, op, label, shape);
}

static Tensor *make_view(Builder *build, Tensor *x, Shape shape, const char *label) {
    Tensor *view = build_value(build, label, shape);
    tensor_show(build->plan, view, x);
    view->type = x->type;
    view->producer = x->producer;
    return view;
}

Tensor *build_view(Builder *build, Tensor *x, Shape shape, const char *label) {
    return make_view(build, build_whole(build, x), shape, label);
}

Tensor *build_columns(Builder *build, Tensor *x, int64_t column, int64_t columns, const char *label) {
    Shape shape = x->shape;
    shape.dim[shape.rank - 1] = columns;
    Tensor *view = make_view(build, x, shape, label);
    view->columns = true;
    view->column = column;
    return view;
}

Tensor *build_index(Builder *build, Tensor *x, int64_t index, const char *label) {
    Tensor *view = build_view(build, x, shape_of(x->shape.rank - 1, x->shape.dim + 1), label);
    view->part = true;
    view->index = index;
    return view;
}

Tensor *build_concat(Builder *build, Tensor *const *parts, int count, const char *label) {
    Shape shape = parts[0]->shape;
    int64_t *width = &shape.dim[shape.rank - 1];
    for (int i = 1; i < count; i++) *width += parts[i]->shape.dim[shape.rank - 1];
    Tensor *whole = build_value(build, label, shape);
    int64_t column = 0;
    for (int i = 0; i < count; i++) {
        const int64_t columns = parts[i]->shape.dim[shape.rank - 1];
        Tensor *place =
            build_columns(build, whole, column, columns, arena_printf(build->plan->arena, "%s_part", label));
        build_store(build, parts[i], place);
        whole->producer = place->producer;
        if (gradient_needed(parts[i])) whole->trained = 1;
        column += columns;
    }
    return whole;
}

static const Formula copied = {"copied", {"x"}, "x", {"d"}, .kind = FORMULA_COPY};

Tensor *build_copy(Builder *build, Tensor *x) { return build_map(build, &copied, (Tensor *[]){x}, NULL, 0); }

Tensor *build_whole(Builder *build, Tensor *x) { return x->columns ? build_copy(build, x) : x; }

Tensor *build_inner(Builder *build, const Layer *inner, Tensor *x) {
    const Layer *wrapper = build->layer;
    build->layer = inner;
    Tensor *y = inner->def->forward(inner, build, x);
    build->layer = wrapper;
    return y;
}

Tensor *build_named(Builder *build, Tensor *value, const char *label) {
    if (!value->producer || value->producer->out != value || value->base) return value;
    tensor_rename(build, value, build->layer, label);
    if (value->producer->steps.count) value->producer->steps.at[0].label = label;
    return value;
}

Tensor *build_time_mask(Builder *build, Tensor *mask, unsigned flipped) {
    Tensor *by_time = build_permute(build, mask, (int[]){1, 0}, flipped, "forward_mask_by_time", "mask_by_time");
    Shape shape = shape_of(3, (int64_t[]){by_time->shape.dim[0], by_time->shape.dim[1], 1});
    return build_view(build, by_time, shape, "mask_column");
}

static const Formula stored = {"stored", {"x"}, "x", {"d"}, .kind = FORMULA_COPY};

void build_store(Builder *build, Tensor *value, Tensor *view) {
    Op *op = build_op(build, &op_map, build->phase == PHASE_FORWARD ? "forward_store" : "backward_store");
    Step step = {.text = stored.value, .formula = &stored, .kind = stored.kind, .result = view};
    step_add(build->plan->arena, &step, TENSOR_AS(ROLE_FIRST, "x", value));
    view->producer = op;
    op->out = view;
    op_add_step(build->plan->arena, op, step);
}

/* Whether only dimensions of 1 change their places. */
static bool keeps_order(Shape shape, const int *axes) {
    int last = -1;
    for (int i = 0; i < shape.rank; i++) {
        if (shape.dim[axes[i]] == 1) continue;
        if (axes[i] < last) return false;
        last = axes[i];
    }
    return true;
}

Tensor *build_permute(Builder *build, Tensor *x, const int *axes, unsigned flipped, const char *role,
                      const char *label) {
    const Op *before = x->base || !x->producer || x->producer->def != &op_permute ? NULL : x->producer;
    int all[MAX_RANK]; /* two permutations in one */
    bool identity = true;
    for (int i = 0; i < x->shape.rank; i++) {
        all[i] = before ? permute_attrs(before)->axes[axes[i]] : axes[i];
        if (before && (permute_attrs(before)->flipped >> axes[i] & 1)) flipped ^= 1u << i;
        identity = identity && all[i] == i;
    }
    if (before) x = before->in[0];
    if (identity && !flipped) return x;
    if (!flipped && keeps_order(x->shape, all)) {
        Shape shape = x->shape;
        for (int i = 0; i < shape.rank; i++) shape.dim[i] = x->shape.dim[all[i]];
        return build_view(build, x, shape, label);
    }
    Op *op = build_op(build, &op_permute, role);
    Shape shape = x->shape;
    PermuteAttrs *const attrs = permute_attrs(op);
    attrs->flipped = flipped;
    for (int i = 0; i < shape.rank; i++) {
        attrs->axes[i] = all[i];
        shape.dim[i] = x->shape.dim[all[i]];
    }
    op_read(op, x);
    return build_result(build, op, label, shape);
}

Tensor *build_simple(Builder *build, const OpDef *def, Tensor *x, const char *label) {
    Op *op = build_op(build, def, arena_printf(build->plan->arena, "forward_%s", label));
    op_read(op, x);
    return build_result(build, op, label, x->shape);
}

/* Under TimeDistributed files have the masks of one time step after the other: (time, batch, …), or (time, gate, batch,
 * …) where each gate has its own. */
static Tensor *external_mask(Builder *build, Shape shape, const RandomAttrs *random) {
    Plan *plan = build->plan;
    const char *const path = random_path(plan->arena, random);
    Shape given = shape;
    int samples = 0; /* the dimension of those; their steps come first in files */
    int axes[MAX_RANK] = {0};
    while (samples + 1 < shape.rank && shape.dim[samples] > 0) samples++;
    const bool steps = shape.dim[samples] < BATCH && shape.rank < MAX_RANK;
    if (steps) {
        given = (Shape){.rank = shape.rank + 1, .dim = {-shape.dim[samples]}};
        for (int i = 0; i < shape.rank; i++) {
            given.dim[i + 1] = i == samples ? BATCH : shape.dim[i];
            axes[i <= samples ? i : i + 1] = i + 1;
        }
    }
    const Tensor *const last = plan->masks.count ? plan->masks.at[plan->masks.count - 1] : NULL;
    Tensor *const mask = build_lasting(build, TENSOR_MASK, path, random->part, given, &plan->masks);
    if (mask->offset < 0) mask->offset = last ? last->offset + tensor_size(plan, last) : 0;
    if (!steps) return mask;
    Tensor *by_sample = build_permute(build, mask, axes, 0, "forward_mask", "mask_by_sample");
    return build_view(build, by_sample, shape, "mask");
}

/* Purposes number the random tensors of a model in the order of its layers, 16 apart, so that each can use several
 * streams; layers with a seed of their own all use purpose 0. Programs that draw the same tensor share the purpose. */
Tensor *build_random(Builder *build, Shape shape, RandomAttrs attrs) {
    Plan *plan = build->plan;
    attrs.purpose = (attrs.seeded ? 0 : 16 * (build->layer->index + 1)) + attrs.stream;
    if (plan->options->external_masks) return external_mask(build, shape, &attrs);
    Op *op = build_op(build, &op_random, "forward_draw");
    *random_attrs(op) = attrs;
    return build_result(build, op, attrs.part, shape);
}

const Formula drop_all = {"dropped", {"x"}, "0.0", {NULL}};
const Formula times_mask = {"dropped", {"x", "mask"}, "x * mask", {"d * mask", NULL}, .kind = FORMULA_FACTOR};

Tensor *build_activation(Builder *build, const Object *activation, Tensor *x) {
    if (!activation) return x;
    const ActivationDef *def = (const ActivationDef *)activation->class;
    if (def->build) return def->build(build, x);
    if (!def->value) return x;
    const Formula formula = {def->class.name, {"x"}, def->value, {def->gradient}, def->rises,
                             def->is_relu ? FORMULA_RELU : FORMULA_OTHER};
    Tensor *y = build_map(build, &formula, (Tensor *[]){x}, NULL, 0);
    if (def->keeps_logits) {
        y->logits = x;
        y->rows_of_logits = true;
    }
    return y;
}
