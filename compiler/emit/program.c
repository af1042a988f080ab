/* SPDX-License-Identifier: MIT-0 */
/* A program as C: where its values lie, then its operations, one call each. */
#include <ctype.h>
#include <string.h>

#include "emit.h"
#include "lower.h"
#include "options.h"
#include "program.h"

/* Layers may be called anything, so what stands in one scope of the C is told apart by numbers: a_b, a_b_2. */
static const char *scope_name(Emit *emit, const char *wanted) {
    const char *base = c_name(emit->arena, wanted), *name = base;
    for (int i = 2; is_c_word(name) || names_find(&emit->scope, name); i++) name = formatted(emit, "%s_%d", base, i);
    *names_slot(&emit->scope, name) = emit;
    return name;
}

void name_weight_fields(Emit *emit) {
    emit->scope = (Names){.arena = emit->arena};
    for (int i = 0; i < emit->plan->weights.count; i++)
        emit->plan->weights.at[i]->variable = scope_name(emit, emit->plan->weights.at[i]->name);
    emit->weight_fields = emit->scope;
}

void name_state_fields(Emit *emit) {
    const Tensors *const structs[] = {&emit->plan->states, &emit->plan->stream_states};
    for (int i = 0; i < 2; i++) {
        emit->scope = (Names){.arena = emit->arena};
        for (int j = 0; j < structs[i]->count; j++) structs[i]->at[j]->variable = scope_name(emit, structs[i]->at[j]->name);
    }
}

const char *weight_field(Emit *emit, const Weight *weight) {
    const Tensor *const tensor = names_find(&emit->plan->by_name[TENSOR_WEIGHT], weight->path);
    return tensor ? tensor->variable : "";
}

/* The scope of a program's function: its parameters, what it calls, its values. */
static void name_values(Emit *emit, const Program *program, const Function *const *functions, int count) {
    static const char *const fixed[] = {"x",
                                        "y",
                                        "p",
                                        "t",
                                        "w",
                                        "s",
                                        "n",
                                        "batch",
                                        "target",
                                        "sample_weight",
                                        "sums",
                                        "arena",
                                        "learning_rate",
                                        "iteration",
                                        "step",
                                        "per_sample",
                                        "momenta",
                                        "i",
                                        "is_finite",
                                        "root_of",
                                        "one_minus_power",
                                        "memset",
                                        "nnc_random_for",
                                        "nnc_random_after",
                                        "seed",
                                        "sample",
                                        "first",
                                        "nnc_random"};
    emit->scope = (Names){.arena = emit->arena};
    for (int i = 0; i < emit->plan->update.scalar_count; i++)
        *names_slot(&emit->scope, emit->plan->update.scalars[i].name) = emit;
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++) *names_slot(&emit->scope, fixed[i]) = emit;
    for (int i = 0; i < count; i++) *names_slot(&emit->scope, functions[i]->name) = emit;
    for (int i = 0; i < program->tensors.count; i++)
        if (program->tensors.at[i]->offset >= 0)
            program->tensors.at[i]->variable = scope_name(emit, program->tensors.at[i]->name);
}

static const char *stream_name(const Emit *emit, const Param *param) {
    for (int i = 0; i < emit->streams.count; i++)
        if (!strcmp(emit->streams.at[i].path, param->tensor->producer->random.path) &&
            emit->streams.at[i].stream == param->stream)
            return emit->streams.at[i].name;
    return NULL;
}

static const char *storage_text(Emit *emit, const Tensor *tensor) {
    switch (tensor->kind) {
    case TENSOR_INPUT: return "x";
    case TENSOR_TARGET: return "target";
    case TENSOR_SAMPLE_WEIGHT: return "sample_weight";
    case TENSOR_OUTPUT: return "y";
    case TENSOR_WEIGHT: return formatted(emit, "p->%s", weight_field(emit, tensor->weight));
    case TENSOR_GRADIENT: return formatted(emit, "t->gradients.%s", weight_field(emit, tensor->weight));
    case TENSOR_SLOT: return formatted(emit, "t->%s.%s", tensor->slot, weight_field(emit, tensor->weight));
    case TENSOR_STATE:
        if (emit->program == &emit->plan->step) return formatted(emit, "s->%s", tensor->variable);
        return formatted(emit, "%s->states.%s", emit->program->training ? "t" : "w", tensor->variable);
    case TENSOR_MASK: return formatted(emit, "t->masks + %lld", (long long)tensor->offset);
    case TENSOR_VALUE: return tensor->variable;
    }
    return "";
}

/* Where in its storage a view begins: "(step + 1) * batch * 128". */
static const char *slice_text(Emit *emit, const Tensor *tensor) {
    Slice slice = tensor_slice(tensor);
    if (emit->loop && emit->loop->steps == 1) slice.stepped = false; /* the one step is step 0 */
    if (!slice.stride || (!slice.stepped && !slice.index)) return "0";
    const char *index = !slice.stepped ? integer(emit, slice.index)
                        : slice.index  ? formatted(emit, "(step + %lld)", (long long)slice.index)
                                       : "step";
    if (slice.of_batch) index = !slice.stepped && slice.index == 1 ? "batch" : formatted(emit, "%s * batch", index);
    return times(emit, index, slice.stride);
}

