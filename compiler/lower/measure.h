/* SPDX-License-Identifier: MIT-0 */
/* What is measured: the loss and the metrics. */
#ifndef NNC_LOWER_MEASURE_H
#define NNC_LOWER_MEASURE_H

#include "build/builder.h"
#include "model/model.h"
#include "model/shape.h"
#include "plan/plan.h"

/** Finds the metrics of compile() and places for their running sums. */
void plan_metrics(Plan *plan);
/** The prediction as the loss wants it, which belongs to the forward operations. */
Tensor *build_judged(Builder *build, Tensor *prediction);
/** Appends the loss; returns what gradients begin at. */
Tensor *build_loss(Builder *build, Tensor *judged);
void build_metrics(Builder *build, Tensor *prediction);

#endif
