/* SPDX-License-Identifier: MIT-0 */
/* The text of a call follows from its function, from what its arguments are (of places in memory their numbers aside),
 * and from what stands around it. The proof: with --check-plan what is taken for alike is printed nevertheless. */
#include "base/key.h"
#include "emit/emit.h"
#include "emit/text.h"
#include "file/alike_calls.h"
#include "file/fields.h"
#include "plan/plan.h"
#include "plan/random_attrs.h"
#include "plan/share.h"
#include "plan/tensor.h"

bool lies_at_number(const Tensor *storage) {
    if (element_is_narrow(storage->type) || (storage->weight && !element_is_real(storage->type))) return false;
    switch (storage->kind) {
    case TENSOR_WEIGHT:
    case TENSOR_GRADIENT:
    case TENSOR_SLOT:
    case TENSOR_MASK:
    case TENSOR_VALUE: return true;
    default: return false;
    }
}

static int64_t number_of(const Emit *emit, const Tensor *storage) {
    const Field *const field = storage->weight ? field_of(emit, storage->weight) : NULL;
    return storage->kind == TENSOR_WEIGHT ? field->place : field ? field->trainable_place : storage->offset;
}

static void put_random(Text *key, const Param *param) {
    const RandomAttrs *const random = drawn_with(param->tensor);
    bool rows;
    key_word(key, random->seeded);
    key_word(key, (uint64_t)random->seed);
    key_word(key, (uint64_t)random_blocks(param->tensor, &rows));
}

static void put_tensor(Emit *emit, Text *key, const Op *op, const Tensor *tensor) {
    const Tensor *const storage = tensor_storage(tensor);
    const Slice slice = view_slice(emit, tensor);
    key_word(key, storage->kind);
    key_text(key, storage->slot);
    if (!lies_at_number(storage)) key_word(key, (uint64_t)storage->number);
    key_word(key, (uint64_t)slice.index);
    key_word(key, (uint64_t)slice.stride);
    key_word(key, (uint64_t)slice.stepped << 1 | slice.of_batch);
    key_word(key, (uint64_t)slice.lines);
    key_word(key, (uint64_t)share_stride(op, tensor));
}

static void put_brackets(Text *key, const Brackets *b) {
    const bool flags[] = {b->checked, b->waits,        b->loops, b->within,      b->ends,      b->skipped,
                          b->paced,           b->paced_first,  b->paced_last, b->says_line,
                          b->skipped_first,   b->skipped_last, b->alone, b->alone_first, b->alone_last};
    uint64_t word = 0;
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) word = word << 1 | flags[i];
    key_word(key, word);
}

void add_call(Emit *emit, const Calls *calls, int at, const Brackets *brackets, Text *key, Statements *all) {
    const Function *const function = calls->functions[at];
    const Op *const op = function->op;
    key->length = 0;
    Statement statement = {.layer = op->layer ? op->layer->name : NULL, .left_open = brackets_left_open(brackets)};
    put_brackets(key, brackets);
    key_word(key, op->loop ? (uint64_t)op->loop->steps << 1 | op->loop->reversed : 0);
    key_word(key, op->loop && op->loop->skips_masked ? (uintptr_t)op->loop : 0); /* the mask has a name */
    key_word(key, (uint64_t)op->pace.first);
    key_word(key, (uint64_t)op->pace.every);
    key_word(key, (uint64_t)op->pace.count);
    key_word(key, (uintptr_t)function->equal);
    key_word(key, op->share.kind);
    key_word(key, (uint64_t)op->share.length);
    key_text(key, op->share.grain);
    for (int i = 0; i < function->params.count; i++) { /* streams are declared first */
        const Param *const param = &function->params.at[i];
        if (param->kind != PARAM_RANDOM) continue;
        put_random(key, param);
        list_push(emit->arena, &statement.numbers, drawn_with(param->tensor)->purpose + param->stream);
    }
    for (int i = 0; i < function->params.count; i++) {
        const Param *const param = &function->params.at[i];
        key_word(key, (uint64_t)param->size);
        key_text(key, param->scalar);
        if (param->kind != PARAM_TENSOR) continue;
        put_tensor(emit, key, op, param->tensor);
        const Tensor *const storage = tensor_storage(param->tensor);
        if (lies_at_number(storage)) list_push(emit->arena, &statement.numbers, number_of(emit, storage));
    }
    statements_add(emit, all, statement, text_chars(key));
}
