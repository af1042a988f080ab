/* SPDX-License-Identifier: MIT-0 */
/* Model → plan: the forward operations of each program, then loss, metrics, gradients and updates. */
#include "lower.h"

#include <math.h>
#include <string.h>

#include "options.h"

/* Tensors and operations */

static bool name_taken(const Program *program, const char *name) {
    for (int i = 0; i < program->tensors.count; i++)
        if (!strcmp(program->tensors.at[i]->name, name)) return true;
    return false;
}

static Tensor *new_tensor(Builder *build, TensorKind kind, const char *name, Shape shape) {
    Plan *plan = build->plan;
    Tensor *tensor = NEW(plan->arena, Tensor);
    *tensor = (Tensor){.kind = kind, .name = name, .shape = shape, .first = -1, .last = -1, .offset = -1};
    for (int i = 2; kind == TENSOR_VALUE && name_taken(build->program, tensor->name); i++)
        tensor->name = arena_printf(plan->arena, "%s_%d", name, i);
    if (kind == TENSOR_VALUE) list_push(plan->arena, &build->program->tensors, tensor);
    return tensor;
}

Tensor *build_value(Builder *build, const char *label, Shape shape) {
    const char *name = build->layer ? arena_printf(build->plan->arena, "%s.%s", build->layer->name, label) : label;
    return new_tensor(build, TENSOR_VALUE, name, shape);
}

Op *build_op(Builder *build, const OpDef *def, const char *label) {
    Op *op = NEW(build->plan->arena, Op);
    op->def = def;
    op->phase = build->phase;
    op->layer = build->layer;
    op->name = build->layer ? arena_printf(build->plan->arena, "%s_%s", build->layer->name, label) : label;
    list_push(build->plan->arena, &build->program->ops, op);
    return op;
}

static Tensor *produce(Builder *build, Op *op, const char *label, Shape shape) {
    op->out = build_value(build, label, shape);
    op->out->producer = op;
    return op->out;
}

Tensor *build_weight(Builder *build, const Weight *weight) {
    Plan *plan = build->plan;
    for (int i = 0; i < plan->weights.count; i++)
        if (plan->weights.at[i]->weight == weight) return plan->weights.at[i];
    Tensor *tensor = new_tensor(build, TENSOR_WEIGHT, weight->path, weight->shape);
    tensor->weight = weight;
    list_push(plan->arena, &plan->weights, tensor);
    return tensor;
}

