/* SPDX-License-Identifier: MIT-0 */
/* The state_dict of a PyTorch module, in safetensors, onto a model file: modules go to the layers that their tensors
 * fit, those that are alike in the order of their names, numbers counted; a table says what went where. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "import/import.h"
#include "model/layer.h"

enum { MOST_PARTS = 8 };

/* The tensors of one module, or of one level of a recurrent one. */
typedef struct Module {
    const char *name; /* "features.0", "lstm_l1"; "" where the tensors have no more than their own name */
    struct {
        const char *name; /* "weight", "weight_ih" */
        const nnc_entry *entry;
    } part[MOST_PARTS];
    int parts;
    bool taken;
} Module;

typedef struct Torch {
    Import *import;
    LIST(Module) modules;
} Torch;

/* Names ------------------------------------------------------------ */

/* "lstm.weight_ih_l1_reverse" is the part weight_ih_reverse of the module lstm_l1. */
static void split_name(Arena *arena, const char *name, const char **module, const char **part) {
    const char *const dot = strrchr(name, '.'), *const own = dot ? dot + 1 : name;
    *module = arena_strndup(arena, name, dot ? (size_t)(dot - name) : 0);
    *part = own;
    const bool recurrent = !strncmp(own, "weight_ih_l", 11) || !strncmp(own, "weight_hh_l", 11) ||
                           !strncmp(own, "bias_ih_l", 9) || !strncmp(own, "bias_hh_l", 9);
    if (!recurrent) return;
    const char *const level = strstr(own, "h_l") + 3;
    const size_t digits = strspn(level, "0123456789");
    *module = arena_printf(arena, "%s_l%.*s", *module, (int)digits, level);
    *part = arena_printf(arena, "%.*s%s", (int)(level - 2 - own), own, level + digits);
}

/* layer2 before layer10. */
static int compare_names(const char *a, const char *b) {
    while (*a && *b) {
        if (isdigit((unsigned char)*a) && isdigit((unsigned char)*b)) {
            char *end_a, *end_b;
            const unsigned long long x = strtoull(a, &end_a, 10), y = strtoull(b, &end_b, 10);
            if (x != y) return x < y ? -1 : 1;
            a = end_a;
            b = end_b;
        } else if (*a != *b) {
            return (unsigned char)*a < (unsigned char)*b ? -1 : 1;
        } else {
            a++;
            b++;
        }
    }
    return *a ? 1 : *b ? -1 : 0;
}

static int compare_modules(const void *a, const void *b) {
    return compare_names(((const Module *)a)->name, ((const Module *)b)->name);
}

static bool read_modules(Torch *torch, const nnc_tensors *file) {
    Arena *const arena = torch->import->arena;
    for (size_t i = 0; i < file->count; i++) {
        const char *module, *part;
        split_name(arena, file->entries[i].name, &module, &part);
        if (!strcmp(part, "num_batches_tracked")) continue;
        int at = 0;
        while (at < torch->modules.count && strcmp(torch->modules.at[at].name, module) != 0) at++;
        if (at == torch->modules.count) list_push(arena, &torch->modules, (Module){.name = module});
        Module *const found = &torch->modules.at[at];
        if (found->parts == MOST_PARTS)
            return import_fail(torch->import, "module %s has more tensors than any that nnc knows",
                               import_quote(torch->import, module));
        found->part[found->parts].name = part;
        found->part[found->parts++].entry = &file->entries[i];
    }
    if (torch->modules.count)
        qsort(torch->modules.at, (size_t)torch->modules.count, sizeof *torch->modules.at, compare_modules);
    return true;
}

static const nnc_entry *part_of(const Module *module, const char *name) {
    for (int i = 0; i < module->parts; i++)
        if (!strcmp(module->part[i].name, name)) return module->part[i].entry;
    return NULL;
}

/* Values ------------------------------------------------------------ */

static float *values_of(const Torch *torch, const nnc_entry *entry) {
    float *const values = NEW_ARRAY(torch->import->arena, float, entry->count + 1);
    const size_t size = nnc_dtype_of(entry->dtype).size;
    void *const copy = arena_alloc(torch->import->arena, entry->count * size + 8);
    if (entry->count) memcpy(copy, entry->data, entry->count * size);
    nnc_fix_byte_order(copy, entry->count, size, 0);
    nnc_convert(values, NNC_F32, copy, entry->dtype, entry->count, 1);
    return values;
}

