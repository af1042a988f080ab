/* SPDX-License-Identifier: MIT-0 */
/* From a configuration of Keras to the chain of its layers: Sequential models, functional ones whose layers follow each
 * other, and models of either kind within them. */
#include "import/keras.h"

#ifdef NNC_IMPORT

#include <string.h>

#include "base/names.h"
#include "language/keras_names.h"

enum { DEEPEST = 16 /* models within models */ };

/* What Keras calls a model's class; subclasses of Model have no configuration. */
static bool is_model(const char *class_name) {
    return !strcmp(class_name, "Sequential") || !strcmp(class_name, "Functional") || !strcmp(class_name, "Model");
}

static const char *name_of(const Ast *entry) {
    const char *const name = json_text(json_get(entry, "config"), "name");
    const char *const outside = name ? name : json_text(entry, "name");
    return outside ? outside : "?";
}

/* The number of calls of a layer in a functional model, and the layer whose output the first call takes. A tensor is
 * ["name", node, index, …] in Keras 2 and {"class_name": "__keras_tensor__", "config": {"keras_history": [the same]}}
 * in 3. */
typedef struct Calls {
    int count, inputs;
    const char *from;
    int node, index;
    bool refused;     /* an argument that changes what the call does */
} Calls;

static bool add_tensor(Calls *calls, const Ast *tensor) {
    if (json_count(tensor) < 3 || tensor->items.at[0]->kind != AST_STRING || tensor->items.at[1]->kind != AST_NUMBER ||
        tensor->items.at[2]->kind != AST_NUMBER)
        return false;
    if (calls->inputs++ > 0) return true;
    calls->from = tensor->items.at[0]->string.chars;
    calls->node = (int)tensor->items.at[1]->number.value;
    calls->index = (int)tensor->items.at[2]->number.value;
    return true;
}

static void add_arguments(Calls *calls, const Ast *value) {
    const char *const class_name = json_text(value, "class_name");
    if (class_name && !strcmp(class_name, "__keras_tensor__")) {
        if (!add_tensor(calls, json_get(json_get(value, "config"), "keras_history"))) calls->refused = true;
        return;
    }
    for (int i = 0; i < json_count(value); i++) add_arguments(calls, value->items.at[i]);
}

/* mask=… follows from the layers; training=True, too, which the model's own call overrules since Keras 3. */
static void add_keywords(Calls *calls, const Ast *keywords, bool overruled) {
    for (int i = 0; keywords && keywords->kind == AST_DICT && i < keywords->dict.count; i++) {
        const Ast *const value = keywords->dict.values[i];
        if (json_is_text(keywords->dict.keys[i], "mask") || value->kind == AST_NONE) continue;
        const bool training = overruled && json_is_text(keywords->dict.keys[i], "training");
        if (value->kind == AST_BOOL && (!value->boolean || training)) continue;
        calls->refused = true;
    }
}

static Calls calls_of(const Ast *entry) {
    const Ast *const nodes = json_get(entry, "inbound_nodes");
    Calls calls = {.count = json_count(nodes)};
    for (int i = 0; i < calls.count && i < 1; i++) {
        const Ast *const node = nodes->items.at[i];
        if (json_get(node, "args")) {
            add_arguments(&calls, json_get(node, "args"));
            add_keywords(&calls, json_get(node, "kwargs"), true);
            continue;
        }
        for (int j = 0; j < json_count(node); j++) {
            if (!add_tensor(&calls, node->items.at[j])) calls.refused = true;
            else if (json_count(node->items.at[j]) > 3) add_keywords(&calls, node->items.at[j]->items.at[3], false);
        }
    }
    return calls;
}

/* One chain: entry after entry, each with the number that its class has among those before it in the file. */
typedef struct Chain {
    Import *import;
    KerasModel *model;
    int depth;
    const char *group, *top; /* of the model that is looked through */
} Chain;

static bool add_model(const Chain *chain, const Ast *root);

static bool add_entry(const Chain *chain, const Ast *entry, const char *group) {
    Import *const import = chain->import;
    const char *const class_name = keras_class(import, entry), *const name = name_of(entry);
    if (!class_name) return false;
    if (!strcmp(class_name, "InputLayer")) {
        if (chain->model->layers.count == 0 && !chain->model->input) chain->model->input = json_get(entry, "config");
        return true;
    }
    const char *const top = chain->top ? chain->top : name;
    if (is_model(class_name)) {
        if (chain->depth == DEEPEST) return import_fail(import, "has models within models, too deep to be one chain");
        const Chain inner = {import, chain->model, chain->depth + 1, arena_printf(import->arena, "%s/", group), top};
        return add_model(&inner, entry);
    }
    const KerasLayer layer = {entry, name, group, top};
    list_push(import->arena, &chain->model->layers, layer);
    return true;
}

static bool branches(Import *import, const char *name, const char *why) {
    import_fail(import, "layer %s %s: nnc takes models that are one chain of layers", import_quote(import, name), why);
    nnc_fail_hint(&import->host, "import the parts that are chains as models of their own");
    return false;
}

