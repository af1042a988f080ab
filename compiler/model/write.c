/* SPDX-License-Identifier: MIT-0 */
/* A model as the text of a model file. */
#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "frontend/print.h"
#include "language/common_args.h"
#include "language/keras_names.h"
#include "language/registry.h"
#include "model/activation.h"
#include "model/layer.h"
#include "model/model.h"
#include "model/write.h"

enum { LINE = 100, INDENT = 4 };

typedef LIST(const char *) Words;

static const char *object_text(const Writer *writer, const Object *object);
static Words words_of(const Writer *writer, const Object *object);
static bool names_class(Arena *arena, const char *name, const Class *class);

/* Values ------------------------------------------------------------ */

/* (3, 3) is the default of 3. */
static bool all_same(Ints a, Ints b) {
    if (a.count < 1 || b.count < 1) return false;
    for (int i = 0; i < a.count; i++)
        if (a.at[i] != b.at[0]) return false;
    for (int i = 1; i < b.count; i++)
        if (b.at[i] != b.at[0]) return false;
    return true;
}

static const char *objects_text(const Writer *writer, Objects objects) {
    Text out = {.arena = writer->arena};
    for (int i = 0; i < objects.count; i++)
        text_printf(&out, "%s%s", i ? ", " : "[", object_text(writer, objects.at[i]));
    text_puts(&out, objects.count ? "]" : "[]");
    return text_chars(&out);
}

static const char *value_text(const Writer *writer, const ArgDef *row, const void *field) {
    Text out = {.arena = writer->arena};
    if (row->type == ARG_OBJECT && *(Object *const *)field) return object_text(writer, *(Object *const *)field);
    if (row->type == ARG_OBJECTS) {
        const Objects objects = *(const Objects *)field;
        return row->alone && objects.count == 1 ? object_text(writer, objects.at[0]) : objects_text(writer, objects);
    }
    if (row->type == ARG_NUMBER_OR_OBJECT && ((const NumberOrObject *)field)->object)
        return object_text(writer, ((const NumberOrObject *)field)->object);
    if (row->type == ARG_INTS && ((const Ints *)field)->count == 1 && !((const Ints *)field)->pairs)
        return arena_printf(writer->arena, "%" PRId64, ((const Ints *)field)->at[0]);
    print_value(row, field, &out);
    return text_chars(&out);
}

static bool is_identity(const Object *activation) {
    const ActivationDef *const def = (const ActivationDef *)activation->class;
    return def->class.kind == CLASS_ACTIVATION && !def->value && !def->build;
}

/* 'glorot_uniform' and GlorotUniform() are the same; no activation is 'linear'. */
static bool same_object(const Writer *writer, const Object *a, const Object *b) {
    if (!a || !b) return (!a && !b) || is_identity(a ? a : b);
    const Words words = words_of(writer, a), others = words_of(writer, b);
    if (a->class != b->class || words.count != others.count) return false;
    for (int i = 0; i < words.count; i++)
        if (strcmp(words.at[i], others.at[i]) != 0) return false;
    return true;
}

/* What None, or the default, stands for, where Keras writes it out: the layout of all but images from elsewhere,
 * windows side by side, the last axis. */
static bool is_what_default_means(const Writer *writer, const Object *object, const ArgDef *row, const void *field,
                                  const void *plain) {
    if (row->type == ARG_CHOICE && row->choice_of_none) return *(const unsigned *)field == row->choice_of_none;
    if (row->none_is) {
        const Ints *const ints = field, *const meant =
                                            (const Ints *)(const void *)((const char *)object->args + row->none_is - 1);
        return ints->count >= 0 && ints->count == meant->count &&
               !memcmp(ints->at, meant->at, (size_t)ints->count * sizeof *ints->at);
    }
    const Layer *const layer = row->axis ? writer->layer : NULL;
    return layer && layer->object == object && layer->input.rank > 0 &&
           *(const int64_t *)field == *(const int64_t *)plain + layer->input.rank;
}

static bool is_default(const Writer *writer, const Object *object, const ArgDef *row, const void *field) {
    const char *const fallback = !object->called && row->of_string ? row->of_string : row->fallback;
    const void *const plain = bind_default(writer->arena, object->class, row, fallback);
    if (!plain) return false;
    if (row->type == ARG_INTS && all_same(*(const Ints *)field, *(const Ints *)plain)) return true;
    if (row->type == ARG_OBJECT) return same_object(writer, *(Object *const *)field, *(Object *const *)plain);
    return !strcmp(value_text(writer, row, field), value_text(writer, row, plain)) ||
           is_what_default_means(writer, object, row, field, plain);
}

/* Names ------------------------------------------------------------ */