Tensor *build_matmul(Builder *build, Tensor *x, Tensor *w, bool transpose_x, Shape shape, const char *role,
                     const char *label) {
    Op *op = build_op(build, &op_matmul, role);
    op->in[op->in_count++] = x;
    op->in[op->in_count++] = w;
    op->transpose_a = transpose_x;
    return produce(build, op, label, shape);
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

static Tensor *map_of_step(Builder *build, Step step, Shape shape, const char *name) {
    Op *op = build_op(build, &op_map, name);
    step.result = produce(build, op, step.label, shape);
    list_push(build->plan->arena, &op->steps, step);
    return step.result;
}

Tensor *build_map(Builder *build, const Formula *formula, Tensor *const *operands, const Operand *numbers,
                  int number_count) {
    Formula *kept = NEW(build->plan->arena, Formula);
    *kept = *formula;
    Step step = {.label = formula->name, .text = formula->value, .formula = kept};
    Tensor *given[5] = {0};
    for (int i = 0; i < 4 && formula->operands[i]; i++) {
        given[i] = operands[i];
        step.operands[step.operand_count++] =
            (Operand){.name = formula->operands[i], .kind = OPERAND_TENSOR, .tensor = operands[i]};
    }
    for (int i = 0; i < number_count; i++) step.operands[step.operand_count++] = numbers[i];
    step_drop_unused(&step); /* dropout of everything takes the shape of x and nothing else */
    return map_of_step(build, step, broadcast_shape(given),
                       arena_printf(build->plan->arena, "%s_%s", build->phase == PHASE_FORWARD ? "forward" : "backward",
                                    formula->name));
}

const char *gradient_name(Builder *build, const Tensor *tensor) {
    const char *part = tensor->name;
    for (const char *c = tensor->name; *c; c++)
        if (*c == '.' || *c == '/') part = c + 1;
    return arena_printf(build->plan->arena, "d_%s", part);
}

Tensor *build_gradient_map(Builder *build, const Step *forward, int operand, Tensor *d, Shape shape) {
    Step step = *forward;
    step.text = forward->formula->gradient[operand];
    step.label = gradient_name(build, forward->operands[operand].tensor);
    step.formula = NULL;
    step.operands[step.operand_count++] = (Operand){.name = "d", .kind = OPERAND_TENSOR, .tensor = d};
    step.operands[step.operand_count++] = (Operand){.name = "y", .kind = OPERAND_TENSOR, .tensor = forward->result};
    step_drop_unused(&step);
    return map_of_step(build, step, shape, arena_printf(build->plan->arena, "backward_%s", forward->label));
}

Tensor *build_sum(Builder *build, Tensor *x, Shape shape, const char *label) {
    Op *op = build_op(build, &op_sum, arena_printf(build->plan->arena, "backward_%s", label));
    op->in[op->in_count++] = x;
    return produce(build, op, label, shape);
}

Tensor *build_view(Builder *build, Tensor *x, Shape shape, const char *label) {
    Tensor *view = build_value(build, label, shape);
    view->base = tensor_storage(x);
    view->producer = x->producer;
    view->viewed = x;
    return view;
}

Tensor *build_permute(Builder *build, Tensor *x, const int *axes, const char *role, const char *label) {
    Op *op = build_op(build, &op_permute, role);
    Shape shape = x->shape;
    for (int i = 0; i < shape.rank; i++) {
        op->axes[i] = axes[i];
        shape.dim[i] = x->shape.dim[axes[i]];
    }
    op->in[op->in_count++] = x;
    return produce(build, op, label, shape);
}

Tensor *build_simple(Builder *build, const OpDef *def, Tensor *x, const char *label) {
    Op *op = build_op(build, def, arena_printf(build->plan->arena, "forward_%s", label));
    op->in[op->in_count++] = x;
    return produce(build, op, label, x->shape);
}

/* Purposes number the random tensors of a model in the order of its layers, 16 apart, so that each can use several
 * streams; layers with a seed of their own all use purpose 0. Programs that draw the same tensor share the purpose. */
Tensor *build_random(Builder *build, Shape shape, RandomAttrs attrs) {
    Plan *plan = build->plan;
    attrs.purpose = attrs.seeded ? 0 : 16 * (build->layer->index + 1);
    if (plan->options->external_masks) {
        for (int i = 0; i < plan->masks.count; i++)
            if (!strcmp(plan->masks.at[i]->name, attrs.path)) return plan->masks.at[i];
        Tensor *mask = new_tensor(build, TENSOR_MASK, attrs.path, shape);
        const Tensor *last = plan->masks.count ? plan->masks.at[plan->masks.count - 1] : NULL;
        mask->offset = last ? last->offset + tensor_size(plan, last) : 0;
        list_push(plan->arena, &plan->masks, mask);
        return mask;
    }
    Op *op = build_op(build, &op_random, "forward_draw");
    op->random = attrs;
    Tensor *mask = produce(build, op, strrchr(attrs.path, '/') + 1, shape);
    return mask;
}

void build_penalty(Builder *build, Tensor *x, double l1, double l2) {
    if (!build->target) return; /* prediction has no loss */
    Op *op = build_op(build, &op_penalty, "penalty");
    op->in[op->in_count++] = x;
    op->numbers[0] = l1;
    op->numbers[1] = l2;
}

/* Programs */

static Tensor *forward_layers(Builder *build, Tensor *x) {
    const Model *model = build->plan->model;
    for (int i = 0; i < model->layers.count; i++) {
        const Layer *layer = model->layers.at[i];
        build->layer = layer;
        Tensor *y = layer->def->forward(layer, build, x);
        /* The last value of a layer bears the layer's name. */
        if (y != x && y->kind == TENSOR_VALUE && !name_taken(build->program, layer->name)) y->name = layer->name;
        x = y;
    }
    build->layer = NULL;
    return x;
}

static const Formula copy = {"copied", {"x"}, "x", {"d"}};

static void build_predict(Builder *build) {
    Program *program = build->program;
    Tensor *y = forward_layers(build, program->input);
    if (y->kind != TENSOR_VALUE || tensor_storage(y)->kind != TENSOR_VALUE)
        y = build_map(build, &copy, (Tensor *[]){y}, NULL, 0);
    tensor_storage(y)->kind = TENSOR_OUTPUT;
    program->output = y;
}

static Tensor *build_loss(Builder *build, Tensor *prediction) {
    const Model *model = build->plan->model;
    const Object *object = model->compile.loss;
    const LossDef *loss = (const LossDef *)object->class;
    const LossArgs *args = object->args;
    Program *program = build->program;

    Shape rows = prediction->shape;
    rows.rank--;
    Op *weights = build_op(build, &op_loss_weights, "loss_weights");
    weights->in[weights->in_count++] = program->sample_weight;
    if (args->ignore_class != INT_NONE && loss->sparse) weights->in[weights->in_count++] = program->target;
    weights->object = object;
    produce(build, weights, "row_weight", rows);

    Op *op = build_op(build, &op_loss, "loss");
    op->loss = loss;
    op->object = object;
    /* With ignore_class Keras multiplies the prediction by a mask, and so loses its link to the logits. */
    Tensor *logits = loss->sparse && args->ignore_class != INT_NONE ? NULL : prediction->logits;
    op->on_logits = loss->shortcut && (args->from_logits || logits);
    Tensor *p = loss->shortcut && logits ? logits : prediction;
    op->in[op->in_count++] = p;
    op->in[op->in_count++] = program->target;
    op->in[op->in_count++] = weights->out;
    if (build->training && gradient_needed(p))
        produce(build, op, arena_printf(build->plan->arena, "d_%s", p->name), p->shape);
    return p;
}

static void build_metrics(Builder *build, Tensor *prediction) {
    const Model *model = build->plan->model;
    int sums = 1;
    for (int i = 0; i < model->compile.metrics.count; i++) {
        const Object *object = model->compile.metrics.at[i];
        const MetricDef *metric = (const MetricDef *)object->class;
        if (metric->resolve) metric = metric->resolve(prediction->shape, build->program->target->integer);
        Op *op = build_op(build, &op_metric, arena_printf(build->plan->arena, "metric_%s", object->spelled));
        op->metric = metric;
        op->object = object;
        op->in[op->in_count++] = metric->argmax && prediction->logits_of ? prediction->logits : prediction;
        op->in[op->in_count++] = build->program->target;
        op->sum_at = sums;
        sums += 2;
    }
    build->plan->sum_count = sums;
}

/* A weight that the loss does not depend on: the optimizer goes on with a gradient of 0, as Keras'. */
static void build_zero_gradient(Builder *build, Tensor *weight) {
    if (gradient_of(build, weight)) return;
    build->layer = weight->owner;
    gradient_add(build, weight,
                 map_of_step(build, (Step){.label = "zero", .text = "0.0"}, weight->shape, "backward_zero"));
}

static void build_update(Builder *build, Tensor *weight) {
    Plan *plan = build->plan;
    const UpdateRule *rule = &plan->update;
    Tensor *g = gradient_of(build, weight);
    build->layer = weight->owner;
    g->name = arena_printf(plan->arena, "d_%s", weight->name);
    if (plan->options->gradients) {
        g->kind = TENSOR_GRADIENT;
        g->weight = weight->weight;
        list_push(plan->arena, &plan->gradients, g);
    }
    Op *op = build_op(build, &op_update, arena_printf(plan->arena, "update_%s", weight->weight->name));
    Step step = {.label = plan->model->compile.optimizer->class->name, .text = rule->text};
    step.operands[step.operand_count++] = (Operand){.name = "g", .kind = OPERAND_TENSOR, .tensor = g};
    for (int i = 0; i < 4 && rule->slots[i]; i++) {
        Tensor *slot = new_tensor(build, TENSOR_SLOT, arena_printf(plan->arena, "%s/%s", weight->name, rule->slots[i]),
                                  weight->shape);
        slot->weight = weight->weight;
        slot->slot = rule->slots[i];
        list_push(plan->arena, &plan->slots, slot);
        step.operands[step.operand_count++] = (Operand){.name = rule->slots[i], .tensor = slot, .written = true};
    }
    step.operands[step.operand_count++] = (Operand){.name = "w", .tensor = weight, .written = true};
    for (int i = 0; i < rule->number_count; i++) step.operands[step.operand_count++] = rule->numbers[i];
    for (int i = 0; i < rule->scalar_count; i++)
        step.operands[step.operand_count++] = (Operand){.name = rule->scalars[i].name, .kind = OPERAND_SCALAR};
    step_drop_unused(&step);
    op->shape = weight->shape;
    list_push(plan->arena, &op->steps, step);
}

static void build_program(Plan *plan, Program *program, const char *name, bool target, bool training) {
    Builder build = {.plan = plan, .program = program, .training = training, .target = target};
    const Model *model = plan->model;
    program->name = name;
    program->training = training;
    program->input = new_tensor(&build, TENSOR_INPUT, "x", model->input);
    program->input->integer = model->integer_input;
    if (!target) {
        build_predict(&build);
        return;
    }
    const LossDef *loss = (const LossDef *)model->compile.loss->class;
    Shape labels = model->output;
    if (loss->sparse) labels.rank--;
    program->target = new_tensor(&build, TENSOR_TARGET, "target", labels);
    program->target->integer = loss->sparse;
    program->sample_weight = new_tensor(&build, TENSOR_SAMPLE_WEIGHT, "sample_weight", shape_of(1, (int64_t[]){BATCH}));

    Tensor *prediction = forward_layers(&build, program->input);
    program->output = prediction;
    const int forward_end = program->ops.count;
    Tensor *p = build_loss(&build, prediction);
    build_metrics(&build, prediction);
    if (!training) return;
    build_gradients(&build, forward_end, p);
    for (int i = plan->weights.count - 1; i >= 0; i--)
        if (plan->weights.at[i]->weight->trainable) build_zero_gradient(&build, plan->weights.at[i]);
    build.phase = PHASE_UPDATE;
    for (int i = plan->weights.count - 1; i >= 0; i--)
        if (plan->weights.at[i]->weight->trainable) build_update(&build, plan->weights.at[i]);
}

Plan *plan_from_model(Arena *arena, const Model *model, const struct Options *options, Diags *diags) {
    Plan *plan = NEW(arena, Plan);
    (void)diags;
    plan->model = model;
    plan->arena = arena;
    plan->options = options;
    for (int i = 0; i < model->layers.count; i++) { /* all weights, in Keras' order */
        Builder build = {.plan = plan, .program = &plan->predict};
        const Layer *layer = model->layers.at[i];
        for (int j = 0; j < layer->weights.count; j++) build_weight(&build, layer->weights.at[j])->owner = layer;
    }
    plan->sum_count = 1;
    build_program(plan, &plan->predict, "predict", false, false);
    if (!model->has_compile || options->inference_only) return plan;
    plan->can_train = true;
    ((const OptimizerDef *)model->compile.optimizer->class)->rule(model->compile.optimizer, &plan->update);
    build_program(plan, &plan->evaluate, "evaluate", true, false);
    build_program(plan, &plan->train, "train", true, true);
    return plan;
}
