/* SPDX-License-Identifier: MIT-0 */
/* Which values of a prediction have one loss. */
#include "language/class.h"
#include "model/loss.h"
#include "model/model.h"
#include "model/shape.h"

bool loss_ignores(const Object *loss) {
    return ((const LossDef *)loss->class)->ignores && ((const LossArgs *)loss->args)->ignore_class != INT_NONE;
}

/* Whether a loss is of the whole batch. */
static bool is_of_batch(const LossDef *loss, const LossArgs *args) {
    return loss->axes == AXES_GIVEN && args->axes.count < 0;
}

/* Whether a dimension of the prediction goes into a row. */
static bool is_in_row(const LossDef *loss, const LossArgs *args, int rank, int dim) {
    if (is_of_batch(loss, args)) return true;
    if (loss->axes == AXES_LAST) return dim == rank - 1;
    const Ints axes = loss->axes == AXES_GIVEN ? args->axes : (Ints){.at = &args->axis, .count = 1};
    for (int i = 0; i < axes.count; i++)
        if (axes.at[i] == dim || axes.at[i] + rank == dim) return true;
    return false;
}

int row_axes(const LossDef *loss, const LossArgs *args, int rank, int axes[MAX_RANK]) {
    int count = 0, kept;
    for (int i = 0; i < rank; i++)
        if (!is_in_row(loss, args, rank, i)) axes[count++] = i;
    kept = count;
    for (int i = 0; i < rank; i++)
        if (is_in_row(loss, args, rank, i)) axes[count++] = i;
    return kept;
}

Shape loss_rows(const Model *model) {
    const Object *object = model->compile.loss;
    int axes[MAX_RANK];
    Shape rows = {.rank = row_axes((const LossDef *)object->class, object->args, model->output.rank, axes)};
    for (int i = 0; i < rows.rank; i++) rows.dim[i] = model->output.dim[axes[i]];
    return rows.rank ? rows : shape_of(1, (int64_t[]){BATCH}); /* of a whole batch samples have weights, too */
}
