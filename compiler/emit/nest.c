/* SPDX-License-Identifier: MIT-0 */
/* Loop nests and elementwise steps: which loops an operation needs, where each operand's element lies, and the
 * statements in between. */
#include <ctype.h>
#include <string.h>

#include "base/arena.h"
#include "base/words.h"
#include "model/shape.h"
#include "plan/map_attrs.h"
#include "plan/plan.h"
#include "plan/random_attrs.h"
#include "plan/step.h"
#include "plan/tensor.h"
#include "emit/emit.h"
#include "emit/nest.h"
#include "emit/params.h"
#include "emit/template.h"
#include "emit/text.h"
#include "emit/vectors.h"

const char *loop_variable(Shape shape, int first, int end, int depth) {
    static const char *const others[] = {"i", "j", "k", "l", "o", "c"};
    int samples = 0;
    while (samples < shape.rank && shape.dim[samples] > 0) samples++;
    if (samples >= first && samples < end) return end - first == 1 && shape.dim[samples] == BATCH ? "sample" : "row";
    const bool steps = samples == 1 && first == 0 && end == 1 && shape.rank > 1;
    return steps ? "step" : others[depth];
}

/* A size that one function takes for all of its kind. */
static const char *told_size(Emit *emit, const LoopSpan *span) {
    const char *const count = param_size(emit, "count", span->size);
    return span->of_batch ? formatted(emit, "batch * %s", count) : count;
}

static const char *span_size(Emit *emit, const LoopSpan *span) {
    if (span->told) return told_size(emit, span);
    return span->of_batch ? times(emit, "batch", span->size) : integer(emit, span->size);
}

Nest nest_for(Emit *emit, const Op *op, Shape space, Tensor *summed, const Shape *kept) {
    const Loops loops = loops_over(emit->plan, op, space, summed, kept);
    Nest nest = {.space = space, .tensor_count = loops.tensor_count, .loop_count = loops.count};
    memcpy(nest.tensors, loops.tensors, sizeof nest.tensors);
    for (int i = 0; i < loops.count; i++) {
        const LoopSpan *const span = &loops.at[i];
        nest.loops[i] =
            (Loop){.span = *span,
                   .var = i == loops.count - 1 ? "c" : loop_variable(space, span->first, span->last + 1, i),
                   .size = span_size(emit, span)};
    }
    return nest;
}

/* The distance in memory of neighbours along dimension `dim` of the space: literal, and *of_batch when the batch is to
 * be multiplied in. */
static int64_t stride_of(const Tensor *tensor, Shape space, int dim, bool *of_batch) {
    const Shape own = tensor->shape;
    int64_t stride = 1;
    *of_batch = false;
    for (int i = own.rank - 1; i > dim - (space.rank - own.rank); i--) {
        stride *= i == own.rank - 1 ? tensor_row_width(tensor) : dim_size(own.dim[i], 1);
        if (own.dim[i] < 0) *of_batch = true;
    }
    return stride;
}

static int tensor_at(const Nest *nest, const Tensor *tensor) {
    int at = 0;
    while (at < nest->tensor_count && nest->tensors[at] != tensor) at++;
    return at;
}

/* Whether the element of a tensor is another one in each lane. */
static bool runs_along_lanes(const Nest *nest, const Tensor *tensor) {
    return nest->loops[nest->loop_count - 1].span.present >> tensor_at(nest, tensor) & 1;
}

const char *nest_index(Emit *emit, const Nest *nest, const Tensor *tensor) {
    const int at = tensor_at(nest, tensor);
    Text text = {.arena = emit->arena};
    for (int i = 0; i < nest->loop_count; i++) { /* outermost first */
        const Loop *loop = &nest->loops[i];
        if (!(loop->span.present >> at & 1) || loop->single) continue;
        bool of_batch;
        const int64_t stride = stride_of(tensor, nest->space, loop->span.last, &of_batch);
        const bool times_batch = of_batch && !makes_one_sample(emit->plan);
        const char *const var = times_batch ? formatted(emit, "%s * batch", loop->var) : loop->var;
        text_printf(&text, "%s%s", text.length ? " + " : "", times(emit, var, stride));
    }
    if (tensor->columns && tensor->column)
        text_printf(&text, "%s%lld", text.length ? " + " : "", (long long)tensor->column);
    return text.length ? text_chars(&text) : NULL;
}

