/* SPDX-License-Identifier: MIT-0 */
/* The tables of all classes, from the .def files. */
#include <string.h>
#include <strings.h>

#include "language/class.h"
#include "language/common_args.h"
#include "language/registry.h"

/* Each Def starts with its Class, so a pointer to one is a pointer to the other (C11 6.7.2.1p15); what follows in the
 * Def is the business of later passes, and its type stays incomplete here. */
#define LAYER(name) extern const struct LayerDef layer_##name;
#include "language/layers.def"
#undef LAYER
#define ACTIVATION(name) extern const struct ActivationDef activation_##name;
#include "language/activations.def"
#undef ACTIVATION
#define INITIALIZER(name) extern const struct InitializerDef initializer_##name;
#include "language/initializers.def"
#undef INITIALIZER
#define REGULARIZER(name) extern const struct RegularizerDef regularizer_##name;
#include "language/regularizers.def"
#undef REGULARIZER
#define CONSTRAINT(name) extern const struct ConstraintDef constraint_##name;
#include "language/constraints.def"
#undef CONSTRAINT
#define LOSS(name) extern const struct LossDef loss_##name;
#include "language/losses.def"
#undef LOSS
#define OPTIMIZER(name) extern const struct OptimizerDef optimizer_##name;
#include "language/optimizers.def"
#undef OPTIMIZER
#define SCHEDULE(name) extern const struct ScheduleDef schedule_##name;
#include "language/schedules.def"
#undef SCHEDULE
#define METRIC(name) extern const struct MetricDef metric_##name;
#include "language/metrics.def"
#undef METRIC
#define CALLBACK(name) extern const Class callback_##name;
#include "language/callbacks.def"
#undef CALLBACK
#define SOURCE(name) extern const Class source_##name;
#include "language/sources.def"
#undef SOURCE
#define STATEMENT(name) extern const Class statement_##name;
#include "language/statements.def"
#undef STATEMENT

static const Class *const layers[] = {
#define LAYER(name) (const Class *)&layer_##name,
#include "language/layers.def"
#undef LAYER
    NULL};
static const Class *const activations[] = {
#define ACTIVATION(name) (const Class *)&activation_##name,
#include "language/activations.def"
#undef ACTIVATION
    NULL};
static const Class *const initializers[] = {
#define INITIALIZER(name) (const Class *)&initializer_##name,
#include "language/initializers.def"
#undef INITIALIZER
    NULL};
static const Class *const regularizers[] = {
#define REGULARIZER(name) (const Class *)&regularizer_##name,
#include "language/regularizers.def"
#undef REGULARIZER
    NULL};
static const Class *const constraints[] = {
#define CONSTRAINT(name) (const Class *)&constraint_##name,
#include "language/constraints.def"
#undef CONSTRAINT
    NULL};
static const Class *const losses[] = {
#define LOSS(name) (const Class *)&loss_##name,
#include "language/losses.def"
#undef LOSS
    NULL};
static const Class *const optimizers[] = {
#define OPTIMIZER(name) (const Class *)&optimizer_##name,
#include "language/optimizers.def"
#undef OPTIMIZER
    NULL};
static const Class *const schedules[] = {
#define SCHEDULE(name) (const Class *)&schedule_##name,
#include "language/schedules.def"
#undef SCHEDULE
    NULL};
static const Class *const metrics[] = {
#define METRIC(name) (const Class *)&metric_##name,
#include "language/metrics.def"
#undef METRIC
    NULL};
static const Class *const callbacks[] = {
#define CALLBACK(name) &callback_##name,
#include "language/callbacks.def"
#undef CALLBACK
    NULL};
static const Class *const sources[] = {
#define SOURCE(name) &source_##name,
#include "language/sources.def"
#undef SOURCE
    NULL};
static const Class *const statements[] = {
#define STATEMENT(name) &statement_##name,
#include "language/statements.def"
#undef STATEMENT
    NULL};

static const struct {
    const char *singular, *plural;
    const Class *const *classes;
    const ArgDef *common;
    size_t common_size;
} kinds[CLASS_KIND_COUNT] = {
    [CLASS_LAYER] = {"layer", "layers", layers, inner_layer_args, sizeof(LayerArgs)},
    [CLASS_ACTIVATION] = {"activation", "activations", activations, NULL, 0},
    [CLASS_INITIALIZER] = {"initializer", "initializers", initializers, NULL, 0},
    [CLASS_REGULARIZER] = {"regularizer", "regularizers", regularizers, NULL, 0},
    [CLASS_CONSTRAINT] = {"constraint", "constraints", constraints, NULL, 0},
    [CLASS_LOSS] = {"loss", "losses", losses, common_measure_args, 0},
    [CLASS_OPTIMIZER] = {"optimizer", "optimizers", optimizers, common_optimizer_args, sizeof(CommonOptimizerArgs)},
    [CLASS_SCHEDULE] = {"schedule", "schedules", schedules, NULL, 0},
    [CLASS_METRIC] = {"metric", "metrics", metrics, common_measure_args, 0},
    [CLASS_CALLBACK] = {"callback", "callbacks", callbacks, NULL, 0},
    [CLASS_SOURCE] = {"data source", "sources", sources, NULL, 0},
    [CLASS_STATEMENT] = {"statement", "statements", statements, NULL, 0},
};

const Class *const *classes(ClassKind kind) {
    return kinds[kind].classes;
}

static bool is_named(const Class *class, const char *name, int (*compare)(const char *, const char *)) {
    bool found = compare(class->name, name) == 0;
    for (const char *const *alias = class->aliases; alias != NULL && *alias != NULL; alias++) {
        found |= compare(*alias, name) == 0;
    }
    return found;
}

const Class *class_find(ClassKind kind, const char *name) {
    for (const Class *const *at = classes(kind); *at != NULL; at++) {
        if (is_named(*at, name, strcmp)) {
            return *at;
        }
    }
    return NULL;
}

const Class *class_find_any(const char *name) {
    for (int kind = 0; kind < CLASS_KIND_COUNT; kind++) {
        const Class *class = class_find((ClassKind)kind, name);
        if (class != NULL) return class;
    }
    return NULL;
}

const Class *class_find_string(ClassKind kind, const char *name) {
    for (const Class *const *at = classes(kind); *at != NULL; at++) {
        if ((*at)->any_case && is_named(*at, name, strcasecmp)) {
            return *at;
        }
    }
    return class_find(kind, name);
}

const ArgDef *class_common_args(ClassKind kind, size_t *size) {
    *size = kinds[kind].common_size;
    return kinds[kind].common;
}

const char *class_kind_name(ClassKind kind, bool plural) {
    return plural ? kinds[kind].plural : kinds[kind].singular;
}

const char *class_kind_article(ClassKind kind) {
    return strchr("aeiou", kinds[kind].singular[0]) != NULL ? "an" : "a";
}
