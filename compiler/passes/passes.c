/* SPDX-License-Identifier: MIT-0 */
/* Running the passes, and those that are short. */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/internal.h"
#include "build/build.h"
#include "build/builder.h"
#include "build/loop.h"
#include "model/shape.h"
#include "passes/passes.h"
#include "plan/access.h"
#include "plan/check.h"
#include "plan/plan.h"
#include "plan/random_attrs.h"
#include "plan/sizes.h"
#include "plan/step.h"
#include "plan/tensor.h"
#include "plan/uses.h"

static const Pass passes[] = {
#define PASS(name, function) {name, pass_##function},
#include "passes/passes.def"
#undef PASS
};
enum { PASS_COUNT = sizeof passes / sizeof *passes };

const Pass *pass_named(const char *name) {
    for (int i = 0; i < PASS_COUNT; i++)
        if (!strcmp(passes[i].name, name)) return &passes[i];
    return NULL;
}

const char *pass_list(Arena *arena, const char *indent, size_t width) {
    Text names = {.arena = arena};
    size_t column = width;
    for (int i = 0; i < PASS_COUNT; i++) {
        const char *const name = arena_printf(arena, "%s%s", passes[i].name, i + 1 < PASS_COUNT ? "," : "\n");
        const bool wraps = column + 1 + strlen(name) > width;
        text_printf(&names, "%s%s%s", !wraps ? " " : i ? "\n" : "", wraps ? indent : "", name);
        column = (wraps ? strlen(indent) : column + 1) + strlen(name);
    }
    return text_chars(&names);
}

void cost_dump(const Plan *plan, Text *out) {
    int64_t all = 0;
    for (int i = 0; i <= PASS_COUNT; i++) {
        text_printf(out, "%-20s %12lld\n", i ? passes[i - 1].name : "lower", (long long)plan->costs[i]);
        all += plan->costs[i];
    }
    text_printf(out, "%-20s %12lld\n", "all", (long long)all);
}

/* --check-plan: a pass that leaves a plan that is not sound is a fault of the compiler. */
static void check(const Plan *plan, const Program *program, const char *pass) {
    const char *const wrong = plan->options->check_plan ? plan_check(plan, program) : NULL;
    if (wrong) internal_error("behind %s, in program %s: %s", pass, program->name, wrong);
}

void plan_optimize(Plan *plan, const Pass *last) {
    Program *programs[MAX_PROGRAMS];
    const int count = plan_programs(plan, programs);
    for (int i = 0; i < count; i++) program_index(plan, programs[i]);
    plan->costs = NEW_ARRAY(plan->arena, int64_t, PASS_COUNT + 1);
    plan->costs[0] = plan_visits();
    for (int i = 0; i < count; i++) {
        check(plan, programs[i], "lowering");
        for (int j = 0; j < PASS_COUNT; j++) {
            const int64_t before = plan_visits();
            visit(programs[i]->ops.count);
            passes[j].run(plan, programs[i]);
            plan->costs[j + 1] += plan_visits() - before;
            check(plan, programs[i], passes[j].name);
            if (&passes[j] == last) break;
        }
    }
}

/* Whether an operation outside the loop that makes a value reads it. */
static bool is_read_outside(const Program *program, const Tensor *value) {
    const TimeLoop *const loop = value->producer && !value->base ? value->producer->loop : NULL;
    for (const Use *use = loop ? first_reader(program, value) : NULL; use; use = next_use(use))
        if (use->op->loop != loop) return true;
    return false;
}

/* Gives what a loop computes and somebody outside reads a place for every step.
 * Requires nothing. Guarantees: what is read outside its loop is a step of a sequence. Costs: one look at each tensor,
 * and at the readers of what loops make. */
void pass_keep_steps(Plan *plan, Program *program) {
    Builder build = {.plan = plan, .program = program};
    const int count = program->tensors.count;
    visit(count);
    for (int i = 0; i < count; i++)
        if (is_read_outside(program, program->tensors.at[i])) loop_sequence(&build, program->tensors.at[i]);
}

/* Whether an operation behind this one reads its result; or one of its loop, in the next round. */
static bool is_read(const Program *program, const Op *op) {
    for (const Use *use = first_reader(program, op->out); use; use = next_use(use))
        if (use->op->at > op->at || (op->loop && use->op->loop == op->loop && use->op != op)) return true;
    return false;
}

/* Drops operations whose result nobody reads: a softmax whose loss went back to the logits, the gradient of an input
 * that needs none. Requires nothing. Guarantees: what is left is read behind it, or is a result of the program. Costs:
 * one look at each operation, and at the readers of its result. */
void pass_drop_unread(Plan *plan, Program *program) {
    for (int i = program->ops.count - 1; i >= 0; i--) {
        Op *const op = program->ops.at[i];
        if (op->out && tensor_storage(op->out)->kind == TENSOR_VALUE && op->def != &op_loss && !is_read(program, op))
            program_drop(plan, program, op);
    }
    program_close(program);
}

