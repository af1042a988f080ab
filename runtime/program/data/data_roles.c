/* SPDX-License-Identifier: MIT-0 */
/* data_roles.c - what a model asks of its inputs, its targets and their weights. */
#include "data/data.h"
#include "host/host.h"

#include <math.h>
#include <string.h>

NNC_API double nnc_x_scale(const nnc_model *model) {
    return fabs(model->x_scale) > 0 ? model->x_scale : 1;
}

NNC_API double nnc_y_scale(const nnc_model *model) {
    return fabs(model->y_scale) > 0 ? model->y_scale : 1;
}

NNC_API nnc_role nnc_role_x(const nnc_model *model) {
    nnc_role role;
    memset(&role, 0, sizeof role);
    role.name = "x";
    role.dtype = model->integer_input ? NNC_I32 : nnc_real_dtype(model);
    role.rank = model->input_rank;
    memcpy(role.shape, model->input_shape, sizeof role.shape);
    role.low = model->indices > 0 ? 0 : INT32_MIN;
    role.high = model->indices > 0 ? model->indices - 1 : INT32_MAX;
    role.is_index = model->indices > 0;
    role.also = role.low;
    role.meaning = "an index";
    role.hint = "";
    role.scale = nnc_x_scale(model);
    role.text = model->text;
    role.columns = model->columns;
    role.column_count = model->column_count;
    role.may_lack = model->fill != NNC_FILL_NONE;
    role.max_steps = model->max_steps;
    role.least_steps = model->least_steps;
    role.nothing = model->integer_input ? -1 : (double)NAN;
    role.places = model->indices > 0 ? (size_t)model->indices : model->classes > 0 ? (size_t)model->classes : SIZE_MAX;
    return role;
}

/* Of what is said of x alone, nothing. */
static nnc_role nnc_role_of_reals(const nnc_model *model, const char *name) {
    nnc_role role = nnc_role_x(model);
    role.name = name;
    role.is_index = 0;
    role.text = NULL;
    role.columns = NULL;
    role.column_count = 0;
    role.may_lack = 0;
    role.max_steps = 0;
    return role;
}

NNC_API nnc_role nnc_role_y(const nnc_model *model) {
    nnc_role role = nnc_role_of_reals(model, "y");
    role.is_target = 1;
    role.scale = model->integer_target ? 1 : nnc_y_scale(model);
    role.dtype = model->integer_target ? NNC_I32 : nnc_real_dtype(model);
    role.rank = model->output_rank;
    memcpy(role.shape, model->output_shape, sizeof role.shape);
    if (model->integer_target) { /* one class number per position of the output: its last dimension is the classes */
        role.rank--;
        role.low = 0;
        role.high = model->classes - 1;
        role.also = model->ignore_class >= INT32_MIN && model->ignore_class <= INT32_MAX ? model->ignore_class : 0;
        role.meaning = "a class";
        role.classes = role.rank == 0 ? model->classes : 0;
        role.hint = model->output_rank > 1
                        ? "; it classifies each row of a sample: is a Flatten missing above its Dense?"
                        : "; a sparse loss wants class numbers, not one-hot rows";
    } else if (model->target == NNC_TARGET_DISTRIBUTION) {
        role.hint = "; for class numbers use the loss sparse_categorical_crossentropy";
        role.is_one_hot = role.rank == 1 && role.shape[0] > 1;
        role.classes = role.is_one_hot ? role.shape[0] : 0;
    } else if (model->target == NNC_TARGET_UNIT && model->target_size == 1) {
        role.classes = 2;
    }
    return role;
}

NNC_API nnc_role nnc_role_sample_weight(const nnc_model *model) {
    nnc_role role = nnc_role_of_reals(model, "sample_weight");
    role.scale = 1;
    role.dtype = nnc_real_dtype(model);
    role.rank = model->weight_rank;
    memcpy(role.shape, model->weight_shape, sizeof role.shape);
    role.may_repeat = 1;
    return role;
}
