/* SPDX-License-Identifier: MIT-0 */
/* nnc export --keras: a .keras of Keras 3. Its configuration says what differs from the defaults, which are Keras' own;
 * its variables stand in HDF5 under the class of their layer. */
#include "export/export.h"

#ifdef NNC_IMPORT

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/names.h"
#include "export/containers.h"
#include "language/common_args.h"
#include "language/describe.h"
#include "language/keras_names.h"
#include "language/registry.h"
#include "model/layer.h"
#include "model/write.h"

static bool put_object(Export *export, Writer *writer, const Object *object, const char *name, Text *out);

/* Values ------------------------------------------------------------ */

static void put_text(const char *text, Text *out) {
    text_puts(out, "\"");
    for (; *text; text++) text_puts(out, nnc_json_character(*text).text);
    text_puts(out, "\"");
}

static void put_real(double value, Text *out) {
    const char *const text = number_text(out->arena, value);
    if (isnan(value)) text_puts(out, "null");
    else text_printf(out, strpbrk(text, ".en") ? "%s" : "%s.0", text);
}

static void put_int(int64_t value, Text *out) {
    if (value == INT_NONE) text_puts(out, "null");
    else text_printf(out, "%" PRId64, value);
}

static void put_ints(Ints ints, Text *out) {
    if (ints.count < 0) {
        text_puts(out, "null");
        return;
    }
    if (ints.single && ints.count == 1) {
        put_int(ints.at[0], out);
        return;
    }
    text_puts(out, "[");
    for (int i = 0; i < ints.count; i++) {
        text_printf(out, "%s%s", i ? ", " : "", ints.pairs && i % 2 == 0 ? "[" : "");
        put_int(ints.at[i], out);
        text_puts(out, ints.pairs && i % 2 ? "]" : "");
    }
    text_puts(out, "]");
}

/* Numbers and names. */
static void put_columns(const Columns *columns, Text *out) {
    text_puts(out, columns->index.count < 0 ? "null" : "[");
    for (int i = 0; i < columns->index.count; i++) {
        text_puts(out, i ? ", " : "");
        if (columns->names && columns->names[i]) put_text(columns->names[i], out);
        else put_int(columns->index.at[i], out);
    }
    text_puts(out, columns->index.count < 0 ? "" : "]");
}

static bool put_objects(Export *export, Writer *writer, Objects objects, Text *out) {
    text_puts(out, "[");
    for (int i = 0; i < objects.count; i++) {
        text_puts(out, i ? ", " : "");
        if (!put_object(export, writer, objects.at[i], NULL, out)) return false;
    }
    text_puts(out, "]");
    return true;
}

/* `name`: of a layer within this one, or NULL. */
static bool put_value(Export *export, Writer *writer, const WrittenArg *arg, const char *name, Text *out) {
    const void *const field = arg->field;
    switch (arg->row->type) {
    case ARG_INT:
        if (arg->row->word && *(const int64_t *)field == INT_NONE) put_text(arg->row->word, out);
        else put_int(*(const int64_t *)field, out);
        return true;
    case ARG_REAL:
    case ARG_SCALE: put_real(*(const double *)field, out); return true;
    case ARG_BOOL: text_puts(out, *(const bool *)field ? "true" : "false"); return true;
    case ARG_STRING:
    case ARG_CHOICE: {
        const char *const text =
            arg->row->type == ARG_STRING ? *(const char *const *)field : choice_word(arg->row, field);
        if (text) put_text(text, out);
        else text_puts(out, "null");
        return true;
    }
    case ARG_INTS:
    case ARG_SHAPE: put_ints(*(const Ints *)field, out); return true;
    case ARG_REALS: {
        const Reals *const reals = field;
        text_puts(out, reals->count < 0 ? "null" : "[");
        for (int i = 0; i < reals->count; i++) {
            text_puts(out, i ? ", " : "");
            put_real(reals->at[i], out);
        }
        text_puts(out, reals->count < 0 ? "" : "]");
        return true;
    }
    case ARG_COLUMNS: put_columns(field, out); return true;
    case ARG_OBJECT:
        if (*(Object *const *)field) return put_object(export, writer, *(Object *const *)field, name, out);
        text_puts(out, "null");
        return true;
    case ARG_NUMBER_OR_OBJECT: {
        const NumberOrObject *const either = field;
        if (either->object) return put_object(export, writer, either->object, NULL, out);
        put_real(either->number, out);
        return true;
    }
    case ARG_OBJECTS: {
        const Objects *const objects = field;
        if (arg->row->alone && objects->count == 1) return put_object(export, writer, objects->at[0], NULL, out);
        return put_objects(export, writer, *objects, out);
    }
    default: return export_fail(export, "the argument %s has no counterpart in Keras", arg->row->name);
    }
}

