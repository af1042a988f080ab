/* SPDX-License-Identifier: MIT-0 */
/* Values, objects and trees as text. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "base/diag.h"
#include "frontend/bind.h"
#include "frontend/constants.h"
#include "frontend/parser.h"
#include "frontend/print.h"
#include "language/ast.h"
#include "language/class.h"
#include "language/describe.h"

static void print_integer(int64_t value, Text *out) {
    if (value == INT_NONE) {
        text_puts(out, "None");
    } else {
        text_printf(out, "%" PRId64, value);
    }
}

static void print_real(double value, Text *out) {
    text_puts(out, isnan(value) ? "None" : number_text(out->arena, value));
}

static void print_string(const char *text, Text *out) {
    text_puts(out, text == NULL ? "None" : string_text(out->arena, text, strlen(text)));
}

static void print_ints(Ints ints, Text *out) {
    text_puts(out, "(");
    for (int i = 0; i < ints.count; i++) {
        text_printf(out, "%s%s", i > 0 ? ", " : "", ints.pairs && i % 2 == 0 ? "(" : "");
        print_integer(ints.at[i], out);
        text_puts(out, ints.pairs && i % 2 == 1 ? ")" : "");
    }
    text_puts(out, ints.count == (ints.pairs ? 2 : 1) ? ",)" : ")");
}

static void print_columns(const Columns *columns, Text *out) {
    text_puts(out, "(");
    for (int i = 0; i < columns->index.count; i++) {
        text_puts(out, i > 0 ? ", " : "");
        if (columns->names[i] != NULL) {
            print_string(columns->names[i], out);
        } else {
            print_integer(columns->index.at[i], out);
        }
    }
    text_puts(out, columns->index.count == 1 ? ",)" : ")");
}

static void print_reals(Reals reals, Text *out) {
    text_puts(out, "(");
    for (int i = 0; i < reals.count; i++) {
        text_puts(out, i > 0 ? ", " : "");
        print_real(reals.at[i], out);
    }
    text_puts(out, reals.count == 1 ? ",)" : ")");
}

static void print_rates(Rates rates, Text *out) {
    if (rates.schedule != NULL) {
        object_print(rates.schedule, out);
        return;
    }
    text_puts(out, "{");
    for (int i = 0; i < rates.count; i++) {
        text_printf(out, "%s%" PRId64 ": ", i > 0 ? ", " : "", rates.epoch[i]);
        print_real(rates.rate[i], out);
    }
    text_puts(out, "}");
}

static void print_weights(Weights weights, Text *out) {
    text_puts(out, "{");
    for (int i = 0; i < weights.count; i++) {
        text_puts(out, i > 0 ? ", " : "");
        if (weights.names != NULL && weights.names[i] != NULL) {
            print_string(weights.names[i], out);
        } else {
            print_integer(weights.keys[i], out);
        }
        text_puts(out, ": ");
        print_real(weights.at[i], out);
    }
    text_puts(out, "}");
}

static void print_objects(Objects objects, const char *brackets, Text *out) {
    text_append(out, brackets, 1);
    for (int i = 0; i < objects.count; i++) {
        text_puts(out, i > 0 ? ", " : "");
        object_print(objects.at[i], out);
    }
    text_append(out, brackets + 1, 1);
}

/* "None", where a list is none. */
static bool printed_none(int count, Text *out) {
    if (count < 0) text_puts(out, "None");
    return count < 0;
}

/* Lists of numbers, each of its own type. */
static void print_list(ArgType type, const void *field, Text *out) {
    const Columns *columns = field;
    if (type == ARG_INTS || type == ARG_SHAPE) {
        const Ints *ints = field;
        if (!printed_none(ints->count, out)) print_ints(*ints, out);
    } else if (type == ARG_REALS) {
        const Reals *reals = field;
        if (!printed_none(reals->count, out)) print_reals(*reals, out);
    } else if (type == ARG_WEIGHTS) {
        const Weights *weights = field;
        if (!printed_none(weights->count, out)) print_weights(*weights, out);
    } else if (!printed_none(columns->index.count, out)) {
        if (columns->all) text_puts(out, "True");
        else if (columns->names == NULL) print_ints(columns->index, out);
        else print_columns(columns, out);
    }
}