/* The sizes that PyTorch gives a weight: (outputs, inputs, …) where here it is (…, inputs, outputs). */
static int torch_shape(const Layer *layer, const Weight *weight, int64_t *dim) {
    const Shape shape = weight->shape;
    const int rank = shape.rank;
    const bool depthwise =
        !strcmp(weight->name, "depthwise_kernel") || (!strncmp(layer->def->class.name, "Depthwise", 9) && rank > 2);
    if (!strcmp(weight->name, "alpha")) {
        dim[0] = shape.dim[rank - 1];
        return 1;
    }
    if (rank < 2 || strcmp(weight->name, "embeddings") == 0 || (strcmp(weight->name, "kernel") != 0 && !depthwise)) {
        for (int i = 0; i < rank; i++) dim[i] = shape.dim[i];
        return rank;
    }
    dim[0] = depthwise ? shape.dim[rank - 1] * shape.dim[rank - 2] : shape.dim[rank - 1];
    dim[1] = depthwise ? 1 : shape.dim[rank - 2];
    for (int i = 2; i < rank; i++) dim[i] = shape.dim[i - 2];
    return rank;
}

static const char *part_name(const Weight *weight) {
    static const char *const names[][2] = {{"kernel", "weight"},
                                           {"depthwise_kernel", "weight"},
                                           {"embeddings", "weight"},
                                           {"gamma", "weight"},
                                           {"scale", "weight"},
                                           {"alpha", "weight"},
                                           {"bias", "bias"},
                                           {"beta", "bias"},
                                           {"moving_mean", "running_mean"},
                                           {"moving_variance", "running_var"}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcmp(names[i][0], weight->name)) return names[i][1];
    return "";
}

/* The image that a product takes flat: in PyTorch channel after channel; rank 0: it does not. */
static Shape image_before(const Layer *layer) {
    for (const Layer *before = layer->previous; before; before = before->previous) {
        const char *const name = before->def->class.name;
        if (!strcmp(name, "Flatten"))
            return before->input.rank > 3 || (before->input.rank == 3 && before->previous) ? before->input : (Shape){0};
        if (before->output.rank != before->input.rank || before->weights.count > 0) break;
    }
    return (Shape){0};
}

/* A weight's values in the order that it has here. */
static float *turned(const Torch *torch, const Layer *layer, const Weight *weight, const nnc_entry *entry) {
    float *const from = values_of(torch, entry);
    const Shape shape = weight->shape;
    const int rank = shape.rank;
    if (rank < 2 || !strcmp(weight->name, "embeddings") || strstr(weight->name, "kernel") == NULL) return from;
    float *const out = NEW_ARRAY(torch->import->arena, float, entry->count + 1);
    const bool depthwise =
        entry->rank > 1 && entry->shape[1] == 1 && shape.dim[rank - 1] * shape.dim[rank - 2] == entry->shape[0];
    int64_t space = 1;
    for (int i = 0; i < rank - 2; i++) space *= shape.dim[i];
    const int64_t a = shape.dim[rank - 2], b = shape.dim[rank - 1]; /* inputs, outputs; channels, multiplier */
    const Shape image = rank == 2 ? image_before(layer) : (Shape){0};
    const int64_t channels = image.rank ? image.dim[image.rank - 1] : 1;
    for (int64_t s = 0; s < space; s++)
        for (int64_t i = 0; i < a; i++)
            for (int64_t o = 0; o < b; o++) {
                /* pixel, channel → channel, pixel */
                const int64_t row = image.rank ? (i % channels) * (a / channels) + i / channels : i;
                out[(s * a + i) * b + o] = from[depthwise ? (i * b + o) * space + s : (o * a + row) * space + s];
            }
    return out;
}

/* Recurrent layers ------------------------------------------------------------ */

/* Gates stand there as here but for GRU's, which are r, z, n. */
static int64_t gate_there(const Layer *layer, int64_t gate) {
    return strcmp(layer->def->class.name, "GRU") || gate == 2 ? gate : 1 - gate;
}

