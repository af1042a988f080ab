/* SPDX-License-Identifier: MIT-0 */
/* Values of weights in files of Keras, and the state of its optimizers. Within a layer they stand in the order in which
 * the layer declares them, here as there; the shape of each is compared. */
#include "import/keras.h"

#ifdef NNC_IMPORT

#include <math.h>
#include <string.h>

#include "base/names.h"
#include "language/keras_names.h"
#include "lower/update.h"
#include "model/layer.h"
#include "model/optimizer.h"

/* Variables by number: Keras 3 ------------------------------------------------------------ */

/* Takes the variables of one layer, from `weight` of the layer's on. */
static bool take_group(Import *import, const Hdf5 *file, const Layer *owner, const Layer *layer, const char *group,
                       int *weight) {
    Arena *const arena = import->arena;
    for (int i = 0; i < layer->inner.count; i++) {
        const char *const inner = arena_printf(arena, "%s/%s", group, layer_inner_group(layer, i));
        if (!take_group(import, file, owner, layer->inner.at[i], inner, weight)) return false;
    }
    if (layer->inner.count > 0) return true;
    const char *const variables = arena_printf(arena, "%s/%s", group, layer_variables_group(layer));
    for (int i = 0; i < layer->weights.count; i++) {
        nnc_entry array;
        const char *const name = arena_printf(arena, "%s/%d", variables, i);
        if (!hdf5_read(file, name, &array)) return false;
        if (!import_weight(import, owner->weights.at[(*weight)++], &array, name)) return false;
    }
    const char *const more = arena_printf(arena, "%s/%d", variables, layer->weights.count);
    return !hdf5_has(file, more) ||
           import_fail(import, "layer %s has more variables than nnc's %s: %s", import_quote(import, layer->name),
                       layer->def->class.name, import_quote(import, more));
}

/* The groups that the model's own layers would have. */
static const char *const *groups_of_model(Import *import) {
    const Model *const model = import->model;
    const char **const groups = NEW_ARRAY(import->arena, const char *, model->layers.count);
    Names counts = {.arena = import->arena};
    for (int i = 0; i < model->layers.count; i++)
        groups[i] = arena_printf(import->arena, "layers/%s",
                                 numbered_name(import->arena, &counts, model->layers.at[i]->def->class.name));
    return groups;
}

bool keras_variables(Import *import, const Hdf5 *file, const KerasLayers *layers) {
    const Model *const model = import->model;
    const char *const *const groups = layers ? NULL : groups_of_model(import);
    for (int i = 0; i < model->layers.count; i++) {
        const Layer *const layer = model->layers.at[i];
        int weight = 0;
        if (layers && layers->at[i].told) continue;
        if (!take_group(import, file, layer, layer, layers ? layers->at[i].group : groups[i], &weight)) return false;
    }
    return true;
}

/* Weights by name: older files ------------------------------------------------------------ */

/* The arrays under one name, taken one after another. */
typedef struct Pile {
    NameList names;
    int next;
} Pile;

static const char *within(Import *import, const char *group, const char *name) {
    return *group ? arena_printf(import->arena, "%s/%s", group, name) : name;
}

static bool take_named(Import *import, const Hdf5 *file, const Layer *layer, const char *group, Pile *pile) {
    for (int i = 0; i < layer->weights.count; i++) {
        nnc_entry array;
        if (pile->next == pile->names.count)
            return import_fail(import, "there are only %d arrays under %s: layer '%s' needs more", pile->names.count,
                               import_quote(import, group), layer->name);
        const char *const name = within(import, group, pile->names.at[pile->next++]);
        if (!hdf5_read(file, name, &array) || !import_weight(import, layer->weights.at[i], &array, name)) return false;
    }
    return true;
}

static bool all_taken(Import *import, const char *group, const Pile *pile) {
    return pile->next == pile->names.count || import_fail(import, "%s has %d arrays, nnc's layer takes %d",
                                                          import_quote(import, group), pile->names.count, pile->next);
}

/* Without the layers of a configuration: the groups that have arrays, in the order of the file, go to the layers that
 * have weights. */
