/* SPDX-License-Identifier: MIT-0 */
/* The passes over the plan, in order. */
#include "lower.h"

#include <string.h>

void plan_optimize(Plan *plan) {
    Program *programs[MAX_PROGRAMS];
    const int count = plan_programs(plan, programs);
    for (int i = 0; i < count; i++) {
        pass_loops(plan, programs[i]);
        pass_dead(plan, programs[i]);
        pass_masks(plan, programs[i]);
        pass_signs(plan, programs[i]);
        pass_early(plan, programs[i]);
        pass_join(plan, programs[i]);
        pass_dead(plan, programs[i]);
        pass_first(plan, programs[i]);
        pass_pack(plan, programs[i]);
        pass_deep(plan, programs[i]);
        pass_inside(plan, programs[i]);
        pass_fuse(plan, programs[i]);
        pass_last(plan, programs[i]);
        pass_place(plan, programs[i]);
        pass_roll(plan, programs[i]);
        pass_memory(plan, programs[i]);
    }
}

static void visit_what_is_read(const Op *op, void (*visit)(const Op *op, Tensor *tensor)) {
    for (int i = 0; i < op->in_count; i++) visit(op, op->in[i]);
    for (int i = 0; i < op->steps.count; i++)
        for (int j = 0; j < op->steps.at[i].operand_count; j++)
            if (op->steps.at[i].operands[j].tensor) visit(op, op->steps.at[i].operands[j].tensor);
}

static void use_outside(const Op *op, Tensor *tensor) {
    Tensor *const storage = tensor_storage(tensor);
    const TimeLoop *const loop = storage->producer ? storage->producer->loop : NULL;
    if (loop && loop != op->loop) storage->used = true;
}

/* Requires nothing. What a loop computes and somebody outside reads gets a place for every step. */
void pass_loops(Plan *plan, Program *program) {
    Builder build = {.plan = plan, .program = program};
    for (int i = 0; i < program->tensors.count; i++) program->tensors.at[i]->used = false;
    for (int i = 0; i < program->ops.count; i++) visit_what_is_read(program->ops.at[i], use_outside);
    for (int i = 0; i < program->tensors.count; i++)
        if (program->tensors.at[i]->used) loop_sequence(&build, program->tensors.at[i]);
}

static void use(const Op *op, Tensor *tensor) {
    (void)op;
    tensor_storage(tensor)->used = true;
}

/* Requires nothing. Drops operations whose result nobody reads: a softmax whose loss went back to the logits, the
 * gradient of an input that needs none. */
void pass_dead(Plan *plan, Program *program) {
    (void)plan;
    int kept = program->ops.count;
    for (int i = 0; i < program->tensors.count; i++) program->tensors.at[i]->used = false;
    for (int i = program->ops.count - 1; i >= 0; i--) {
        const Op *op = program->ops.at[i];
        bool needed = !op->out || tensor_storage(op->out)->kind != TENSOR_VALUE || op->def == &op_loss || tensor_storage(op->out)->used;
        for (int j = 0; j < i && op->loop && !needed; j++) /* in the next round of the loop */
            needed = program->ops.at[j]->loop == op->loop && op_reads(program->ops.at[j], op->out);
        if (!needed) continue;
        visit_what_is_read(op, use);
        program->ops.at[--kept] = program->ops.at[i];
    }
    for (int i = kept; i < program->ops.count; i++) program->ops.at[i - kept] = program->ops.at[i];
    program->ops.count -= kept;
}

/* Whether an operation reads a view of a tensor, such as the mask of one gate. */
static bool reads_part(const Op *op, const Tensor *tensor) {
    for (int i = 0; i < op->steps.count; i++)
        for (int j = 0; j < op->steps.at[i].operand_count; j++) {
            const Tensor *operand = op->steps.at[i].operands[j].tensor;
            if (operand && operand != tensor && tensor_storage(operand) == tensor) return true;
        }
    return false;
}

/* Requires: before fusion. Masks as large as what they mask are not stored: whoever reads them draws the same numbers
 * again, which costs less than the memory. Smaller ones (noise shapes) are drawn once. */
