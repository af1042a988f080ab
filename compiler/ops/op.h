/* SPDX-License-Identifier: MIT-0 */
/* What an operation is written with: this one header, and those of the operations that it builds. */
#ifndef NNC_OPS_OP_H
#define NNC_OPS_OP_H

#include "base/arena.h"
#include "base/key.h"
#include "build/build.h"
#include "build/builder.h"
#include "build/gradient.h"
#include "build/gradient_add.h"
#include "model/shape.h"
#include "plan/op.h"
#include "plan/plan.h"
#include "plan/step.h"
#include "plan/tensor.h"
#include "emit/emit.h"
#include "emit/functions.h"
#include "emit/nest.h"
#include "emit/params.h"
#include "emit/template.h"
#include "emit/text.h"
#include "emit/vectors.h"

#endif
