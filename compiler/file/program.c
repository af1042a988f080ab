/* SPDX-License-Identifier: MIT-0 */
/* A program as C: where its values lie, then its operations, one call each. */
#include <string.h>

#include "base/arena.h"
#include "base/names.h"
#include "file/alike_calls.h"
#include "file/brackets.h"
#include "file/calls.h"
#include "file/fields.h"
#include "file/program.h"
#include "file/rates.h"
#include "file/statements.h"
#include "model/shape.h"
#include "plan/form.h"
#include "plan/plan.h"
#include "plan/random_attrs.h"
#include "plan/share.h"
#include "plan/step.h"
#include "plan/tensor.h"
#include "emit/emit.h"
#include "file/state.h"
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
                                        "line",
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
    emit->file->scope = (Names){.arena = emit->arena};
    for (int i = 0; i < emit->plan->update.scalars.count; i++)
        *names_slot(&emit->file->scope, emit->plan->update.scalars.at[i].name) = emit;
    static const char *const of_rounds[] = {"argument", "job", "part", "samples"};
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++) *names_slot(&emit->file->scope, fixed[i]) = emit;
    for (size_t i = 0; i < sizeof of_rounds / sizeof *of_rounds && program->rounds.count; i++)
        *names_slot(&emit->file->scope, of_rounds[i]) = emit;
    for (int i = 0; i < count; i++) *names_slot(&emit->file->scope, functions[i]->equal->name) = emit;
    for (int i = 0; i < program->tensors.count; i++)
        if (program->tensors.at[i]->offset >= 0)
            names_of(emit, program->tensors.at[i])->variable = scope_name(emit, program->tensors.at[i]->name);
}

static Stream *stream_of(const Emit *emit, const Op *op, const Param *param) {
    const RandomAttrs *const random = drawn_with(param->tensor);
    for (Stream *stream = emit->file->of_layer[random->layer->index]; stream; stream = stream->next) {
        const bool same = stream->random->layer == random->layer && !strcmp(stream->random->part, random->part);
        if (same && stream->stream == param->stream && stream->of_samples == (op->share.kind == SHARE_SAMPLES))
            return stream;
    }
    return NULL;
}

static const char *stream_name(const Emit *emit, const Op *op, const Param *param) {
    const Stream *const stream = stream_of(emit, op, param);
    return stream ? stream->name : NULL;
}

/* The range of what an operation is shared out by: those who make a round together have one each. NULL: none yet. */
static Range *range_of(const Emit *emit, const Op *op) {
    const bool samples = op->share.kind == SHARE_SAMPLES;
    const int64_t length = samples ? -1 : op->share.length;
    const char *const grain = samples ? "1" : op->share.grain;
    for (int i = 0; i < emit->file->ranges.count; i++) {
        Range *const range = &emit->file->ranges.at[i];
        if (range->length == length && !strcmp(range->grain, grain) && range->everywhere == op->share.everywhere)
            return range;
    }
    return NULL;
}

static const char *range_name(const Emit *emit, const Op *op) {
    Range *const range = range_of(emit, op);
    range->used = true;
    return range->name;
}

