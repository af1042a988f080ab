/* SPDX-License-Identifier: MIT-0 */
/* What lies over what: operations say it, for they know in which order they read and write. */
#include "model/shape.h"
#include "plan/access.h"
#include "plan/lead.h"
#include "plan/tensor.h"

/* Whether a tensor is all of its memory, element by element. */
static bool is_whole(const Plan *plan, const Tensor *tensor) {
    for (const Tensor *view = tensor; view->base; view = view->base)
        if (view->part || view->stepped || view->columns) return false;
    return tensor_size(plan, tensor) == tensor_size(plan, tensor_storage(tensor)) && tensor->type == plan->real;
}

int64_t op_lead(const Plan *plan, const Op *op, const Tensor *read, const Tensor *made) {
    int64_t most = -1;
    if (!op->def->lead || tensor_storage(made) != made || !is_whole(plan, made)) return -1;
    for (Access at = {.op = op}; access_next(&at);) {
        const bool is_read = tensor_storage(at.tensor) == read, is_made = tensor_storage(at.tensor) == made;
        if (is_read && (at.writes || !is_whole(plan, at.tensor))) return -1;
        if (is_made && (at.reads || !is_whole(plan, at.tensor))) return -1;
        const int64_t lead = is_read ? op->def->lead(plan, op, &at, made) : 0;
        if (lead < 0) return -1;
        if (is_read && lead > most) most = lead;
    }
    return most;
}

bool op_keeps_place(const Op *op) { return op->form == MAP_WORDS; }

bool lies_well_over(const Plan *plan, const Op *op, const Tensor *read, const Tensor *made) {
    if (made->offset >= read->offset + read->size || made->offset + made->size <= read->offset) return true;
    const int64_t lead = op_lead(plan, op, read, made);
    if (op_keeps_place(op) && made->offset != read->offset) return false;
    return lead >= 0 && read->last == op->at && made->first == op->at && made->offset + lead <= read->offset;
}
