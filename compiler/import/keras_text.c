/* SPDX-License-Identifier: MIT-0 */
/* From configurations of Keras to the words of the language, which are Keras' own: each object becomes a call with all
 * of its arguments. What Keras 2 called otherwise is a row of habits.def. */
#include "import/keras.h"

#ifdef NNC_IMPORT

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "frontend/parser.h"
#include "language/class.h"
#include "language/common_args.h"
#include "language/habits.h"
#include "language/keras_names.h"
#include "language/registry.h"
#include "model/layer.h"

static bool put_value(Import *import, const Ast *value, Text *out);
static bool put_object(Import *import, const char *owner, const Ast *value, Text *out);

/* Classes and arguments ------------------------------------------------------------ */

static bool is_word(const char *text) {
    size_t length = 0;
    for (; text[length]; length++)
        if (!isalnum((unsigned char)text[length]) && text[length] != '_') return false;
    return length > 0 && length <= 128 && !isdigit((unsigned char)text[0]);
}

static bool starts_with(const char *text, const char *start) { return !strncmp(text, start, strlen(start)); }

const char *keras_class(Import *import, const Ast *entry) {
    const char *name = json_text(entry, "class_name");
    const char *const registered = json_text(entry, "registered_name"), *const module = json_text(entry, "module");
    if (!name) {
        import_fail(import, "has a layer without a class");
        return NULL;
    }
    const char *const dotted = strrchr(name, '.'), *const own = strrchr(name, '>');
    const bool optimizer_of_keras_2 = starts_with(name, "Custom>") && class_find(CLASS_OPTIMIZER, own + 1);
    if (optimizer_of_keras_2) name = own + 1;
    else if (dotted && starts_with(name, "keras")) name = dotted + 1;
    const bool foreign = module && !starts_with(module, "keras") && !starts_with(module, "tf_keras") &&
                         !starts_with(module, "builtins") && !starts_with(module, "tensorflow.") &&
                         !starts_with(module, "tensorflow.python.keras");
    if (foreign || !is_word(name) || (registered && strchr(registered, '>') && !optimizer_of_keras_2)) {
        import_fail(import, "%s is of a class of its own, %s, which only its Python code knows",
                    import_quote(import, json_text(json_get(entry, "config"), "name")
                                             ? json_text(json_get(entry, "config"), "name")
                                             : "an object"),
                    import_quote(import, name));
        nnc_fail_hint(&import->host, "say it with layers of Keras, set their weights, and save that");
        return NULL;
    }
    return name;
}

static const ArgDef *row_among(const ArgDef *rows, const char *name) {
    for (; rows && rows->name; rows++)
        if (!strcmp(rows->name, name)) return rows;
    return NULL;
}

/* The row of an argument of whichever class has that name; NULL: none takes it. *class: the first class of that
 * name. */
static const ArgDef *row_of(const char *class_name, const char *argument, const Class **class) {
    *class = NULL;
    for (int kind = 0; kind < CLASS_KIND_COUNT; kind++) {
        size_t size;
        const Class *const found = class_find((ClassKind)kind, class_name);
        if (!found) continue;
        if (!*class) *class = found;
        const ArgDef *row = row_among(found->args, argument);
        if (!row)
            row = row_among(kind == CLASS_LAYER ? common_layer_args : class_common_args((ClassKind)kind, &size),
                            argument);
        if (row) return row;
    }
    return NULL;
}

/* Whether a value asks for nothing: what nnc does not know is left out if it is turned off. */
static bool is_off(const Ast *value) {
    switch (value->kind) {
    case AST_NONE: return true;
    case AST_BOOL: return !value->boolean;
    case AST_NUMBER: return value->number.value == 0;
    case AST_LIST: return value->items.count == 0;
    default: return false;
    }
}

/* What has no effect on numbers, whatever it says; or for a class that Keras 2 derives from one that has more. */
static bool is_without_effect(const Class *class, const char *argument, const Ast *value) {
    if (!strcmp(argument, "groups") && value->kind == AST_NUMBER && value->number.value == 1) return true;
    if (starts_with(argument, "kernel_") && row_among(class->args, "depthwise_initializer")) return true;
    static const char *const words[] = {
        "implementation", "jit_compile", "is_legacy_optimizer", "build_config", "fn", "mask_token", "fused", "rng_type",
        NULL};
    for (const char *const *word = words; *word; word++)
        if (!strcmp(*word, argument)) return true;
    return false;
}

/* Values ------------------------------------------------------------ */

