/* SPDX-License-Identifier: MIT-0 */
/* Members of the structs of weights and states. */
#include <stdlib.h>

#include "base/arena.h"
#include "base/names.h"
#include "file/fields.h"
#include "model/layer.h"
#include "model/shape.h"
#include "plan/plan.h"
#include "emit/emit.h"
#include "file/state.h"
#include "emit/params.h"
#include "emit/text.h"

static int compare_fields(const void *a, const void *b) {
    const Weight *const x = ((const Field *)a)->weight, *const y = ((const Field *)b)->weight;
    return (x > y) - (x < y);
}

void name_weight_fields(Emit *emit) {
    const int count = emit->plan->weights.count;
    int64_t place = 0, trainable = 0;
    emit->file->scope = (Names){.arena = emit->arena};
    emit->file->fields = NEW_ARRAY(emit->arena, Field, count + 1);
    for (int i = 0; i < count; i++) {
        Tensor *const tensor = emit->plan->weights.at[i];
        const int64_t size = shape_size(tensor->shape, 1);
        names_of(emit, tensor)->variable = scope_name(emit, tensor->name);
        emit->file->fields[i] = (Field){tensor->weight, names_of(emit, tensor)->variable, place, trainable};
        place += size;
        if (tensor->weight->trainable) trainable += size;
    }
    qsort(emit->file->fields, (size_t)count, sizeof *emit->file->fields, compare_fields);
}

void name_state_fields(Emit *emit) {
    const Tensors *const structs[] = {&emit->plan->states, &emit->plan->stream_states};
    for (int i = 0; i < 2; i++) {
        emit->file->scope = (Names){.arena = emit->arena};
        for (int j = 0; j < structs[i]->count; j++)
            names_of(emit, structs[i]->at[j])->variable = scope_name(emit, structs[i]->at[j]->name);
    }
}

const Field *field_of(const Emit *emit, const Weight *weight) {
    int low = 0, high = emit->plan->weights.count;
    while (low < high) {
        const int middle = (low + high) / 2;
        if (emit->file->fields[middle].weight < weight) low = middle + 1;
        else high = middle;
    }
    return &emit->file->fields[low];
}

const char *weight_field(Emit *emit, const Weight *weight) { return field_of(emit, weight)->name; }

const char *scope_name(Emit *emit, const char *wanted) {
    const char *base = c_name(emit->arena, wanted), *name = base;
    for (int i = 2; is_file_name(emit, name) || names_find(&emit->file->scope, name); i++)
        name = formatted(emit, "%s_%d", base, i);
    *names_slot(&emit->file->scope, name) = emit;
    return name;
}
