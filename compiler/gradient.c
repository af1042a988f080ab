/* SPDX-License-Identifier: MIT-0 */
/* Reverse mode: walks the operations of a program backwards, each adding the gradients of what it read. */
#include "lower.h"

bool gradient_needed(const Tensor *tensor) {
    if (tensor->kind == TENSOR_WEIGHT) return tensor->weight->trainable;
    if (tensor->viewed) return gradient_needed(tensor->viewed);
    const Op *op = tensor->producer;
    if (!op) return false;
    for (int i = 0; i < op->in_count; i++)
        if (gradient_needed(op->in[i])) return true;
    for (int i = 0; i < op->steps.count; i++)
        for (int j = 0; j < op->steps.at[i].operand_count; j++) {
            const Tensor *operand = op->steps.at[i].operands[j].tensor;
            if (operand && operand->producer != op && gradient_needed(operand)) return true;
        }
    return false;
}

Tensor *gradient_of(Builder *build, const Tensor *tensor) {
    for (int i = 0; i < build->of.count; i++)
        if (build->of.at[i] == tensor) return build->gradients.at[i];
    return NULL;
}

static const Formula add = {"added", {"x", "w"}, "x + w", {"d", "d"}};

void gradient_add(Builder *build, Tensor *tensor, Tensor *d) {
    if (!gradient_needed(tensor)) return;
    if (tensor->viewed) { /* a view has no gradient of its own */
        gradient_add(build, tensor->viewed,
                     build_view(build, d, tensor->viewed->shape, gradient_name(build, tensor->viewed)));
        return;
    }
    for (int i = 0; i < build->of.count; i++)
        if (build->of.at[i] == tensor) {
            build->gradients.at[i] = build_map(build, &add, (Tensor *[]){build->gradients.at[i], d}, NULL, 0);
            return;
        }
    list_push(build->plan->arena, &build->of, tensor);
    list_push(build->plan->arena, &build->gradients, d);
}

void build_gradients(Builder *build, int end, Tensor *prediction) {
    Program *program = build->program;
    build->phase = PHASE_BACKWARD;
    for (int i = end; i < program->ops.count; i++) /* the loss */
        if (program->ops.at[i]->def == &op_loss && program->ops.at[i]->out)
            gradient_add(build, prediction, program->ops.at[i]->out);
    for (int i = end - 1; i >= 0; i--) {
        Op *op = program->ops.at[i];
        Tensor *d = op->out ? gradient_of(build, op->out) : NULL;
        build->layer = op->layer;
        if (op->def->gradient && (d || !op->out)) op->def->gradient(build, op, d);
    }
    build->layer = NULL;
}
