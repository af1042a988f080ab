/* SPDX-License-Identifier: MIT-0 */
/* The comment above a function: layers, what is computed as a formula in the names of the parameters, their shapes. */
#include <ctype.h>
#include <string.h>

#include "base/arena.h"
#include "base/words.h"
#include "language/registry.h"
#include "model/layer.h"
#include "model/shape.h"
#include "plan/map_attrs.h"
#include "plan/plan.h"
#include "plan/random_attrs.h"
#include "plan/tensor.h"
#include "emit/comment.h"
#include "emit/emit.h"
#include "emit/params.h"
#include "emit/text.h"

enum { WIDTH = 118, MANY_LAYERS = 3 };

/* What a comment calls the steps' values: expressions, or names of those that have a line of their own. */
typedef struct Said {
    const Function *function;
    const Op *op;
    const char *start; /* what the operation computes before its steps */
    const char **step;    /* of each step … */
    const char **through; /* … and what it goes back through from values that have a line, the last first; or NULL */
} Said;

/* The loosest operator outside of brackets: '+' also for comparisons and choices, '*' for products, ' ' for none. */
static char loosest(const char *text) {
    char found = ' ';
    for (int depth = 0; *text; text++) {
        depth += (*text == '(' || *text == '[') - (*text == ')' || *text == ']');
        if (depth || *text != ' ' || !text[1] || text[2] != ' ') continue;
        if (text[1] != '*' && text[1] != '/' && text[1] != '.') return '+';
        found = '*';
    }
    return found;
}

/* An operand in its place of a formula, in brackets where it needs them. */
static const char *bracketed(Emit *emit, const char *operand, const char *formula, const char *at, size_t length) {
    const char kind = loosest(operand), before = at - formula >= 2 ? at[-2] : '\0',
               after = at[length] == ' ' ? at[length + 1] : '\0';
    const bool alone =
        (at == formula || at[-1] == '(' || before == ',') && (!at[length] || at[length] == ')' || at[length] == ',');
    const bool sums = (!before || before == '+' || before == '(' || before == ',' || at == formula || at[-1] == '(') &&
                      (!after || after == '+' || after == '-' || after == '>' || after == '<');
    if (kind == ' ' || alone || (kind == '*' && before != '/') || (kind == '+' && sums && after != '>' && after != '<'))
        return operand;
    return formatted(emit, "(%s)", operand);
}

static const char *step_value(Emit *emit, const Said *said, const Tensor *tensor);

static const char *operand_text(Emit *emit, const Said *said, const Operand *operand) {
    if (operand->kind == OPERAND_NUMBER) return formatted(emit, "%g", operand->number);
    return operand->kind == OPERAND_SCALAR ? operand->name : step_value(emit, said, operand->tensor);
}

/* A formula as one writes it: without the v_ of functions on vectors, 1 for 1.0, a ? b : c for a choice. */
static const char *written(Emit *emit, const char *formula) {
    Text out = {.arena = emit->arena};
    for (const char *at = formula; *at;) {
        const bool begins = at == formula || !is_word_char(at[-1]);
        if (begins && !strncmp(at, "v_splat(", 8) && strcspn(at, ")") == strcspn(at + 8, "(),") + 8) {
            const size_t length = strcspn(at, ")");
            text_puts(&out, written(emit, arena_strndup(emit->arena, at + 8, length - 8)));
            at += length + 1;
        } else if (begins && !strncmp(at, "v_", 2)) {
            at += 2;
        } else if (isdigit((unsigned char)*at) && at[1] == '.' && at[2] == '0' && !isdigit((unsigned char)at[3])) {
            text_append(&out, at, 1);
            at += 3;
        } else {
            text_append(&out, at++, 1);
        }
    }
    return text_chars(&out);
}

/* A text of a step with what its operands are called. */
static const char *bound_text(Emit *emit, const Said *said, const Step *step, const char *text) {
    Text out = {.arena = emit->arena};
    for (const char *at = text; *at;) {
        size_t length = 0;
        while (is_word_char(at[length])) length++;
        const Operand *operand = NULL;
        for (int i = 0; i < step->operand_count && length && !isdigit((unsigned char)*at); i++)
            if (!strncmp(step->operands[i].name, at, length) && !step->operands[i].name[length])
                operand = &step->operands[i];
        if (operand) text_puts(&out, bracketed(emit, operand_text(emit, said, operand), text, at, length));
        else text_append(&out, at, length ? length : 1);
        at += length ? length : 1;
    }
    return text_chars(&out);
}