/* Objects ------------------------------------------------------------ */

static const char *module_of(Arena *arena, const Class *class) {
    return class->kind == CLASS_SCHEDULE ? "keras.optimizers.schedules"
                                         : arena_printf(arena, "keras.%s", class_kind_name(class->kind, true));
}

/* What Keras is told besides: a layer's name, and what it must have; losses that are functions have no class. */
static bool put_object(Export *export, Writer *writer, const Object *object, const char *name, Text *out) {
    const Class *const class = object->class;
    if (!object->called || class->kind == CLASS_ACTIVATION) {
        put_text(object->spelled, out);
        return true;
    }
    const WrittenArgs args = written_args(writer, object);
    text_printf(out, "{\"module\": \"%s\", \"class_name\": \"%s\", \"config\": {", module_of(export->arena, class),
                class->name);
    const char *between = "";
    if (name) {
        text_puts(out, "\"name\": ");
        put_text(name, out);
        between = ", ";
    }
    for (int i = 0; i < args.count; i++) {
        text_printf(out, "%s\"%s\": ", between, args.at[i].row->name);
        const Object *const inner = args.at[i].row->type == ARG_OBJECT ? *(Object *const *)args.at[i].field : NULL;
        const char *const inner_name =
            inner && inner->class->kind == CLASS_LAYER ? ((const LayerArgs *)inner->extra_args)->name : NULL;
        if (!put_value(export, writer, &args.at[i], inner_name, out)) return false;
        between = ", ";
    }
    text_puts(out, "}, \"registered_name\": null}");
    return true;
}

static bool put_compile(Export *export, Writer *writer, Text *out) {
    const CompileArgs *const compile = &export->model->compile;
    const struct {
        const char *name;
        const Object *object;
    } single[] = {{"optimizer", compile->optimizer}, {"loss", compile->loss}};
    const struct {
        const char *name;
        Objects objects;
    } many[] = {{"metrics", compile->metrics}, {"weighted_metrics", compile->weighted_metrics}};
    text_puts(out, ", \"compile_config\": {");
    for (int i = 0; i < 2; i++) {
        text_printf(out, "%s\"%s\": ", i ? ", " : "", single[i].name);
        if (!single[i].object) text_puts(out, "null");
        else if (!put_object(export, writer, single[i].object, NULL, out)) return false;
    }
    for (int i = 0; i < 2; i++) {
        text_printf(out, ", \"%s\": ", many[i].name);
        if (many[i].objects.count == 0) text_puts(out, "null");
        else if (!put_objects(export, writer, many[i].objects, out)) return false;
    }
    text_puts(out,
              ", \"loss_weights\": null, \"run_eagerly\": false, \"steps_per_execution\": 1, \"jit_compile\": false}");
    return true;
}

/* Of a sample; those of any length have no number of steps. */
static void put_input_sizes(const Model *model, Text *out) {
    for (int i = 1; i < model->input.rank; i++)
        if (i == 1 && model->max_steps) text_puts(out, ", null");
        else text_printf(out, ", %" PRId64, model->input.dim[i]);
}