/* Formulas */

typedef struct Bound {
    const char *name, *text;
} Bound;

/* What a formula is put in terms of. */
typedef struct Binding {
    ElementType type;
    const Bound *bounds;
    int count;
} Binding;

/* A piece with operands replaced by what they are bound to, and literals given the suffix of their type. */
static void put_bound(void *context, Text *out, const char *at, size_t size) {
    const Binding *const binding = context;
    for (const char *const end = at + size; at < end;) {
        if (isdigit((unsigned char)*at)) {
            size_t length = strspn(at, "0123456789.");
            if (at[length] == 'e') length += 1 + strspn(at + length + 1, "-+0123456789");
            text_append(out, at, length);
            if (binding->type == ELEMENT_FLOAT && length > strspn(at, "0123456789")) text_puts(out, "f");
            at += length;
            continue;
        }
        const int length = word_length(at);
        const char *bound = NULL;
        for (int i = 0; i < binding->count && length; i++) {
            const Bound *const operand = &binding->bounds[i];
            if (!strncmp(operand->name, at, (size_t)length) && !operand->name[length]) bound = operand->text;
        }
        if (bound) text_puts(out, bound);
        else text_append(out, at, (size_t)(length ? length : 1));
        at += length ? length : 1;
    }
}

static const char *bind_text(Emit *emit, ElementType type, const char *text, const Bound *bounds, int count) {
    Text out = {.arena = emit->arena};
    vectors_put(emit, &out, text, strlen(text), put_bound, &(Binding){type, bounds, count});
    return text_chars(&out);
}

const char *formula_text_of(Emit *emit, ElementType type, const char *formula, const Hole *operands) {
    int count = 0;
    while (operands[count].name) count++;
    Bound *bounds = NEW_ARRAY(emit->arena, Bound, count);
    for (int i = 0; i < count; i++) bounds[i] = (Bound){operands[i].name, operands[i].text};
    return bind_text(emit, type, formula, bounds, count);
}

const char *formula_text(Emit *emit, const char *formula, const Hole *operands) {
    return formula_text_of(emit, emit->plan->real, formula, operands);
}

const char *random_text(Emit *emit, Tensor *tensor, const Place *place) {
    const RandomAttrs *random = drawn_with(tensor);
    const char *at = place->draw_offset;
    const char *const lanes = place->lanes ? place->lanes : "LANES";
    const char *const block = names_of(emit, tensor)->local, *const bits = formatted(emit, "%s + %s", block, at);
    switch (random->kind) {
    case RANDOM_KEEP:
        return formatted(emit, "v_keep(%s, %s, %s)", bits, literal(emit, random->rate), literal(emit, random->kept));
    case RANDOM_UNIFORM: return formatted(emit, "v_uniform(%s, %s)", bits, lanes);
    case RANDOM_NORMAL: {
        const char *const spread = formatted(emit, "%s * v_normal(%s, angle_%s + %s, %s)",
                                             literal(emit, random->stddev), bits, block, at, lanes);
        return random->mean == 0 ? spread : formatted(emit, "%s + %s", literal(emit, random->mean), spread);
    }
    }
    return "";
}

const char *block_number(Emit *emit, const char *row, int64_t columns, const char *block) {
    const int64_t blocks = random_row_blocks(columns);
    if (blocks == 1) return row;
    return formatted(emit, strchr(row, ' ') ? "(%s) * %lld + %s" : "%s * %lld + %s", row, (long long)blocks, block);
}