static bool take_in_order(Import *import, const Hdf5 *file, const char *group, const NameList *tops) {
    const Model *const model = import->model;
    int at = 0;
    for (int i = 0; i < tops->count; i++) {
        const char *const top = within(import, group, tops->at[i]);
        Pile pile = {.next = 0};
        if (!hdf5_texts(file, top, "weight_names", &pile.names)) return false;
        if (pile.names.count == 0) continue;
        while (at < model->layers.count && model->layers.at[at]->weights.count == 0) at++;
        if (at == model->layers.count)
            return import_fail(import, "has weights of a layer %s, which the model does not have",
                               import_quote(import, tops->at[i]));
        if (!take_named(import, file, model->layers.at[at++], top, &pile) || !all_taken(import, top, &pile))
            return false;
    }
    while (at < model->layers.count && model->layers.at[at]->weights.count == 0) at++;
    return at == model->layers.count ||
           import_fail(import, "has no weights of the model's layer '%s'", model->layers.at[at]->name);
}

bool keras_named_weights(Import *import, const Hdf5 *file, const char *group, const KerasLayers *layers) {
    NameList tops;
    if (!hdf5_texts(file, group, "layer_names", &tops)) return false;
    if (!layers) return take_in_order(import, file, group, &tops);
    Names piles = {.arena = import->arena};
    for (int i = 0; i < import->model->layers.count; i++) {
        const Layer *const layer = import->model->layers.at[i];
        const char *const top = within(import, group, layers->at[i].top);
        Pile **const pile = (Pile **)names_slot(&piles, top);
        if (!*pile) {
            *pile = NEW(import->arena, Pile);
            if (!hdf5_has(file, top)) {
                if (layer->weights.count == 0) continue;
                return import_fail(import, "has no weights of layer %s", import_quote(import, layers->at[i].name));
            }
            if (!hdf5_texts(file, top, "weight_names", &(*pile)->names)) return false;
        }
        enum { STATISTICS = 3 /* mean, variance, and of how many */ };
        if (layers->at[i].told) (*pile)->next += STATISTICS;
        else if (!take_named(import, file, layer, top, *pile)) return false;
        const bool last = i + 1 == import->model->layers.count || strcmp(layers->at[i].top, layers->at[i + 1].top) != 0;
        if (last && !all_taken(import, top, *pile)) return false;
    }
    return true;
}

bool keras_variable(Import *import, KerasModel *model, const KerasLayer *layer, int index, nnc_entry *array) {
    NameList names;
    if (!keras_file(import, model)) return false;
    if (!model->listed)
        return hdf5_read(model->file, arena_printf(import->arena, "%s/vars/%d", layer->group, index), array);
    const char *const top = within(import, model->listed, layer->top);
    if (!hdf5_texts(model->file, top, "weight_names", &names)) return false;
    for (int i = 0; i + index < names.count; i++) { /* of a model within, by the layer's name */
        if (!strstr(names.at[i], layer->name)) continue;
        return hdf5_read(model->file, within(import, top, names.at[i + index]), array);
    }
    return import_fail(import, "has no weights of layer %s", import_quote(import, layer->name));
}

/* The optimizer ------------------------------------------------------------ */

typedef struct Variables {
    Import *import;
    const Hdf5 *file;
    const char *group; /* that lists them; NULL: optimizer/vars */
    NameList names;
    int next;
} Variables;

static const char *next_name(Variables *variables) {
    Import *const import = variables->import;
    const int at = variables->next++;
    if (!variables->group) return arena_printf(import->arena, "optimizer/vars/%d", at);
    return at < variables->names.count ? within(import, variables->group, variables->names.at[at])
                                       : "optimizer_weights";
}

static void add_state(Import *import, const char *name, nnc_dtype dtype, const void *value) {
    nnc_entry entry = {
        .name = arena_strdup(import->arena, name), .dtype = dtype, .rank = 1, .shape = {1}, .count = 1, .data = value};
    list_push(import->arena, &import->state, entry);
}