/* Whether another step of the loop comes before this one: first; or behind it. */
static const char *another_step(Emit *emit, bool first) {
    if (first != emit->loop->reversed) return "step > 0";
    return formatted(emit, "step < %lld", (long long)emit->loop->steps - 1);
}

/* What the program passes for a parameter. */
static const char *argument(Emit *emit, const Param *param) {
    if (param->kind == PARAM_DEPTH) return formatted(emit, "%s ? %lld : 0", another_step(emit, true), (long long)param->depth);
    if (param->kind == PARAM_ADD) return another_step(emit, true);
    if (param->kind == PARAM_SUMS) return "sums";
    if (param->kind == PARAM_SCALAR) return param->scalar;
    if (param->kind == PARAM_RANDOM) return formatted(emit, "&%s", stream_name(emit, param));
    return address_text(emit, storage_text(emit, tensor_storage(param->tensor)), slice_text(emit, param->tensor));
}

static const char *call_text(Emit *emit, const Function *function) {
    Text args = {.arena = emit->arena};
    text_puts(&args, "batch");
    for (int i = 0; i < function->params.count; i++)
        text_printf(&args, ", %s", argument(emit, &function->params.at[i]));
    return formatted(emit, "%s;\n", wrap_line(emit, formatted(emit, "%s(%s)", function->name, text_chars(&args))));
}

static bool calls_use(const Function *const *functions, int count, ParamKind kind, const char *scalar) {
    for (int i = 0; i < count; i++)
        for (int j = 0; j < functions[i]->params.count; j++) {
            const Param *param = &functions[i]->params.at[j];
            if (param->kind == kind && (!scalar || !strcmp(param->scalar, scalar))) return true;
        }
    return false;
}

/* Declares the random streams that the functions draw from, each once, and names them. */
static const char *streams_text(Emit *emit, const Function *const *functions, int count) {
    Text text = {.arena = emit->arena};
    emit->streams.count = 0;
    for (int i = 0; i < count; i++)
        for (int j = 0; j < functions[i]->params.count; j++) {
            const Param *param = &functions[i]->params.at[j];
            if (param->kind != PARAM_RANDOM || stream_name(emit, param)) continue;
            const RandomAttrs *random = &param->tensor->producer->random;
            const char *layer = arena_strndup(emit->arena, random->path, strcspn(random->path, "/"));
            Stream stream = {random->path, param->stream,
                             scope_name(emit, formatted(emit, "%s_random%s", layer, param->stream ? "_angle" : ""))};
            list_push(emit->arena, &emit->streams, stream);
            const char *seed = random->seeded ? formatted(emit, "UINT64_C(%lld)", (long long)random->seed) : "t->seed";
            bool rows;
            if (emit->program == &emit->plan->monte_carlo)
                text_printf(&text, "const nnc_random %s = nnc_random_after(%s, %d, sample, (uint32_t)first * %lld);\n",
                            stream.name, random->seeded ? seed : "seed", random->purpose + param->stream,
                            (long long)random_blocks(param->tensor, &rows));
            else
                text_printf(&text, "const nnc_random %s = nnc_random_for(%s, %d, t->batches);\n", stream.name, seed,
                            random->purpose + param->stream);
        }
    return text_chars(&text);
}

static const char *values_text(Emit *emit, const Program *program, const Op *const *ops, int count) {
    Text text = {.arena = emit->arena};
    for (int i = 0; i < program->tensors.count; i++) program->tensors.at[i]->used = false;
    for (int i = 0; i < count; i++)
        for (Access at = {.op = ops[i]}; access_next(&at);) tensor_storage(at.tensor)->used = true;
    for (int i = 0; i < program->tensors.count; i++) {
        const Tensor *tensor = program->tensors.at[i];
        if (tensor->offset >= 0 && tensor->used)
            text_printf(&text, "%s *const %s = arena + %lld; /* %s */\n", emit->real, tensor->variable,
                        (long long)tensor->offset, shape_text(emit->arena, tensor->shape));
    }
    return text_chars(&text);
}

/* Scalars that the functions take, and those that these are computed of. */
static const char *scalars_of_update(Emit *emit, const Function *const *functions, int count) {
    const UpdateRule *rule = &emit->plan->update;
    const Scalar given[] = {{"learning_rate", "t->learning_rate"}, {"momenta", "t->momenta"}};
    const int given_count = sizeof given / sizeof *given;
    Scalar all[sizeof given / sizeof *given + sizeof rule->scalars / sizeof *rule->scalars];
    bool used[sizeof all / sizeof *all] = {false}, iteration = false;
    memcpy(all, given, sizeof given);
    memcpy(all + given_count, rule->scalars, sizeof rule->scalars);
    for (int i = given_count + rule->scalar_count - 1; i >= 0; i--) { /* each is computed of those before it */
        used[i] = calls_use(functions, count, PARAM_SCALAR, all[i].name);
        for (int j = i + 1; j < given_count + rule->scalar_count && !used[i]; j++)
            used[i] = used[j] && step_names(&(Step){.text = all[j].text}, all[i].name);
        iteration = iteration || (used[i] && step_names(&(Step){.text = all[i].text}, "iteration"));
    }
    Text text = {.arena = emit->arena};
    if (iteration) text_puts(&text, "const uint64_t iteration = t->iterations + 1;\n");
    for (int i = 0; i < given_count + rule->scalar_count; i++)
        if (used[i]) text_printf(&text, "const %s %s = %s;\n", emit->real, all[i].name, scalar_text(emit, all[i].text));
    return text_chars(&text);
}

