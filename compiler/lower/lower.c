/* SPDX-License-Identifier: MIT-0 */
/* Model → plan: the forward operations of each program, then loss, metrics, gradients and updates. */
#include "base/arena.h"
#include "base/diag.h"
#include "base/options.h"
#include "build/backward.h"
#include "build/build.h"
#include "build/builder.h"
#include "build/gradient.h"
#include "build/gradient_add.h"
#include "language/describe.h"
#include "layers/pooling.h"
#include "lower/lower.h"
#include "lower/measure.h"
#include "lower/prepare.h"
#include "lower/update.h"
#include "model/layer.h"
#include "model/loss.h"
#include "model/model.h"
#include "model/regularizer.h"
#include "model/shape.h"
#include "model/stream.h"
#include "ops/ends.h"
#include "ops/penalty.h"
#include "plan/access.h"
#include "plan/identity.h"
#include "plan/plan.h"
#include "plan/tensor.h"

/* Whether the time steps of its output end elsewhere than those of its input. */
static bool ends_anew(const Layer *layer) {
    const Ends before = layer->previous ? layer->previous->ends : (Ends){1, 1}, after = layer->ends;
    return after.first && (after.first != before.first || after.stride != before.stride);
}

static Tensor *forward_layers(Builder *build, const Model *model, Tensor *x) {
    for (int i = 0; i < model->layers.count; i++) {
        const Layer *layer = model->layers.at[i];
        build->layer = layer;
        Tensor *y = layer->def->forward(layer, build, x);
        if (ends_anew(layer) && build->lengths)
            y->mask = build_within(build, build->lengths, layer->ends, y->shape.dim[1]);
        build_activity_penalty(build, layer, y);
        /* The last value of a layer bears the layer's name. */
        if (y != x && y->kind == TENSOR_VALUE) tensor_is_output(build, y, layer);
        if (!layer->mask.rank) y->mask = y == x ? y->mask : NULL;
        else if (!y->mask) y->mask = x->mask;
        /* while what stands behind it is known: else this goes through all layers */
        if (build->training) gradient_needed(y);
        x = y;
    }
    build->layer = NULL;
    return x;
}

/* Whether a tensor is a part of what lies in its memory. */
static bool is_part(const Tensor *tensor) {
    for (; tensor->base; tensor = tensor->base)
        if (tensor->columns || tensor->part) return true;
    return false;
}

static void build_predict(Builder *build, const Model *model) {
    Program *program = build->program;
    Tensor *y = forward_layers(build, model, build_prepared_x(build, model, program->input));
    y = build_restored_y(build, model, y);
    if (model->ends.first && y->mask) y = valid_steps(build, y, y->mask);
    if (y->kind != TENSOR_VALUE || tensor_storage(y)->kind != TENSOR_VALUE || is_part(y))
        y = build_copy(build, y);
    tensor_storage(y)->kind = TENSOR_OUTPUT;
    program->output = y;
}

/* Trainable weights with a regularizer; what it says. */
static const RegularizerArgs *regularizer_of(const Weight *weight) {
    return weight->trainable && weight->args.regularizer ? weight->args.regularizer->args : NULL;
}

static void build_weight_penalties(Builder *build) {
    const Plan *plan = build->plan;
    for (int i = 0; i < plan->weights.count; i++) {
        Tensor *weight = plan->weights.at[i];
        const RegularizerArgs *args = regularizer_of(weight->weight);
        build->layer = weight->layer;
        if (args) build_penalty(build, weight, args->l1, args->l2);
    }
    build->layer = NULL;
}

/* Penalties whose gradients follow from their operations, as those of layers do. */
static void build_matrix_penalties(Builder *build) {
    const Plan *plan = build->plan;
    for (int i = 0; i < plan->weights.count; i++) {
        Tensor *weight = plan->weights.at[i];
        const RegularizerArgs *args = regularizer_of(weight->weight);
        if (!args) continue;
        const RegularizerDef *def = (const RegularizerDef *)weight->weight->args.regularizer->class;
        build->layer = weight->layer;
        if (def->of_matrix && args->factor > 0) def->of_matrix(args, build, weight);
    }
    build->layer = NULL;
}

/* A weight that the loss does not depend on: the optimizer goes on with a gradient of 0, as Keras'. */
static void build_zero_gradient(Builder *build, Tensor *weight) {
    if (gradient_of(weight)) return;
    build->layer = weight->layer;
    gradient_add(build, weight,
                 build_step_map(build, (Step){.label = "zero", .text = "0.0"}, weight->shape, "backward_zero"));
}

