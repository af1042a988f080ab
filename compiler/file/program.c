/* SPDX-License-Identifier: MIT-0 */
/* A program as C: where its values lie, then its operations, one call each. */
#include <string.h>

#include "base/arena.h"
#include "base/names.h"
#include "base/words.h"
#include "file/fields.h"
#include "file/program.h"
#include "file/rates.h"
#include "file/statements.h"
#include "model/shape.h"
#include "plan/plan.h"
#include "plan/random_attrs.h"
#include "plan/step.h"
#include "plan/tensor.h"
#include "emit/emit.h"
#include "emit/functions.h"
#include "emit/nest.h"
#include "emit/template.h"
#include "emit/text.h"

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
                                        "layer",
                                        "at",
                                        "random",
                                        "random_angle",
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
    for (int i = 0; i < emit->plan->update.scalars.count; i++)
        *names_slot(&emit->scope, emit->plan->update.scalars.at[i].name) = emit;
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++) *names_slot(&emit->scope, fixed[i]) = emit;
    for (int i = 0; i < count; i++) *names_slot(&emit->scope, functions[i]->equal->name) = emit;
    for (int i = 0; i < program->tensors.count; i++)
        if (program->tensors.at[i]->offset >= 0)
            names_of(emit, program->tensors.at[i])->variable = scope_name(emit, program->tensors.at[i]->name);
}

static Stream *stream_of(const Emit *emit, const Param *param) {
    for (int i = 0; i < emit->streams.count; i++)
        if (!strcmp(emit->streams.at[i].path, drawn_with(param->tensor)->path) &&
            emit->streams.at[i].stream == param->stream)
            return &emit->streams.at[i];
    return NULL;
}

static const char *stream_name(const Emit *emit, const Param *param) {
    const Stream *const stream = stream_of(emit, param);
    return stream ? stream->name : NULL;
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
        if (emit->program == &emit->plan->step) return formatted(emit, "s->%s", names_of(emit, tensor)->variable);
        return formatted(emit, "%s->states.%s", emit->program->training ? "t" : "w", names_of(emit, tensor)->variable);
    case TENSOR_MASK: return formatted(emit, "t->masks + %lld", (long long)tensor->offset);
    case TENSOR_VALUE: return names_of(emit, tensor)->variable;
    }
    return "";
}

/* Where in its storage a view begins: "(step + 1) * batch * 128". */
static const char *slice_text(Emit *emit, const Tensor *tensor) {
    Slice slice = tensor_slice(tensor);
    slice.of_batch = slice.of_batch && !is_of_one_sample(emit);
    if (emit->loop && emit->loop->steps == 1) slice.stepped = false; /* the one step is step 0 */
    if (!slice.stride || (!slice.stepped && !slice.index)) return "0";
    if (!slice.stepped && !slice.of_batch) return integer(emit, slice.index * slice.stride);
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
    if (param->kind == PARAM_DEPTH)
        return formatted(emit, "%s ? %lld : 0", another_step(emit, true), (long long)param->depth);
    if (param->kind == PARAM_ADD) return another_step(emit, true);
    if (param->kind == PARAM_SUMS) return "sums";
    if (param->kind == PARAM_SCALAR) return param->scalar;
    if (param->kind == PARAM_RANDOM) return formatted(emit, "&%s", stream_name(emit, param));
    return address_text(emit, storage_text(emit, tensor_storage(param->tensor)), slice_text(emit, param->tensor));
}

