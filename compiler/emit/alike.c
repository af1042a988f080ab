/* SPDX-License-Identifier: MIT-0 */
/* A function's text follows from the operation, its attributes and steps, and of each tensor from its shape, what it is
 * called, where it lies in others, and how it was made. Operations of which all that is equal are printed once. The
 * proof: with --check-plan each is printed nevertheless. */
#include <string.h>

#include "base/arena.h"
#include "base/internal.h"
#include "base/key.h"
#include "base/names.h"
#include "plan/access.h"
#include "plan/op.h"
#include "plan/plan.h"
#include "plan/random_attrs.h"
#include "emit/alike.h"
#include "emit/emit.h"
#include "emit/params.h"

typedef struct Key {
    Emit *emit;
    const Op *op;
    Text text; /* without a zero: it is a name */
    LIST(Tensor *) tensors;
} Key;

static void put_tensor(Key *key, Tensor *tensor);

/* What is asked of what made a tensor: which pad, what was transposed. */
static void put_producer(Key *key, const Tensor *tensor) {
    const Op *const producer = tensor->producer;
    if (tensor->regenerated) {
        random_key(drawn_with(tensor), &key->text);
        return;
    }
    op_key(producer, &key->text);
    if (producer->def == &op_permute && producer->in[0]->kind == TENSOR_WEIGHT)
        key_text(&key->text, producer->in[0]->weight->name);
}

/* A tensor by its number in the key, and what it is where it is met first. */
static void put_tensor(Key *key, Tensor *tensor) {
    for (int i = 0; i < key->tensors.count; i++)
        if (key->tensors.at[i] == tensor) {
            key_word(&key->text, (uint64_t)i + 1);
            return;
        }
    list_push(key->text.arena, &key->tensors, tensor);
    key_word(&key->text, 0);
    key_word(&key->text, (uint64_t)tensor->kind << 16 | (uint64_t)tensor->type << 8 | (uint64_t)tensor->part << 5 |
                      (uint64_t)tensor->stepped << 4 | (uint64_t)tensor->columns << 3 |
                      (uint64_t)tensor->in_registers << 2 | (uint64_t)tensor->regenerated << 1 | tensor->rolled);
    key_word(&key->text, (uint64_t)tensor->lines);
    shape_key(tensor->shape, &key->text);
    key_word(&key->text, (uint64_t)tensor->zero);
    key_word(&key->text, (uint64_t)tensor->index);
    key_word(&key->text, (uint64_t)tensor->column);
    key_text(&key->text, own_role(key->emit, key->op, tensor));
    if (tensor->base) put_tensor(key, tensor->base);
    else if (tensor->producer) put_producer(key, tensor);
}

static void put_step(Key *key, const Step *step) {
    key_text(&key->text, step_role(key->emit, key->op, step));
    key_text(&key->text, step->text);
    key_text(&key->text, step->formula ? step->formula->name : NULL);
    key_word(&key->text, (uint64_t)step->kind << 1 | step->of_gradient);
    key_text(&key->text, step->through);
    for (int i = 0; i < step->operand_count; i++) {
        const Operand *const operand = &step->operands[i];
        key_text(&key->text, operand->name);
        key_word(&key->text, (uint64_t)operand->kind << 1 | operand->written);
        if (operand->kind == OPERAND_NUMBER) key_real(&key->text, operand->number);
        else if (operand->tensor) put_tensor(key, operand->tensor);
    }
    if (step->result) put_tensor(key, step->result);
}

Candidate alike_key(Emit *emit, const Op *op) {
    Key key = {.emit = emit, .op = op, .text = {.arena = emit->scratch}};
    Arena *const arena = emit->arena;
    emit->arena = emit->scratch;
    op_key(op, &key.text);
    key_word(&key.text, (uint64_t)op->phase << 3 | (uint64_t)op->adds << 2 | (uint64_t)op->skips_first << 1 |
                       op->skips_last);
    key_word(&key.text, op->form);
    key_word(&key.text, (uint64_t)op->pace.count);
    key_word(&key.text, op->share.kind);
    key_word(&key.text, (uint64_t)op->share.length);
    key_word(&key.text, (uint64_t)op->in_count);
    for (int i = 0; i < op->in_count; i++) put_tensor(&key, op->in[i]);
    if (op->out) put_tensor(&key, op->out);
    for (int i = 0; i < op->steps.count; i++) put_step(&key, &op->steps.at[i]);
    emit->arena = arena;
    return (Candidate){.key = text_chars(&key.text), .tensors = key.tensors.at, .count = key.tensors.count};
}

const Candidate *alike_find(const Emit *emit, const Candidate *candidate) {
    return names_find(&emit->alike, candidate->key);
}

void alike_keep(Emit *emit, const Candidate *candidate, const Function *function) {
    Candidate *const kept = NEW(emit->arena, Candidate);
    *kept = (Candidate){.key = arena_strdup(emit->arena, candidate->key),
                        .tensors = NEW_ARRAY(emit->arena, Tensor *, candidate->count + 1),
                        .count = candidate->count,
                        .function = function};
    memcpy(kept->tensors, candidate->tensors, (size_t)candidate->count * sizeof *kept->tensors);
    *names_slot(&emit->alike, kept->key) = kept;
}

void alike_params(Emit *emit, const Candidate *printed, const Candidate *candidate, Function *function) {
    const int count = printed->function->params.count;
    Param *const params = NEW_ARRAY(emit->arena, Param, count + 1);
    for (int i = 0; i < count; i++) {
        params[i] = printed->function->params.at[i];
        if (!params[i].tensor) continue;
        int at = 0;
        while (at < printed->count && printed->tensors[at] != params[i].tensor) at++;
        if (at == printed->count) internal_error("a parameter of %s is no tensor of it", function->op->name);
        params[i].tensor = candidate->tensors[at];
    }
    function->params.at = params;
    function->params.count = function->params.capacity = count;
}