/* The layer that follows `name` in a functional model: the only one that takes its output. */
static bool next_of(const Chain *chain, const Ast *layers, const char *name, int *next) {
    *next = -1;
    for (int i = 0; i < json_count(layers); i++) {
        const Ast *const entry = layers->items.at[i];
        const Calls calls = calls_of(entry);
        if (!calls.from || strcmp(calls.from, name) != 0) continue;
        if (*next >= 0)
            return branches(chain->import, name,
                            arena_printf(chain->import->arena, "goes to both %s and %s",
                                         import_quote(chain->import, name_of(layers->items.at[*next])),
                                         import_quote(chain->import, name_of(entry))));
        *next = i;
    }
    return true;
}

/* What stands in the way of a chain in one layer of a functional model; NULL: nothing. */
static const char *layer_problem(const Ast *entry) {
    const Calls calls = calls_of(entry);
    const char *const class_name = json_text(entry, "class_name");
    const bool is_input = class_name && !strcmp(class_name, "InputLayer");
    if (calls.count > 1) return "is called more than once";
    if (calls.inputs > 1) return "has several inputs";
    if (calls.refused) return "is called with an argument that is no tensor of the chain";
    if (calls.node != 0 || calls.index != 0) return "takes one of several outputs";
    return calls.inputs == 0 && !is_input ? "has no input" : NULL;
}

/* Input and output layers are [["name", 0, 0]], or ["name", 0, 0] where there is one. */
static int end_count(const Ast *ends) {
    return json_count(ends) > 0 && ends->items.at[0]->kind == AST_STRING ? 1 : json_count(ends);
}

static bool add_functional(const Chain *chain, const Ast *config, const char *const *groups) {
    Import *const import = chain->import;
    const Ast *const layers = json_get(config, "layers"), *const outputs = json_get(config, "output_layers");
    int first = -1, count = 0;
    if (end_count(json_get(config, "input_layers")) > 1)
        return branches(import, name_of(layers->items.at[0]), "is one of several inputs");
    if (end_count(outputs) > 1)
        return branches(import, name_of(layers->items.at[json_count(layers) - 1]), "is one of several outputs");
    for (int i = 0; i < json_count(layers); i++) {
        const char *const problem = layer_problem(layers->items.at[i]);
        if (problem) return branches(import, name_of(layers->items.at[i]), problem);
        if (calls_of(layers->items.at[i]).inputs > 0) continue;
        if (first >= 0) return branches(import, name_of(layers->items.at[i]), "is a second input");
        first = i;
    }
    for (int at = first; at >= 0; count++) {
        if (count == json_count(layers)) return branches(import, name_of(layers->items.at[at]), "follows itself");
        if (!add_entry(chain, layers->items.at[at], groups[at])) return false;
        if (!next_of(chain, layers, name_of(layers->items.at[at]), &at)) return false;
    }
    return count == json_count(layers) || import_fail(import, "has layers that nothing leads to");
}

/* The groups of variables: a layer's class in snake_case, numbered among those of its class. */
static const char *const *groups_of(const Chain *chain, const Ast *layers) {
    Import *const import = chain->import;
    const char **const groups = NEW_ARRAY(import->arena, const char *, json_count(layers) + 1);
    Names counts = {.arena = import->arena};
    for (int i = 0; i < json_count(layers); i++) {
        const char *const class_name = keras_class(import, layers->items.at[i]);
        if (!class_name) return NULL;
        groups[i] = arena_printf(import->arena, "%slayers/%s", chain->group,
                                 numbered_name(import->arena, &counts, class_name));
    }
    return groups;
}

static bool add_model(const Chain *chain, const Ast *root) {
    const Ast *const config = json_get(root, "config");
    /* Keras 1: the list itself */
    const Ast *const layers = json_count(config) > 0 ? config : json_get(config, "layers");
    if (json_count(layers) == 0) return import_fail(chain->import, "has no layers");
    const char *const *const groups = groups_of(chain, layers);
    if (!groups) return false;
    if (json_get(config, "output_layers")) return add_functional(chain, config, groups);
    for (int i = 0; i < json_count(layers); i++)
        if (!add_entry(chain, layers->items.at[i], groups[i])) return false;
    return true;
}

bool keras_chain(Import *import, KerasModel *model) {
    const char *const class_name = json_text(model->root, "class_name");
    if (!class_name || !is_model(class_name)) {
        import_fail(import, "is a model of the class %s, whose layers only its Python code knows",
                    import_quote(import, class_name ? class_name : "?"));
        nnc_fail_hint(&import->host,
                      "make it a Sequential or functional model of the same layers, set its weights, and save that");
        return false;
    }
    model->name = json_text(json_get(model->root, "config"), "name");
    const Chain chain = {import, model, 0, "", NULL};
    if (!add_model(&chain, model->root)) return false;
    return model->layers.count > 0 || import_fail(import, "has no layers but its input");
}

#endif
