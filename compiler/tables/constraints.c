/* SPDX-License-Identifier: MIT-0 */
/* Constraints: what is done to a weight after each update. Each is a formula of the weight's element, or a factor of
 * the sum of squares along `axis`, of which the norm is the root. Formulas: keras/src/constraints/constraints.py. */
#include "language/class.h"
#include "model/constraint.h"
#include "model/shape.h"

#define NUMBER_ARG(field, default_, doc_)                                                                              \
    {ARG(ConstraintArgs, field), ARG_REAL, DEFAULT(default_), RANGE(0, 1e30), .doc = (doc_)}
#define AXIS                                                                                                           \
    {ARG(ConstraintArgs, axis), ARG_INTS, DEFAULT("0"), RANGE(-MAX_RANK, MAX_RANK - 1),                                \
     .doc = "axes of the weight along which a norm is taken"}
#define DEFINE(name_, alias_, brief_, args_, ...)                                                                      \
    const ConstraintDef constraint_##name_ = {                                                                         \
        .class = {.kind = CLASS_CONSTRAINT, .name = #name_, .brief = (brief_), .args = (args_),                        \
                  .args_size = sizeof(ConstraintArgs), .aliases = ALIASES(alias_)},              \
        __VA_ARGS__};

static const ArgDef max_args[] = {NUMBER_ARG(max_value, "2", "the greatest norm"), AXIS, {0}};
static const ArgDef no_args[] = {{0}};
static const ArgDef unit_args[] = {AXIS, {0}};
static const ArgDef min_max_args[] = {
    NUMBER_ARG(min_value, "0.0", "the least norm"),
    NUMBER_ARG(max_value, "1.0", "the greatest norm"),
    {ARG(ConstraintArgs, rate), ARG_REAL, DEFAULT("1.0"), RANGE(0, 1), .doc = "how far a norm goes there in one step"},
    AXIS,
    {0}};

/* As Keras, 1e-7 is added to what is divided by. */
#define NORM "v_sqrt(squares)"

DEFINE(MaxNorm, "max_norm", "norms are at most max_value", max_args,
       .factor = "v_min(" NORM ", v_splat(max_value)) / (1e-7 + " NORM ")")
DEFINE(NonNeg, "non_neg", "negative weights become 0", no_args, .element = "v_max(v_splat(0.0), w)")
DEFINE(UnitNorm, "unit_norm", "norms are 1", unit_args, .factor = "1.0 / (1e-7 + " NORM ")")
DEFINE(MinMaxNorm, "min_max_norm", "norms are between min_value and max_value", min_max_args,
       .factor = "(rate * v_clip(" NORM ", min_value, max_value) + rest * " NORM ") / (1e-7 + " NORM ")")