static const char *step_formula(Emit *emit, const Said *said, const Step *step) {
    const Formula *const formula = step->formula;
    if (formula && strstr(step->text, "v_") && class_find(CLASS_ACTIVATION, formula->name)) { /* everybody knows it */
        Text out = {.arena = emit->arena};
        text_printf(&out, "%s(", formula->name);
        for (int i = 0, shown = 0; i < step->operand_count; i++)
            if (step->operands[i].kind == OPERAND_TENSOR)
                text_printf(&out, "%s%s", shown++ ? ", " : "", operand_text(emit, said, &step->operands[i]));
        text_puts(&out, ")");
        return text_chars(&out);
    }
    if (step->kind == FORMULA_WINNER) return formatted(emit, "number of the %s", step->label);
    return bound_text(emit, said, step, written(emit, step->text));
}

/* The parameter that a tensor is, or the columns of one; NULL: it is none. */
static const char *param_text(Emit *emit, const Function *function, const Tensor *tensor) {
    for (int i = 0; i < function->params.count; i++) {
        const Param *const param = &function->params.at[i];
        if (param->kind != PARAM_TENSOR || !tensors_begin_together(param->tensor, tensor)) continue;
        if (!tensor->columns || tensor->part) return param->name;
        const int64_t end = tensor->column + tensor->shape.dim[tensor->shape.rank - 1];
        return formatted(emit, "%s[%lld:%lld]", param->name, (long long)tensor->column, (long long)end);
    }
    return NULL;
}

static const char *step_value(Emit *emit, const Said *said, const Tensor *tensor) {
    for (int i = said->op->steps.count - 1; i >= 0; i--)
        if (said->op->steps.at[i].result == tensor && said->step[i]) return said->step[i];
    if (tensor == said->op->out && said->start) return said->start;
    if (tensor->regenerated) return drawn_with(tensor)->part;
    const char *const param = param_text(emit, said->function, tensor);
    return param ? param : role_name(emit, said->op, tensor);
}

static const char *input_text(Emit *emit, const Function *function, const Tensor *tensor) {
    const char *const param = param_text(emit, function, tensor);
    return param ? param : role_name(emit, function->op, tensor);
}

/* a . b, or what else the operation makes of its inputs: conv 3x3 (x, kernel). */
static const char *start_of(Emit *emit, const Function *function) {
    const Op *const op = function->op;
    Text out = {.arena = emit->arena};
    const char *in[MAX_INPUTS] = {NULL};
    if (op->def->only_steps) return NULL;
    for (int i = 0; i < op->in_count; i++) in[i] = input_text(emit, function, op->in[i]);
    if (op->def->formula) return op->def->formula(emit, op, in);
    const bool told = op->def->describe;
    text_puts(&out, op->def->name);
    if (told) op->def->describe(op, &out);
    for (int i = 0; i < op->in_count; i++) text_printf(&out, "%s%s", i ? ", " : told ? " (" : "(", in[i]);
    if (op->in_count) text_puts(&out, ")");
    return text_chars(&out);
}

/* How often the steps from `first` on name a value. */
static int times_read(const Op *op, const Tensor *value, int first) {
    int times = 0;
    for (int i = first; i < op->steps.count; i++)
        for (int j = 0; j < op->steps.at[i].operand_count; j++)
            if (op->steps.at[i].operands[j].tensor == value)
                times += times_named(op->steps.at[i].text, op->steps.at[i].operands[j].name);
    return times;
}

