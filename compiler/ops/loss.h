/* SPDX-License-Identifier: MIT-0 */
/* What losses and metrics share. */
#ifndef NNC_OPS_LOSS_H
#define NNC_OPS_LOSS_H

#include "model/loss.h"
#include "plan/measure_attrs.h"
#include "plan/plan.h"
#include "emit/emit.h"

/** Prints a loss, or a metric that is the mean of one: its value for each row of op->in[0], called `p_name`, and
 *  op->in[1], times the weights op->in[2], if any; with op->out the gradient too. */
void emit_row_values(Emit *e, const Op *op, const LossDef *loss, const LossArgs *args, const char *p_name);
/** "MeanSquaredError(prediction, target)": what goes into the sums. */
const char *measure_formula(Emit *e, const Op *op, const char *const *in);

#endif