void pass_masks(Plan *plan, Program *program) {
    (void)plan;
    int kept = 0;
    for (int i = 0; i < program->ops.count; i++) {
        Op *op = program->ops.at[i];
        bool full = op->def == &op_random;
        for (int j = 0; j < program->ops.count && full; j++) {
            const Op *reader = program->ops.at[j];
            if (!op_reads(reader, op->out)) continue;
            const Shape space = reader->out ? reader->out->shape : reader->shape;
            full = reader->def == &op_map && !reader->loop && shape_equal(space, op->out->shape) && !reads_part(reader, op->out);
        }
        if (full) op->out->regenerated = true;
        if (!full) program->ops.at[kept++] = op;
    }
    program->ops.count = kept;
}

static const Operand *operand_named(const Step *step, const char *name) {
    for (int i = 0; i < step->operand_count; i++)
        if (!strcmp(step->operands[i].name, name)) return &step->operands[i];
    return NULL;
}

Step *map_step(const Op *op, const char *text) {
    return op && op->def == &op_map && op->steps.count == 1 && !strcmp(op->steps.at[0].text, text) ? &op->steps.at[0]
                                                                                                   : NULL;
}

/* Requires: masks decided, before fusion. With z = relu(x) * mask, the gradient of x is kept·d where z > 0 and 0 elsewhere:
 * neither the relu's value nor the mask is needed any more. */
void pass_signs(Plan *plan, Program *program) {
    (void)plan;
    for (int i = 0; i < program->ops.count; i++) {
        Step *relu = map_step(program->ops.at[i], RELU_GRADIENT);
        const Step *drop = relu ? map_step(operand_named(relu, "d")->tensor->producer, MASK_GRADIENT) : NULL;
        if (!drop) continue;
        Tensor *mask = operand_named(drop, "mask")->tensor, *y = operand_named(relu, "y")->tensor;
        if (!mask->regenerated || mask->producer->random.kind != RANDOM_KEEP) continue;
        Tensor *z = NULL;
        for (int j = 0; j < i && !z; j++) {
            const Step *dropped = map_step(program->ops.at[j], MASK_VALUE);
            if (dropped && operand_named(dropped, "x")->tensor == y && operand_named(dropped, "mask")->tensor == mask)
                z = dropped->result;
        }
        if (!z) continue;
        relu->text = "v_select(z > 0.0, kept * d, 0.0)";
        relu->operand_count = 0;
        relu->operands[relu->operand_count++] = (Operand){.name = "z", .kind = OPERAND_TENSOR, .tensor = z};
        relu->operands[relu->operand_count++] =
            (Operand){.name = "d", .kind = OPERAND_TENSOR, .tensor = operand_named(drop, "d")->tensor};
        relu->operands[relu->operand_count++] = NUMBER("kept", mask->producer->random.kept);
    }
}

/* Whether an operation computes with weights alone, or with what the first `early` operations have made of them. */
static bool of_weights(const Program *program, const Op *op, int early) {
    bool any = false;
    if (op->def != &op_map || op->loop || op->phase != PHASE_FORWARD || op->out->base) return false;
    for (int i = 0; i < op->steps.count; i++)
        for (int j = 0; j < op->steps.at[i].operand_count; j++) {
            const Tensor *operand = op->steps.at[i].operands[j].tensor;
            bool known = !operand || tensor_storage(operand)->kind == TENSOR_WEIGHT;
            any = any || operand;
            for (int k = 0; k < early && !known; k++) known = op_makes(program->ops.at[k], operand);
            if (!known) return false;
        }
    return any;
}

/* Requires: before fusion. What depends on weights alone, such as the scale and shift of a BatchNormalization in inference, is
 * computed first: then the steps that use it can follow a product that stands before its layer. */
void pass_early(Plan *plan, Program *program) {
    (void)plan;
    int early = 0;
    for (int i = 0; i < program->ops.count; i++) {
        if (of_weights(program, program->ops.at[i], early)) program_move(program, i, early++);
    }
}