const char *draw_text(Emit *emit, Tensor *tensor, const char *block, const char *lane) {
    Text text = {.arena = emit->arena};
    const char *const bits = names_of(emit, tensor)->local =
        local_name(emit, formatted(emit, "%s_bits", drawn_with(tensor)->part));
    const int streams = random_streams(drawn_with(tensor));
    const char *const number = formatted(emit, strchr(block, ' ') ? "(uint32_t)(%s)" : "(uint32_t)%s", block);
    for (int stream = 0; stream < streams; stream++) {
        const char *const to = formatted(emit, "%s%s", stream ? "angle_" : "", bits);
        const char *const random = param_random(emit, tensor, stream);
        if (lane)
            text_printf(&text, "uint32_t %s[4];\nnnc_random_words(%s, %s, %s, %s);\n", to, random, number, lane, to);
        else
            text_printf(&text, "uint32_t %s[NNC_RANDOM_BLOCK];\nv_random_block(%s, %s, %s);\n", to, random, number, to);
    }
    return text_chars(&text);
}

const char *draws_text(Emit *emit, const Op *op, const char *block, const char *lane) {
    Text text = {.arena = emit->arena};
    LIST(Tensor *) drawn = {0};
    for (int i = 0; i < op->steps.count; i++)
        for (int j = 0; j < op->steps.at[i].operand_count; j++) {
            Tensor *tensor = op->steps.at[i].operands[j].tensor;
            bool done = !tensor || !tensor->regenerated;
            for (int k = 0; k < drawn.count && !done; k++) done = drawn.at[k] == tensor;
            if (done) continue;
            list_push(emit->arena, &drawn, tensor);
            text_puts(&text, draw_text(emit, tensor, block, lane));
        }
    return text_chars(&text);
}

const char *matrix_text(Emit *emit, const Tensor *tensor, const char *name) {
    return tensor->columns ? plus(emit, name, offset(emit, tensor->column)) : name;
}

const char *matrix_element(Emit *emit, const Tensor *tensor, const char *name, const char *index) {
    const char *const matrix = matrix_text(emit, tensor, name);
    return !strcmp(matrix, name) ? formatted(emit, "%s[%s]", name, index)
                                 : formatted(emit, "%s[%s%s]", name, index, matrix + strlen(name));
}

bool whole_vectors(const Emit *emit, int64_t size) { return size % emit->plan->target->lanes == 0; }

const char *copy_text(Emit *emit, ElementType type, const char *to, const char *from, const char *size) {
    return formatted(emit, "memcpy(%s, %s, %s * sizeof(%s));\n", to, from, size, element_name(type));
}

static const char *load_text(Emit *emit, Tensor *tensor, const Place *place, bool *vector) {
    const char *name = param_tensor(emit, tensor, false);
    const char *index = nest_index(emit, place->nest, tensor);
    *vector = runs_along_lanes(place->nest, tensor);
    if (!*vector) return formatted(emit, "%s[%s]", name, index ? index : "0");
    return lanes_load(emit, plus(emit, name, index), place->lanes);
}

static void store_text(Emit *emit, Text *out, Tensor *tensor, const char *wanted, const char *value,
                       const Place *place) {
    const bool vector = runs_along_lanes(place->nest, tensor);
    const char *name = wanted ? param_named(emit, tensor, true, wanted) : param_tensor(emit, tensor, true);
    const char *index = nest_index(emit, place->nest, tensor);
    text_puts(out, lanes_store(emit, plus(emit, name, index), value, vector ? place->lanes : "1"));
}

/* The last of the steps that writes to a tensor in place; `before`: of those before it; -1: none. */
static int written_at(const Op *op, const Tensor *tensor, int before) {
    for (int i = before - 1; i >= 0; i--)
        for (int j = 0; j < op->steps.at[i].operand_count; j++)
            if (op->steps.at[i].operands[j].written && op->steps.at[i].operands[j].tensor == tensor) return i;
    return -1;
}

const char *result_name(Emit *emit, const Op *op, const Step *step) {
    if (step->result->columns) return role_name(emit, op, step->result);
    return step == &op->steps.at[op->steps.count - 1] ? "y" : formatted(emit, "%s_out", step_role(emit, op, step));
}