static bool put_config(Export *export, Text *out) {
    const Model *const model = export->model;
    Writer writer = {.arena = export->arena, .states = true};
    text_puts(out, "{\"module\": \"keras\", \"class_name\": \"Sequential\", \"config\": {\"name\": ");
    put_text(model->name, out);
    text_puts(out, ", \"trainable\": true, \"dtype\": \"float32\", \"layers\": [{\"module\": \"keras.layers\", "
                   "\"class_name\": \"InputLayer\", "
                   "\"config\": {\"batch_shape\": [");
    put_int(model->given_batch ? model->batch : INT_NONE, out);
    put_input_sizes(model, out);
    text_printf(out, "], \"dtype\": \"%s\", \"name\": \"input_layer\"}, \"registered_name\": null}",
                model->integer_input ? "int32" : "float32");
    for (int i = 0; i < model->layers.count; i++) {
        writer.layer = model->layers.at[i];
        text_puts(out, ", ");
        if (!put_object(export, &writer, writer.layer->object, writer.layer->name, out)) return false;
    }
    text_puts(out, "]}, \"registered_name\": null, \"build_config\": {\"input_shape\": [null");
    put_input_sizes(model, out);
    text_puts(out, "]}");
    writer.layer = NULL;
    if (model->has_compile && !put_compile(export, &writer, out)) return false;
    text_puts(out, "}");
    return true;
}

/* Variables ------------------------------------------------------------ */

typedef LIST(nnc_entry) Arrays;

static void add_layer(Export *export, const Layer *owner, const Layer *layer, const char *group, int *weight,
                      Arrays *arrays) {
    Arena *const arena = export->arena;
    for (int i = 0; i < layer->inner.count; i++) {
        const char *const inner = arena_printf(arena, "%s/%s", group, layer_inner_group(layer, i));
        add_layer(export, owner, layer->inner.at[i], inner, weight, arrays);
    }
    for (int i = 0; layer->inner.count == 0 && i < layer->weights.count; i++) {
        const Shape shape = layer->weights.at[i]->shape;
        nnc_entry array = {.name = arena_printf(arena, "%s/%s/%d", group, layer_variables_group(layer), i),
                           .dtype = NNC_F32,
                           .rank = shape.rank,
                           .count = (size_t)shape_size(shape, 1),
                           .data = export_values(export, owner, (*weight)++)};
        for (int j = 0; j < shape.rank; j++) array.shape[j] = shape.dim[j];
        list_push(arena, arrays, array);
    }
}

static bool put_variables(Export *export, Text *out) {
    const Model *const model = export->model;
    Names counts = {.arena = export->arena};
    Arrays arrays = {0};
    LIST(const char *) groups = {0};
    list_push(export->arena, &groups, "vars");
    for (int i = 0; i < model->layers.count; i++) {
        const Layer *const layer = model->layers.at[i];
        const char *const group = arena_printf(export->arena, "layers/%s",
                                               numbered_name(export->arena, &counts, layer->def->class.name));
        int weight = 0;
        list_push(export->arena, &groups, arena_printf(export->arena, "%s/vars", group));
        add_layer(export, layer, layer, group, &weight, &arrays);
    }
    list_push(export->arena, &groups, NULL);
    return hdf5_make(export, arrays.at, (size_t)arrays.count, groups.at, out);
}

bool export_keras(Export *export) {
    Text about = {.arena = export->arena};
    text_puts(&about, "{\"keras_version\": \"3.15.1\", \"date_saved\": \"1980-01-01@00:00:00\"");
    /* how long the longest sample is, Keras does not know; it leaves what it does not know */
    if (export->model->max_steps) text_printf(&about, ", \"max_steps\": %" PRId64, export->model->max_steps);
    text_puts(&about, "}");
    Text config = {.arena = export->arena}, variables = {.arena = export->arena};
    if (!export_check_own(export) || !put_config(export, &config) || !put_variables(export, &variables)) return false;
    const Member members[] = {{"metadata.json", about.chars, about.length},
                              {"config.json", config.chars, config.length},
                              {"model.weights.h5", variables.chars, variables.length}};
    return zip_make(export, members, sizeof members / sizeof *members, &export->out);
}

#endif