/* dense, dense_7: what a class gives its layers; "forward_lstm" is the name of an LSTM within a Bidirectional. */
static bool names_class(Arena *arena, const char *name, const Class *class) {
    static const char *const ways[] = {"", "forward_", "backward_"};
    const char *const base = snake_case(arena, class->name);
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        const size_t length = strlen(ways[i]);
        if (strncmp(name, ways[i], length) != 0 || strncmp(name + length, base, strlen(base)) != 0) continue;
        const char *rest = name + length + strlen(base);
        if (!*rest) return true;
        if (*rest++ != '_' || !*rest) continue;
        while (isdigit((unsigned char)*rest)) rest++;
        if (!*rest) return true;
    }
    return false;
}

static const char *given_name(const Layer *layer) {
    return layer->object ? ((const LayerArgs *)layer->object->extra_args)->name : NULL;
}

/* Whether a name of one layer would be automatic for another's class, so that numbers must stay as they are. */
static bool names_clash(Arena *arena, const Model *model) {
    for (int i = 0; i < model->layers.count; i++) {
        const char *const name = given_name(model->layers.at[i]);
        if (!name || names_class(arena, name, &model->layers.at[i]->def->class)) continue;
        for (int j = 0; j < model->layers.count; j++)
            if (names_class(arena, name, &model->layers.at[j]->def->class)) return true;
    }
    return false;
}

/* Arguments ------------------------------------------------------------ */

/* How many of a layer's first arguments are given without their names: those that it must have. */
static int positional(const Class *class) {
    int count = 0;
    while (class->kind == CLASS_LAYER && class->args && class->args[count].name && !class->args[count].fallback &&
           !class->args[count].keyword_only)
        count++;
    return count;
}

static void add_args(const Writer *writer, const Object *object, const ArgDef *rows, const void *fields, int unnamed,
                     WrittenArgs *args) {
    for (int i = 0; rows && rows[i].name; i++) {
        const ArgDef *const row = &rows[i];
        if (row->type == ARG_FIXED || row->type == ARG_UNUSED) continue;
        const void *const field = (const char *)fields + row->offset;
        if (!(writer->states && row->stated) && is_default(writer, object, row, field)) continue;
        const WrittenArg arg = {row, field, i < unnamed};
        list_push(writer->arena, args, arg);
    }
}

WrittenArgs written_args(const Writer *writer, const Object *object) {
    const Class *const class = object->class;
    WrittenArgs args = {0};
    add_args(writer, object, class->args, object->args, positional(class), &args);
    if (class->kind == CLASS_OPTIMIZER) add_args(writer, object, object->extra, object->extra_args, 0, &args);
    if (class->kind != CLASS_LAYER || !object->extra_args) return args;
    WrittenArgs common = {0};
    add_args(writer, object, object->extra, object->extra_args, 0, &common);
    for (int i = 0; i < common.count; i++) /* the model's input and types are said elsewhere */
        if (common.at[i].row->of_layer) list_push(writer->arena, &args, common.at[i]);
    return args;
}

static Words words_of(const Writer *writer, const Object *object) {
    const WrittenArgs args = written_args(writer, object);
    const bool layer = object->class->kind == CLASS_LAYER;
    const char *const name = layer && object->extra_args ? ((const LayerArgs *)object->extra_args)->name : NULL;
    Words words = {0};
    for (int i = 0; i < args.count; i++) {
        const WrittenArg *const arg = &args.at[i];
        const bool called = arg->row->called && *(const char *const *)arg->field;
        if (called && names_class(writer->arena, *(const char *const *)arg->field, object->class)) continue;
        const char *const value = value_text(writer, arg->row, arg->field);
        list_push(writer->arena, &words,
                  arg->unnamed ? value : arena_printf(writer->arena, "%s=%s", arg->row->name, value));
    }
    if (name && (writer->keeps_names || !names_class(writer->arena, name, object->class)))
        list_push(writer->arena, &words, arena_printf(writer->arena, "name='%s'", name));
    return words;
}

/* Whether a string means something else than a call without arguments. */
static bool string_differs(const Class *class) {
    for (const ArgDef *row = class->args; row && row->name; row++)
        if (row->of_string) return true;
    return false;
}

static const char *call_text(const Writer *writer, const char *name, const Words *words, int indent) {
    Text out = {.arena = writer->arena};
    text_printf(&out, "%s(", name);
    size_t line = 0; /* where it begins */
    for (int i = 0; i < words->count; i++) {
        if (i > 0 && indent >= 0 && out.length - line + strlen(words->at[i]) + 3 + (line ? 0 : (size_t)indent) > LINE) {
            text_puts(&out, ",\n");
            line = out.length;
            text_printf(&out, "%*s", indent + (int)strlen(name) + 1, "");
        } else if (i > 0) {
            text_puts(&out, ", ");
        }
        text_puts(&out, words->at[i]);
    }
    text_puts(&out, ")");
    return text_chars(&out);
}