/* How often the steps from `first` on read a tensor before it is written. */
static int times_read(const Op *op, const Tensor *tensor, int first) {
    int times = 0;
    for (int i = first; i < op->steps.count; i++) {
        const Step *const step = &op->steps.at[i];
        for (int j = 0; j < step->operand_count; j++)
            if (step->operands[j].tensor == tensor) times += times_named(step->text, step->operands[j].name);
        if (step->result && tensors_overlap(step->result, tensor)) break;
    }
    return times;
}

/* The local that holds a tensor which a step before has read; NULL: there is none. */
static const char *loaded_local(const Emit *emit, const Tensor *tensor) {
    for (int i = 0; i < emit->loaded.count; i++)
        if (emit->loaded.at[i].tensor == tensor) return emit->loaded.at[i].local;
    return NULL;
}

/* What is stored is in memory again: a local of what was there before holds something else. */
static void forget_overwritten(Emit *emit, const Tensor *written) {
    int kept = 0;
    for (int i = 0; i < emit->loaded.count; i++)
        if (!tensors_overlap(emit->loaded.at[i].tensor, written)) emit->loaded.at[kept++] = emit->loaded.at[i];
    emit->loaded.count = kept;
}

/* An operand that is not of the operation: its element, or a local of it where it is named more than once. */
static const char *outer_operand(Emit *emit, const Op *op, int index, const Operand *operand, const Place *place,
                                 Text *out) {
    const Step *const step = &op->steps.at[index];
    const bool copied = step_copies(step); /* then the step's own name is enough */
    const char *const before = loaded_local(emit, operand->tensor);
    bool vector = true;
    if (before && !operand->written) return before;
    const char *text = operand->tensor->regenerated ? random_text(emit, operand->tensor, place)
                                                    : load_text(emit, operand->tensor, place, &vector);
    if (!vector && !operand->written)
        text = lanes_splat(emit, text); /* formulas compare vectors with vectors */
    const bool twice = times_read(op, operand->tensor, index) > 1;
    if (!operand->written && !twice && (copied || !operand->tensor->regenerated)) return text;
    const char *const wanted = operand->written               ? operand->name
                               : operand->tensor->regenerated ? drawn_with(operand->tensor)->part
                                                              : own_role(emit, op, operand->tensor);
    const char *const local = local_beside(emit, wanted, formatted(emit, "%s_c", wanted)); /* of column c */
    text_printf(out, "%s%s %s = %s;\n", operand->written ? "" : "const ",
                vector || !operand->written ? lanes_type(emit) : emit->real, local, text);
    if (operand->written) names_of(emit, operand->tensor)->local = local;
    else list_push(emit->arena, &emit->loaded, ((Loaded){operand->tensor, local}));
    return local;
}

/* Whether a text is a name alone, of something that is there. */
static bool is_name(const char *text) { return *text && (size_t)word_length(text) == strlen(text); }

static void put_result(Emit *emit, const Op *op, int index, const char *text, bool vector, const Place *place,
                       Text *out) {
    const Step *const step = &op->steps.at[index];
    const bool read = times_read(op, step->result, index + 1) > 0;
    const char **const local = &names_of(emit, step->result)->local;
    text = vector ? text : lanes_splat(emit, text);
    if (is_name(text) || (!read && step_copies(step))) {
        *local = text; /* a copy needs no name */
    } else {
        const char *const label = step_role(emit, op, step);
        *local = local_beside(emit, label, formatted(emit, "new_%s", label));
        text_printf(out, "const %s %s = %s;\n", lanes_type(emit), *local, text);
    }
    if (step->result->in_registers) return;
    store_text(emit, out, step->result, result_name(emit, op, step), *local, place);
    forget_overwritten(emit, step->result);
}

/* One step: `const vec relu = …`. What it writes in place stays in its local for the steps behind; the last one stores
 * it. */