/* (batch, 28), with the names of sizes that the function is told. */
static const char *sized_text(Emit *emit, const Function *function, Shape shape) {
    Text out = {.arena = emit->arena};
    const char *names[MAX_RANK] = {NULL};
    bool named = false;
    for (int i = 0, size = 0; i < shape.rank; i++) {
        for (int at = size; at < function->params.count && !names[i] && shape.dim[i] > 1; at++) {
            const Param *const param = &function->params.at[at];
            if (param->kind != PARAM_SIZE || param->size != shape.dim[i]) continue;
            names[i] = param->name;
            size = at + 1;
        }
        named = named || names[i];
    }
    if (!named) return shape_text(emit->arena, shape);
    for (int i = 0; i < shape.rank; i++)
        text_printf(&out, "%s%s", i ? ", " : "(", names[i]            ? names[i]
                                                   : shape.dim[i] < 0 ? times(emit, "batch", -shape.dim[i])
                                                                      : integer(emit, shape.dim[i]));
    text_puts(&out, shape.rank == 1 ? ",)" : ")");
    return text_chars(&out);
}

static void add_line(Emit *emit, const Function *function, Text *lines, const char *name, const Tensor *tensor,
                     const char *value) {
    text_printf(lines, "%s%s%s = %s", lines->length ? "\n" : "", name,
                tensor ? formatted(emit, " %s", sized_text(emit, function, tensor->shape)) : "", value);
}

/* What the function calls the value of a step: that of a copy is what it copies. */
static const char *value_name(Emit *emit, const Op *op, int at) {
    const Step *const step = &op->steps.at[at];
    const char *const local = names_of(emit, step->result)->local;
    size_t length = 0;
    while (local && is_word_char(local[length])) length++;
    return length && !local[length] ? local : step_role(emit, op, step);
}

/* Whether the operation reads what lies where a result is stored. */
static bool is_in_place(const Op *op, const Tensor *result) {
    for (int i = 0; i < op->steps.count; i++)
        for (int j = 0; j < op->steps.at[i].operand_count; j++) {
            const Tensor *const read = op->steps.at[i].operands[j].tensor;
            if (read && read != result && read != op->out && !read->in_registers && tensors_overlap(read, result))
                return true;
        }
    return false;
}

/* Words that are not there yet, of a list with commas. */
static void add_words(Text *out, const char *words) {
    while (words && *words) {
        const size_t length = strcspn(words, ",");
        bool there = false;
        for (const char *at = text_chars(out); *at && !there; at += strspn(at, ", ")) {
            there = strcspn(at, ",") == length && !strncmp(at, words, length);
            at += strcspn(at, ",");
        }
        if (!there) text_printf(out, "%s%.*s", out->length ? ", " : "", (int)length, words);
        words += length;
        words += strspn(words, ", ");
    }
}

/* What a value goes back through; that which is made before the steps is a sum of what steps made. */
static const char *way_back_of(const Said *said, const Tensor *value, int before) {
    if (value == said->op->out && op_terms(said->op)) value = said->op->in[0];
    for (int i = before - 1; i >= 0 && value; i--)
        if (said->op->steps.at[i].result == value) return said->through[i];
    return NULL;
}

/* What step `at` goes back through: what those that it reads do, and then the value it is a gradient of. */
static const char *way_back(Emit *emit, const Said *said, int at) {
    const Step *const step = &said->op->steps.at[at];
    Text words = {.arena = emit->arena};
    for (int i = 0; i < step->operand_count; i++) add_words(&words, way_back_of(said, step->operands[i].tensor, at));
    if (step->of_gradient) add_words(&words, step->through);
    return words.length ? text_chars(&words) : NULL;
}

/* The value of step `at`: a line where it is stored, or read more than once. */
static void say_step(Emit *emit, Said *said, int at, const Tensor **before, Text *lines) {
    const Op *const op = said->op;
    const Step *const step = &op->steps.at[at];
    const Tensor *const result = step->result;
    said->step[at] = step_formula(emit, said, step);
    said->through[at] = way_back(emit, said, at);
    if (result->in_registers && times_read(op, result, at + 1) < 2) return;
    const char *const param = result->in_registers ? NULL : param_text(emit, said->function, result);
    const bool in_place = param && is_in_place(op, result), part = param && strchr(param, '[');
    const char *const name = param && !in_place && !part ? param : value_name(emit, op, at);
    const char *const role = step_role(emit, op, step);
    const bool alike = *before && shape_equal((*before)->shape, result->shape);
    *before = result;
    const bool has_line = strcmp(name, said->step[at]) != 0;
    if (has_line) add_line(emit, said->function, lines, name, alike ? NULL : result, said->step[at]);
    if (in_place || part) text_printf(lines, in_place ? ", in place of %s" : ", to %s", param);
    /* What is called y, and not d_biased, does not say which it is. */
    if (has_line && said->through[at] && strcmp(name, role) != 0)
        text_printf(lines, ": %s, back through %s", role, said->through[at]);
    if (said->start && !strcmp(said->step[at], said->start)) said->start = name;
    said->step[at] = name;
    said->through[at] = NULL;
}