/* Where a parameter lies when no name says so: a pattern of the statement. */
static const char *place_text(Emit *emit, const Param *param, Statement *statement) {
    const Tensor *const tensor = tensor_storage(param->tensor);
    const Field *const field = tensor->weight ? field_of(emit, tensor->weight) : NULL;
    const char *const real = emit->real;
    Text place = {.arena = emit->arena};
    switch (tensor->kind) {
    case TENSOR_WEIGHT: text_printf(&place, emit->program->training ? "(%s *)p + " : "(const %s *)p + ", real); break;
    case TENSOR_GRADIENT: text_printf(&place, "(%s *)&t->gradients + ", real); break;
    case TENSOR_SLOT: text_printf(&place, "(%s *)&t->%s + ", real, tensor->slot); break;
    case TENSOR_MASK: text_puts(&place, "t->masks + "); break;
    case TENSOR_VALUE: text_puts(&place, "arena + "); break;
    default: return argument(emit, param);
    }
    statement_number(emit, statement, &place,
                     tensor->kind == TENSOR_WEIGHT ? field->place
                     : field                       ? field->trainable_place
                                                   : tensor->offset);
    return address_text(emit, text_chars(&place), slice_text(emit, param->tensor));
}

/* The random numbers of a parameter; `purpose` is a number of the layer. */
static const char *stream_text(Emit *emit, const Param *param, const char *purpose) {
    const RandomAttrs *random = drawn_with(param->tensor);
    const char *const seed = random->seeded ? formatted(emit, "UINT64_C(%lld)", (long long)random->seed) : NULL;
    bool rows;
    if (emit->program == &emit->plan->monte_carlo)
        return formatted(emit, "nnc_random_after(%s, %s, sample, (uint32_t)first * %lld)", seed ? seed : "seed",
                         purpose, (long long)random_blocks(param->tensor, &rows));
    return formatted(emit, "nnc_random_for(%s, %s, t->batches)", seed ? seed : "t->seed", purpose);
}

/* The batch is the first argument, where functions are told how many samples there are. */
static void begin_call(Emit *emit, const Function *function, Text *call) {
    text_printf(call, "%s(%s", function->equal->name, is_of_one_sample(emit) ? "" : "batch");
}

static const char *comma(const Emit *emit, int argument) { return argument || !is_of_one_sample(emit) ? ", " : ""; }

/* A call as it stands alone. */
static const char *named_call(Emit *emit, const Function *function) {
    Text call = {.arena = emit->arena};
    begin_call(emit, function, &call);
    for (int i = 0; i < function->params.count; i++)
        text_printf(&call, "%s%s", comma(emit, i), argument(emit, &function->params.at[i]));
    text_puts(&call, ");\n");
    return text_chars(&call);
}

/* A call as one of many, with the numbers by which it differs from them. */
static const char *pattern_call(Emit *emit, const Function *function, Statement *statement) {
    Text call = {.arena = emit->arena}, streams = {.arena = emit->arena};
    for (int i = 0; i < function->params.count; i++) { /* first, for their numbers come first */
        const Param *const param = &function->params.at[i];
        if (param->kind != PARAM_RANDOM) continue;
        Text purpose = {.arena = emit->arena};
        text_puts(&purpose, "(uint32_t)(");
        statement_number(emit, statement, &purpose, drawn_with(param->tensor)->purpose + param->stream);
        text_puts(&purpose, ")");
        text_printf(&streams, "const nnc_random %s = %s;\n", param->name,
                    stream_text(emit, param, text_chars(&purpose)));
    }
    begin_call(emit, function, &call);
    for (int i = 0; i < function->params.count; i++) {
        const Param *const param = &function->params.at[i];
        text_printf(&call, "%s%s%s", comma(emit, i), param->kind == PARAM_RANDOM ? "&" : "",
                    param->kind == PARAM_RANDOM   ? param->name
                    : param->kind == PARAM_TENSOR ? place_text(emit, param, statement)
                                                  : argument(emit, param));
    }
    text_puts(&call, ");\n");
    if (!streams.length) return text_chars(&call);
    text_puts(&streams, text_chars(&call));
    return formatted(emit, "{\n%s}\n", indented(emit, text_chars(&streams)));
}

static bool calls_use(const Function *const *functions, int count, ParamKind kind, const char *scalar) {
    for (int i = 0; i < count; i++)
        for (int j = 0; j < functions[i]->params.count; j++) {
            const Param *param = &functions[i]->params.at[j];
            if (param->kind == kind && (!scalar || !strcmp(param->scalar, scalar))) return true;
        }
    return false;
}

