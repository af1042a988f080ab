/* SPDX-License-Identifier: MIT-0 */
/* Arguments that losses share with the metrics of the same names. */
#ifndef NNC_TABLES_LOSSES_H
#define NNC_TABLES_LOSSES_H

#include "language/class.h"
#include "model/loss.h"
#include "model/shape.h"

extern const char *const loss_reductions[];

#define FROM_LOGITS_ARG                                                                                                \
    {ARG(LossArgs, from_logits), ARG_BOOL, DEFAULT("False"), .doc = "the prediction is logits, not probabilities"}
#define LABEL_SMOOTHING_ARG                                                                                            \
    {ARG(LossArgs, label_smoothing), ARG_REAL, DEFAULT("0.0"), RANGE(0, 1), .doc = "part of the label spread evenly"}
#define LAST_AXIS_ARG {ARG(LossArgs, axis), ARG_INT, DEFAULT("-1"), RANGE(-1, -1), .doc = "the classes' axis, the last"}
#define AXIS_ARG                                                                                                       \
    {ARG(LossArgs, axis), ARG_INT, DEFAULT("-1"), RANGE(-MAX_RANK, MAX_RANK), .doc = "of the vectors that are compared"}
#define AXES_ARG                                                                                                       \
    {ARG_AS(LossArgs, axes, "axis"), ARG_INTS, DEFAULT("None"), RANGE(-MAX_RANK, MAX_RANK), .filled = true,            \
     .doc = "that are put together, in each sample; None: all, and the samples of a batch"}
#define DELTA_ARG {ARG(LossArgs, delta), ARG_REAL, DEFAULT("1.0"), POSITIVE, .doc = "where the square becomes a line"}
#define ALPHA_ARG {ARG(LossArgs, alpha), ARG_REAL, DEFAULT("0.25"), RANGE(0, 1e30), .doc = "weight of the classes"}
#define GAMMA_ARG                                                                                                      \
    {ARG(LossArgs, gamma), ARG_REAL, DEFAULT("2.0"), RANGE(0, 100), .doc = "how much less what is nearly right counts"}
#define BALANCING_ARG                                                                                                  \
    {ARG(LossArgs, apply_class_balancing), ARG_BOOL, DEFAULT("False"),                                                 \
     .doc = "class 1 counts alpha, class 0 counts 1 - alpha"}

#endif
