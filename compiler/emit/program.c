/* SPDX-License-Identifier: MIT-0 */
/* A program as C: where its values lie, then its operations, one call each. */
#include <string.h>

#include "emit.h"
#include "lower.h"
#include "options.h"
#include "program.h"

const char *weight_field(Emit *emit, const Weight *weight) {
    const char *name = c_name(emit->arena, weight->path);
    int same = 0; /* paths that differ only in punctuation get a number */
    for (int i = 0; i < emit->plan->weights.count; i++) {
        const Weight *other = emit->plan->weights.at[i]->weight;
        if (other == weight) break;
        if (!strcmp(c_name(emit->arena, other->path), name)) same++;
    }
    return same ? formatted(emit, "%s_%d", name, same + 1) : name;
}

static const char *random_name(Emit *emit, const Param *param) {
    const char *path = param->tensor->producer->random.path;
    const char *layer = c_name(emit->arena, arena_strndup(emit->arena, path, strcspn(path, "/")));
    return formatted(emit, "%s_random%s", layer, param->stream ? "_angle" : "");
}

/* What the program passes for a parameter. */
static const char *argument(Emit *emit, const Param *param) {
    if (param->kind == PARAM_SUMS) return "sums";
    if (param->kind == PARAM_SCALAR) return param->name;
    if (param->kind == PARAM_RANDOM) return formatted(emit, "&%s", random_name(emit, param));
    const Tensor *tensor = tensor_storage(param->tensor);
    switch (tensor->kind) {
    case TENSOR_INPUT: return "x";
    case TENSOR_TARGET: return "target";
    case TENSOR_SAMPLE_WEIGHT: return "sample_weight";
    case TENSOR_OUTPUT: return "y";
    case TENSOR_WEIGHT: return formatted(emit, "p->%s", weight_field(emit, tensor->weight));
    case TENSOR_GRADIENT: return formatted(emit, "t->gradients.%s", weight_field(emit, tensor->weight));
    case TENSOR_SLOT: return formatted(emit, "t->%s.%s", tensor->slot, weight_field(emit, tensor->weight));
    case TENSOR_MASK: return formatted(emit, "t->masks + %lld", (long long)tensor->offset);
    case TENSOR_VALUE: return value_name(emit, tensor);
    }
    return "";
}

/* The program's variable for a value: its name, with a suffix where that is taken. */
const char *value_name(Emit *emit, const Tensor *tensor) {
    static const char *const taken[] = {"x", "y", "p", "t", "w", "n", "batch", "target", "sample_weight", "sums", "arena",
                                        "learning_rate", "iteration", "per_sample", "alpha", NULL};
    const char *name = c_name(emit->arena, tensor->name);
    for (int i = 0; taken[i]; i++)
        if (!strcmp(taken[i], name)) return formatted(emit, "%s_values", name);
    return is_c_word(name) ? formatted(emit, "%s_values", name) : name;
}

const char *call_text(Emit *emit, const Function *function) {
    Text args = {.arena = emit->arena};
    text_puts(&args, "batch");
    for (int i = 0; i < function->params.count; i++) text_printf(&args, ", %s", argument(emit, &function->params.at[i]));
    return formatted(emit, "%s;\n", wrap_line(emit, formatted(emit, "%s(%s)", function->name, text_chars(&args))));
}

static bool calls_use(const Function *const *functions, int count, ParamKind kind, const char *scalar) {
    for (int i = 0; i < count; i++)
        for (int j = 0; j < functions[i]->params.count; j++) {
            const Param *param = &functions[i]->params.at[j];
            if (param->kind == kind && (!scalar || !strcmp(param->name, scalar))) return true;
        }
    return false;
}