/* Brackets around operations that run together: an update that waits for several batches, a loop over time. */
static const char *opening(Emit *emit, const Op *op, const Op *before) {
    const int64_t accumulated = emit->plan->update.accumulated;
    const bool waits = accumulated > 1 && op->phase == PHASE_UPDATE;
    if (waits && !(before && before->phase == PHASE_UPDATE))
        return formatted(emit, "if ((t->batches + 1) %% %lld == 0) {\n", (long long)accumulated);
    if (!op->loop || op->loop->steps == 1 || (before && before->loop == op->loop)) return "";
    return formatted(emit, op->loop->reversed ? "for (size_t step = %lld; step-- > 0;) {\n" : "for (size_t step = 0; step < %lld; step++) {\n",
                     (long long)op->loop->steps);
}

static bool skip_together(const Op *a, const Op *b) { return a->skips_last && b->skips_last && a->loop == b->loop; }

/* A call that the last step of a loop leaves out: the first, or last, of several. */
static const char *unless_last(Emit *emit, const char *call, bool first, bool last) {
    const char *const condition = first ? formatted(emit, "if (%s) {\n", another_step(emit, false)) : "";
    return formatted(emit, "%s%s%s", condition, indented(emit, call), last ? "}\n" : "");
}

static bool is_bracketed(const Emit *emit, const Op *op) {
    return (op->loop && op->loop->steps > 1) || (op->phase == PHASE_UPDATE && emit->plan->update.accumulated > 1);
}

ProgramText emit_program(Emit *emit, const Program *program, unsigned phases) {
    const Op **ops = NEW_ARRAY(emit->arena, const Op *, program->ops.count + 1);
    const Function **functions = NEW_ARRAY(emit->arena, const Function *, program->ops.count + 1);
    int count = 0;
    emit->program = program;
    for (int i = 0; i < program->ops.count; i++)
        if (phases >> program->ops.at[i]->phase & 1) {
            ops[count] = program->ops.at[i];
            functions[count] = emit_op(emit, ops[count]);
            count++;
        }
    name_values(emit, program, functions, count);
    const char *const streams = streams_text(emit, functions, count);
    Text calls = {.arena = emit->arena};
    bool checked = false;
    for (int i = 0; i < count; i++) {
        if (program->training && !checked && ops[i]->phase != PHASE_FORWARD && phases & FORWARD) {
            text_puts(&calls, "if (!is_finite(sums[0])) {\n    return NNC_E_NONFINITE;\n}\n");
            checked = true;
        }
        emit->loop = ops[i]->loop;
        const bool bracketed = is_bracketed(emit, ops[i]);
        text_puts(&calls, opening(emit, ops[i], i > 0 ? ops[i - 1] : NULL));
        const char *call = call_text(emit, functions[i]);
        if (ops[i]->skips_last)
            call = unless_last(emit, call, i == 0 || !skip_together(ops[i - 1], ops[i]),
                               i + 1 == count || !skip_together(ops[i], ops[i + 1]));
        text_puts(&calls, bracketed ? indented(emit, call) : call);
        if (bracketed && (i + 1 == count || ops[i + 1]->loop != ops[i]->loop || ops[i + 1]->phase != ops[i]->phase))
            text_puts(&calls, "}\n");
    }
    Text before = {.arena = emit->arena};
    text_puts(&before, streams);
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

static bool is_word(char c) { return isalnum((unsigned char)c) || c == '_'; }

/* Whether the name of `length` stands in a text of C: not in a comment, nor as a member. */
static bool uses(const char *text, const char *name, size_t length) {
    char before = ' ';
    for (const char *at = text; *at;) {
        size_t word = 0;
        while (is_word(at[word])) word++;
        if (word == length && !strncmp(at, name, length) && before != '.' && before != '>') return true;
        if (!strncmp(at, "/*", 2)) at = strstr(at, "*/") + 1;
        else if (word) at += word - 1;
        before = *at++;
    }
    return false;
}

const char *unused_names(Emit *emit, const char *names, const char *text) {
    Text out = {.arena = emit->arena};
    for (size_t length; *names; names += length + (names[length] == ' ')) {
        length = strcspn(names, " ");
        if (!uses(text, names, length)) text_printf(&out, "(void)%.*s;\n", (int)length, names);
    }
    return text_chars(&out);
}

const char *unused_by(Emit *emit, const ProgramText *program, const char *arena, const char *names) {
    return unused_names(emit, names, formatted(emit, "%s%s%s%s", arena, program->values, program->before, program->calls));
}
