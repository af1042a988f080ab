/* SPDX-License-Identifier: MIT-0 */
/* Initializers: what they draw and with which limits. Formulas: keras/src/initializers/random_initializers.py. */
#include <math.h>

#include "language/class.h"
#include "model/initializer.h"
#include "model/shape.h"

#define FAN_MODES(row) row(FAN_IN, "fan_in") row(FAN_OUT, "fan_out") row(FAN_MEAN, "fan_avg")
#define DISTRIBUTIONS(row)                                                                \
    row(DRAWN_TRUNCATED, "truncated_normal") row(DRAWN_UNTRUNCATED, "untruncated_normal") \
        row(DRAWN_UNIFORM, "uniform") row(DRAWN_NORMAL, "normal")
typedef enum FanMode { FAN_NONE, FAN_MODES(CHOICE_VALUE) } FanMode;
typedef enum Distribution { DRAWN_NONE, DISTRIBUTIONS(CHOICE_VALUE) } Distribution;

typedef struct InitializerArgs {
    double value, mean, stddev, minval, maxval, scale, gain;
    FanMode mode;
    Distribution distribution;
    int64_t seed;
} InitializerArgs;

#define SEED_ARG                                                                                                       \
    {ARG(InitializerArgs, seed), ARG_INT, DEFAULT("None"), RANGE(0, INT32_MAX),                                        \
     .doc = "draws that depend on this seed alone"}
#define FAN_AXES_ARGS                                             \
    {FIXED("input_axes", "None", "fans are those of kernels")}, { \
        FIXED("output_axes", "None", "fans are those of kernels") \
    }
#define DEFINE(name_, brief_, args_, describe_, ...)                                                                   \
    const InitializerDef initializer_##name_ = {                                                                       \
        .class = {.kind = CLASS_INITIALIZER, .name = #name_, .brief = (brief_), .args = (args_),                       \
                  .args_size = sizeof(InitializerArgs), .aliases = ALIASES(__VA_ARGS__)},          \
        .describe = (describe_),                                                                                       \
    };

/* The number of inputs and outputs of one unit; kernels of convolutions count their window. */
static void fans(Shape shape, double *fan_in, double *fan_out) {
    double window = 1;
    for (int i = 0; i < shape.rank - 2; i++) window *= (double)shape.dim[i];
    if (shape.rank == 0) *fan_in = *fan_out = 1;
    else if (shape.rank == 1) *fan_in = *fan_out = (double)shape.dim[0];
    else {
        *fan_in = (double)shape.dim[shape.rank - 2] * window;
        *fan_out = (double)shape.dim[shape.rank - 1] * window;
    }
}

/* Normal draws beyond two deviations are drawn again, which narrows them by this factor. */
static const double TRUNCATED_STDDEV = 0.87962566103423978;

static InitCall variance_scaling(Shape shape, double scale, FanMode mode, Distribution distribution, int64_t seed) {
    double fan_in, fan_out;
    fans(shape, &fan_in, &fan_out);
    double fan = mode == FAN_IN ? fan_in : mode == FAN_OUT ? fan_out : (fan_in + fan_out) / 2;
    scale /= fan > 1 ? fan : 1;
    if (distribution == DRAWN_UNIFORM)
        return (InitCall){.kind = INIT_UNIFORM, .a = -sqrt(3 * scale), .b = sqrt(3 * scale), .seed = seed};
    if (distribution == DRAWN_UNTRUNCATED)
        return (InitCall){.kind = INIT_NORMAL, .a = 0, .b = sqrt(scale), .seed = seed};
    return (InitCall){.kind = INIT_TRUNCATED, .a = 0, .b = sqrt(scale) / TRUNCATED_STDDEV, .seed = seed};
}

static const char *const modes[] = {FAN_MODES(CHOICE_WORD) NULL};
static const char *const distributions[] = {DISTRIBUTIONS(CHOICE_WORD) NULL};

static const ArgDef no_args[] = {{0}};
static const ArgDef seed_args[] = {SEED_ARG, FAN_AXES_ARGS, {0}};
static const ArgDef constant_args[] = {
    {ARG(InitializerArgs, value), ARG_REAL, DEFAULT("0.0"), RANGE(-1e30, 1e30), .doc = "every value"}, {0}};
static const ArgDef normal_args[] = {
    {ARG(InitializerArgs, mean), ARG_REAL, DEFAULT("0.0"), RANGE(-1e30, 1e30), .doc = "mean of the values"},
    {ARG(InitializerArgs, stddev), ARG_REAL, DEFAULT("0.05"), RANGE(0, 1e30), .doc = "standard deviation"},
    SEED_ARG, {0}};
static const ArgDef uniform_args[] = {
    {ARG(InitializerArgs, minval), ARG_REAL, DEFAULT("-0.05"), RANGE(-1e30, 1e30), .doc = "lower limit"},
    {ARG(InitializerArgs, maxval), ARG_REAL, DEFAULT("0.05"), RANGE(-1e30, 1e30), .doc = "upper limit"},
    SEED_ARG, {0}};
static const ArgDef scaling_args[] = {
    {ARG(InitializerArgs, scale), ARG_REAL, DEFAULT("1.0"), RANGE(1e-30, 1e30), .doc = "factor of the variance"},
    {ARG(InitializerArgs, mode), ARG_CHOICE, DEFAULT("'fan_in'"), .choices = modes,
     .doc = "what the variance is divided by"},
    {ARG(InitializerArgs, distribution), ARG_CHOICE, DEFAULT("'truncated_normal'"), .choices = distributions,
     .doc = "what is drawn; 'normal' is 'truncated_normal'"},
    SEED_ARG,
    FAN_AXES_ARGS,
    {0}};
