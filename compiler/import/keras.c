/* SPDX-License-Identifier: MIT-0 */
/* Files of Keras: .keras (a zip archive of config.json and variables in HDF5) and .h5 (HDF5 with the configuration in
 * attributes). */
#include "import/keras.h"

#ifdef NNC_IMPORT

#include <string.h>

#include "import/zip.h"

/* "# From digits.keras, of Keras 3.15.1." */
static const char *comment_of(Import *import, const char *version) {
    const char *const slash = strrchr(import->path, '/');
    return arena_printf(import->arena, "From %s, of Keras %s.", slash ? slash + 1 : import->path,
                        version ? version : "(version unknown)");
}

static bool take_model(Import *import, KerasModel *model, const char *version) {
    model->is_keras_2 = version && (version[0] == '2' || version[0] == '1') && version[1] == '.';
    if (!keras_chain(import, model) || !keras_text(import, model)) return false;
    import->model_name = model->name;
    return import_model(import, comment_of(import, version));
}

/* A state that is not there costs nothing unless it is asked for. */
static bool take_optimizer(Import *import, const Hdf5 *file, const char *group) {
    if (!import->options->checkpoint) return true;
    if (!import->model->has_compile || !import->model->compile.optimizer)
        import->stateless = "the model was not compiled";
    return import->stateless || keras_optimizer(import, file, group);
}

/* config.json and metadata.json. */
static const Ast *member_json(Import *import, const char *name) {
    size_t size;
    const unsigned char *const text = zip_member(import, name, &size);
    return text ? json_parse(import, name, (const char *)text, size) : NULL;
}

const Hdf5 *keras_file(Import *import, KerasModel *model) {
    size_t size;
    const unsigned char *const bytes = model->file ? NULL : zip_member(import, "model.weights.h5", &size);
    if (bytes) model->file = hdf5_open(import, "model.weights.h5", bytes, size);
    return model->file;
}

bool import_keras(Import *import) {
    const Ast *const config = member_json(import, "config.json"), *const about =
                                                                      config ? member_json(import, "metadata.json")
                                                                             : NULL;
    if (!about) return false;
    if (import->options->model)
        return import_fail(import, "is a whole model: import it with -o MODEL.nn, without --for");
    KerasModel model = {.root = config,
                        .compile = json_get(config, "compile_config"),
                        .max_steps = json_get(about, "max_steps")};
    const bool good = take_model(import, &model, json_text(about, "keras_version")) && keras_file(import, &model) &&
                      keras_variables(import, model.file, &model.layers) && take_optimizer(import, model.file, NULL);
    hdf5_close(model.file);
    return good;
}

static bool import_whole(Import *import, Hdf5 *file) {
    const char *config, *training = NULL, *version = NULL;
    if (!hdf5_text(file, "", "model_config", &config)) return false;
    if (hdf5_has_attribute(file, "", "training_config") && !hdf5_text(file, "", "training_config", &training))
        return false;
    if (hdf5_has_attribute(file, "", "keras_version") && !hdf5_text(file, "", "keras_version", &version)) return false;
    KerasModel model = {.root = json_parse(import, "model_config", config, strlen(config)), .file = file,
                        .listed = "model_weights"};
    if (!model.root) return false;
    if (training && !(model.compile = json_parse(import, "training_config", training, strlen(training)))) return false;
    if (!version) version = "1.0";
    return take_model(import, &model, version) && keras_named_weights(import, file, "model_weights", &model.layers) &&
           take_optimizer(import, file, "optimizer_weights");
}

static bool import_weights_alone(Import *import, const Hdf5 *file) {
    if (!import->options->model) {
        import_fail(import, "holds weights, and no model");
        nnc_fail_hint(&import->host, "write the model and say --for MODEL.nn --weights FILE.safetensors; or save the "
                                     "whole model in Keras, with model.save()");
        return false;
    }
    if (!import_given_model(import)) return false;
    return hdf5_has(file, "layers") ? keras_variables(import, file, NULL) : keras_named_weights(import, file, "", NULL);
}

bool import_hdf5(Import *import) {
    Hdf5 *const file = hdf5_open(import, "it", import->bytes, import->size);
    if (!file) return false;
    const bool whole = hdf5_has_attribute(file, "", "model_config");
    bool good;
    if (whole && !import->options->model) good = import_whole(import, file);
    else if (whole) good = import_given_model(import) && keras_named_weights(import, file, "model_weights", NULL);
    else good = import_weights_alone(import, file);
    hdf5_close(file);
    return good;
}

#endif