/* Names the random streams that the functions draw from: argument() needs them. */
static void name_streams(Emit *emit, const Function *const *functions, int count) {
    emit->streams.count = 0;
    for (int i = 0; i < count; i++)
        for (int j = 0; j < functions[i]->params.count; j++) {
            const Param *param = &functions[i]->params.at[j];
            if (param->kind != PARAM_RANDOM || stream_name(emit, param)) continue;
            const RandomAttrs *random = drawn_with(param->tensor);
            const char *layer = arena_strndup(emit->arena, random->path, strcspn(random->path, "/"));
            const Stream stream = {
                random->path, param->stream,
                scope_name(emit, formatted(emit, "%s_random%s", layer, param->stream ? "_angle" : "")), false};
            list_push(emit->arena, &emit->streams, stream);
        }
}

/* Declares those of calls that stand alone. */
static const char *streams_text(Emit *emit, const Function *const *functions, const Statements *calls) {
    Text text = {.arena = emit->arena};
    for (int i = 0; i < calls->count; i++) {
        const Function *const function = functions[i];
        for (int j = 0; j < function->params.count && !calls->at[i].in_run; j++) {
            const Param *const param = &function->params.at[j];
            Stream *const stream = param->kind == PARAM_RANDOM ? stream_of(emit, param) : NULL;
            if (!stream || stream->declared) continue;
            stream->declared = true;
            const int purpose = drawn_with(param->tensor)->purpose + param->stream;
            text_printf(&text, "const nnc_random %s = %s;\n", stream->name,
                        stream_text(emit, param, integer(emit, purpose)));
        }
    }
    return text_chars(&text);
}

/* What lies first where gradients will lie: the gates of a step, by the name of that place. */
static Names earlier_values(Emit *emit, const Program *program) {
    Names earlier = {.arena = emit->arena};
    for (int i = 0; i < program->tensors.count; i++) {
        const Tensor *const tensor = program->tensors.at[i], *const storage = tensor_storage(tensor);
        if (tensor == storage || storage->kind != TENSOR_VALUE || storage->offset < 0 || !strstr(storage->name, ".d_"))
            continue;
        const char *const part = strrchr(tensor->name, '.');
        if (!part || tensor->in_registers || !tensor->producer || tensor->producer->phase != PHASE_FORWARD) continue;
        void **const slot = names_slot(&earlier, names_of(emit, storage)->variable);
        *slot =
            (void *)(*slot ? "the gates, then their gradients" : formatted(emit, "%s, then its gradient", part + 1));
    }
    return earlier;
}

/* Where the values of calls that stand alone lie, and which call is the last that takes them. */
static const char *values_text(Emit *emit, const Program *program, const Function *const *functions,
                               const Statements *calls) {
    Text text = {.arena = emit->arena};
    Names last = {.arena = emit->arena};
    const Names earlier = earlier_values(emit, program);
    for (int i = 0; i < program->tensors.count; i++) names_of(emit, program->tensors.at[i])->used = false;
    for (int i = 0; i < calls->count; i++)
        for (int j = 0; j < functions[i]->params.count; j++) {
            const Param *const param = &functions[i]->params.at[j];
            Tensor *const tensor = param->kind == PARAM_TENSOR ? tensor_storage(param->tensor) : NULL;
            if (!tensor || tensor->offset < 0 || tensor->kind != TENSOR_VALUE) continue;
            TensorNames *const names = names_of(emit, tensor);
            *names_slot(&last, names->variable) = (void *)functions[i]->equal->name;
            names->used = names->used || !calls->at[i].in_run;
        }
    for (int i = 0; i < program->tensors.count; i++) {
        const Tensor *tensor = program->tensors.at[i];
        const char *const name = names_of(emit, tensor)->variable;
        if (tensor->offset < 0 || !names_of(emit, tensor)->used) continue;
        const char *const first = names_find(&earlier, name);
        const char *const place =
            formatted(emit, "%s *const %s = arena + %lld;", emit->real, name, (long long)tensor->offset);
        const char *const note =
            formatted(emit, "/* %s,%s until %s */", shape_text(emit->arena, tensor->shape),
                      first ? formatted(emit, " %s,", first) : "", (const char *)names_find(&last, name));
        const bool fits = strlen(place) + strlen(note) < 115; /* in a line */
        text_printf(&text, "%s%s%s\n", fits ? place : note, fits ? " " : "\n", fits ? note : place);
    }
    return text_chars(&text);
}

