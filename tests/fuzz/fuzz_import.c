/* SPDX-License-Identifier: MIT-0 */
/* libFuzzer harness: any bytes as what a model of others consists of, up to the model file that is made of it. KERAS:
 * the configuration of a Keras model, the first byte its version; ZIP: an archive; ONNX: a whole file. Weights of
 * Keras, in HDF5, are left out: libhdf5 is not nnc's, and nnc runs it in a process of its own. */
#include "import/import.h"
#include "import/keras.h"
#include "import/zip.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#if defined KERAS
static bool read_all(Import *import) {
    if (import->size == 0) return import_fail(import, "is empty");
    const Ast *const config = json_parse(import, "config.json", (const char *)import->bytes + 1, import->size - 1);
    if (!config) return false;
    KerasModel model = {.root = config, .compile = json_get(config, "compile_config"),
                        .is_keras_2 = import->bytes[0] == '2'};
    if (!keras_chain(import, &model) || !keras_text(import, &model)) return false;
    import->model_name = model.name;
    return import_model(import, "From fuzz.");
}
#elif defined ZIP
static bool read_all(Import *import) {
    size_t size;
    const unsigned char *const member = zip_member(import, "config.json", &size);
    return member && json_parse(import, "config.json", (const char *)member, size);
}
#else
static bool read_all(Import *import) { return import_onnx(import); }
#endif

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const Options options = {.list_kind = -1, .max_ram = -1};
    Arena *const arena = arena_new();
    Import import = {.arena = arena, .host = {.program = "nnc"}, .options = &options, .path = "file", .bytes = data,
                     .size = size, .text = {.arena = arena}, .source = {.arena = arena}, .notes = {.arena = arena}};
    const bool good = read_all(&import);
    if (good && import.host.text[0]) abort(); /* a message without an error */
    arena_free(arena);
    return 0;
}