static const char *streams_text(Emit *emit, const Function *const *functions, int count) {
    Text text = {.arena = emit->arena};
    LIST(const char *) done = {0};
    for (int i = 0; i < count; i++)
        for (int j = 0; j < functions[i]->params.count; j++) {
            const Param *param = &functions[i]->params.at[j];
            if (param->kind != PARAM_RANDOM) continue;
            const char *name = random_name(emit, param);
            bool known = false;
            for (int k = 0; k < done.count && !known; k++) known = !strcmp(done.at[k], name);
            if (known) continue;
            list_push(emit->arena, &done, name);
            const RandomAttrs *random = &param->tensor->producer->random;
            const char *seed = random->seeded ? formatted(emit, "UINT64_C(%lld)", (long long)random->seed) : "t->seed";
            text_printf(&text, "const nnc_random %s = nnc_random_for(%s, %d, t->batches);\n", name, seed,
                        random->purpose + param->stream);
        }
    return text_chars(&text);
}

static const char *values_text(Emit *emit, const Program *program, const Op *const *ops, int count) {
    Text text = {.arena = emit->arena};
    for (int i = 0; i < program->tensors.count; i++) {
        const Tensor *tensor = program->tensors.at[i];
        bool used = false;
        for (int j = 0; j < count && tensor->offset >= 0 && !used; j++) {
            used = op_reads(ops[j], tensor) || ops[j]->out == tensor;
            for (int k = 0; k < ops[j]->steps.count && !used; k++) used = ops[j]->steps.at[k].result == tensor;
        }
        if (used)
            text_printf(&text, "%s *const %s = arena + %lld; /* %s */\n", emit->real, value_name(emit, tensor),
                        (long long)tensor->offset, shape_text(emit->arena, tensor->shape));
    }
    return text_chars(&text);
}

static const char *scalars_of_update(Emit *emit, const Function *const *functions, int count) {
    const UpdateRule *rule = &emit->plan->update;
    Text text = {.arena = emit->arena};
    bool any = false;
    for (int i = 0; i < rule->scalar_count; i++) any = any || calls_use(functions, count, PARAM_SCALAR, rule->scalars[i].name);
    if (!any) return "";
    text_printf(&text, "const %s learning_rate = t->learning_rate;\n", emit->real);
    for (int i = 0; i < rule->scalar_count; i++) {
        if (!strcmp(rule->scalars[i].name, "learning_rate")) continue;
        if (strstr(rule->scalars[i].text, "iteration") && !strstr(text_chars(&text), "iteration ="))
            text_puts(&text, "const uint64_t iteration = t->iterations + 1;\n");
        Hole numbers[8] = {{NULL, NULL}};
        for (int j = 0; j < rule->number_count; j++) /* constants as doubles: 1 - 0.999f would lose digits */
            numbers[j] = (Hole){rule->numbers[j].name, double_literal(emit, rule->numbers[j].number)};
        numbers[rule->number_count] = (Hole){NULL, NULL};
        text_printf(&text, "const %s %s = %s;\n", emit->real, rule->scalars[i].name,
                    formula_text(emit, rule->scalars[i].text, numbers));
    }
    return text_chars(&text);
}

ProgramText emit_program(Emit *emit, const Program *program, unsigned phases) {
    const Op **ops = NEW_ARRAY(emit->arena, const Op *, program->ops.count + 1);
    const Function **functions = NEW_ARRAY(emit->arena, const Function *, program->ops.count + 1);
    int count = 0;
    emit->program = program;
    Text calls = {.arena = emit->arena};
    bool checked = false;
    for (int i = 0; i < program->ops.count; i++) {
        const Op *op = program->ops.at[i];
        if (!(phases >> op->phase & 1)) continue;
        if (program->training && !checked && op->phase != PHASE_FORWARD && phases & 1) {
            text_puts(&calls, "if (!is_finite(sums[0])) {\n    return NNC_E_NONFINITE;\n}\n");
            checked = true;
        }
        ops[count] = op;
        functions[count] = emit_op(emit, op);
        text_puts(&calls, call_text(emit, functions[count]));
        count++;
    }
    Text before = {.arena = emit->arena};
    text_puts(&before, streams_text(emit, functions, count));
    if (calls_use(functions, count, PARAM_SCALAR, "per_sample"))
        text_printf(&before, "const %s per_sample = 1 / (%s)batch;\n", emit->real, emit->real);
    text_puts(&before, scalars_of_update(emit, functions, count));
    return (ProgramText){
        .values = values_text(emit, program, ops, count),
        .before = text_chars(&before),
        .calls = text_chars(&calls),
        .checked = checked,
    };
}