/* Scalars that the functions take, and those that these are computed of. */
static const char *scalars_of_update(Emit *emit, const Function *const *functions, int count) {
    const UpdateRule *rule = &emit->plan->update;
    LIST(Scalar) all = {0};
    list_push(emit->arena, &all, ((Scalar){"learning_rate", "t->learning_rate"}));
    list_push(emit->arena, &all, ((Scalar){"momenta", "t->momenta"}));
    for (int i = 0; i < rule->scalars.count; i++) list_push(emit->arena, &all, rule->scalars.at[i]);
    bool *const used = NEW_ARRAY(emit->arena, bool, all.count), iteration = false;
    for (int i = all.count - 1; i >= 0; i--) { /* each is computed of those before it */
        used[i] = calls_use(functions, count, PARAM_SCALAR, all.at[i].name);
        for (int j = i + 1; j < all.count && !used[i]; j++)
            used[i] = used[j] && step_names(&(Step){.text = all.at[j].text}, all.at[i].name);
        iteration = iteration || (used[i] && step_names(&(Step){.text = all.at[i].text}, "iteration"));
    }
    Text text = {.arena = emit->arena};
    if (iteration) text_puts(&text, "const uint64_t iteration = t->iterations + 1;\n");
    for (int i = 0; i < all.count; i++)
        if (used[i])
            text_printf(&text, "const %s %s = %s;\n", emit->real, all.at[i].name, scalar_text(emit, all.at[i].text));
    return text_chars(&text);
}

/* Brackets around operations that run together: an update that waits for several batches, a loop over time. */
static const char *opening(Emit *emit, const Op *op, const Op *before) {
    const int64_t accumulated = emit->plan->update.accumulated;
    const bool waits = accumulated > 1 && op->phase == PHASE_UPDATE;
    if (waits && !(before && before->phase == PHASE_UPDATE))
        return formatted(emit, "if ((t->batches + 1) %% %lld == 0) {\n", (long long)accumulated);
    if (!op->loop || op->loop->steps == 1 || (before && before->loop == op->loop)) return "";
    return formatted(emit,
                     op->loop->reversed ? "for (size_t step = %lld; step-- > 0;) {\n"
                                        : "for (size_t step = 0; step < %lld; step++) {\n",
                     (long long)op->loop->steps);
}

static bool skip_together(const Op *a, const Op *b) { return a->skips_last && b->skips_last && a->loop == b->loop; }

static bool is_bracketed(const Emit *emit, const Op *op) {
    return (op->loop && op->loop->steps > 1) || (op->phase == PHASE_UPDATE && emit->plan->update.accumulated > 1);
}

/* Operations that a program calls, and their functions. */
typedef struct Calls {
    const Op **ops;
    const Function **functions;
    int count;
    int checked; /* the one before which the program stops when the loss is not finite; -1: none */
} Calls;

