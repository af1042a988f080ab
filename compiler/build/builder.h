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
    Tensor *lengths;       /* of samples of any length, (batch, 1); else NULL */
    TimeLoop *loop;        /* that is being built, or NULL … */
    LIST(Op *) step_ops;   /* … and its operations, */
    LIST(Op *) after_ops;  /* and those that stand behind it */
    bool after_loop;       /* operations go there */
    LIST(Op *) loss_ops;   /* what training does when it knows that the loss is finite */
};

/** The pieces of all these: a tensor, an operation without result, its result, a map of one step. A value is called
 *  `label` within the layer. It gets its name from build_called() where that is NULL. */
Tensor *build_tensor(Builder *build, TensorKind kind, const char *name, Shape shape);
Tensor *build_value(Builder *build, const char *label, Shape shape);
/** Names what was made without a label: as a form of another tensor, such as its gradient. What has a name keeps it. */
Tensor *build_called(Builder *build, Tensor *made, TensorForm form, const Tensor *of);
Op *build_op(Builder *build, const OpDef *def, const char *label);
/** An operation of training that runs only when the loss is finite, after it. Not within a time loop. */
Op *build_op_after_loss(Builder *build, const OpDef *def, const char *label);
/** A tensor that outlasts a program: that of this kind and name in the list, which all programs share; `word` is what
 *  its layer calls it. */
Tensor *build_lasting(Builder *build, TensorKind kind, const char *name, const char *word, Shape shape, Tensors *list);
Tensor *build_result(Builder *build, Op *op, const char *label, Shape shape);
Tensor *build_step_map(Builder *build, Step step, Shape shape, const char *name);
/** Calls a value by another word within its layer, unless another one is called so. */
void tensor_rename(Builder *build, Tensor *tensor, const Layer *layer, const char *word);
/** Calls it as a form of another tensor, whatever it was called. */
void tensor_call(Builder *build, Tensor *tensor, TensorForm form, const Tensor *of);
/** Calls the whole gradient of a weight so, whatever it and others were called: d_dense/kernel. */
void tensor_is_gradient_of(Builder *build, Tensor *tensor, const Tensor *weight);
/** Calls a value after the layer that gives it, unless there is one. */
void tensor_is_output(Builder *build, Tensor *tensor, const Layer *layer);
#define TENSOR(name_, tensor_) ((Operand){.name = (name_), .kind = OPERAND_TENSOR, .tensor = (tensor_)})
/** The same, as what its formula knows. */
#define TENSOR_AS(role_, name_, tensor_) \
    ((Operand){.name = (name_), .kind = OPERAND_TENSOR, .role = (role_), .tensor = (tensor_)})
#define NUMBER(name_, number_) ((Operand){.name = (name_), .kind = OPERAND_NUMBER, .number = (number_)})
/** biased for dense.biased: what a tensor is called within its layer, as a part of the names of functions. */
const char *own_name(Builder *build, const Tensor *tensor);

#endif