static void put_text(const char *chars, size_t length, Text *out) {
    text_puts(out, "'");
    for (size_t i = 0; i < length; i++) {
        const unsigned char c = (unsigned char)chars[i];
        if (c < ' ' || c == 0x7F) text_printf(out, "\\x%02x", c);
        else text_printf(out, c == '\'' || c == '\\' ? "\\%c" : "%c", c);
    }
    text_puts(out, "'");
}

/* Keras hands many numbers on in single precision: 0.001 comes as 0.0010000000474974513, and was written as 0.001. */
static void put_number(const Ast *value, Text *out) {
    const double number = value->number.value;
    if (value->number.integer) {
        text_printf(out, "%lld", (long long)value->number.whole);
        return;
    }
    char text[40];
    const bool single = (double)(float)number == number;
    for (int digits = single ? 6 : 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, number);
        if (single ? (double)strtof(text, NULL) == number : strtod(text, NULL) == number) break;
    }
    text_puts(out, text);
    if (!strpbrk(text, ".e")) text_puts(out, ".0");
}

static bool put_items(Import *import, const Ast *list, Text *out) {
    text_puts(out, "[");
    for (int i = 0; i < json_count(list); i++) {
        text_puts(out, i ? ", " : "");
        if (!put_value(import, list->items.at[i], out)) return false;
    }
    text_puts(out, "]");
    return true;
}

/* The name of a layer, which may be anything in Keras and stands in names of files and weights here. */
static void put_name(Import *import, const char *name, Text *out) {
    if (!layer_name_problem(name)) {
        put_text(name, strlen(name), out);
        return;
    }
    Text clean = {.arena = import->arena};
    if (!isalpha((unsigned char)name[0])) text_puts(&clean, "layer_");
    for (; *name && clean.length < 100; name++) {
        const bool good = isalnum((unsigned char)*name) || *name == '_' || *name == '.' || *name == '-';
        text_append(&clean, good ? name : "_", 1);
    }
    put_text(text_chars(&clean), clean.length, out);
}

/* One argument of a call, as name=value; nothing where it asks for nothing. */
static bool put_argument(Import *import, const char *class_name, const char *argument, const Ast *value, Text *out) {
    const Class *class;
    const ArgDef *row = row_of(class_name, argument, &class);
    if (!row && class) {
        const Habit *const habit = habit_of_argument(class, argument);
        if (habit && habit->new_word) argument = habit->new_word;
        else if (is_off(value) || is_without_effect(class, argument, value)) return true;
        row = row_of(class_name, argument, &class);
    }
    if (!is_word(argument))
        return import_fail(import, "%s has an argument %s", class_name, import_quote(import, argument));
    text_printf(out, "%s%s=", out->length && out->chars[out->length - 1] != '(' ? ", " : "", argument);
    if (row && row->type == ARG_INT && json_count(value) == 1) value = value->items.at[0]; /* axis=[3] of Keras 2 */
    if (class && class->kind == CLASS_LAYER && !strcmp(argument, "name") && value->kind == AST_STRING) {
        put_name(import, value->string.chars, out);
        return true;
    }
    return json_text(value, "class_name") ? put_object(import, class_name, value, out) : put_value(import, value, out);
}

/* Whether two values say the same. `except`: keys that do not count in the outermost dict; NULL ends. */
static bool same_values(const Ast *a, const Ast *b, const char *const *except) {
    if (a->kind != b->kind) return false;
    switch (a->kind) {
    case AST_NUMBER: return a->number.value == b->number.value;
    case AST_BOOL: return a->boolean == b->boolean;
    case AST_STRING:
        return a->string.length == b->string.length && !memcmp(a->string.chars, b->string.chars, a->string.length);
    case AST_LIST:
        for (int i = 0; i < a->items.count; i++)
            if (i >= b->items.count || !same_values(a->items.at[i], b->items.at[i], NULL)) return false;
        return a->items.count == b->items.count;
    case AST_DICT:
        for (int i = 0; i < a->dict.count; i++) {
            const char *const key = a->dict.keys[i]->string.chars;
            bool counts = strcmp(key, "shared_object_id") != 0;
            for (const char *const *at = except; at && *at; at++) counts &= strcmp(*at, key) != 0;
            if (!counts || a->dict.values[i]->kind == AST_NONE) continue;
            const Ast *const other = json_get(b, key);
            if (!other || !same_values(a->dict.values[i], other, NULL)) return false;
        }
        return true;
    default: return true;
    }
}

/* Keras writes down both ways of a Bidirectional, also where it made one of the other, turned round, and named it
 * so. */
