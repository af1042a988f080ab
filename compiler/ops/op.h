/* SPDX-License-Identifier: MIT-0 */
/* What an operation is written with: this one header, and those of the operations that it builds. */
#ifndef NNC_OPS_OP_H
#define NNC_OPS_OP_H

#include "base/arena.h"
#include "build/build.h"
#include "build/builder.h"
#include "build/gradient.h"
#include "build/gradient_add.h"
#include "model/shape.h"
#include "plan/op.h"
#include "plan/plan.h"
#include "plan/step.h"
#include "plan/tensor.h"
#include "print/emit.h"
#include "print/functions.h"
#include "print/nest.h"
#include "print/params.h"
#include "print/template.h"
#include "print/text.h"

#endif
