/* SPDX-License-Identifier: MIT-0 */
/* The identity of a program: the hash of a key of all that it computes. Tensors are numbered as they are met, so that
 * names play no part. */
#include "base/arena.h"
#include "base/hash.h"
#include "base/key.h"
#include "model/shape.h"
#include "plan/identity.h"
#include "plan/op.h"

typedef struct Identity {
    Text key; /* of one operation */
    int *met; /* tensors by number: how many were met before, from 1; 0: not yet */
    int count;
} Identity;

/* A tensor by its number, and what it is where it is met first. */
static void add_tensor(Identity *identity, const Tensor *tensor) {
    Text *const key = &identity->key;
    const int met = tensor ? identity->met[tensor->number] : 0;
    key_word(key, !tensor ? 0 : (uint64_t)met + 1);
    if (!tensor || met) return;
    identity->met[tensor->number] = ++identity->count;
    key_word(key, tensor->kind);
    key_word(key, tensor->type);
    shape_key(tensor->shape, key);
    key_word(key, tensor->base != NULL);
    if (!tensor->base) return;
    add_tensor(identity, tensor->base);
    key_word(key, (uint64_t)tensor->part << 2 | (uint64_t)tensor->stepped << 1 | tensor->columns);
    key_word(key, (uint64_t)tensor->index);
    key_word(key, (uint64_t)tensor->column);
}

static void add_step(Identity *identity, const Step *step) {
    Text *const key = &identity->key;
    key_text(key, step->text);
    key_word(key, (uint64_t)step->operand_count);
    for (int i = 0; i < step->operand_count; i++) {
        const Operand *const operand = &step->operands[i];
        key_text(key, operand->name);
        key_word(key, operand->kind);
        key_real(key, operand->number);
        add_tensor(identity, operand->tensor);
    }
    add_tensor(identity, step->result);
}

static void add_op(Identity *identity, const Op *op) {
    Text *const key = &identity->key;
    op_key(op, key);
    key_word(key, op->loop ? (uint64_t)op->loop->steps : 0);
    key_word(key, op->loop && op->loop->reversed);
    key_word(key, (uint64_t)op->in_count);
    for (int i = 0; i < op->in_count; i++) add_tensor(identity, op->in[i]);
    add_tensor(identity, op->out);
    key_word(key, (uint64_t)op->steps.count);
    for (int i = 0; i < op->steps.count; i++) add_step(identity, &op->steps.at[i]);
}

uint64_t program_identity(const Plan *plan, const Program *program) {
    Arena *const scratch = arena_new();
    Identity identity = {.key = {.arena = scratch}, .met = NEW_ARRAY(scratch, int, plan->tensor_count)};
    uint64_t hash = HASH_START;
    for (int i = 0; i < program->ops.count; i++) {
        identity.key.length = 0;
        add_op(&identity, program->ops.at[i]);
        hash = hash_of(hash, text_chars(&identity.key), identity.key.length);
    }
    arena_free(scratch);
    return hash;
}
