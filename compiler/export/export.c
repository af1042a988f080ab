/* SPDX-License-Identifier: MIT-0 */
/* nnc export: reads a model file and its weights, and writes what another program takes, whole or not at all. */
#include "export/export.h"

#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "driver/output.h"
#include "model/layer.h"
#include "model/read.h"
#include "model/write.h"

enum { EXIT_DONE = 0, EXIT_MODEL = 1, EXIT_CANNOT = 2 };

#ifndef NNC_IMPORT

static bool is_missing(Export *export) {
    return export_fail(
        export, "this nnc was built without the libraries for it: install libhdf5-dev, libjansson-dev, libzip-dev, "
                "libprotobuf-c-dev and protobuf-c-compiler, and build it again");
}
bool export_keras(Export *export) { return is_missing(export); }
bool export_onnx(Export *export) { return is_missing(export); }

#endif

bool export_fail(Export *export, const char *format, ...) {
    va_list args;
    va_start(args, format);
    nnc_fail_at_list(&export->host, export->options->input, 0, 0, format, args);
    va_end(args);
    return false;
}

/* Source → model with shapes; NULL after its errors have been printed. */
static const Model *read_model(Export *export, int *status) {
    const Options *const options = export->options;
    const char *error = NULL;
    const Source *const source = source_load(export->arena, options->input, &error);
    *status = EXIT_CANNOT;
    if (!source) {
        fprintf(stderr, "nnc: %s: %s\n", options->input, error);
        return NULL;
    }
    *status = EXIT_MODEL;
    Diags *const diags = diags_new(export->arena, source);
    const Model *const model = model_read(export->arena, source, options, true, diags);
    diags_show(diags, options->diagnostics_json);
    return diags_errors(diags) ? NULL : model;
}

/* The weights of the file, in the model's order. */
static bool read_weights(Export *export) {
    const Model *const model = export->model;
    Arena *const arena = export->arena;
    size_t count = 0, offset = 0;
    for (int i = 0; i < model->layers.count; i++) count += (size_t)model->layers.at[i]->weights.count;
    nnc_tensor *const tensors = NEW_ARRAY(arena, nnc_tensor, count + 1);
    count = 0;
    for (int i = 0; i < model->layers.count; i++)
        for (int j = 0; j < model->layers.at[i]->weights.count; j++) {
            const Weight *const weight = model->layers.at[i]->weights.at[j];
            nnc_tensor *const tensor = &tensors[count++];
            *tensor = (nnc_tensor){
                .name = weight->path, .offset = offset, .gradient_offset = SIZE_MAX, .rank = weight->shape.rank};
            for (int k = 0; k < weight->shape.rank; k++) tensor->shape[k] = weight->shape.dim[k];
            offset += (size_t)shape_size(weight->shape, 1);
        }
    const nnc_model described = {.name = model->name,
                                 .real_size = sizeof(float),
                                 .tensors = tensors,
                                 .tensor_count = count,
                                 .parameter_count = offset,
                                 .params_bytes = (offset ? offset : 1) * sizeof(float)};
    float *const params = NEW_ARRAY(arena, float, offset + 1);
    if (nnc_weights_load(&export->host, &described, export->options->weights, params, NULL) != 0) return false;
    const float **const values = NEW_ARRAY(arena, const float *, count + 1);
    for (size_t i = 0; i < count; i++) values[i] = params + tensors[i].offset;
    export->values = values;
    return true;
}

const float *export_values(const Export *export, const Layer *layer, int weight) {
    int before = 0;
    for (int i = 0; export->model->layers.at[i] != layer; i++) before += export->model->layers.at[i]->weights.count;
    return export->values[before + weight];
}

