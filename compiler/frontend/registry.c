/* SPDX-License-Identifier: MIT-0 */
/* The tables of all classes, from the .def files. */
#include <string.h>

#include "class.h"

/* Each Def starts with its Class, so a pointer to one is a pointer to the other (C11 6.7.2.1p15); what follows in the
 * Def is the business of later passes, and its type stays incomplete here. */
#define LAYER(name) extern const struct LayerDef layer_##name;
#include "layers.def"
#undef LAYER
#define ACTIVATION(name) extern const struct ActivationDef activation_##name;
#include "activations.def"
#undef ACTIVATION
#define INITIALIZER(name) extern const struct InitializerDef initializer_##name;
#include "initializers.def"
#undef INITIALIZER
#define REGULARIZER(name) extern const struct RegularizerDef regularizer_##name;
#include "regularizers.def"
#undef REGULARIZER
#define LOSS(name) extern const struct LossDef loss_##name;
#include "losses.def"
#undef LOSS
#define OPTIMIZER(name) extern const struct OptimizerDef optimizer_##name;
#include "optimizers.def"
#undef OPTIMIZER
#define METRIC(name) extern const struct MetricDef metric_##name;
#include "metrics.def"
#undef METRIC
#define SOURCE(name) extern const Class source_##name;
#include "sources.def"
#undef SOURCE
#define STATEMENT(name) extern const Class statement_##name;
#include "statements.def"
#undef STATEMENT

static const Class *const layers[] = {
#define LAYER(name) (const Class *)&layer_##name,
#include "layers.def"
#undef LAYER
    NULL};
static const Class *const activations[] = {
#define ACTIVATION(name) (const Class *)&activation_##name,
#include "activations.def"
#undef ACTIVATION
    NULL};
static const Class *const initializers[] = {
#define INITIALIZER(name) (const Class *)&initializer_##name,
#include "initializers.def"
#undef INITIALIZER
    NULL};
static const Class *const regularizers[] = {
#define REGULARIZER(name) (const Class *)&regularizer_##name,
#include "regularizers.def"
#undef REGULARIZER
    NULL};
static const Class *const losses[] = {
#define LOSS(name) (const Class *)&loss_##name,
#include "losses.def"
#undef LOSS
    NULL};
static const Class *const optimizers[] = {
#define OPTIMIZER(name) (const Class *)&optimizer_##name,
#include "optimizers.def"
#undef OPTIMIZER
    NULL};
static const Class *const metrics[] = {
#define METRIC(name) (const Class *)&metric_##name,
#include "metrics.def"
#undef METRIC
    NULL};
static const Class *const sources[] = {
#define SOURCE(name) &source_##name,
#include "sources.def"
#undef SOURCE
    NULL};
static const Class *const statements[] = {
#define STATEMENT(name) &statement_##name,
#include "statements.def"
#undef STATEMENT
    NULL};

static const struct {
    const char *singular, *plural;
    const Class *const *classes;
} kinds[CLASS_KIND_COUNT] = {
    [CLASS_LAYER] = {"layer", "layers", layers},
    [CLASS_ACTIVATION] = {"activation", "activations", activations},
    [CLASS_INITIALIZER] = {"initializer", "initializers", initializers},
    [CLASS_REGULARIZER] = {"regularizer", "regularizers", regularizers},
    [CLASS_LOSS] = {"loss", "losses", losses},
    [CLASS_OPTIMIZER] = {"optimizer", "optimizers", optimizers},
    [CLASS_METRIC] = {"metric", "metrics", metrics},
    [CLASS_SOURCE] = {"data source", "sources", sources},
    [CLASS_STATEMENT] = {"statement", "statements", statements},
};

const Class *const *classes(ClassKind kind) {
    return kinds[kind].classes;
}

const Class *class_find(ClassKind kind, const char *name) {
    for (const Class *const *at = classes(kind); *at != NULL; at++) {
        if (strcmp((*at)->name, name) == 0) {
            return *at;
        }
        for (const char *const *alias = (*at)->aliases; alias != NULL && *alias != NULL; alias++) {
            if (strcmp(*alias, name) == 0) {
                return *at;
            }
        }
    }
    return NULL;
}

const char *class_kind_name(ClassKind kind, bool plural) {
    return plural ? kinds[kind].plural : kinds[kind].singular;
}

const char *class_kind_article(ClassKind kind) {
    return strchr("aeiou", kinds[kind].singular[0]) != NULL ? "an" : "a";
}