static void step_text(Emit *emit, const Op *op, int index, const Place *place, Text *out) {
    const Step *step = &op->steps.at[index];
    Bound *const bounds = NEW_ARRAY(emit->arena, Bound, step->operand_count + 1);
    bool any_vector = step->kind == FORMULA_WINNER; /* which is loaded */
    for (int i = 0; i < step->operand_count; i++) {
        const Operand *operand = &step->operands[i];
        const char *text = NULL;
        if (operand->kind == OPERAND_NUMBER) text = literal(emit, operand->number);
        else if (operand->kind == OPERAND_SCALAR) text = param_scalar(emit, operand->name);
        else if (is_step_result(op, operand->tensor)) text = names_of(emit, operand->tensor)->local;
        else if (operand->tensor == op->out) text = place->value_name;
        else if (written_at(op, operand->tensor, index) >= 0) text = names_of(emit, operand->tensor)->local;
        else text = outer_operand(emit, op, index, operand, place, out);
        any_vector = any_vector || operand->kind == OPERAND_TENSOR;
        bounds[i] = (Bound){operand->name, text};
    }
    const char *text = bind_text(emit, emit->plan->real, step->text, bounds, step->operand_count);
    if (step->result) {
        put_result(emit, op, index, text, any_vector, place, out);
        return;
    }
    text_printf(out, "%s\n", text);
    for (int i = 0; i < step->operand_count; i++)
        if (step->operands[i].written && written_at(op, step->operands[i].tensor, op->steps.count) == index)
            store_text(emit, out, step->operands[i].tensor, NULL, bounds[i].text, place);
}

static const char *some_steps_text(Emit *emit, const Op *op, int first, int end, const Place *place) {
    Text out = {.arena = emit->arena};
    emit->loaded.count = 0;
    for (int i = first; i < end; i++) step_text(emit, op, i, place, &out);
    return text_chars(&out);
}

const char *steps_text(Emit *emit, const Op *op, const Place *place) {
    return some_steps_text(emit, op, op_terms(op), op->steps.count, place);
}

const char *terms_text(Emit *emit, const Op *op, const Place *place) {
    return some_steps_text(emit, op, 0, op_terms(op), place);
}

BlockText block_text(Emit *emit, const Op *op, const char *rows, const char *row_text) {
    const Shape space = op->out->shape;
    const bool column = op->form == PRODUCT_COLUMN, row = op->form == PRODUCT_ROW;
    const int64_t columns = space.dim[space.rank - 1];
    const bool whole = whole_vectors(emit, columns);
    Place place = {.lanes = whole ? NULL : "n", .draw_offset = "c"};
    Nest nest = nest_for(emit, op, space, NULL, NULL);
    nest.loop_count = 2;
    const char *const row_at = strchr(row_text, ' ') ? formatted(emit, "(%s)", row_text) : row_text;
    nest.loops[0] = (Loop){.var = row_at, .size = rows, .span = {.last = space.rank - 2}};
    nest.loops[1] = (Loop){
        .var = "col + c", .size = integer(emit, columns), .span = {.size = columns, .last = space.rank - 1}};
    for (int i = 0; i < nest.tensor_count; i++) {
        nest.loops[1].span.present |= UINT64_C(1) << i;
        if (shape_equal(nest.tensors[i]->shape, space)) nest.loops[0].span.present |= UINT64_C(1) << i;
    }
    if (column) nest.loops[0].var = "col + c";
    if (row) nest.loops[0] = nest.loops[1];
    if (column || row) nest.loop_count = 1;
    place.nest = &nest;
    place.value_name = local_name(emit, own_role(emit, op, op->out));
    BlockText text = {.value = place.value_name, .lanes = whole ? "" : lanes_left(emit, "cols", "c")};
    text.draws = draws_text(emit, op, block_number(emit, row_text, columns, "col / PANEL"), NULL);
    const char *store = "";
    if (!op->out->in_registers) {
        const char *const to =
            matrix_text(emit, op->out, param_named(emit, op->out, true, op->steps.count ? "sum_out" : "y"));
        store = lanes_store(
            emit,
            column || row ? formatted(emit, "%s + col + c", to)
                          : formatted(emit, "%s + %s + col + c", to, times(emit, row_at, tensor_row_width(op->out))),
            place.value_name, place.lanes);
    }
    text.steps = formatted(emit, "%s%s", store, steps_text(emit, op, &place));
    return text;
}
