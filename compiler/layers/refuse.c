/* SPDX-License-Identifier: MIT-0 */
/* What a layer says when its input does not fit: the shape that arrives, where it comes from, and the way out. */
#include "base/arena.h"
#include "base/diag.h"
#include "layers/refuse.h"
#include "model/layer.h"
#include "model/shape.h"

bool layer_mask_check(const Layer *layer, int rank, const char *needs, Diags *diags) {
    const Shape mask = layer->mask;
    if (mask.rank == 0 || shape_equal(mask, shape_of(rank, layer->input.dim))) return true;
    diag(diags, D_layer_mask, layer->span, layer->def->class.name, shape_text(layer->arena, mask), needs);
    return false;
}

/* The nearest layer above that made something else of an input with `rank` dimensions; NULL: there is none. */
static const Layer *culprit(const Layer *layer, int rank) {
    const Layer *above = layer->previous;
    while (above && above->input.rank == layer->input.rank) above = above->previous;
    return above && above->input.rank == rank ? above : NULL;
}

static bool gives_last_step(const Layer *layer) {
    return layer->output.rank == 2 &&
           (layer->def->recurrent || (layer->inner.count > 0 && layer->inner.at[0]->def->recurrent));
}

static void dims_text(Text *out, const Layer *layer) {
    for (int i = 1; i < layer->input.rank; i++) text_printf(out, "%lld, ", (long long)layer->input.dim[i]);
}

/* What would make the input one of `rank` dimensions. */
static const char *way_out(const Layer *layer, int rank, bool image) {
    const Layer *above = culprit(layer, rank);
    Text text = {.arena = layer->arena};
    if (above && gives_last_step(above)) {
        text_printf(&text, ": add return_sequences=True to '%s' above?", above->name);
    } else if (above) {
        text_printf(&text, "; put it before %s", above->def->class.name);
    } else if (layer->input.rank == rank - 1 && !(layer->previous && gives_last_step(layer->previous))) {
        text_puts(&text, "; Reshape((");
        dims_text(&text, layer);
        text_printf(&text, "1)) above it %s", image ? "adds the channels" : "makes each value a step of one feature");
    } else if (layer->input.rank == rank + 1) {
        text_printf(&text, "; TimeDistributed(%s) %s",
                    image ? arena_printf(layer->arena, "%s(…)", layer->def->class.name) : "Flatten()",
                    image ? "works on each part by itself" : "above it makes each step a vector");
    }
    return text_chars(&text);
}

void layer_refuse(const Layer *layer, int rank, const char *needs, bool image, Diags *diags) {
    const Layer *above = layer->previous; /* … that gave the input this shape */
    while (above && above->previous && shape_equal(above->input, above->output)) above = above->previous;
    diag(diags, D_layer_input, layer->span, layer->def->class.name, shape_text(layer->arena, layer->input),
         arena_printf(layer->arena, "it needs %s%s", needs, way_out(layer, rank, image)));
    if (above && !shape_equal(above->input, above->output))
        diag_note(diags, above->span, "'%s' (%s) makes %s of %s", above->name, above->def->class.name,
                  shape_text(layer->arena, above->output), shape_text(layer->arena, above->input));
}