static bool has_shape(const nnc_entry *entry, int rank, int64_t rows, int64_t columns) {
    return entry && !nnc_dtype_of(entry->dtype).is_integer && entry->rank == rank && entry->shape[0] == rows &&
           (rank < 2 || entry->shape[1] == columns);
}

/* Whether one way of a recurrent layer takes a module's tensors, `way` "" or "_reverse"; adds them unless `probe`. */
static bool take_way(Torch *torch, const Layer *layer, Weight *const *weights, const Module *module, const char *way,
                     bool probe) {
    Arena *const arena = torch->import->arena;
    const Shape kernel = weights[0]->shape, state = weights[1]->shape;
    const int64_t features = kernel.dim[0], width = kernel.dim[1], units = state.dim[0];
    const nnc_entry *const ih = part_of(module, arena_printf(arena, "weight_ih%s", way)),
                           *const hh = part_of(module, arena_printf(arena, "weight_hh%s", way));
    const nnc_entry *const bi = part_of(module, arena_printf(arena, "bias_ih%s", way)),
                           *const bh = part_of(module, arena_printf(arena, "bias_hh%s", way));
    const bool biased = layer->weights.count == 3;
    if (!has_shape(ih, 2, width, features) || !has_shape(hh, 2, width, units)) return false;
    if (biased ? !has_shape(bi, 1, width, 0) || !has_shape(bh, 1, width, 0) : bi || bh) return false;
    /* PyTorch resets behind the product */
    if (biased && !strcmp(layer->def->class.name, "GRU") && weights[2]->shape.rank != 2) return false;
    if (probe) return true;
    const nnc_entry *const from[] = {ih, hh};
    for (int w = 0; w < 2; w++) {
        const int64_t rows = weights[w]->shape.dim[0];
        const float *const values = values_of(torch, from[w]);
        float *const out = NEW_ARRAY(arena, float, rows * width + 1);
        for (int64_t r = 0; r < rows; r++)
            for (int64_t c = 0; c < width; c++)
                out[r * width + c] = values[(gate_there(layer, c / units) * units + c % units) * rows + r];
        const nnc_entry entry = {.name = from[w]->name,
                                 .dtype = NNC_F32,
                                 .rank = 2,
                                 .shape = {rows, width},
                                 .count = (size_t)(rows * width),
                                 .data = out};
        if (!import_weight(torch->import, weights[w], &entry, entry.name)) return false;
    }
    if (!biased) return true;
    const bool apart = weights[2]->shape.rank == 2;
    const float *const inputs = values_of(torch, bi), *const states = values_of(torch, bh);
    float *const out = NEW_ARRAY(arena, float, 2 * width + 1);
    for (int64_t c = 0; c < width; c++) {
        const int64_t there = gate_there(layer, c / units) * units + c % units;
        out[c] = apart ? inputs[there] : inputs[there] + states[there];
        out[width + c] = states[there];
    }
    const nnc_entry entry = {.name = bi->name,
                             .dtype = NNC_F32,
                             .rank = apart ? 2 : 1,
                             .shape = {apart ? 2 : width, width},
                             .count = (size_t)(apart ? 2 * width : width),
                             .data = out};
    return import_weight(torch->import, weights[2], &entry, entry.name);
}

/* Layers ------------------------------------------------------------ */

/* The layer that runs a cell of RNN; NULL: it runs several, which PyTorch has not. */
static const Layer *cell_of(const Layer *layer) {
    while (layer->def->recurrent && layer->inner.count == 1) layer = layer->inner.at[0];
    return layer->inner.count == 0 ? layer : NULL;
}

static bool take_ways(Torch *torch, const Layer *owner, const Layer *layer, const Module *module, bool probe) {
    const Layer *const forward = cell_of(layer->inner.at[0]), *const backward = cell_of(layer->inner.at[1]);
    if (!forward || !backward) return false;
    const int each = forward->weights.count;
    return module->parts == (each == 3 ? 8 : 4) && take_way(torch, forward, owner->weights.at, module, "", probe) &&
           take_way(torch, backward, owner->weights.at + each, module, "_reverse", probe);
}