/* How many updates there were, and the learning rate, which Keras 2 does not keep. */
static bool take_counters(Variables *variables) {
    Import *const import = variables->import;
    nnc_entry array;
    if (!hdf5_read(variables->file, next_name(variables), &array)) return false;
    if (array.rank != 0 || array.dtype != NNC_F64)
        return import_fail(import, "the first variable of its optimizer does not count its updates");
    const double updates = *(const double *)array.data;
    if (!(updates >= 0 && updates < 1e15)) return import_fail(import, "its optimizer has made %g updates", updates);
    uint64_t *const iterations = NEW(import->arena, uint64_t);
    *iterations = (uint64_t)updates;
    add_state(import, "@iterations", NNC_U64, iterations);
    add_state(import, "@batches", NNC_U64, iterations);
    const char *const name = next_name(variables);
    if (hdf5_has(variables->file, name)) {
        if (!hdf5_read(variables->file, name, &array)) return false;
        if (array.rank != 0) {
            variables->next--;
            return true;
        }
        add_state(import, "@learning_rate", NNC_F32, array.dtype == NNC_F32 ? array.data : NULL);
        if (array.dtype != NNC_F32) return import_fail(import, "its learning rate is no real number");
    }
    return true;
}

static bool take_slot(Variables *variables, const char *slot, const Weight *weight) {
    Import *const import = variables->import;
    const char *const name = next_name(variables);
    nnc_entry array;
    if (!hdf5_read(variables->file, name, &array)) return false;
    bool same = array.dtype == NNC_F32 && array.rank == weight->shape.rank;
    for (int i = 0; same && i < array.rank; i++) same = array.shape[i] == weight->shape.dim[i];
    if (!same)
        return import_fail(import, "%s has shape %s and is not '%s' of %s", import_quote(import, name),
                           nnc_show_shape(array.shape, array.rank).text, slot, weight->path);
    array.name = arena_printf(import->arena, "@%s/%s", slot, weight->path);
    list_push(import->arena, &import->state, array);
    return true;
}

/* Slots `first` to `last` of all trainable weights, weight by weight. */
static bool take_slots(Variables *variables, const UpdateRule *rule, int first, int last) {
    const Model *const model = variables->import->model;
    for (int i = 0; i < model->layers.count; i++)
        for (int j = 0; j < model->layers.at[i]->weights.count; j++)
            for (int slot = first; slot < last && model->layers.at[i]->weights.at[j]->trainable; slot++)
                if (!take_slot(variables, rule->slots.at[slot].name, model->layers.at[i]->weights.at[j])) return false;
    return true;
}

/* Whether the learning rate is no number. */
static bool follows_schedule(const Object *optimizer) {
    for (const ArgDef *row = optimizer->class->args; row && row->name; row++)
        if (row->type == ARG_NUMBER_OR_OBJECT &&
            ((const NumberOrObject *)(const void *)((const char *)optimizer->args + row->offset))->object)
            return true;
    return false;
}

bool keras_optimizer(Import *import, const Hdf5 *file, const char *group) {
    const Object *const optimizer = import->model->compile.optimizer;
    const UpdateRule rule = update_rule(import->arena, optimizer);
    Variables variables = {import, file, group, {NULL, 0}, 0};
    if (group && !hdf5_has(file, group)) return import->stateless = "it was saved without one", true;
    if (!group && !hdf5_has(file, "optimizer/vars/0")) return import->stateless = "it was saved without one", true;
    if (group && !hdf5_texts(file, group, "weight_names", &variables.names)) return false;
    for (int i = 0; i < rule.slots.count; i++)
        if (!strcmp(rule.slots.at[i].name, "average") || !strcmp(rule.slots.at[i].name, "accumulated"))
            return import->stateless = "averages of weights and gradients of several batches do not come along", true;
    if (follows_schedule(optimizer)) return import->stateless = "its learning rate follows a schedule", true;
    if (rule.product) return import->stateless = "what Nadam keeps does not come along", true;
    if (((const OptimizerDef *)optimizer->class)->update)
        return import->stateless =
                   arena_printf(import->arena, "what %s keeps of matrices does not come along", optimizer->class->name),
               true;
    if (!take_counters(&variables)) return false;
    /* Keras keeps the first two of most side by side, weight by weight, and those of RMSprop one after another. */
    const int beside = !strcmp(optimizer->class->name, "RMSprop") ? 1 : 2;
    if (!take_slots(&variables, &rule, 0, rule.slots.count < beside ? rule.slots.count : beside)) return false;
    for (int slot = beside; slot < rule.slots.count; slot++)
        if (!take_slots(&variables, &rule, slot, slot + 1)) return false;
    return true;
}

#endif