/* The gradient of its penalty goes with the rest of the gradient: whoever makes that reads the weight once more. */
static void build_penalty_gradient(Builder *build, Tensor *weight) {
    const RegularizerArgs *args = regularizer_of(weight->weight);
    if (!args || (args->l1 == 0 && args->l2 == 0)) return;
    build->layer = weight->layer;
    Tensor *g = build_penalized(build, gradient_of(weight), weight, args->l1, args->l2);
    gradient_replace(weight, g);
}

static void build_program(Plan *plan, Program *program, const char *name, bool target, bool training) {
    Builder build = {.plan = plan, .program = program, .training = training, .random = training, .target = target};
    const Model *model = plan->model;
    program->name = name;
    program->training = training;
    program->input = build_tensor(&build, TENSOR_INPUT, "x", model->input);
    if (model->integer_input) program->input->type = ELEMENT_INT32;
    if (!target) {
        build_predict(&build, model);
        return;
    }
    const LossDef *loss = (const LossDef *)model->compile.loss->class;
    Shape labels = model->output;
    if (loss->sparse) labels.rank--;
    program->target = build_tensor(&build, TENSOR_TARGET, "target", labels);
    if (loss->sparse) program->target->type = ELEMENT_INT32;
    Tensor *const scaled = program->target = build_scaled_y(&build, model, program->target);
    program->target = build_standardized_y(&build, model, scaled);
    program->sample_weight = build_tensor(&build, TENSOR_SAMPLE_WEIGHT, "sample_weight", loss_rows(model));

    Tensor *prediction = forward_layers(&build, model, build_prepared_x(&build, model, program->input));
    Tensor *judged = build_judged(&build, prediction);
    build_matrix_penalties(&build);
    program->output = prediction;
    const int forward_end = program->ops.count;
    Tensor *p = build_loss(&build, judged);
    build_weight_penalties(&build);
    if (model->y.standardize) { /* metrics are in the units of y */
        program->target = scaled;
        prediction = build_restored_y(&build, model, prediction);
    }
    build_metrics(&build, prediction);
    if (!training) return;
    for (int i = 0; i < build.loss_ops.count; i++) list_push(plan->arena, &program->ops, build.loss_ops.at[i]);
    build_gradients(&build, forward_end, p);
    for (int i = plan->weights.count - 1; i >= 0; i--)
        if (plan->weights.at[i]->weight->trainable) {
            build_zero_gradient(&build, plan->weights.at[i]);
            build_penalty_gradient(&build, plan->weights.at[i]);
        }
    build_updates(&build);
}

static void build_step(Plan *plan) {
    const Model *model = plan->step_model;
    Builder build = {.plan = plan, .program = &plan->step, .streaming = true};
    plan->step.name = "step";
    plan->step.input = build_tensor(&build, TENSOR_INPUT, "x", model->input);
    if (model->integer_input) plan->step.input->type = ELEMENT_INT32;
    build_predict(&build, model);
}

/* Prediction with random layers on, normalization as in prediction. Random numbers follow from the number of a sample,
 * not from the batch that it is in: where they are not counted sample after sample, there is one at a time. */
static void build_monte_carlo(Plan *plan) {
    Program *program = &plan->monte_carlo;
    Builder build = {.plan = plan, .program = program, .random = true};
    if (plan->options->external_masks || plan->states.count) return;
    program->name = "monte_carlo";
    program->input = build_tensor(&build, TENSOR_INPUT, "x", plan->model->input);
    if (plan->model->integer_input) program->input->type = ELEMENT_INT32;
    build_predict(&build, plan->model);
    for (int i = 0; i < program->ops.count; i++) {
        bool rows;
        if (program->ops.at[i]->def != &op_random) continue;
        random_blocks(program->ops.at[i]->out, &rows);
        plan->mc_rows = rows && plan->mc_rows != 1 ? plan->model->batch : 1;
    }
}

