/* SPDX-License-Identifier: MIT-0 */
/* --check-plan: proofs that a program is sound. What passes keep is found again from nothing: places and uses; views
 * lie inside what they view; nothing is read before it is made; and a run of the program with owners in place of
 * numbers shows that nothing is overwritten while it is still wanted. */
#include <stdlib.h>

#include "base/arena.h"
#include "model/shape.h"
#include "plan/access.h"
#include "plan/check.h"
#include "plan/lead.h"
#include "plan/map_attrs.h"
#include "plan/plan.h"
#include "plan/tensor.h"
#include "plan/uses.h"

typedef struct Check {
    const Plan *plan;
    const Program *program;
    const char *wrong; /* the first thing found */
    /* what lies in the arena, ordered by address, and its borders, ordered by place */
    const Tensor **values;
    int64_t *borders;
    int value_count, border_count;
    int *owners; /* of what is between a border and the next: which value; -1: none */
    bool *made;  /* of each value */
} Check;

static void found(Check *check, const Op *op, const char *what, const Tensor *tensor) {
    if (!check->wrong)
        check->wrong = arena_printf(check->plan->arena, "%s %s%s", op->name, what, tensor ? tensor->name : "");
}

/* Places and uses */

static const Use *find_use(const Op *op, const Tensor *storage, bool writes) {
    for (const Use *use = op->uses; use; use = use->next_of_op)
        if (use->storage == storage && use->writes == writes) return use;
    return NULL;
}

static bool is_accessed(const Op *op, const Use *use) {
    for (Access at = {.op = op}; access_next(&at);)
        if ((use->writes ? at.writes : at.reads) && tensor_storage(at.tensor) == use->storage) return true;
    return false;
}

/* What stands in a tensor's list is there; looked at when `op` stands first in it. */
static void check_list(Check *check, const Op *op, const Use *list) {
    if (!list || list->op != op) return;
    for (const Use *use = list; use; use = use->next) {
        const Program *const program = use->op->program;
        if (*use->link != use) found(check, op, "has a broken list of uses of ", use->storage);
        if (use->op->at >= program->ops.count || program->ops.at[use->op->at] != use->op)
            found(check, use->op, "is gone, but known as a user of ", use->storage);
    }
}

static void check_uses(Check *check, const Op *op) {
    for (Access at = {.op = op}; access_next(&at);) {
        const Tensor *const storage = tensor_storage(at.tensor);
        if (at.reads && !find_use(op, storage, false)) found(check, op, "is not known as a reader of ", at.tensor);
        if (at.writes && !find_use(op, storage, true)) found(check, op, "is not known as a maker of ", at.tensor);
        check_list(check, op, storage->readers);
        check_list(check, op, storage->writers);
    }
    for (const Use *use = op->uses; use; use = use->next_of_op)
        if (use->op != op || !is_accessed(op, use))
            found(check, op, "is known as a user, but is none, of ", use->storage);
}

static void check_places(Check *check) {
    const Program *const program = check->program;
    for (int i = 0; i < program->ops.count && !check->wrong; i++) {
        const Op *const op = program->ops.at[i];
        if (op->at != i || op->program != program) found(check, op, "stands elsewhere than it says", NULL);
        if (op->loop && (i < op->loop->first || i > op->loop->last)) found(check, op, "stands outside its loop", NULL);
        check_uses(check, op);
    }
}

/* Views */

static bool is_listed(const Tensor *view) {
    for (const Tensor *other = view->base->views; other; other = other->next_view)
        if (other == view) return true;
    return false;
}

static bool lies_inside(const Tensor *view, const Op *op, int64_t batch) {
    const Tensor *const base = view->base;
    const Shape outer = base->shape, inner = view->shape;
    const int64_t all = op->pace.count ? op->pace.count : op->loop ? op->loop->steps : 1;
    const int64_t steps = view->stepped && !base->rolled ? all : 1;
    if (view->columns)
        return inner.rank == outer.rank && view->column >= 0 &&
               view->column + (view->index + steps) * inner.dim[inner.rank - 1] <= outer.dim[outer.rank - 1];
    if (!view->part && !view->stepped) return shape_size(inner, batch) == shape_size(outer, batch) || base->rolled;
    const int64_t first = dim_size(outer.dim[0], batch), row = first ? shape_size(outer, batch) / first : 0;
    return base->rolled ||
           (view->index >= 0 && (view->index + steps - 1) * row + shape_size(inner, batch) <= first * row);
}

