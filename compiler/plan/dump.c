/* SPDX-License-Identifier: MIT-0 */
/* The plan as text: --emit=plan, memory, dot, json. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "model/layer.h"
#include "model/model.h"
#include "model/shape.h"
#include "plan/access.h"
#include "plan/dump.h"
#include "plan/element.h"
#include "plan/form.h"
#include "plan/plan.h"
#include "plan/random_attrs.h"
#include "plan/share.h"
#include "plan/sizes.h"
#include "plan/tensor.h"
#include "plan/uses.h"

static void dump_view(const Tensor *tensor, Text *out) {
    if (!tensor->base) return;
    const Slice slice = tensor_slice(tensor);
    const char *name = tensor_rows((Tensor *)tensor)->name;
    if (tensor->columns) {
        const long long columns = tensor->shape.dim[tensor->shape.rank - 1];
        const long long first = tensor->column + tensor->index * columns;
        text_printf(out, " columns %lld..%lld of %s", first, first + columns - 1, name);
    } else {
        text_printf(out, " of %s", tensor_storage(tensor)->name);
    }
    if (tensor_storage(tensor)->rolled) return;
    if (slice.stepped && slice.lines) text_printf(out, "[step modulo %lld]", (long long)slice.lines);
    else if (slice.stepped) text_puts(out, slice.index ? "[step + 1]" : "[step]");
    else if (slice.index && !tensor->columns) text_printf(out, "[%lld]", (long long)slice.index);
}

static void dump_tensor(const Tensor *tensor, Text *out) {
    text_printf(out, "%s %s", tensor->name, shape_text(out->arena, tensor->shape));
    dump_view(tensor, out);
}

static void dump_step(const Step *step, Text *out) {
    if (step->result) {
        text_printf(out, "        %s = %s(", step->result->name, step_own_name(out->arena, step));
    } else {
        text_printf(out, "        %s(", step->label);
    }
    const char *comma = "";
    for (int i = 0; i < step->operand_count; i++) {
        const Operand *operand = &step->operands[i];
        text_puts(out, comma);
        comma = ", ";
        if (operand->kind == OPERAND_NUMBER) text_printf(out, "%s %.9g", operand->name, operand->number);
        else if (operand->kind == OPERAND_SCALAR) text_printf(out, "%s", operand->name);
        else {
            text_printf(out, "%s%s%s", operand->written ? "in place " : "", operand->tensor->name,
                        shape_equal(operand->tensor->shape, step->result ? step->result->shape : operand->tensor->shape)
                            ? ""
                            : arena_printf(out->arena, " %s", shape_text(out->arena, operand->tensor->shape)));
            dump_view(operand->tensor, out);
            if (operand->tensor->regenerated) {
                text_puts(out, " = ");
                random_describe(drawn_with(operand->tensor), out);
            }
        }
    }
    text_printf(out, ")%s\n", step->result && step->result->in_registers ? "" : step->result ? " -> memory" : "");
}

/* " (line 0 to 12 in steps 3, 5, …)" */
static void dump_pace(Pace pace, Text *out) {
    text_printf(out, " (line 0 to %lld from step %lld on", (long long)pace.count - 1, (long long)pace.first);
    if (pace.every > 1) text_printf(out, ", one in %lld steps", (long long)pace.every);
    text_puts(out, ")");
}

static void dump_op(const Op *op, Text *out) {
    text_printf(out, "    %s: %s", op->name, op->def->name);
    if (op->def->describe) op->def->describe(op, out);
    text_puts(out, op_form_said(op->form));
    if (op->pace.count) dump_pace(op->pace, out);
    if (op->adds) text_puts(out, " (added up over the steps)");
    if (op->skips_first) text_puts(out, " (not in the first step)");
    if (op->skips_last) text_puts(out, " (not in the last step)");
    for (int i = 0; i < op->in_count; i++) {
        text_puts(out, i ? ", " : " ");
        dump_tensor(op->in[i], out);
    }
    if (op->out && !(op->steps.count && op->steps.at[0].result == op->out)) {
        text_puts(out, " -> ");
        dump_tensor(op->out, out);
        if (op->out->in_registers) text_puts(out, " in registers");
    } else if (op->out) {
        text_printf(out, " %s", shape_text(out->arena, op->out->shape));
    }
    share_describe(op, out);
    text_puts(out, "\n");
    for (int i = 0; i < op->steps.count; i++) dump_step(&op->steps.at[i], out);
}