/* Names the ranges that operations are shared out by. */
static void name_ranges(Emit *emit, const Function *const *functions, int count) {
    emit->file->ranges.count = 0;
    for (int i = 0; i < count; i++) {
        const Op *const op = functions[i]->op;
        const Share *const share = &op->share;
        if (share->kind == SHARE_NONE || range_of(emit, op)) continue;
        Range range = {.length = share->length, .grain = share->grain, .everywhere = share->everywhere};
        if (share->kind == SHARE_SAMPLES) range = (Range){.length = -1, .grain = "1", .name = "samples"};
        else if (share->length < 0)
            range.name = scope_name(emit, formatted(emit, "of_batch_%lld", (long long)-share->length));
        else range.name = scope_name(emit, formatted(emit, "of_%lld", (long long)share->length));
        list_push(emit->arena, &emit->file->ranges, range);
    }
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

/* Where in a tensor a share of an operation begins; NULL: all read the same. */
static const char *share_text(Emit *emit, const Op *op, const Tensor *tensor) {
    const int64_t stride = share_stride(op, tensor);
    if (!stride) return NULL;
    const char *const first = formatted(emit, "%s.first", range_name(emit, op));
    return times(emit, stride < 0 ? formatted(emit, "%s * batch", first) : first, stride < 0 ? -stride : stride);
}

const char *view_text(Emit *emit, const Op *op, const Tensor *tensor) {
    const Slice slice = view_slice(emit, tensor);
    if (!slice.stride) return NULL;
    if (!slice.stepped && !slice.of_batch) return offset(emit, slice.index * slice.stride);
    if (slice.lines == 1) return NULL;
    const char *const step = step_text(op);
    const char *index = !slice.stepped ? integer(emit, slice.index)
                        : slice.index  ? formatted(emit, "(%s + %lld)", step, (long long)slice.index)
                                       : step;
    if (slice.lines) index = formatted(emit, "%s %% %lld", index, (long long)slice.lines);
    if (slice.of_batch) index = !slice.stepped && slice.index == 1 ? "batch" : formatted(emit, "%s * batch", index);
    return times(emit, index, slice.stride);
}

const char *tensor_address(Emit *emit, const Op *op, const Tensor *tensor) {
    return plus(emit, storage_text(emit, tensor_storage(tensor)), view_text(emit, op, tensor));
}

static const char *slice_text(Emit *emit, const Op *op, const Tensor *tensor) {
    return plus(emit, view_text(emit, op, tensor), share_text(emit, op, tensor));
}

/* What the program passes for a parameter. */
static const char *argument(Emit *emit, const Op *op, const Param *param) {
    if (param->kind == PARAM_DEPTH)
        return formatted(emit, "%s ? %lld : 0", another_step(emit, op, true), (long long)param->size);
    if (param->kind == PARAM_SIZE) return integer(emit, param->size);
    if (param->kind == PARAM_ADD) return another_step(emit, op, true);
    if (param->kind == PARAM_LINE) return step_text(op);
    if (param->kind == PARAM_SUMS) return "sums";
    if (param->kind == PARAM_SHARE) return formatted(emit, "%s.count", range_name(emit, op));
    if (param->kind == PARAM_SCALAR) return param->scalar;
    if (param->kind == PARAM_RANDOM) return formatted(emit, "&%s", stream_name(emit, op, param));
    return plus(emit, storage_text(emit, tensor_storage(param->tensor)), slice_text(emit, op, param->tensor));
}

/* What the number of a place is counted from. */
static const char *origin_text(Emit *emit, const Tensor *storage) {
    switch (storage->kind) {
    case TENSOR_WEIGHT:
        return formatted(emit, emit->program->training ? "(%s *)p + " : "(const %s *)p + ", emit->real);
    case TENSOR_GRADIENT: return formatted(emit, "(%s *)&t->gradients + ", emit->real);
    case TENSOR_SLOT: return formatted(emit, "(%s *)&t->%s + ", emit->real, storage->slot);
    case TENSOR_MASK: return "t->masks + ";
    default: return "arena + ";
    }
}

/* Where a parameter lies when no name says so. */
static const char *place_text(Emit *emit, const Op *op, const Param *param) {
    const Tensor *const storage = tensor_storage(param->tensor);
    if (!lies_at_number(storage)) return argument(emit, op, param);
    const char *const place = formatted(emit, "%s" PATTERN_NUMBER, origin_text(emit, storage));
    return plus(emit, place, slice_text(emit, op, param->tensor));
}

/* The random numbers of a parameter; `purpose` is a number of the layer. Those of samples count from the first on. */
static const char *stream_text(Emit *emit, const Op *op, const Param *param, const char *purpose) {
    const RandomAttrs *random = drawn_with(param->tensor);
    const bool of_prediction = emit->program == &emit->plan->monte_carlo;
    const char *const seed = random->seeded   ? formatted(emit, "UINT64_C(%lld)", (long long)random->seed)
                             : of_prediction ? "seed"
                                             : "t->seed";
    const char *const batch = of_prediction ? "sample" : "t->batches";
    if (!of_prediction && op->share.kind != SHARE_SAMPLES)
        return formatted(emit, "nnc_random_for(%s, %s, %s)", seed, purpose, batch);
    bool rows;
    const char *const first = of_prediction ? "first" : formatted(emit, "%s.first", range_name(emit, op));
    return formatted(emit, "nnc_random_after(%s, %s, %s, %s)", seed, purpose, batch,
                     times(emit, formatted(emit, "(uint32_t)%s", first), random_blocks(param->tensor, &rows)));
}

/* The batch is the first argument, where functions are told how many samples there are. */
static void begin_call(Emit *emit, const Function *function, Text *call) {
    const Op *const op = function->op;
    text_printf(call, "%s(%s", function->equal->name,
                makes_one_sample(emit->plan)              ? ""
                : op->share.kind == SHARE_SAMPLES ? formatted(emit, "%s.count", range_name(emit, op))
                                                    : "batch");
}

static const char *comma(const Emit *emit, int argument) {
    return argument || !makes_one_sample(emit->plan) ? ", " : "";
}

/* A call as it stands alone. */
static const char *named_call(Emit *emit, const Function *function) {
    Text call = {.arena = emit->arena};
    begin_call(emit, function, &call);
    for (int i = 0; i < function->params.count; i++)
        text_printf(&call, "%s%s", comma(emit, i), argument(emit, function->op, &function->params.at[i]));
    text_puts(&call, ");\n");
    return text_chars(&call);
}

/* A call as one of many, with a place for each number by which it differs from them. */
static const char *pattern_call(Emit *emit, const Function *function) {
    Text call = {.arena = emit->arena}, streams = {.arena = emit->arena};
    for (int i = 0; i < function->params.count; i++) {
        const Param *const param = &function->params.at[i];
        if (param->kind == PARAM_RANDOM)
            text_printf(&streams, "const nnc_random %s = %s;\n", param->name,
                        stream_text(emit, function->op, param, "(uint32_t)(" PATTERN_NUMBER ")"));
    }
    begin_call(emit, function, &call);
    for (int i = 0; i < function->params.count; i++) {
        const Param *const param = &function->params.at[i];
        text_printf(&call, "%s%s%s", comma(emit, i), param->kind == PARAM_RANDOM ? "&" : "",
                    param->kind == PARAM_RANDOM   ? param->name
                    : param->kind == PARAM_TENSOR ? place_text(emit, function->op, param)
                                                  : argument(emit, function->op, param));
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
    struct FileState *const file = emit->file;
    for (int i = 0; i < file->streams.count; i++) file->of_layer[file->streams.at[i]->random->layer->index] = NULL;
    file->streams.count = 0;
    for (int i = 0; i < count; i++)
        for (int j = 0; j < functions[i]->params.count; j++) {
            const Param *param = &functions[i]->params.at[j];
            if (param->kind != PARAM_RANDOM || stream_name(emit, functions[i]->op, param)) continue;
            const RandomAttrs *random = drawn_with(param->tensor);
            const char *const layer = random->layer->name, *const which = param->stream ? "_angle" : "";
            Stream **const first = &file->of_layer[random->layer->index], *const stream = NEW(emit->arena, Stream);
            *stream = (Stream){random, param->stream,
                               scope_name(emit, formatted(emit, "%s_random%s", layer, which)),
                               functions[i]->op->share.kind == SHARE_SAMPLES, false, *first};
            *first = stream;
            list_push(emit->arena, &file->streams, stream);
        }
}

/* Declares those of calls that stand alone. */
static const char *streams_text(Emit *emit, const Function *const *functions, const Statements *calls) {
    Text text = {.arena = emit->arena};
    for (int i = 0; i < emit->file->streams.count; i++) emit->file->streams.at[i]->declared = false;
    for (int i = 0; i < calls->count; i++) {
        const Function *const function = functions[i];
        for (int j = 0; j < function->params.count && !calls->at[i].in_run; j++) {
            const Param *const param = &function->params.at[j];
            Stream *const stream = param->kind == PARAM_RANDOM ? stream_of(emit, function->op, param) : NULL;
            if (!stream || stream->declared) continue;
            stream->declared = true;
            const int purpose = drawn_with(param->tensor)->purpose + param->stream;
            text_printf(&text, "const nnc_random %s = %s;\n", stream->name,
                        stream_text(emit, function->op, param, integer(emit, purpose)));
        }
    }
    return text_chars(&text);
}

/* What lies first where gradients will lie, such as the gates of a step, by the name of that place. */
static Names earlier_values(Emit *emit, const Program *program) {
    Names earlier = {.arena = emit->arena};
    for (int i = 0; i < program->tensors.count; i++) {
        const Tensor *const tensor = program->tensors.at[i], *const storage = tensor_storage(tensor);
        if (tensor == storage || storage->kind != TENSOR_VALUE || storage->offset < 0 || !tensor_is_gradient(storage))
            continue;
        if (tensor->in_registers || tensor_is_gradient(tensor)) continue;
        if (!tensor->producer || tensor->producer->phase != PHASE_FORWARD) continue;
        const char *const own = tensor_own_name(emit->arena, tensor), *const kin = tensor->kin ? tensor->kin : "values";
        void **const slot = names_slot(&earlier, names_of(emit, storage)->variable);
        *slot = (void *)(*slot ? formatted(emit, "the %s, then their gradients", kin)
                               : formatted(emit, "%s, then its gradient", own));
    }
    return earlier;
}

const char *arena_name(ElementType type) {
    static const char *const names[ELEMENT_TYPES] = {[ELEMENT_INT16] = "shorts", [ELEMENT_INT8] = "bytes"};
    return names[type] ? names[type] : "arena";
}

/* Where the values of calls that stand alone lie, and which call is the last that takes them. */
static const char *values_text(Emit *emit, const Calls *all, const Statements *calls) {
    const Program *const program = all->program;
    Text text = {.arena = emit->arena};
    Names last = {.arena = emit->arena};
    const Names earlier = earlier_values(emit, program);
    for (int i = 0; i < program->tensors.count; i++) names_of(emit, program->tensors.at[i])->used = false;
    for (int i = 0; i < all->count; i++)
        for (int j = 0; j < all->functions[i]->params.count; j++) {
            const Param *const param = &all->functions[i]->params.at[j];
            Tensor *const tensor = param->kind == PARAM_TENSOR ? tensor_storage(param->tensor) : NULL;
            if (!tensor || tensor->offset < 0 || tensor->kind != TENSOR_VALUE) continue;
            TensorNames *const names = names_of(emit, tensor);
            *names_slot(&last, names->variable) = (void *)all->functions[i]->equal->name;
            if (i >= all->first && i < all->end) names->used = names->used || !calls->at[i - all->first].in_run;
        }
    for (int i = 0; i < program->tensors.count; i++) {
        const Tensor *tensor = program->tensors.at[i];
        const char *const name = names_of(emit, tensor)->variable;
        if (tensor->offset < 0 || !names_of(emit, tensor)->used) continue;
        const char *const first = names_find(&earlier, name);
        const bool narrow = element_is_narrow(tensor->type);
        const char *const place =
            formatted(emit, "%s *const %s = %s;", narrow ? element_name(tensor->type) : emit->real, name,
                      plus(emit, narrow ? formatted(emit, "w->%s", arena_name(tensor->type)) : "arena",
                           offset(emit, tensor->offset)));
        const char *const note =
            formatted(emit, "/* %s%s,%s until %s */",
                      tensor->lines ? formatted(emit, tensor->lines > 1 ? "%lld lines of " : "%lld line of ",
                                                (long long)tensor->lines)
                                    : "",
                      shape_text(emit->arena, tensor->shape),
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

/* Which calls are ones of many, by what they do; then their text, of those that stand alone by the names of what they
 * take. */
static Statements statements_of(Emit *emit, const Calls *calls) {
    const int count = calls->end - calls->first;
    Statements all = {0};
    Brackets *const brackets = NEW_ARRAY(emit->arena, Brackets, count + 1);
    Text key = {.arena = emit->arena};
    for (int i = 0; i < count; i++) {
        brackets[i] = brackets_of(emit, calls, calls->first + i);
        emit->file->loop = calls->functions[calls->first + i]->op->loop;
        add_call(emit, calls, calls->first + i, &brackets[i], &key, &all);
    }
    statements_find_runs(emit, &all);
    int pattern = 0; /* the end of those that say what a run is */
    for (int i = 0; i < count; i++) {
        Statement *const statement = &all.at[i];
        const Function *const function = calls->functions[calls->first + i];
        emit->file->loop = function->op->loop;
        if (statement->period) pattern = i + statement->period;
        if (!statement->in_run)
            statement->named = bracketed(emit, function->op, &brackets[i], named_call(emit, function));
        else if (i < pattern || emit->plan->options->check_plan)
            statement->pattern = bracketed(emit, function->op, &brackets[i], pattern_call(emit, function));
    }
    if (emit->plan->options->check_plan) statements_check_runs(&all);
    return all;
}

Calls program_calls(Emit *emit, const Program *program, unsigned phases) {
    Function *const *const called = functions_of(emit, program);
    Calls calls = {.program = program,
                   .functions = NEW_ARRAY(emit->arena, const Function *, program->ops.count + 1),
                   .checked = -1};
    emit->program = program;
    for (int i = 0; i < program->ops.count; i++) {
        const Phase phase = program->ops.at[i]->phase;
        if (!(phases >> phase & 1)) continue;
        if (calls.checked < 0 && program->training && phases & FORWARD && phase != PHASE_FORWARD)
            calls.checked = calls.count;
        calls.functions[calls.count++] = called[i];
    }
    calls.end = calls.count;
    name_values(emit, program, calls.functions, calls.count);
    name_ranges(emit, calls.functions, calls.count);
    name_streams(emit, calls.functions, calls.count);
    return calls;
}

/* Prints in an arena of its own: what is left are the texts. */
static ProgramText text_of_calls(Emit *emit, const Calls *calls) {
    Arena *const arena = emit->arena;
    const Function *const *const functions = calls->functions + calls->first;
    const int count = calls->end - calls->first;
    emit->arena = emit->scratch;
    for (int i = 0; i < emit->file->ranges.count; i++) emit->file->ranges.at[i].used = false;
    const Statements statements = statements_of(emit, calls);
    Text before = {.arena = emit->arena};
    text_puts(&before, streams_text(emit, functions, &statements));
    if (calls_use(functions, count, PARAM_SCALAR, "per_sample"))
        text_printf(&before, "const %s per_sample = 1 / (%s)batch;\n", emit->real, emit->real);
    text_puts(&before, scalars_of_update(emit, functions, count));
    const ProgramText text = {
        .values = arena_strdup(arena, values_text(emit, calls, &statements)),
        .before = arena_strdup(arena, text_chars(&before)),
        .calls = arena_strdup(arena, statements_text(emit, &statements)),
        .checked = calls->checked >= 0,
    };
    emit->arena = arena;
    arena_reset(emit->scratch);
    return text;
}

ProgramText emit_program(Emit *emit, const Program *program, unsigned phases) {
    const Calls calls = program_calls(emit, program, phases);
    return text_of_calls(emit, &calls);
}

ProgramText emit_round(Emit *emit, const Calls *calls, const Round *round) {
    Calls some = *calls;
    some.round = round;
    some.first = round->first;
    some.end = round->end;
    some.checked = -1;
    return text_of_calls(emit, &some);
}