static void check_views(Check *check) {
    const Program *const program = check->program;
    for (int i = 0; i < program->ops.count; i++)
        for (Access at = {.op = program->ops.at[i]}; access_next(&at);)
            for (const Tensor *view = at.tensor; view->base; view = view->base) {
                if (!is_listed(view)) found(check, at.op, "uses a view that is not listed: ", view);
                if (!lies_inside(view, at.op, check->plan->model->batch))
                    found(check, at.op, "uses more than there is of ", view);
            }
}

/* Order */

static bool is_computed(const Tensor *storage) {
    return (storage->kind == TENSOR_VALUE || storage->kind == TENSOR_OUTPUT || storage->kind == TENSOR_GRADIENT) &&
           !storage->regenerated;
}

/* Whether the operation itself has made what it reads at `read`: its result before its steps, a step's before the next
 * one, the terms of a sum before what it adds. */
static bool made_within(const Op *op, const Access *read) {
    for (Access at = {.op = op}; access_next(&at);) {
        const bool before = at.step < read->step || (at.step < op_terms(op) && read->step < 0);
        if (at.writes && before && tensors_overlap(at.tensor, read->tensor)) return true;
    }
    return false;
}

static bool is_made(const Check *check, const Op *op, const Access *read) {
    for (const Use *use = first_writer(check->program, read->tensor); use; use = next_use(use)) {
        const bool before = use->op->at < op->at,
                   rounds = op->loop && use->op->loop == op->loop && tensor_slice(read->tensor).stepped;
        if (before || rounds) return true;
    }
    return made_within(op, read);
}

static void check_order(Check *check) {
    const Program *const program = check->program;
    for (int i = 0; i < program->ops.count; i++) {
        const Op *const op = program->ops.at[i];
        for (Access at = {.op = op}; access_next(&at);) {
            const Tensor *const storage = tensor_storage(at.tensor);
            if (at.reads && is_computed(storage) && !is_made(check, op, &at))
                found(check, op, "reads before it is made ", at.tensor);
            const Use *const lists[] = {first_reader(program, storage), first_writer(program, storage)};
            for (int j = 0; j < 2 && storage->in_registers; j++)
                for (const Use *use = lists[j]; use; use = next_use(use))
                    if (use->op != op) found(check, use->op, "uses a register of another operation: ", storage);
        }
    }
}

/* Memory: a run with owners in place of numbers */

static int by_address(const void *a, const void *b) {
    const uintptr_t x = (uintptr_t)*(const Tensor *const *)a, y = (uintptr_t)*(const Tensor *const *)b;
    return x < y ? -1 : x > y;
}