/* What processes give each other, and how much that is in a step of training; `loop`: in each of its steps. */
static void dump_portions(const Portions *portions, const char *what, const TimeLoop *loop, Text *out) {
    const int64_t times = loop ? loop->steps : 1;
    const char *const each = loop ? arena_printf(out->arena, ", in each of %lld steps,", (long long)times) : "";
    int64_t of_sample = 0, of_all = 0;
    for (int i = 0; i < portions->count; i++) {
        const Portion *const portion = &portions->at[i];
        const int64_t size = llabs(portion->rows) * llabs(portion->row) * element_bytes(portion->tensor->type) * times;
        if (portion->rows < 0 || portion->row < 0) of_sample += size;
        else of_all += size;
        if (!i) text_printf(out, "  %s%s", what, each);
        text_printf(out, "%s%s %s %s", i ? "," : "", portion->loop ? " all steps of" : "", portion->tensor->name,
                    shape_text(out->arena, portion->tensor->shape));
    }
    if (portions->count) text_printf(out, ": batch * %lld + %lld bytes\n", (long long)of_sample, (long long)of_all);
}

/* The line of a round, where one begins at a place; `next` is the first that has not been reached. */
static void dump_round(const Program *program, int at, int *next, Text *out) {
    if (*next == program->rounds.count || program->rounds.at[*next].first != at) return;
    const Round *const round = &program->rounds.at[(*next)++];
    const bool in_loop = round->loop && *next > 1 && round[-1].loop == round->loop;
    if (*next > 1 && round[-1].loop) dump_portions(&round[-1].after, "all get", round[-1].loop, out);
    dump_portions(&round->before, "all get", in_loop ? round->loop : NULL, out);
    text_printf(out, "  round %d%s%s\n", *next, round->loop ? " of each step" : "",
                round->alone ? ", not shared out" : "");
}

void program_dump(const Program *program, Text *out) {
    static const char *const phases[PHASE_COUNT] = {"forward", "backward", "accumulate", "update", "finish"};
    int round = 0;
    text_printf(out, "program %s\n", program->name);
    for (int i = 0; i < program->ops.count; i++) {
        const Op *op = program->ops.at[i];
        if (i > 0 && op->phase != program->ops.at[i - 1]->phase) text_printf(out, "  %s\n", phases[op->phase]);
        dump_round(program, i, &round, out);
        dump_op(op, out);
    }
    const Round *const last = round ? &program->rounds.at[round - 1] : NULL;
    if (last && last->loop) dump_portions(&last->after, "all get", last->loop, out);
    dump_portions(&program->at_end, "all get", NULL, out);
    dump_portions(&program->gathered, "each keeps its part of", NULL, out);
}

void plan_dump(const Plan *plan, Text *out) {
    Program *programs[MAX_PROGRAMS];
    const int count = plan_programs(plan, programs);
    for (int i = 0; i < count; i++) program_dump(programs[i], out);
}

void memory_dump(const Plan *plan, Text *out) {
    Program *programs[MAX_PROGRAMS];
    const int count = plan_programs(plan, programs);
    text_printf(out, "batch %lld; sizes and offsets in reals\n", (long long)plan->model->batch);
    for (int i = 0; i < count; i++) {
        const Program *program = programs[i];
        text_printf(out, "program %s: arena %lld\n", program->name, (long long)program->arena_size);
        size_t width = 0;
        for (int j = 0; j < program->tensors.count; j++)
            if (program->tensors.at[j]->offset >= 0 && strlen(program->tensors.at[j]->name) > width)
                width = strlen(program->tensors.at[j]->name);
        for (int j = 0; j < program->tensors.count; j++) {
            const Tensor *tensor = program->tensors.at[j];
            if (tensor->offset < 0) continue;
            const char *const kept =
                tensor->lines ? arena_printf(out->arena, "%lld of ", (long long)tensor->lines) : "";
            text_printf(out, "    %6lld +%-6lld %-*s %s%s  from %s to %s\n", (long long)tensor->offset,
                        (long long)tensor->size, (int)width, tensor->name, kept, shape_text(out->arena, tensor->shape),
                        program->ops.at[tensor->first]->name, program->ops.at[tensor->last]->name);
        }
    }
}