static bool take_module(Torch *torch, const Layer *owner, const Layer *layer, const Module *module, bool probe) {
    if (layer->inner.count > 0 && layer->inner.at[0]->half) return take_ways(torch, owner, layer, module, probe);
    if (layer->inner.count > 0 && !layer->def->recurrent)
        return take_module(torch, owner, layer->inner.at[0], module, probe);
    if (!(layer = cell_of(layer))) return false;
    if (layer->def->recurrent)
        return module->parts == (layer->weights.count == 3 ? 4 : 2) &&
               take_way(torch, layer, owner->weights.at, module, "", probe);
    if (module->parts != layer->weights.count) return false;
    for (int i = 0; i < layer->weights.count; i++) {
        const Weight *const weight = owner->weights.at[i];
        const nnc_entry *const entry = part_of(module, part_name(weight));
        int64_t dim[NNC_MAX_RANK];
        const int rank = torch_shape(layer, weight, dim);
        if (!entry || entry->rank != rank || memcmp(entry->shape, dim, (size_t)rank * sizeof *dim) != 0 ||
            nnc_dtype_of(entry->dtype).is_integer)
            return false;
        if (probe) continue;
        nnc_entry here = {.name = entry->name,
                          .dtype = NNC_F32,
                          .rank = weight->shape.rank,
                          .count = entry->count,
                          .data = turned(torch, layer, weight, entry)};
        for (int j = 0; j < here.rank; j++) here.shape[j] = weight->shape.dim[j];
        if (!import_weight(torch->import, weight, &here, entry->name)) return false;
    }
    return true;
}

static const char *parts_text(const Torch *torch, const Module *module) {
    Text out = {.arena = torch->import->arena};
    for (int i = 0; i < module->parts; i++)
        text_printf(&out, "%s%s %s", i ? ", " : "", import_quote(torch->import, module->part[i].entry->name),
                    nnc_show_shape(module->part[i].entry->shape, module->part[i].entry->rank).text);
    return text_chars(&out);
}

static bool take_layer(Torch *torch, const Layer *layer) {
    Import *const import = torch->import;
    Module *first = NULL;
    int fitting = 0;
    for (int i = 0; i < torch->modules.count; i++) {
        Module *const module = &torch->modules.at[i];
        if (module->taken || !take_module(torch, layer, layer, module, true)) continue;
        if (!first) first = module;
        fitting++;
    }
    if (!first) {
        Text left = {.arena = import->arena};
        for (int i = 0; i < torch->modules.count; i++)
            if (!torch->modules.at[i].taken && left.length < 400)
                text_printf(&left, "%s%s", left.length ? "; " : "", parts_text(torch, &torch->modules.at[i]));
        import_fail(import, "no module that is left fits layer '%s' of the model", layer->name);
        nnc_fail_hint(&import->host, "there are %s", left.length ? text_chars(&left) : "none");
        return false;
    }
    first->taken = true;
    import_note(import, "%-24s %s%s", layer->name, parts_text(torch, first),
                fitting > 1 ? " (the first of several that fit)" : "");
    return take_module(torch, layer, layer, first, false);
}

bool import_torch(Import *import) {
    nnc_tensors file;
    Torch torch = {.import = import};
    if (!import->options->model) {
        import_fail(import, "holds weights, and no model");
        nnc_fail_hint(&import->host, "write the model, and say --for MODEL.nn --weights WEIGHTS.safetensors");
        return false;
    }
    unsigned char *const bytes = malloc(import->size + 1);
    if (!bytes) return import_fail(import, "does not fit into memory");
    memcpy(bytes, import->bytes, import->size);
    if (!import_given_model(import) ||
        nnc_tensors_parse(&import->host, import->path, bytes, import->size, &file) != 0 || !read_modules(&torch, &file))
        return false;
    for (int i = 0; i < import->model->layers.count; i++)
        if (import->model->layers.at[i]->weights.count > 0 && !take_layer(&torch, import->model->layers.at[i]))
            return false;
    for (int i = 0; i < torch.modules.count; i++)
        if (!torch.modules.at[i].taken)
            return import_fail(import, "has a module that no layer of the model takes: %s",
                               parts_text(&torch, &torch.modules.at[i]));
    import->stateless = "a state_dict has none";
    return true; /* the tensors end with the process */
}