static bool is_turned(const Ast *config, const Ast *backward) {
    static const char *const differ[] = {"name", "go_backwards", NULL};
    const Ast *const ours = json_get(json_get(config, "layer"), "config"), *const theirs = json_get(backward, "config");
    const Ast *const way = json_get(ours, "go_backwards"), *const back = json_get(theirs, "go_backwards");
    const char *const name = json_text(theirs, "name");
    return ours && name && starts_with(name, "backward_") && same_values(ours, theirs, differ) &&
           (way && way->boolean) != (back && back->boolean);
}

static bool is_left_out(const char *owner, const char *class_name, const Ast *config, const char *key,
                        const Ast *value) {
    const bool averages = json_get(config, "use_ema") && json_get(config, "use_ema")->kind == AST_BOOL &&
                          json_get(config, "use_ema")->boolean;
    if (!strcmp(key, "backward_layer")) return value->kind == AST_NONE || is_turned(config, value);
    /* there it is so anyway */
    if (!strcmp(key, "zero_output_for_mask") && owner && !strcmp(owner, "Bidirectional")) return true;
    if (starts_with(key, "ema_")) return !averages;
    /* of Keras 2: the mean over the batch, as without it */
    if (!strcmp(key, "reduction") && json_is_text(value, "auto")) return true;
    /* the input is said once, before the layers */
    return !strcmp(key, "batch_input_shape") || (!strcmp(key, "input_length") && !strcmp(class_name, "Embedding"));
}

static bool put_arguments(Import *import, const char *owner, const char *class_name, const Ast *config, Text *out) {
    text_puts(out, "(");
    for (int i = 0; config && config->kind == AST_DICT && i < config->dict.count; i++) {
        const char *const key = config->dict.keys[i]->string.chars;
        const Ast *const value = config->dict.values[i];
        if (is_left_out(owner, class_name, config, key, value)) continue;
        if (!put_argument(import, class_name, key, value, out)) return false;
    }
    text_puts(out, ")");
    return true;
}

/* `owner`: the class whose argument it is, or NULL. {"class_name": "L2", "config": {"l2": 0.01}} is L2(l2=0.01); some
 * classes only carry a value. */
static bool put_object(Import *import, const char *owner, const Ast *value, Text *out) {
    const char *const named = json_text(value, "class_name");
    const Ast *const config = json_get(value, "config");
    if (!strcmp(named, "function") && config) return put_value(import, config, out);
    if (!strcmp(named, "__tuple__") && json_get(value, "items"))
        return put_items(import, json_get(value, "items"), out);
    if ((!strcmp(named, "__numpy__") || !strcmp(named, "__tensor__")) && json_get(config, "value"))
        return put_value(import, json_get(config, "value"), out);
    if ((!strcmp(named, "DTypePolicy") || !strcmp(named, "Policy")) && json_text(config, "name"))
        return put_value(import, json_get(config, "name"), out);
    if (!strcmp(named, "MeanMetricWrapper") && json_text(config, "fn")) { /* metrics=['accuracy'] of Keras 2 */
        const bool accuracy =
            json_is_text(json_get(config, "name"), "accuracy") || json_is_text(json_get(config, "name"), "acc");
        return put_value(import, json_get(config, accuracy ? "name" : "fn"), out);
    }
    const char *class_name = keras_class(import, value);
    if (!class_name) return false;
    bool known = false;
    for (int kind = 0; kind < CLASS_KIND_COUNT && !known; kind++)
        known = class_find((ClassKind)kind, class_name) != NULL;
    const char *const habit = known ? NULL : habit_of_class(CLASS_LAYER, class_name);
    if (habit && is_word(habit)) class_name = habit; /* ThresholdedReLU of Keras 2 */
    text_puts(out, class_name);
    Text arguments = {.arena = import->arena};
    if (!put_arguments(import, owner, class_name, config, &arguments)) return false;
    text_puts(out, text_chars(&arguments));
    return true;
}

static bool put_value(Import *import, const Ast *value, Text *out) {
    switch (value->kind) {
    case AST_NONE: text_puts(out, "None"); return true;
    case AST_BOOL: text_puts(out, value->boolean ? "True" : "False"); return true;
    case AST_NUMBER: put_number(value, out); return true;
    case AST_STRING: put_text(value->string.chars, value->string.length, out); return true;
    case AST_LIST: return put_items(import, value, out);
    case AST_DICT:
        if (json_text(value, "class_name")) return put_object(import, NULL, value, out);
        text_puts(out, "{");
        for (int i = 0; i < value->dict.count; i++) {
            text_puts(out, i ? ", " : "");
            put_text(value->dict.keys[i]->string.chars, value->dict.keys[i]->string.length, out);
            text_puts(out, ": ");
            if (!put_value(import, value->dict.values[i], out)) return false;
        }
        text_puts(out, "}");
        return true;
    default: return import_fail(import, "has a value that JSON has not");
    }
}