static void print_object(const Object *object, Text *out) {
    if (object == NULL) text_puts(out, "None");
    else object_print(object, out);
}

void print_value(const ArgDef *row, const void *field, Text *out) {
    switch (row->type) {
    case ARG_INT: {
        const int64_t value = *(const int64_t *)field;
        if (row->word != NULL && value == INT_NONE) print_string(row->word, out);
        else print_integer(value, out);
        break;
    }
    case ARG_REAL:
    case ARG_SCALE: print_real(*(const double *)field, out); break;
    case ARG_BOOL: text_puts(out, *(const bool *)field ? "True" : "False"); break;
    case ARG_NUMBER_OR_WORD: {
        const NumberOrWord *either = field;
        if (either->choice) print_string(choice_word(row, &either->choice), out);
        else print_real(either->number, out);
        break;
    }
    case ARG_STRING: print_string(*(const char *const *)field, out); break;
    case ARG_CHOICE: print_string(choice_word(row, field), out); break;
    case ARG_COLUMNS:
        if (row->truths && ((const Columns *)field)->index.count < 0) text_puts(out, "False");
        else print_list(row->type, field, out);
        break;
    case ARG_INTS:
    case ARG_SHAPE:
    case ARG_REALS:
    case ARG_WEIGHTS: print_list(row->type, field, out); break;
    case ARG_RATES: print_rates(*(const Rates *)field, out); break;
    case ARG_OBJECT: print_object(*(Object *const *)field, out); break;
    case ARG_NUMBER_OR_OBJECT: {
        const NumberOrObject *either = field;
        if (either->object != NULL) object_print(either->object, out);
        else print_real(either->number, out);
        break;
    }
    case ARG_OBJECTS: print_objects(*(const Objects *)field, "[]", out); break;
    case ARG_PAIR: print_objects(*(const Objects *)field, "()", out); break;
    case ARG_FIXED:
    case ARG_UNUSED: break;
    }
}

void *bind_default(Arena *arena, const Class *class, const ArgDef *row, const char *fallback) {
    if (fallback == NULL) {
        return NULL;
    }
    Diags *diags = diags_new(arena, NULL); /* defaults bind without errors */
    const Binder binder = {arena, constants_new(arena, diags), diags};
    void *field = arena_alloc(arena, 64); /* larger than the value of any ArgType */
    const char *error;
    Ast *ast = parse_expression(arena, fallback, &error);
    return ast == NULL || !bind_value(&binder, class, row, ast, field) ? NULL : field;
}

/* Whether a field holds its default: the same text says the same value. */
static bool is_default(const Class *class, const ArgDef *row, const char *printed, Arena *arena) {
    const void *field = bind_default(arena, class, row, row->fallback);
    if (field == NULL) {
        return false;
    }
    Text text = {.arena = arena};
    print_value(row, field, &text);
    return strcmp(text_chars(&text), printed) == 0;
}

static void print_args(const Class *class, const ArgDef *rows, const void *fields, Text *args) {
    for (const ArgDef *row = rows; row != NULL && row->name != NULL; row++) {
        Text value = {.arena = args->arena};
        if (row->type == ARG_FIXED || row->type == ARG_UNUSED) {
            continue;
        }
        print_value(row, (const char *)fields + row->offset, &value);
        if (!is_default(class, row, text_chars(&value), args->arena)) {
            text_printf(args, "%s%s=%s", args->length > 0 ? ", " : "", row->name, text_chars(&value));
        }
    }
}

void object_print(const Object *object, Text *out) {
    const Class *class = object->class;
    bool called = class->kind == CLASS_LAYER || class->kind == CLASS_OPTIMIZER || class->kind == CLASS_SCHEDULE ||
                  class->kind == CLASS_SOURCE || class->kind == CLASS_CALLBACK || class->kind == CLASS_STATEMENT;
    Text args = {.arena = out->arena};
    print_args(class, class->args, object->args, &args);
    if (class->kind == CLASS_OPTIMIZER) { /* the common arguments of layers are shown beside them */
        print_args(class, object->extra, object->extra_args, &args);
    }
    if (called || args.length > 0) {
        text_printf(out, "%s(%s)", class->name, text_chars(&args));
    } else {
        text_printf(out, "'%s'", class->name);
    }
}
