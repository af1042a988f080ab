/* SPDX-License-Identifier: MIT-0 */
/* What NAME_train_init draws and clears. */
#include "base/arena.h"
#include "file/fields.h"
#include "file/init.h"
#include "file/statements.h"
#include "frontend/print.h"
#include "language/class.h"
#include "model/initializer.h"
#include "model/layer.h"
#include "model/shape.h"
#include "plan/plan.h"
#include "emit/emit.h"
#include "emit/nest.h"
#include "emit/text.h"

/* Where a call fills a member of a struct of weights. */
typedef struct MemberPlace {
    const char *named, *pattern;
} MemberPlace;

static MemberPlace member_place(Emit *emit, Statement *statement, const char *slot, const Weight *weight, int64_t at) {
    const Field *const field = field_of(emit, weight);
    Text pattern = {.arena = emit->arena};
    if (slot) text_printf(&pattern, "(%s *)&t->%s + ", emit->real, slot);
    else text_printf(&pattern, "(%s *)p + ", emit->real);
    statement_number(emit, statement, &pattern, (slot ? field->trainable_place : field->place) + at);
    const char *const member =
        slot ? formatted(emit, "t->%s.%s", slot, field->name) : formatted(emit, "p->%s", field->name);
    return (MemberPlace){plus(emit, member, offset(emit, at)), text_chars(&pattern)};
}

static void add_fill(Emit *emit, const Tensor *tensor, const char *slot, int64_t at, int64_t count, double number,
                     Statements *calls) {
    Statement statement = {.layer = tensor->layer ? tensor->layer->name : NULL};
    const MemberPlace place = member_place(emit, &statement, slot, tensor->weight, at);
    const char *const format = "init_constant(%s, %lld, %s);\n", *const value = literal(emit, number);
    statement.named = formatted(emit, format, place.named, (long long)count, value);
    statement.pattern = formatted(emit, format, place.pattern, (long long)count, value);
    statements_add(emit, calls, statement, statement.pattern);
}

static const char *const functions[] = {
    [INIT_CONSTANT] = "init_constant",   [INIT_UNIFORM] = "init_uniform",       [INIT_NORMAL] = "init_normal",
    [INIT_TRUNCATED] = "init_truncated", [INIT_ORTHOGONAL] = "init_orthogonal", [INIT_IDENTITY] = "init_identity"};

/* The random numbers of the initializer of weight `index`; "": it needs none. */
static const char *random_of(Emit *emit, const InitCall *call, const char *purpose) {
    if (call->kind == INIT_CONSTANT || call->kind == INIT_IDENTITY) return "";
    if (call->seed == INT_NONE) return formatted(emit, ", nnc_random_for(seed, %s, 0)", purpose);
    return formatted(emit, ", nnc_random_for(UINT64_C(%lld), (uint32_t)NNC_PURPOSE_INIT + 0, 0)",
                     (long long)call->seed);
}

/* Where the numbers of the call come from: GlorotUniform; of a constant they are plain. */
static const char *comment_of(Emit *emit, const Object *initializer, InitKind kind) {
    if (kind == INIT_CONSTANT) return "";
    Text text = {.arena = emit->arena};
    object_print(initializer, &text);
    const bool plain = *text_chars(&text) == '\''; /* 'GlorotUniform' */
    return formatted(emit, " /* %s */", plain ? initializer->class->name : text_chars(&text));
}

static void add_init(Emit *emit, int index, Statements *calls) {
    const Tensor *const tensor = emit->plan->weights.at[index];
    const Object *const initializer = tensor->weight->args.initializer;
    InitCall call;
    const Shape shape = tensor->weight->fans.rank ? tensor->weight->fans : tensor->shape;
    ((const InitializerDef *)initializer->class)->describe(initializer, shape, &call);
    Statement statement = {.layer = tensor->layer ? tensor->layer->name : NULL};
    const MemberPlace place = member_place(emit, &statement, NULL, tensor->weight, 0);
    Text args = {.arena = emit->arena}, purpose = {.arena = emit->arena};
    if (call.rows) text_printf(&args, "%lld, %lld", (long long)call.rows, (long long)call.columns);
    else text_printf(&args, "%lld", (long long)shape_size(tensor->shape, 1));
    text_printf(&args, ", %s", literal(emit, call.a));
    const char *const random = random_of(emit, &call, formatted(emit, "(uint32_t)NNC_PURPOSE_INIT + %d", 2 * index));
    if (*random && !call.rows) text_printf(&args, ", %s", literal(emit, call.b));
    const char *const format = "%s(%s, %s%s);%s\n", *const comment = comment_of(emit, initializer, call.kind);
    statement.named = formatted(emit, format, functions[call.kind], place.named, text_chars(&args), random, comment);
    text_puts(&purpose, "(uint32_t)(NNC_PURPOSE_INIT + ");
    if (*random && call.seed == INT_NONE) statement_number(emit, &statement, &purpose, 2 * index);
    text_puts(&purpose, ")");
    statement.pattern =
        formatted(emit, format, functions[call.kind], place.pattern, text_chars(&args),
                  random_of(emit, &call, text_chars(&purpose)), comment);
    statements_add(emit, calls, statement, statement.pattern);
    const Weight *const weight = tensor->weight;
    if (weight->ones_count) add_fill(emit, tensor, NULL, weight->ones_at, weight->ones_count, 1, calls);
}

const char *init_text(Emit *emit) {
    Statements calls = {0};
    for (int i = 0; i < emit->plan->weights.count; i++) add_init(emit, i, &calls);
    statements_find_runs(emit, &calls);
    return statements_text(emit, &calls);
}

const char *clear_text(Emit *emit) {
    const Plan *plan = emit->plan;
    Text text = {.arena = emit->arena};
    for (int i = 0; i < plan->update.slots.count; i++) {
        const Slot slot = plan->update.slots.at[i];
        Statements calls = {0};
        if (slot.initial == 0) text_printf(&text, "memset(&t->%s, 0, sizeof t->%s);\n", slot.name, slot.name);
        for (int j = 0; j < plan->weights.count && slot.initial != 0; j++) {
            const Tensor *const tensor = plan->weights.at[j];
            if (tensor->weight->trainable)
                add_fill(emit, tensor, slot.name, 0, shape_size(tensor->shape, 1), slot.initial, &calls);
        }
        statements_find_runs(emit, &calls);
        text_puts(&text, statements_text(emit, &calls));
    }
    if (plan->states.count) text_puts(&text, "memset(&t->states, 0, sizeof t->states);\n");
    return text_chars(&text);
}