/* What fit() does to its data belongs to nnc's model, and to none elsewhere. */
static bool check_prepared(Export *export) {
    const Model *const model = export->model;
    if (model->texts.layer)
        return export_fail(export, "%s makes numbers of text before the network, with words that stand in no file of "
                                   "the other side: import the network, and hand it what NAME_words says",
                           model->texts.layer->def->class.name);
    if (model->x.learned)
        return export_fail(export, "%s has learned its %s of the data, which stand in no file of the other side: "
                                   "write them as its argument instead",
                           model->layers.at[0]->def->class.name, model->layers.at[0]->def->learns);
    if (model->x.standardize)
        return export_fail(export, "x is standardized by what is learned of the data, which nothing elsewhere does: "
                                   "write Normalization(mean=…, variance=…) "
                                   "as the first layer instead");
    if (model->x.fills || model->x.columns.count)
        return export_fail(export, "x is prepared column by column (missing=, categories=, dates=) by the source of "
                                   "fit(), which nothing elsewhere does: prepare the table first");
    if (model->y.standardize)
        return export_fail(export, "y is standardized by what is learned of the data, and outputs are brought back, "
                                   "which nothing elsewhere does");
    if (model->x.scale != 1)
        return export_fail(export,
                           "x is multiplied by %g by the source of fit(), which nothing elsewhere does: write "
                           "Rescaling(%g) as the first "
                           "layer instead",
                           model->x.scale, model->x.scale);
    if (model->y.scale != 1)
        return export_fail(export, "y is multiplied by %g by the source of fit(), which nothing elsewhere does",
                           model->y.scale);
    return true;
}

static bool check_own(Export *export, Writer *writer, const Object *object) {
    if (!object) return true;
    if (object->class->own)
        return export_fail(export, "there is '%s', which is nnc's own: Keras has nothing like it", object->class->name);
    const WrittenArgs args = written_args(writer, object);
    bool good = true;
    for (int i = 0; i < args.count && good; i++) {
        const ArgDef *const row = args.at[i].row;
        const void *const field = args.at[i].field;
        if (row->own)
            return export_fail(export, "%s has %s=, which is nnc's own: Keras has nothing like it", object->class->name,
                               row->name);
        if (row->type == ARG_OBJECT) good = check_own(export, writer, *(Object *const *)field);
        if (row->type == ARG_NUMBER_OR_OBJECT)
            good = check_own(export, writer, ((const NumberOrObject *)field)->object);
        for (int j = 0; row->type == ARG_OBJECTS && good && j < ((const Objects *)field)->count; j++)
            good = check_own(export, writer, ((const Objects *)field)->at[j]);
    }
    return good;
}

bool export_check_own(Export *export) {
    Writer writer = {.arena = export->arena};
    bool good = true;
    for (int i = 0; i < export->model->layers.count && good; i++) {
        writer.layer = export->model->layers.at[i];
        good = check_own(export, &writer, writer.layer->object);
    }
    return good;
}

static bool check_paths(const Options *options) {
    const nnc_pathname paths[] = {
        {options->input, "the model", NNC_PATH_READ, 0},
        {options->weights, "the file of --weights", NNC_PATH_READ, 0},
        {options->output, "the file of -o", NNC_PATH_WRITE, 0},
    };
    return output_check_paths(paths, sizeof paths / sizeof *paths);
}

static bool write_out(Export *export) {
    nnc_writer writer;
    if (nnc_writer_open(&export->host, &writer, export->options->output) != 0) return false;
    nnc_writer_write(&writer, export->out.chars, export->out.length);
    return nnc_writer_commit(&writer) == 0;
}

int export_command(const Options *options, Arena *arena) {
    int status;
    Export export = {.arena = arena, .host = {.program = "nnc"}, .options = options, .out = {.arena = arena}};
    if (!check_paths(options)) return EXIT_CANNOT;
    export.model = read_model(&export, &status);
    if (!export.model) return status;
    bool (*const format)(Export *) = options->keras ? export_keras : options->onnx ? export_onnx : export_python;
    const bool good = check_prepared(&export) && (!options->weights || read_weights(&export)) && format(&export) &&
                      write_out(&export);
    if (!good) nnc_print_error(&export.host);
    return good ? EXIT_DONE : EXIT_MODEL;
}
