/* SPDX-License-Identifier: MIT-0 */
/* The identity of a program. Tensors are numbered as they are met, so that names play no part. */
#include <string.h>

#include "base/arena.h"
#include "base/hash.h"
#include "model/shape.h"
#include "plan/identity.h"

typedef struct Identity {
    uint64_t hash;
    Arena *arena;
    int *met; /* tensors by number: how many were met before, from 1; 0: not yet */
    int count;
} Identity;

static void add_number(Identity *identity, int64_t number) {
    unsigned char bytes[8]; /* the lowest first, on any machine */
    for (int i = 0; i < 8; i++) bytes[i] = (unsigned char)((uint64_t)number >> 8 * i);
    identity->hash = hash_of(identity->hash, bytes, sizeof bytes);
}

static void add_real(Identity *identity, double number) {
    int64_t bits;
    memcpy(&bits, &number, sizeof bits);
    add_number(identity, bits);
}

static void add_text(Identity *identity, const char *text) {
    add_number(identity, (int64_t)strlen(text));
    identity->hash = hash_of(identity->hash, text, strlen(text));
}

/* A tensor by its number, and what it is where it is met first. */
static void add_tensor(Identity *identity, const Tensor *tensor) {
    if (!tensor || identity->met[tensor->number]) {
        add_number(identity, tensor ? identity->met[tensor->number] : -1);
        return;
    }
    identity->met[tensor->number] = ++identity->count;
    add_number(identity, 0);
    add_number(identity, tensor->kind);
    add_number(identity, tensor->type);
    add_number(identity, tensor->shape.rank);
    for (int i = 0; i < tensor->shape.rank; i++) add_number(identity, tensor->shape.dim[i]);
    if (!tensor->base) return;
    add_tensor(identity, tensor->base);
    add_number(identity, tensor->part << 2 | tensor->stepped << 1 | tensor->columns);
    add_number(identity, tensor->index);
    add_number(identity, tensor->column);
}

static void add_step(Identity *identity, const Step *step) {
    add_text(identity, step->text);
    add_number(identity, step->operand_count);
    for (int i = 0; i < step->operand_count; i++) {
        const Operand *const operand = &step->operands[i];
        add_text(identity, operand->name);
        add_number(identity, operand->kind);
        add_real(identity, operand->number);
        add_tensor(identity, operand->tensor);
    }
    add_tensor(identity, step->result);
}

static void add_op(Identity *identity, const Op *op) {
    Text attrs = {.arena = identity->arena};
    add_text(identity, op->def->name);
    if (op->def->describe) op->def->describe(op, &attrs);
    add_text(identity, text_chars(&attrs));
    add_number(identity, op->loop ? op->loop->steps : 0);
    add_number(identity, op->loop && op->loop->reversed);
    add_number(identity, op->in_count);
    for (int i = 0; i < op->in_count; i++) add_tensor(identity, op->in[i]);
    add_tensor(identity, op->out);
    add_number(identity, op->steps.count);
    for (int i = 0; i < op->steps.count; i++) add_step(identity, &op->steps.at[i]);
}

uint64_t program_identity(const Plan *plan, const Program *program) {
    Arena *const scratch = arena_new();
    Identity identity = {
        .hash = HASH_START, .arena = scratch, .met = NEW_ARRAY(scratch, int, plan->tensor_count)};
    for (int i = 0; i < program->ops.count; i++) add_op(&identity, program->ops.at[i]);
    arena_free(scratch);
    return identity.hash;
}
