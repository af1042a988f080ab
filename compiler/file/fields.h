/* SPDX-License-Identifier: MIT-0 */
/* Members of the structs of weights and states. */
#ifndef NNC_FILE_FIELDS_H
#define NNC_FILE_FIELDS_H

#include "model/layer.h"
#include "emit/emit.h"
#include "file/state.h"

/** The member of the parameter struct: dense_kernel. */
const Field *field_of(const Emit *emit, const Weight *weight);
const char *weight_field(Emit *emit, const Weight *weight);
/** Gives every weight its member name; before all else. */
void name_state_fields(Emit *emit);
void name_weight_fields(Emit *emit);
/** Layers may be called anything, so what stands in one scope of the C is told apart by numbers: a_b, a_b_2. */
const char *scope_name(Emit *emit, const char *wanted);

#endif
