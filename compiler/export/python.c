/* SPDX-License-Identifier: MIT-0 */
/* nnc export --python: the script of Keras that makes the same model, and gives it the weights of the file. */
#include "export/export.h"

#include <string.h>

#include "language/describe.h"
#include "model/layer.h"
#include "model/write.h"

bool export_python(Export *export) {
    const Model *const model = export->model;
    if (!export_check_own(export)) return false;
    text_printf(&export->out, "# The model %s, by nnc export.\n", model->name);
    model_write_python(model, &export->out);
    if (!export->options->weights) return true;
    text_puts(&export->out, "\n# The weights of each layer, in the order in which Keras has them.\n"
                            "from safetensors.numpy import load_file\n\nnames = [\n");
    for (int i = 0; i < model->layers.count; i++) {
        const Layer *const layer = model->layers.at[i];
        text_puts(&export->out, "    [");
        for (int j = 0; j < layer->weights.count; j++)
            text_printf(&export->out, "%s'%s'", j ? ", " : "", layer->weights.at[j]->path);
        text_puts(&export->out, "],\n");
    }
    const char *const path = export->options->weights;
    text_printf(&export->out, "]\nweights = load_file(%s)\nfor layer, own in zip(model.layers, names):\n"
                              "    layer.set_weights([weights[name] for name in own])\n",
                string_text(export->arena, path, strlen(path)));
    return true;
}