/* The model ------------------------------------------------------------ */

/* Functions that had another formula in Keras 2, and what that is called here. */
static const struct {
    const char *name, *here;
} changed_functions[] = {{"hard_sigmoid", "hard_sigmoid_keras2"}};

static bool names_activation(const char *key) {
    const size_t length = strlen(key), ending = strlen("activation");
    return length >= ending && !strcmp(key + length - ending, "activation");
}

/* All activations below a value, of inner layers and cells, too. */
static void rename_functions(Import *import, const Ast *value) {
    for (int i = 0; value && value->kind == AST_LIST && i < value->items.count; i++)
        rename_functions(import, value->items.at[i]);
    for (int i = 0; value && value->kind == AST_DICT && i < value->dict.count; i++) {
        const Ast *const each = value->dict.values[i];
        const Ast *const named = each->kind == AST_DICT ? json_get(each, "config") : each;
        rename_functions(import, each);
        if (!names_activation(value->dict.keys[i]->string.chars)) continue;
        for (size_t j = 0; j < sizeof changed_functions / sizeof *changed_functions; j++) {
            if (!json_is_text(named, changed_functions[j].name)) continue;
            Ast *const here = NEW(import->arena, Ast);
            *here = *named;
            here->string.chars = arena_strdup(import->arena, changed_functions[j].here);
            here->string.length = strlen(here->string.chars);
            value->dict.values[i] = here;
        }
    }
}

/* (None, 6, 5) → Input(shape=(6, 5)). */
static bool put_input(Import *import, const Ast *shape, const Ast *max_steps, const char *dtype, const char *name) {
    Text *const out = &import->text;
    const int rank = json_count(shape);
    if (rank < 2) {
        import_fail(import, "does not say the shape of its input");
        nnc_fail_hint(&import->host, "say it: --input-shape=28,28,1");
        return false;
    }
    text_puts(out, "Input(shape=(");
    for (int i = 1; i < rank; i++) {
        const Ast *const size = shape->items.at[i];
        if (size->kind != AST_NUMBER && !(i == 1 && size->kind == AST_NONE && max_steps)) {
            import_fail(import, "layer %s has an input whose sizes are not all known",
                        import_quote(import, name ? name : "input"));
            nnc_fail_hint(&import->host, "say them: --input-shape=28,28,1");
            return false;
        }
        put_value(import, size, out);
        text_puts(out, rank == 2 ? "," : i + 1 < rank ? ", " : "");
    }
    text_puts(out, ")");
    if (max_steps && shape->items.at[1]->kind == AST_NONE) {
        text_puts(out, ", max_steps=");
        put_value(import, max_steps, out);
    }
    if (shape->items.at[0]->kind == AST_NUMBER) {
        text_puts(out, ", batch_size=");
        put_value(import, shape->items.at[0], out);
    }
    if (dtype && (starts_with(dtype, "int") || starts_with(dtype, "uint"))) text_puts(out, ", dtype='int32'");
    else if (dtype && starts_with(dtype, "string"))
        return import_fail(import, "takes texts as input: nnc takes numbers");
    text_puts(out, ")\n");
    return true;
}

/* --input-shape=28,28,1 as a list behind the batch. */
static const Ast *given_shape(Import *import) {
    const char *const given = import->options->input_shape;
    const char *error;
    Ast *const shape = parse_expression(import->arena, arena_printf(import->arena, "[None, %s]", given), &error);
    return shape && json_count(shape) > 1 ? shape : NULL;
}

/* Whole numbers are indices, or else become real numbers where they come in. */
static bool takes_indices(const KerasModel *model) {
    for (int i = 0; i < model->layers.count; i++) {
        const Ast *const entry = model->layers.at[i].entry, *const inner = json_get(json_get(entry, "config"), "layer");
        const char *const name = json_text(inner ? inner : entry, "class_name");
        if (name && !strcmp(name, "Embedding")) return true;
    }
    return false;
}

