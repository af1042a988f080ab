/* SPDX-License-Identifier: MIT-0 */
/* What builds a plan, and the pieces of all operations: tensors, operations, their results. */
#ifndef NNC_BUILD_BUILDER_H
#define NNC_BUILD_BUILDER_H

#include <stdbool.h>

#include "base/arena.h"
#include "model/layer.h"
#include "model/shape.h"
#include "plan/plan.h"

struct Builder {
    Plan *plan;
    Program *program;
    const Layer *layer; /* whose operations are being appended */
    bool training;
    bool random; /* dropout and noise are on */
    bool streaming; /* one time step, with lasting states */
    bool target; /* the program knows y: it has a loss */
    Phase phase;
    TimeLoop *loop;        /* that is being built, or NULL … */
    LIST(Op *) step_ops;   /* … and its operations, */
    LIST(Op *) after_ops;  /* and those that stand behind it */
    bool after_loop;       /* operations go there */
    LIST(Op *) loss_ops;   /* what training does when it knows that the loss is finite */
};

/** The pieces of all these: a tensor, an operation without result, its result, a map of one step. */
Tensor *build_tensor(Builder *build, TensorKind kind, const char *name, Shape shape);
Tensor *build_value(Builder *build, const char *label, Shape shape);
Op *build_op(Builder *build, const OpDef *def, const char *label);
/** An operation of training that runs only when the loss is finite, after it. Not within a time loop. */
Op *build_op_after_loss(Builder *build, const OpDef *def, const char *label);
/** A tensor that outlasts a program: that of this kind and name in the list, which all programs share. */
Tensor *build_lasting(Builder *build, TensorKind kind, const char *name, Shape shape, Tensors *list);
Tensor *build_result(Builder *build, Op *op, const char *label, Shape shape);
Tensor *build_step_map(Builder *build, Step step, Shape shape, const char *name);
bool tensor_name_taken(const Program *program, const char *name);
void tensor_rename(Builder *build, Tensor *tensor, const char *name);
#define TENSOR(name_, tensor_) ((Operand){.name = (name_), .kind = OPERAND_TENSOR, .tensor = (tensor_)})
#define NUMBER(name_, number_) ((Operand){.name = (name_), .kind = OPERAND_NUMBER, .number = (number_)})
/** d_biased for dense.biased: what a gradient is called within its layer. */
const char *gradient_name(Builder *build, const Tensor *tensor);

#endif