static int by_number(const void *a, const void *b) {
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

/* The place of a value where the arenas of all types stand in a row. */
static int64_t place_of(const Check *check, const Tensor *value) {
    int64_t place = value->offset;
    if (!element_is_narrow(value->type)) return place;
    place += check->program->arena_size;
    for (int type = 0; type < (int)value->type; type++) place += check->program->narrow_sizes[type];
    return place;
}

/* The end of its arena there. */
static int64_t arena_end(const Check *check, const Tensor *value) {
    const bool narrow = element_is_narrow(value->type);
    return place_of(check, value) - value->offset +
           (narrow ? check->program->narrow_sizes[value->type] : check->program->arena_size);
}

static int border_of(const Check *check, int64_t place) {
    const int64_t *const at = bsearch(&place, check->borders, (size_t)check->border_count, sizeof place, by_number);
    return (int)(at - check->borders);
}

/* The number of a value that lies in the arena; -1: it does not. */
static int value_of(const Check *check, const Tensor *tensor) {
    const Tensor *const storage = tensor_storage(tensor), **at;
    if (storage->kind != TENSOR_VALUE || storage->offset < 0) return -1;
    at = bsearch(&storage, check->values, (size_t)check->value_count, sizeof storage, by_address);
    return at ? (int)(at - check->values) : -1;
}

static void list_values(Check *check) {
    const Tensors *const tensors = (const Tensors *)(const void *)&check->program->tensors;
    Arena *const arena = check->plan->arena;
    check->values = NEW_ARRAY(arena, const Tensor *, tensors->count + 1);
    check->borders = NEW_ARRAY(arena, int64_t, 2 * tensors->count + 1);
    for (int i = 0; i < tensors->count; i++) {
        const Tensor *const tensor = tensors->at[i];
        if (tensor->kind != TENSOR_VALUE || tensor->offset < 0) continue;
        check->values[check->value_count++] = tensor;
        check->borders[check->border_count++] = place_of(check, tensor);
        check->borders[check->border_count++] = place_of(check, tensor) + tensor->size;
    }
    qsort(check->values, (size_t)check->value_count, sizeof *check->values, by_address);
    qsort(check->borders, (size_t)check->border_count, sizeof *check->borders, by_number);
    check->owners = NEW_ARRAY(arena, int, check->border_count + 1);
    check->made = NEW_ARRAY(arena, bool, check->value_count + 1);
    for (int i = 0; i < check->border_count; i++) check->owners[i] = -1;
}

/* Whether a value owns its place; where `op` is given, what it makes of the value may lie over it (plan/lead.h). */
static bool owns(const Check *check, int value, const Op *op) {
    const Tensor *const tensor = check->values[value];
    const int end = border_of(check, place_of(check, tensor) + tensor->size);
    for (int i = border_of(check, place_of(check, tensor)); i < end; i++) {
        const int owner = check->owners[i];
        if (owner == value || check->borders[i] == check->borders[i + 1]) continue;
        if (!op || owner < 0 || !lies_well_over(check->plan, op, tensor, check->values[owner])) return false;
    }
    return true;
}

static void take(Check *check, int value) {
    const Tensor *const tensor = check->values[value];
    const int end = border_of(check, place_of(check, tensor) + tensor->size);
    for (int i = border_of(check, place_of(check, tensor)); i < end; i++) check->owners[i] = value;
    check->made[value] = true;
}

/* What an operation reads must be there, before it writes and afterwards; and what it writes a part of. */
static void run(Check *check, const Op *op) {
    for (Access at = {.op = op}; access_next(&at);) {
        const int value = value_of(check, at.tensor);
        const bool begins =
            value >= 0 && at.writes && !at.reads && (!check->made[value] || check->values[value]->first == op->at);
        if (value < 0) continue;
        if (!begins && check->made[value] && !owns(check, value, op))
            found(check, op, "wants what has been overwritten: ", at.tensor);
        if (begins) take(check, value);
    }
    for (Access at = {.op = op}; access_next(&at);) {
        const int value = value_of(check, at.tensor);
        if (value >= 0 && check->made[value] && !owns(check, value, op))
            found(check, op, "overwrites what it uses itself: ", at.tensor);
    }
}

static void check_memory(Check *check) {
    const Program *const program = check->program;
    list_values(check);
    for (int i = 0; i < check->value_count; i++)
        if (place_of(check, check->values[i]) + check->values[i]->size > arena_end(check, check->values[i]))
            found(check, program->ops.at[check->values[i]->first], "has a place beyond the arena for ",
                  check->values[i]);
    for (int i = 0; i < program->ops.count && check->value_count; i++) {
        const TimeLoop *const loop = program->ops.at[i]->loop;
        run(check, program->ops.at[i]);
        for (int j = loop && loop->last == i && loop->steps > 1 ? loop->first : i + 1; j <= i; j++)
            run(check, program->ops.at[j]);
    }
}

const char *plan_check(const Plan *plan, const Program *program) {
    Check check = {.plan = plan, .program = program};
    check_places(&check);
    if (!check.wrong) check_views(&check);
    if (!check.wrong) check_order(&check);
    if (!check.wrong) check_memory(&check);
    return check.wrong;
}