/* 'adam' for Adam(): the other name that Keras has for it; NULL: it has none, or a string means something else than the
 * call. */
static const char *plain_name(Arena *arena, const Class *class) {
    const char *const snake = snake_case(arena, class->name);
    if (class->kind == CLASS_INITIALIZER || class->kind == CLASS_ACTIVATION || class->kind == CLASS_REGULARIZER ||
        class->kind == CLASS_CONSTRAINT)
        return class_find(class->kind, snake) == class ? snake : class->name;
    return class_find(class->kind, snake) == class && !string_differs(class) ? snake : NULL;
}

/* In Python, with the module of its kind. */
static const char *class_text(const Writer *writer, const Class *class) {
    if (!writer->python) return class->name;
    if (class->kind == CLASS_SCHEDULE) return arena_printf(writer->arena, "keras.optimizers.schedules.%s", class->name);
    return arena_printf(writer->arena, "keras.%s.%s", class_kind_name(class->kind, true), class->name);
}

/* 'relu', 'glorot_uniform', L2(l2=0.001), Adam(learning_rate=0.01). */
static const char *object_text(const Writer *writer, const Object *object) {
    const Class *const class = object->class;
    const Words words = words_of(writer, object);
    const bool called = class->kind == CLASS_LAYER || class->kind == CLASS_SCHEDULE;
    const char *const plain = called || words.count ? NULL
                              : object->called      ? plain_name(writer->arena, class)
                                                    : object->spelled;
    if (plain) return arena_printf(writer->arena, "'%s'", plain);
    return call_text(writer, class_text(writer, class), &words, -1);
}

/* The model ------------------------------------------------------------ */

static const char *input_text(const Model *model, Arena *arena) {
    Text out = {.arena = arena};
    const Shape input = model->texts.layer ? model->texts.shape : model->input;
    text_puts(&out, "Input(shape=(");
    for (int i = 1; i < input.rank; i++) {
        const bool open = i == 1 && model->any_length;
        text_puts(&out, open ? "None" : arena_printf(arena, "%" PRId64, input.dim[i]));
        text_puts(&out, input.rank == 2 ? "," : i + 1 < input.rank ? ", " : "");
    }
    text_puts(&out, ")");
    if (model->max_steps) text_printf(&out, ", max_steps=%" PRId64, model->max_steps);
    if (model->given_batch) text_printf(&out, ", batch_size=%" PRId64, model->batch);
    text_puts(&out, model->texts.layer ? ", dtype='string')" : model->integer_input ? ", dtype='int32')" : ")");
    return text_chars(&out);
}

static const char *layer_text(Writer *writer, const Layer *layer) {
    writer->layer = layer;
    const Words words = words_of(writer, layer->object);
    return call_text(writer, class_text(writer, layer->object->class), &words, INDENT);
}

static void write_compile(Writer *writer, const Model *model, const char *name, Text *out) {
    Words words = {0};
    WrittenArgs args = {0};
    const Object compile = {
        .class = class_find(CLASS_STATEMENT, "compile"), .args = (void *)(uintptr_t)&model->compile, .called = true};
    writer->layer = NULL;
    if (!model->has_compile) return;
    add_args(writer, &compile, compile.class->args, compile.args, 0, &args);
    for (int i = 0; i < args.count; i++)
        list_push(writer->arena, &words,
                  arena_printf(writer->arena, "%s=%s", args.at[i].row->name,
                               value_text(writer, args.at[i].row, args.at[i].field)));
    text_printf(out, "\n%s\n", call_text(writer, name, &words, 0));
}

void model_write(const Model *model, const char *name, Text *out) {
    Writer writer = {.arena = out->arena, .keeps_names = names_clash(out->arena, model)};
    text_printf(out, "model %s {\n%*s%s\n", name, INDENT, "", input_text(model, out->arena));
    for (int i = 0; i < model->layers.count; i++)
        text_printf(out, "%*s%s\n", INDENT, "", layer_text(&writer, model->layers.at[i]));
    text_puts(out, "}\n");
    write_compile(&writer, model, "compile", out);
}

void model_write_python(const Model *model, Text *out) {
    Writer writer = {.arena = out->arena, .keeps_names = names_clash(out->arena, model), .python = true};
    text_printf(out, "import keras\n\nmodel = keras.Sequential([\n%*skeras.%s,\n", INDENT, "",
                input_text(model, out->arena));
    for (int i = 0; i < model->layers.count; i++)
        text_printf(out, "%*s%s,\n", INDENT, "", layer_text(&writer, model->layers.at[i]));
    text_printf(out, "], name='%s')\n", model->name);
    write_compile(&writer, model, "model.compile", out);
}