/* An update that gives something a value, and does nothing else, is said as a formula like others. */
static void say_assignment(Emit *emit, const Said *said, const Step *step, Text *lines) {
    const Tensor *result = NULL;
    for (int i = 0; i < step->operand_count; i++)
        if (!strcmp(step->operands[i].name, step->assigned)) result = step->operands[i].tensor;
    add_line(emit, said->function, lines, input_text(emit, said->function, result), result,
             bound_text(emit, said, step, written(emit, step->value)));
}

/* An update: which weight, or which states of one, it moves, and by what. */
static void say_update(Emit *emit, const Said *said, const Step *step, Text *lines) {
    Text moved = {.arena = emit->arena};
    const char *weight = NULL, *by = NULL;
    if (step->assigned) {
        say_assignment(emit, said, step, lines);
        return;
    }
    for (int i = 0; i < step->operand_count; i++) {
        const Operand *const operand = &step->operands[i];
        if (!operand->tensor) continue;
        const char *const name = operand->written ? input_text(emit, said->function, operand->tensor) : NULL;
        if (operand->written && operand->tensor->kind == TENSOR_WEIGHT) weight = name;
        else if (operand->written) text_printf(&moved, "%s%s", moved.length ? ", " : "", name);
        else if (!by) by = operand_text(emit, said, operand);
    }
    const bool follows = lines->length > 0; /* what it moves by has been said */
    text_printf(lines, "%s%s moves %s", follows ? ", by which " : "", step->label,
                weight ? weight : text_chars(&moved));
    if (!follows && by) text_printf(lines, " by %s", by);
}

/* What the operation makes before its steps, where that is stored, or read more than once, or nothing follows. */
static void say_start(Emit *emit, Said *said, Text *lines) {
    const Op *const op = said->op;
    const bool last = op_terms(op) == op->steps.count, moves = !last && !op->steps.at[op_terms(op)].result;
    const bool inner = !op->out || (op->out->in_registers && times_read(op, op->out, op_terms(op)) < 2);
    if (!said->start || (!last && !moves && inner)) return;
    if (!op->out) {
        text_puts(lines, said->start);
        return;
    }
    const char *const name =
        op->out->in_registers ? own_role(emit, op, op->out) : input_text(emit, said->function, op->out);
    if (op->def->measures)
        text_printf(lines, "%s, %s %s its gradient", said->start, name, shape_text(emit->arena, op->out->shape));
    else add_line(emit, said->function, lines, name, op->out, said->start);
    said->start = name;
}

static const char *lines_of(Emit *emit, const Function *function) {
    const Op *const op = function->op;
    Said said = {function,
                 op,
                 op_terms(op) ? NULL : start_of(emit, function),
                 NEW_ARRAY(emit->arena, const char *, op->steps.count + 1),
                 NEW_ARRAY(emit->arena, const char *, op->steps.count + 1)};
    Text lines = {.arena = emit->arena};
    const Tensor *before = NULL;
    for (int i = 0; i <= op->steps.count; i++) {
        if (i == op_terms(op)) {
            if (op_terms(op)) said.start = formatted(emit, "sum(%s)", step_value(emit, &said, op->in[0]));
            say_start(emit, &said, &lines);
        }
        if (i == op->steps.count) break;
        if (op->steps.at[i].result) say_step(emit, &said, i, &before, &lines);
        else say_update(emit, &said, &op->steps.at[i], &lines);
    }
    return text_chars(&lines);
}

/* Whether a line says what this is. */
static bool is_said(const char *lines, const char *name) {
    const size_t length = strlen(name);
    for (const char *line = lines; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (!strncmp(line, name, length) && line[length] == ' ') return true;
    }
    return false;
}