static const ArgDef gain_args[] = {
    {ARG(InitializerArgs, gain), ARG_REAL, DEFAULT("1.0"), RANGE(-1e30, 1e30), .doc = "factor of the matrix"},
    SEED_ARG, {0}};

#define ARGS const InitializerArgs *args = object->args
#define DESCRIBE(name_) static void describe_##name_(const Object *object, Shape shape, InitCall *call)

DESCRIBE(zeros) { (void)object, (void)shape; *call = (InitCall){.kind = INIT_CONSTANT, .a = 0}; }
DESCRIBE(ones) { (void)object, (void)shape; *call = (InitCall){.kind = INIT_CONSTANT, .a = 1}; }
DESCRIBE(constant) { ARGS; (void)shape; *call = (InitCall){.kind = INIT_CONSTANT, .a = args->value}; }
DESCRIBE(random_normal) {
    ARGS; (void)shape;
    *call = (InitCall){.kind = INIT_NORMAL, .a = args->mean, .b = args->stddev, .seed = args->seed};
}
DESCRIBE(random_uniform) {
    ARGS; (void)shape;
    *call = (InitCall){.kind = INIT_UNIFORM, .a = args->minval, .b = args->maxval, .seed = args->seed};
}
DESCRIBE(truncated_normal) {
    ARGS; (void)shape;
    *call = (InitCall){.kind = INIT_TRUNCATED, .a = args->mean, .b = args->stddev, .seed = args->seed};
}
DESCRIBE(scaling) { ARGS; *call = variance_scaling(shape, args->scale, args->mode, args->distribution, args->seed); }
DESCRIBE(glorot_uniform) {
    ARGS;
    *call = variance_scaling(shape, 1, FAN_MEAN, DRAWN_UNIFORM, args->seed);
}
DESCRIBE(glorot_normal) {
    ARGS;
    *call = variance_scaling(shape, 1, FAN_MEAN, DRAWN_TRUNCATED, args->seed);
}
DESCRIBE(he_uniform) {
    ARGS;
    *call = variance_scaling(shape, 2, FAN_IN, DRAWN_UNIFORM, args->seed);
}
DESCRIBE(he_normal) {
    ARGS;
    *call = variance_scaling(shape, 2, FAN_IN, DRAWN_TRUNCATED, args->seed);
}
DESCRIBE(lecun_uniform) {
    ARGS;
    *call = variance_scaling(shape, 1, FAN_IN, DRAWN_UNIFORM, args->seed);
}
DESCRIBE(lecun_normal) {
    ARGS;
    *call = variance_scaling(shape, 1, FAN_IN, DRAWN_TRUNCATED, args->seed);
}

/* As Keras: a tensor of rank above 2 is the matrix of all but its last dimension by the last. */
static InitCall matrix_call(InitKind kind, Shape shape, const InitializerArgs *args) {
    InitCall call = {.kind = kind, .a = args->gain, .rows = 1, .columns = 1, .seed = args->seed};
    for (int i = 0; i < shape.rank - 1; i++) call.rows *= shape.dim[i];
    if (shape.rank > 0) call.columns = shape.dim[shape.rank - 1];
    return call;
}
DESCRIBE(orthogonal) { ARGS; *call = matrix_call(INIT_ORTHOGONAL, shape, args); }
DESCRIBE(identity) { ARGS; *call = matrix_call(INIT_IDENTITY, shape, args); }

DEFINE(Zeros, "0", no_args, describe_zeros, "zeros", "zero")
DEFINE(Ones, "1", no_args, describe_ones, "ones", "one")
DEFINE(Constant, "one value", constant_args, describe_constant, "constant")
DEFINE(RandomNormal, "normal draws", normal_args, describe_random_normal, "random_normal", "normal")
DEFINE(RandomUniform, "uniform draws", uniform_args, describe_random_uniform, "random_uniform", "uniform")
DEFINE(TruncatedNormal, "normal draws within two standard deviations of the mean", normal_args,
       describe_truncated_normal, "truncated_normal")
DEFINE(VarianceScaling, "draws of variance scale / fan", scaling_args, describe_scaling, "variance_scaling")
DEFINE(GlorotUniform, "uniform within ±√(6 / (fan_in + fan_out))", seed_args, describe_glorot_uniform, "glorot_uniform",
       "xavier_uniform")
DEFINE(GlorotNormal, "truncated normal of variance 2 / (fan_in + fan_out)", seed_args, describe_glorot_normal,
       "glorot_normal", "xavier_normal")
DEFINE(HeUniform, "uniform within ±√(6 / fan_in)", seed_args, describe_he_uniform, "he_uniform")
DEFINE(HeNormal, "truncated normal of variance 2 / fan_in", seed_args, describe_he_normal, "he_normal")
DEFINE(LecunUniform, "uniform within ±√(3 / fan_in)", seed_args, describe_lecun_uniform, "lecun_uniform")
DEFINE(LecunNormal, "truncated normal of variance 1 / fan_in", seed_args, describe_lecun_normal, "lecun_normal")
DEFINE(Orthogonal, "orthonormal rows or columns, whichever are fewer", gain_args, describe_orthogonal, "orthogonal",
       "OrthogonalInitializer")
DEFINE(Identity, "the identity matrix", gain_args, describe_identity, "identity", "IdentityInitializer")
