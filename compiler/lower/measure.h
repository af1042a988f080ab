/* SPDX-License-Identifier: MIT-0 */
/* What is measured: the loss and the metrics. */
#ifndef NNC_LOWER_MEASURE_H
#define NNC_LOWER_MEASURE_H

#include "build/builder.h"
#include "model/model.h"
#include "model/shape.h"
#include "plan/plan.h"

/* What is measured: the metrics of the plan; rows of the loss, each of which may have a weight; the prediction as
 * the loss wants it, which belongs to the forward operations; the loss, which returns what gradients begin at; the metrics. */
void plan_metrics(Plan *plan);
Shape loss_rows(const Model *model);
Tensor *build_judged(Builder *build, Tensor *prediction);
Tensor *build_loss(Builder *build, Tensor *judged);
void build_metrics(Builder *build, Tensor *prediction);

#endif