/* A call, and the brackets around it and its neighbours. */
static const char *bracketed_call(Emit *emit, const Calls *calls, int at, const char *call) {
    const Op *const op = calls->ops[at], *const before = at > 0 ? calls->ops[at - 1] : NULL,
                    *const after = at + 1 < calls->count ? calls->ops[at + 1] : NULL;
    const bool bracketed = is_bracketed(emit, op);
    const char *const check =
        at == calls->checked ? "if (!is_finite(sums[0])) {\n    return NNC_E_NONFINITE;\n}\n" : "";
    const char *const end = bracketed && (!after || after->loop != op->loop || after->phase != op->phase) ? "}\n" : "";
    if (op->skips_last) { /* the first, or last, of several that the last step of a loop leaves out */
        const bool first = !before || !skip_together(before, op), last = !after || !skip_together(op, after);
        const char *const condition = first ? formatted(emit, "if (%s) {\n", another_step(emit, false)) : "";
        call = formatted(emit, "%s%s%s", condition, indented(emit, call), last ? "}\n" : "");
    }
    return formatted(emit, "%s%s%s%s", check, opening(emit, op, before), bracketed ? indented(emit, call) : call, end);
}

/* Calls as ones of many; then those that stand alone by the names of what they take. */
static Statements statements_of(Emit *emit, const Calls *calls) {
    Statements all = {0};
    for (int i = 0; i < calls->count; i++) {
        const Layer *const layer = calls->ops[i]->layer;
        Statement statement = {.layer = layer ? layer->name : NULL};
        emit->loop = calls->ops[i]->loop;
        statement.pattern =
            bracketed_call(emit, calls, i, pattern_call(emit, calls->functions[i], &statement));
        list_push(emit->arena, &all, statement);
    }
    statements_find_runs(emit, &all);
    for (int i = 0; i < calls->count; i++) {
        if (all.at[i].in_run) continue;
        emit->loop = calls->ops[i]->loop;
        all.at[i].named = bracketed_call(emit, calls, i, named_call(emit, calls->functions[i]));
    }
    return all;
}

/* The operations of some phases. The program stops behind the forward ones when the loss is not finite. */
static Calls calls_of(Emit *emit, const Program *program, unsigned phases) {
    Function *const *const called = functions_of(emit, program);
    Calls calls = {.ops = NEW_ARRAY(emit->arena, const Op *, program->ops.count + 1),
                   .functions = NEW_ARRAY(emit->arena, const Function *, program->ops.count + 1),
                   .checked = -1};
    for (int i = 0; i < program->ops.count; i++) {
        const Phase phase = program->ops.at[i]->phase;
        if (!(phases >> phase & 1)) continue;
        if (calls.checked < 0 && program->training && phases & FORWARD && phase != PHASE_FORWARD)
            calls.checked = calls.count;
        calls.ops[calls.count] = program->ops.at[i];
        calls.functions[calls.count++] = called[i];
    }
    return calls;
}

ProgramText emit_program(Emit *emit, const Program *program, unsigned phases) {
    const Calls calls = calls_of(emit, program, phases);
    emit->program = program;
    name_values(emit, program, calls.functions, calls.count);
    name_streams(emit, calls.functions, calls.count);
    const Statements statements = statements_of(emit, &calls);
    Text before = {.arena = emit->arena};
    text_puts(&before, streams_text(emit, calls.functions, &statements));
    if (calls_use(calls.functions, calls.count, PARAM_SCALAR, "per_sample"))
        text_printf(&before, "const %s per_sample = 1 / (%s)batch;\n", emit->real, emit->real);
    text_puts(&before, scalars_of_update(emit, calls.functions, calls.count));
    return (ProgramText){
        .values = values_text(emit, program, calls.functions, &statements),
        .before = text_chars(&before),
        .calls = statements_text(emit, &statements),
        .checked = calls.checked >= 0,
    };
}

/* Whether the name of `length` stands in a text of C: not in a comment, nor as a member. */
static bool uses(const char *text, const char *name, size_t length) {
    char before = ' ';
    for (const char *at = text; *at;) {
        size_t word = 0;
        while (is_word_char(at[word])) word++;
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
    return unused_names(emit, names,
                        formatted(emit, "%s%s%s%s", arena, program->values, program->before, program->calls));
}