/* The shapes of what is read, and what random numbers are drawn. */
static const char *shapes_text(Emit *emit, const Function *function, const char *lines) {
    Text out = {.arena = emit->arena};
    for (int i = 0; i < function->params.count; i++) {
        const Param *const param = &function->params.at[i];
        const bool slope = function->op->def->measures && param->tensor == function->op->out;
        const bool said = slope || is_said(lines, param->name);
        if (param->kind == PARAM_TENSOR && times_named(lines, param->name) && !said)
            text_printf(&out, "%s%s %s", out.length ? ", " : "", param->name,
                        sized_text(emit, function, tensor_rows(param->tensor)->shape));
        const bool drawn = param->kind == PARAM_RANDOM && param->stream == 0 && param->tensor != function->op->out;
        if (drawn)
            text_printf(&out, "%s%s%s%s", out.length ? ", " : "", drawn_with(param->tensor)->part,
                        drawn_with(param->tensor)->kind == RANDOM_KEEP ? " " : " of ",
                        random_said(emit->arena, drawn_with(param->tensor)));
    }
    return text_chars(&out);
}

/* dense; or for many: dense_1 to dense_9, 9 layers. */
static const char *names_text(Emit *emit, const Layer *const *layers, int count) {
    Text out = {.arena = emit->arena};
    const Layer *first = layers[0], *last = first;
    for (int i = 0; i < count; i++) {
        if (layers[i]->index < first->index) first = layers[i];
        if (layers[i]->index > last->index) last = layers[i];
        if (count <= MANY_LAYERS) text_printf(&out, "%s%s", i ? ", " : "", c_name(emit->arena, layers[i]->name));
    }
    if (count > MANY_LAYERS)
        text_printf(&out, "%s to %s, %d layers", c_name(emit->arena, first->name), c_name(emit->arena, last->name),
                    count);
    return text_chars(&out);
}

/* Whose operation it is, and whose steps run in it: "dense with dropout: ". */
static const char *layers_text(Emit *emit, const Function *function) {
    const int count = function->layers.count, guests = function->guests.count;
    if (!count && !guests) return "";
    const char *const own = count ? names_text(emit, function->layers.at, count) : "";
    const char *const with = guests ? names_text(emit, function->guests.at, guests) : "";
    return formatted(emit, "%s%s%s%s: ", own, count && guests ? " with " : "", with,
                     function->op->pace.count ? ", each line"
                     : function->op->loop     ? ", each step"
                                              : "");
}

/* A line of a comment, broken at blanks outside of brackets where it is too long. */
static void put_wrapped(Text *out, const char *line) {
    size_t column = 0;
    int depth = 0;
    while (*line) {
        size_t length = 0;
        while (line[length] && (line[length] != ' ' || depth || !length)) {
            depth += (line[length] == '(' || line[length] == '[') - (line[length] == ')' || line[length] == ']');
            length++;
        }
        if (column && column + length > WIDTH - 12) {
            text_puts(out, "\n *        ");
            column = 0;
        }
        text_append(out, line, length);
        column += length;
        line += length;
    }
}

void op_formula(Emit *emit, Function *function) {
    function->formula = lines_of(emit, function);
    function->shapes = shapes_text(emit, function, function->formula);
}

const char *op_comment(Emit *emit, const Function *function) {
    const char *const layers = layers_text(emit, function), *const lines = function->formula,
                      *const shapes = function->shapes;
    const char *const whole = formatted(emit, "/* %s%s%s%s */\n", layers, lines, *shapes ? "; " : "", shapes);
    if (!strchr(lines, '\n') && strlen(whole) < WIDTH) return whole;
    Text out = {.arena = emit->arena};
    text_printf(&out, "/* %.*s", (int)(strlen(layers) - (*layers != '\0')), layers);
    const char *const all = formatted(emit, "%s%s%s", lines, *shapes ? "\n" : "", shapes);
    for (const char *line = all; *line;) {
        const size_t length = strcspn(line, "\n");
        if (line != all || *layers) text_puts(&out, "\n *     ");
        put_wrapped(&out, arena_strndup(emit->arena, line, length));
        line += length + (line[length] == '\n');
    }
    text_puts(&out, " */\n");
    return text_chars(&out);
}