void plan_dot(const Plan *plan, Text *out) {
    const Program *program = plan->can_train ? &plan->train : &plan->predict;
    text_printf(out, "digraph \"%s\" {\n    node [shape=box, fontname=monospace];\n", plan->model->name);
    for (int i = 0; i < program->ops.count; i++) {
        const Op *op = program->ops.at[i];
        text_printf(out, "    op%d [label=\"%s\\n%s\"];\n", i, op->name, op->def->name);
        const Ops makers = makers_for(plan, op);
        for (int j = 0; j < makers.count && makers.at[j]->at < i; j++) {
            const Op *before = makers.at[j];
            const Tensor *made = before->out;
            for (int k = 0; k <= before->steps.count; k++) {
                if (made && op_reads(op, made))
                    text_printf(out, "    op%d -> op%d [label=\"%s\"];\n", before->at, i, made->name);
                if (k < before->steps.count)
                    made = before->steps.at[k].result == before->out ? NULL : before->steps.at[k].result;
            }
        }
    }
    text_puts(out, "}\n");
}

/* ": [28, 28]", without the batch. */
static void put_json_shape(Text *out, const char *name, Shape shape, int from) {
    text_printf(out, "\"%s\": [", name);
    for (int i = from; i < shape.rank; i++) text_printf(out, "%s%lld", i > from ? ", " : "", (long long)shape.dim[i]);
    text_puts(out, "]");
}

static void put_json_layer(Text *out, const Layer *layer) {
    int64_t params = 0;
    for (int i = 0; i < layer->weights.count; i++) params += shape_size(layer->weights.at[i]->shape, 1);
    text_printf(out, "    {\"name\": \"%s\", \"class\": \"%s\", ", layer->name, layer->def->class.name);
    put_json_shape(out, "output", layer->output, 1);
    text_printf(out, ", \"parameters\": %lld, \"trainable\": %s, \"weights\": [", (long long)params,
                layer->trainable ? "true" : "false");
    for (int i = 0; i < layer->weights.count; i++) {
        const Weight *const weight = layer->weights.at[i];
        text_printf(out, "%s\n        {\"name\": \"%s\", ", i ? "," : "", weight->path);
        put_json_shape(out, "shape", weight->shape, 0);
        text_puts(out, "}");
    }
    text_puts(out, "]}");
}

void plan_json(const Plan *plan, Text *out) {
    const Model *model = plan->model;
    const Sizes sizes = plan_sizes(plan);
    text_printf(out, "{\n  \"name\": \"%s\",\n  \"nnc\": \"%s\",\n  \"batch\": %lld,\n  ", model->name, NNC_VERSION,
                (long long)model->batch);
    put_json_shape(out, "input", model->input, 1);
    text_puts(out, ",\n  ");
    put_json_shape(out, "output", model->output, 1);
    text_printf(out, ",\n  \"parameters\": %lld,\n  \"trainable\": %lld,\n", (long long)sizes.params,
                (long long)sizes.trainable);
    text_printf(out, "  \"params_bytes\": %lld,\n  \"work_bytes\": %lld,\n  \"trainer_bytes\": %lld,\n",
                (long long)sizes.params_bytes, (long long)sizes.work_bytes,
                plan->can_train ? (long long)sizes.trainer_bytes : 0);
    if (plan->step_model) text_printf(out, "  \"state_bytes\": %lld,\n", (long long)sizes.state_bytes);
    text_puts(out, "  \"layers\": [\n");
    for (int i = 0; i < model->layers.count; i++) {
        text_puts(out, i ? ",\n" : "");
        put_json_layer(out, model->layers.at[i]);
    }
    text_puts(out, "\n  ]\n}\n");
}