/* Layers check what they give; between them something larger may stand, such as an image with its padding. */
static void check_sizes(const Plan *plan, const Program *program, Diags *diags) {
    for (int i = 0; i < program->tensors.count; i++) {
        const Tensor *tensor = program->tensors.at[i];
        const Layer *layer = tensor->producer ? tensor->producer->layer : NULL;
        double elements = 1;
        if (shape_size(tensor->shape, plan->model->batch) >= 0) continue;
        for (int j = 0; j < tensor->shape.rank; j++)
            elements *= (double)dim_size(tensor->shape.dim[j], plan->model->batch);
        const char *what = arena_printf(plan->arena, "%s %s", tensor->name, shape_text(plan->arena, tensor->shape));
        diag(diags, D_too_large, layer ? layer->span : plan->model->span, what, number_text(plan->arena, elements));
        return;
    }
}

/* Indices are the caller's input itself, so that they can be checked before anything is computed; and whole numbers are
 * nothing but indices. */
static void check_indices(Plan *plan, Diags *diags) {
    const Program *program = &plan->predict;
    const Preparation *const x = &plan->model->x;
    const bool prepared = x->scale != 1 || x->standardize || x->fills;
    for (int i = 0; i < program->ops.count; i++) {
        const Op *op = program->ops.at[i];
        if (op->def->chooses_rows && prepared) {
            diag(diags, D_prepared_indices, op->layer->span, op->layer->name);
            return;
        }
        if (op->def->chooses_rows && tensor_storage(op->in[0]) != program->input) {
            diag(diags, D_embedding_input, op->layer->span, op->layer->name);
            return;
        }
        if (op->def->chooses_rows && !plan->indices) plan->indices = op->in[1]->shape.dim[0];
        if (!op->def->takes_indices && plan->model->integer_input && op_reads(op, program->input)) {
            diag(diags, D_integer_input, plan->model->input_span);
            return;
        }
    }
}

/* What is learned of the data stands first among the weights. */
static void build_statistics(Plan *plan) {
    Builder build = {.plan = plan, .program = &plan->predict};
    const Preparation *const prepared[] = {&plan->model->x, &plan->model->y};
    for (int i = 0; i < 2; i++) {
        const Weight *const learned[] = {prepared[i]->fill, prepared[i]->mean, prepared[i]->deviation,
                                         prepared[i]->learned};
        for (size_t j = 0; j < sizeof learned / sizeof *learned; j++)
            if (learned[j]) build_weight(&build, learned[j]);
    }
    plan->statistics = plan->weights.count;
}

/* Of one sample. */
static int64_t products_of(const Program *program) {
    int64_t count = 0;
    for (int i = 0; i < program->ops.count; i++) {
        const Op *const op = program->ops.at[i];
        if (op->def->products) count += op->def->products(op) * (op->loop ? op->loop->steps : 1);
    }
    return count;
}

Plan *plan_from_model(Arena *arena, const Model *model, const Options *options, Diags *diags) {
    Plan *plan = NEW(arena, Plan);
    plan->model = model;
    plan->arena = arena;
    plan->target = options->target ? target_named(options->target) : &target_desktop;
    plan->real = options->real_double ? ELEMENT_DOUBLE : ELEMENT_FLOAT;
    plan->options = options;
    build_statistics(plan);
    for (int i = 0; i < model->layers.count; i++) { /* all weights, in Keras' order */
        Builder build = {.plan = plan, .program = &plan->predict};
        const Layer *layer = model->layers.at[i];
        for (int j = 0; j < layer->weights.count; j++) build_weight(&build, layer->weights.at[j])->layer = layer;
    }
    plan->sum_count = 1;
    build_program(plan, &plan->predict, "predict", false, false);
    if (options->quantize) build_program(plan, &plan->whole, "predict_int8", false, false);
    plan->products = products_of(&plan->predict);
    plan->identity = program_identity(plan, &plan->predict);
    check_indices(plan, diags);
    check_sizes(plan, &plan->predict, diags);
    if (options->stream && !diags_errors(diags)) plan->step_model = model_of_step(model, diags);
    if (plan->step_model) build_step(plan);
    const bool bare = options->inference_only || (!model->has_compile && !options->main); /* prediction and no more */
    if (!diags_errors(diags) && (options->monte_carlo || !bare)) build_monte_carlo(plan);
    if (!model->has_compile || options->inference_only || diags_errors(diags)) return plan;
    plan->can_train = true;
    plan_metrics(plan);
    plan->update = update_rule(arena, model->compile.optimizer);
    build_program(plan, &plan->evaluate, "evaluate", true, false);
    build_program(plan, &plan->train, "train", true, true);
    check_sizes(plan, &plan->train, diags);
    return plan;
}
