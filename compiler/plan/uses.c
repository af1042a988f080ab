/* SPDX-License-Identifier: MIT-0 */
/* Who reads and who makes a tensor, and where operations stand in their program: lists that are kept right by the
 * functions that change a program, so that a pass need not ask every operation. Weights have users in several programs;
 * whoever asks names the program. */
#include <stdlib.h>

#include "base/arena.h"
#include "plan/access.h"
#include "plan/plan.h"
#include "plan/tensor.h"
#include "plan/uses.h"

/* Uses */

static const Use *in_program(const Use *use, const Program *program) {
    for (; use; use = use->next) {
        visit(1);
        if (use->op->program == program) return use;
    }
    return NULL;
}

const Use *first_reader(const Program *program, const Tensor *tensor) {
    return in_program(tensor_storage(tensor)->readers, program);
}

const Use *first_writer(const Program *program, const Tensor *tensor) {
    return in_program(tensor_storage(tensor)->writers, program);
}

const Use *next_use(const Use *use) { return in_program(use->next, use->op->program); }

int readers_of(const Program *program, const Tensor *tensor) {
    int readers = 0;
    for (const Use *use = first_reader(program, tensor); use; use = next_use(use)) readers++;
    return readers;
}

static int by_place(const void *a, const void *b) { return (*(Op *const *)a)->at - (*(Op *const *)b)->at; }

/* Each once, in their order. */
static void put_in_order(Ops *ops) {
    int kept = 0;
    if (ops->count) qsort(ops->at, (size_t)ops->count, sizeof *ops->at, by_place);
    for (int i = 0; i < ops->count; i++)
        if (i == 0 || ops->at[i] != ops->at[i - 1]) ops->at[kept++] = ops->at[i];
    ops->count = kept;
}

Ops users_of(const Plan *plan, const Program *program, const Tensor *tensor) {
    Ops users = {0};
    for (const Use *use = first_reader(program, tensor); use; use = next_use(use))
        list_push(plan->arena, &users, use->op);
    for (const Use *use = first_writer(program, tensor); use; use = next_use(use))
        list_push(plan->arena, &users, use->op);
    put_in_order(&users);
    return users;
}

Ops makers_for(const Plan *plan, const Op *op) {
    Ops makers = {0};
    for (const Use *read = op->uses; read; read = read->next_of_op) {
        const Use *use = read->writes ? NULL : first_writer(op->program, read->storage);
        for (; use; use = next_use(use)) list_push(plan->arena, &makers, use->op);
    }
    put_in_order(&makers);
    return makers;
}

/* While an operation is being indexed, its use stands first in the list of what it uses. */
static void add_use(Plan *plan, Op *op, Tensor *storage, bool writes) {
    Use **const list = writes ? &storage->writers : &storage->readers;
    if (*list && (*list)->op == op) return;
    Use *const use = plan->free_uses ? plan->free_uses : NEW(plan->arena, Use);
    plan->free_uses = plan->free_uses ? use->next_of_op : NULL;
    *use = (Use){.op = op, .storage = storage, .next = *list, .link = list, .next_of_op = op->uses, .writes = writes};
    if (use->next) use->next->link = &use->next;
    *list = op->uses = use;
}

static void forget_uses(Plan *plan, Op *op) {
    for (Use *use = op->uses, *next; use; use = next) {
        visit(1);
        next = use->next_of_op;
        *use->link = use->next;
        if (use->next) use->next->link = use->link;
        use->next_of_op = plan->free_uses;
        plan->free_uses = use;
    }
    op->uses = NULL;
}

void op_index(Plan *plan, Op *op) {
    forget_uses(plan, op);
    for (Access at = {.op = op}; access_next(&at);) {
        if (at.reads) add_use(plan, op, tensor_storage(at.tensor), false);
        if (at.writes) add_use(plan, op, tensor_storage(at.tensor), true);
    }
}

/* Places */

static void number_places(Program *program) {
    visit(program->ops.count);
    for (int i = 0; i < program->ops.count; i++) {
        Op *const op = program->ops.at[i];
        TimeLoop *const loop = (TimeLoop *)op->loop;
        op->at = i;
        if (loop && (i == 0 || program->ops.at[i - 1]->loop != loop)) loop->first = i;
        if (loop) loop->last = i;
    }
}

void program_index(Plan *plan, Program *program) {
    for (int i = 0; i < program->ops.count; i++) program->ops.at[i]->program = program;
    for (int i = 0; i < program->ops.count; i++) op_index(plan, program->ops.at[i]);
    number_places(program);
}

void program_drop(Plan *plan, Program *program, Op *op) {
    forget_uses(plan, op);
    program->ops.at[op->at] = NULL;
}

void program_close(Program *program) {
    int kept = 0;
    for (int i = 0; i < program->ops.count; i++)
        if (program->ops.at[i]) program->ops.at[kept++] = program->ops.at[i];
    program->ops.count = kept;
    number_places(program);
}

void program_move(Plan *plan, Program *program, const Moves *moves) {
    const int count = program->ops.count;
    if (!moves->count) return;
    int *const ends = NEW_ARRAY(plan->arena, int, count + 2); /* of what goes before each place */
    Op **const moved = NEW_ARRAY(plan->arena, Op *, moves->count), **const all = NEW_ARRAY(plan->arena, Op *, count);
    visit(count + moves->count);
    for (int i = 0; i < moves->count; i++) ends[moves->at[i].to + 1]++;
    for (int i = 0; i <= count; i++) ends[i + 1] += ends[i]; /* now the beginnings */
    for (int i = 0; i < moves->count; i++) {
        moved[ends[moves->at[i].to]++] = moves->at[i].op;
        program->ops.at[moves->at[i].op->at] = NULL;
    }
    int next = 0, placed = 0;
    for (int i = 0; i <= count; i++) {
        while (next < ends[i]) all[placed++] = moved[next++];
        if (i < count && program->ops.at[i]) all[placed++] = program->ops.at[i];
    }
    for (int i = 0; i < count; i++) program->ops.at[i] = all[i];
    number_places(program);
}

int loop_first(const Program *program, int at) {
    return program->ops.at[at]->loop ? program->ops.at[at]->loop->first : at;
}

int loop_last(const Program *program, int at) {
    return program->ops.at[at]->loop ? program->ops.at[at]->loop->last : at;
}

/* Views */

typedef LIST(Op *) Users;

static Users users_of_storage(const Plan *plan, const Tensor *storage) {
    Users users = {0};
    for (const Use *use = storage->readers; use; use = use->next) list_push(plan->arena, &users, use->op);
    for (const Use *use = storage->writers; use; use = use->next) list_push(plan->arena, &users, use->op);
    return users;
}

static void leave_base(Tensor *view) {
    for (Tensor **link = view->base ? &view->base->views : NULL; link && *link; link = &(*link)->next_view)
        if (*link == view) {
            *link = view->next_view;
            break;
        }
}

void tensor_show(Plan *plan, Tensor *view, Tensor *base) {
    const Users users = users_of_storage(plan, tensor_storage(view));
    leave_base(view);
    view->base = base;
    view->next_view = base->views;
    base->views = view;
    for (int i = 0; i < users.count; i++) op_index(plan, users.at[i]);
}

void tensor_part(Plan *plan, Tensor *view) {
    const Users users = users_of_storage(plan, tensor_storage(view));
    leave_base(view);
    view->base = view->next_view = NULL;
    view->part = view->stepped = view->columns = false;
    view->index = view->column = 0;
    for (int i = 0; i < users.count; i++) op_index(plan, users.at[i]);
}