/* Whether an operation reads a view of a tensor, such as the mask of one gate. */
static bool reads_part(const Op *op, const Tensor *tensor) {
    for (Access at = {.op = op}; access_next(&at);)
        if (at.operand && at.tensor != tensor && tensor_storage(at.tensor) == tensor) return true;
    return false;
}

/* Whether who reads a mask can draw it again, element by element. */
static bool may_redraw(const Op *reader, const Tensor *mask) {
    return reader->def == &op_map && !reader->loop && shape_equal(reader->out->shape, mask->shape) &&
           !reads_part(reader, mask);
}

/* Masks as large as what they mask are not stored: whoever reads them draws the same numbers again, which costs less
 * than the memory. Smaller ones (noise shapes) are drawn once. Requires: nothing is fused. Guarantees: a mask is
 * stored, or Tensor.regenerated and made by nobody. Costs: one look at each operation and at the readers of masks. */
void pass_redraw_masks(Plan *plan, Program *program) {
    for (int i = 0; i < program->ops.count; i++) {
        Op *const op = program->ops.at[i];
        bool full = op->def == &op_random;
        for (const Use *use = full ? first_reader(program, op->out) : NULL; use && full; use = next_use(use))
            full = may_redraw(use->op, op->out);
        if (!full) continue;
        op->out->regenerated = true;
        program_drop(plan, program, op);
    }
    program_close(program);
}

static const Operand *operand_named(const Step *step, const char *name) {
    for (int i = 0; i < step->operand_count; i++)
        if (!strcmp(step->operands[i].name, name)) return &step->operands[i];
    return NULL;
}

/* What dropout with this mask makes of a value, before the operation at `end`; the first of several, NULL: nothing
 * does. */
static Tensor *dropped_of(const Program *program, const Tensor *value, const Tensor *mask, int end) {
    const Op *first = NULL;
    for (const Use *use = first_reader(program, value); use; use = next_use(use)) {
        const Step *const dropped = use->op->at < end ? map_step(use->op, FORMULA_FACTOR) : NULL;
        if (!dropped || operand_named(dropped, "x")->tensor != value || operand_named(dropped, "mask")->tensor != mask)
            continue;
        if (!first || use->op->at < first->at) first = use->op;
    }
    return first ? first->steps.at[0].result : NULL;
}

/* With z = relu(x) * mask, the gradient of x is kept·d where z > 0 and 0 elsewhere: neither the relu's value nor the
 * mask is needed any more. Requires: masks are decided, nothing is fused. Guarantees: such gradients read z. Costs: one
 * look at each operation, and at the readers of a relu. */
void pass_read_signs(Plan *plan, Program *program) {
    for (int i = 0; i < program->ops.count; i++) {
        Step *relu = gradient_step(program->ops.at[i], FORMULA_RELU);
        const Step *drop = relu ? gradient_step(operand_named(relu, "d")->tensor->producer, FORMULA_FACTOR) : NULL;
        if (!drop) continue;
        Tensor *mask = operand_named(drop, "mask")->tensor, *y = operand_named(relu, "y")->tensor;
        if (!mask->regenerated || drawn_with(mask)->kind != RANDOM_KEEP) continue;
        Tensor *const z = dropped_of(program, y, mask, i);
        if (!z) continue;
        relu->text = "v_select(z > 0.0, kept * d, 0.0)";
        relu->kind = FORMULA_OTHER;
        relu->operand_count = 0;
        step_add(plan->arena, relu, TENSOR("z", z));
        step_add(plan->arena, relu, TENSOR("d", operand_named(drop, "d")->tensor));
        step_add(plan->arena, relu, NUMBER("kept", drawn_with(mask)->kept));
        op_index(plan, program->ops.at[i]);
    }
}

/* Whether an operation computes with weights alone, or with what hoisted operations have made of them. */
static bool is_of_weights(const Program *program, const Op *op, const bool *hoisted) {
    bool any = false;
    if (op->def != &op_map || op->loop || op->phase != PHASE_FORWARD || op->out->base) return false;
    for (Access at = {.op = op}; access_next(&at);) {
        if (!at.operand) continue;
        bool known = tensor_storage(at.tensor)->kind == TENSOR_WEIGHT;
        const Use *use = known ? NULL : first_writer(program, at.tensor);
        for (; use && !known; use = next_use(use)) known = hoisted[use->op->at] && op_makes(use->op, at.tensor);
        if (!known) return false;
        any = true;
    }
    return any;
}

/* What depends on weights alone, such as the scale and shift of a BatchNormalization in inference, is computed first:
 * then the steps that use it can follow a product that stands before its layer. Requires: nothing is fused. Guarantees:
 * such operations stand first, in their order. Costs: one look at each operation and at the makers of what maps read.
 */
void pass_hoist_weights(Plan *plan, Program *program) {
    bool *const hoisted = NEW_ARRAY(plan->arena, bool, program->ops.count);
    Moves moves = {0};
    for (int i = 0; i < program->ops.count; i++) {
        hoisted[i] = is_of_weights(program, program->ops.at[i], hoisted);
        if (hoisted[i]) list_push(plan->arena, &moves, ((Move){program->ops.at[i], 0}));
    }
    program_move(plan, program, &moves);
}