static bool put_model_input(Import *import, const KerasModel *model) {
    const Ast *const first = json_get(model->layers.at[0].entry, "config"),
                     *config = model->input ? model->input : first;
    const Ast *shape = json_get(config, "batch_shape");
    if (!shape) shape = json_get(config, "batch_input_shape");
    if (!shape) shape = json_get(json_get(model->root, "build_config"), "input_shape");
    if (import->options->input_shape && !(shape = given_shape(import)))
        return import_fail(import, "cannot have the --input-shape %s", import->options->input_shape);
    const char *const type = model->input ? json_text(config, "dtype") : NULL;
    const bool whole = type && (starts_with(type, "int") || starts_with(type, "uint"));
    const Ast *const max_steps = model->max_steps && model->max_steps->kind == AST_NUMBER ? model->max_steps : NULL;
    return put_input(import, shape, max_steps, whole && !takes_indices(model) ? NULL : type, json_text(config, "name"));
}

/* The only entry of a list or dict that stands for one output; the value itself otherwise. */
static const Ast *of_one_output(const Ast *value) {
    if (json_count(value) == 1) return value->items.at[0];
    if (value && value->kind == AST_DICT && !json_text(value, "class_name") && value->dict.count == 1)
        return value->dict.values[0];
    return value;
}

static bool put_compile(Import *import, const Ast *compile) {
    static const char *const arguments[] = {"optimizer", "loss", "metrics", "weighted_metrics"};
    Text *const out = &import->text;
    text_puts(out, "compile(");
    bool first = true;
    for (size_t i = 0; i < sizeof arguments / sizeof *arguments; i++) {
        const Ast *value = json_get(compile, arguments[i]);
        if (!value && i == 0) value = json_get(compile, "optimizer_config");
        const bool many = i >= 2;
        const Ast *const inside = of_one_output(value);
        if (!many || (inside && inside->kind == AST_LIST)) value = inside; /* [['accuracy']], {'dense': 'mse'} */
        if (!value || (many && json_count(value) == 0 && value->kind == AST_LIST)) continue;
        text_printf(out, "%s%s=", first ? "" : ", ", arguments[i]);
        if (!put_value(import, value, out)) return false;
        first = false;
    }
    text_puts(out, ")\n");
    return true;
}

/* An array as the configuration would say it. */
static Ast *array_value(Import *import, const nnc_entry *array) {
    const float *const values = array->data;
    Ast *const list = NEW(import->arena, Ast), **const items = NEW_ARRAY(import->arena, Ast *, array->count + 1);
    *list = (Ast){.kind = AST_LIST, .items = {items, (int)array->count}};
    for (size_t i = 0; i < array->count; i++) {
        items[i] = NEW(import->arena, Ast);
        *items[i] = (Ast){.kind = AST_NUMBER, .number = {.value = (double)values[i]}};
    }
    return array->rank ? list : items[0];
}

/* What Normalization learned by adapt() becomes its arguments. */
static bool take_statistics(Import *import, KerasModel *model, KerasLayer *layer) {
    static const char *const names[] = {"mean", "variance"};
    const Ast *const config = json_get(layer->entry, "config");
    if (!json_text(layer->entry, "class_name") || strcmp(json_text(layer->entry, "class_name"), "Normalization") != 0 ||
        !config || config->kind != AST_DICT || json_get(config, "mean"))
        return true;
    for (int i = 0; i < 2; i++) {
        nnc_entry array;
        if (!keras_variable(import, model, layer, i, &array)) return false;
        if (array.dtype != NNC_F32 || array.count > INT16_MAX || array.count == 0)
            return import_fail(import, "layer %s: its %s is none", import_quote(import, layer->name), names[i]);
        for (int j = 0; j < config->dict.count; j++)
            if (json_is_text(config->dict.keys[j], names[i])) config->dict.values[j] = array_value(import, &array);
    }
    layer->told = true;
    return true;
}

bool keras_text(Import *import, KerasModel *model) {
    text_puts(&import->text, "model m {\n");
    if (!put_model_input(import, model)) return false;
    for (int i = 0; i < model->layers.count; i++) {
        if (model->is_keras_2) rename_functions(import, json_get(model->layers.at[i].entry, "config"));
        if (!take_statistics(import, model, &model->layers.at[i])) return false;
        if (!put_object(import, NULL, model->layers.at[i].entry, &import->text)) return false;
        text_puts(&import->text, "\n");
    }
    text_puts(&import->text, "}\n");
    /* Keras 3 writes {} */
    const bool compiled = json_get(model->compile, "optimizer") || json_get(model->compile, "optimizer_config");
    return !compiled || import->options->no_compile || put_compile(import, model->compile);
}

#endif
