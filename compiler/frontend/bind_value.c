/* SPDX-License-Identifier: MIT-0 */
/* The binder's values: from the values of expressions to the fields of argument structs, with type and range
 * checked. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/source.h"
#include "base/suggest.h"
#include "frontend/bind.h"
#include "frontend/bind_target.h"
#include "frontend/constants.h"
#include "language/ast.h"
#include "language/class.h"
#include "language/describe.h"
#include "language/registry.h"

bool wrong_type(const Target *target, const Ast *value, const char *wanted) {
    if (value->kind != AST_ERROR) {
        diag(target->binder->diags, D_wrong_type, target->place, target->row->name, target->owner->name, wanted,
             ast_describe(target->binder->arena, value));
        constants_note(target->binder->constants, target->written);
    }
    return false;
}

/* What `value`, which is outside, must be. Of a range with a large end only the end that matters is told. */
static const char *range_text(Arena *arena, const ArgDef *row, double value) {
    static const double LARGE = 1e6;
    const char *high = number_text(arena, row->max);
    bool positive = row->min == DBL_MIN; /* POSITIVE: no number has this as its least value */
    if (value > row->max && (row->max >= LARGE || row->min <= -LARGE)) {
        return arena_printf(arena, "at most %s", high);
    }
    if (row->max >= LARGE || row->min <= -LARGE) {
        return positive ? "greater than 0" : arena_printf(arena, "at least %s", number_text(arena, row->min));
    }
    return positive ? arena_printf(arena, "greater than 0 and at most %s", high)
                    : arena_printf(arena, "between %s and %s", number_text(arena, row->min), high);
}

static bool in_range(const Target *target, double value) {
    const ArgDef *row = target->row;
    if ((row->min == 0 && row->max == 0) || (value >= row->min && value <= row->max)) {
        return true;
    }
    Arena *arena = target->binder->arena;
    diag(target->binder->diags, D_out_of_range, target->place, row->name, target->owner->name,
         range_text(arena, row, value), number_text(arena, value));
    constants_note(target->binder->constants, target->written);
    if (row->type == ARG_REAL && row->min >= 0 && row->max == 1 && value > 2 && value <= 100)
        diag_note(target->binder->diags, NO_SPAN, "%s %% is %s", number_text(arena, value),
                  number_text(arena, value / 100));
    return false;
}

/* A number without a fraction is an integer, however it was computed. */
static bool whole_value(const Ast *value, int64_t *whole) {
    if (value->kind != AST_NUMBER) {
        return false;
    }
    if (value->number.integer) {
        *whole = value->number.whole;
        return true;
    }
    double number = value->number.value;
    if (number != floor(number) || fabs(number) >= 9007199254740992.0 /* 2^53: beyond, doubles skip integers */) {
        return false;
    }
    *whole = (int64_t)number;
    return true;
}

static bool bind_int(const Target *target, const Ast *value, int64_t *field) {
    const char *const word = target->row->word;
    if (word != NULL && value->kind == AST_STRING && strcmp(value->string.chars, word) == 0) {
        *field = INT_NONE;
        return true;
    }
    if (target->row->truths && value->kind == AST_BOOL) {
        *field = value->boolean;
        return true;
    }
    if (word != NULL && value->kind != AST_NUMBER) {
        return wrong_type(target, value, arena_printf(target->binder->arena, "an integer or '%s'", word));
    }
    if (!whole_value(value, field)) {
        return wrong_type(target, value,
                          !target->entry              ? "an integer"
                          : target->row->none_entries ? "made of integers and None"
                                                      : "made of integers");
    }
    if (*field == INT_NONE) { /* -2^63 means None here, and nobody needs it */
        diag(target->binder->diags, D_number_range, target->place);
        return false;
    }
    return in_range(target, value->number.value);
}

bool bind_real(const Target *target, const Ast *value, double *field) {
    if (value->kind != AST_NUMBER) {
        return wrong_type(target, value, target->entry ? "made of numbers" : "a number");
    }
    *field = value->number.value;
    return in_range(target, *field);
}

bool string_value(const Target *target, const Ast *value, const char **field) {
    if (value->kind != AST_STRING) {
        return wrong_type(target, value, "a string");
    }
    if (strlen(value->string.chars) != value->string.length) {
        diag(target->binder->diags, D_nul_in_string, target->place);
        return false;
    }
    *field = value->string.chars;
    return true;
}

static bool bind_choice(const Target *target, const Ast *value, unsigned *field) {
    const char *text;
    if (!string_value(target, value, &text)) {
        return false;
    }
    const char *const *choices = target->row->choices;
    const int count = choice_count(target->row);
    for (int i = 0; i < count; i++) {
        if (strcmp(choices[i], text) == 0) {
            *field = (unsigned)i + 1;
            return true;
        }
    }
    const Binder *binder = target->binder;
    Text accepted = {.arena = binder->arena};
    for (int i = 0; i < count; i++) {
        text_printf(&accepted, "%s'%s'", i == 0 ? "" : i + 1 == count ? " or " : ", ", choices[i]);
    }
    diag(binder->diags, D_not_a_choice, target->place, target->row->name, target->owner->name,
         strlen(text) > 60 ? arena_printf(binder->arena, "%.60s…", text) : text);
    const char *nearest = nearest_name(text, choices, count);
    diag_suggest(binder->diags, nearest == NULL ? NULL : arena_printf(binder->arena, "'%s'", nearest));
    constants_note(binder->constants, target->written);
    diag_note(binder->diags, NO_SPAN, "it is %s", text_chars(&accepted));
    return false;
}

/* The entry of a sequence as a target of its own, so that messages point at it. */
Target entry_target(const Target *target, const Ast *entry) {
    Target inner = *target;
    inner.written = entry;
    inner.place = entry->span.lo >= 0 ? entry->span : target->place;
    inner.entry = true;
    return inner;
}

static const char *sequence_text(const Target *target) {
    bool reals = target->row->type == ARG_REALS;
    int length = target->row->length;
    if (length > 0) {
        return arena_printf(target->binder->arena, "a tuple of %d %s", length, reals ? "numbers" : "integers");
    }
    return target->row->type == ARG_SHAPE ? "a tuple of integers"
           : reals                        ? "a number or a tuple of numbers"
                                          : "an integer or a tuple of integers";
}

static bool is_filled(const Target *target, int count) {
    if (!target->row->filled || count > 0) {
        return true;
    }
    diag(target->binder->diags, D_wrong_length, target->place, target->row->name, target->owner->name,
         "at least one entry", 0);
    constants_note(target->binder->constants, target->written);
    return false;
}

/* The values of a tuple or list; a single number counts as a sequence of one, except for shapes. NULL after an
 * error. */
static const Ast *const *sequence_values(const Target *target, const Ast *value, int *count) {
    const ArgDef *row = target->row;
    const Binder *binder = target->binder;
    const Ast **values;
    if (value->kind == AST_NUMBER && row->type != ARG_SHAPE && row->length <= 1) {
        values = NEW(binder->arena, const Ast *);
        values[0] = value;
        *count = 1;
        return values;
    }
    if (value->kind != AST_TUPLE && value->kind != AST_LIST) {
        int errors = diags_errors(binder->diags);
        wrong_type(target, value, sequence_text(target));
        if (value->kind == AST_NUMBER && row->type == ARG_SHAPE && diags_errors(binder->diags) > errors) {
            diag_suggest(binder->diags,
                         arena_printf(binder->arena, "(%s,)", number_text(binder->arena, value->number.value)));
        }
        return NULL;
    }
    if (row->length > 0 && value->items.count != row->length) {
        diag(binder->diags, D_wrong_length, target->place, row->name, target->owner->name,
             arena_printf(binder->arena, row->length == 1 ? "%d entry" : "%d entries", row->length),
             value->items.count);
        constants_note(binder->constants, target->written);
        return NULL;
    }
    if (!is_filled(target, value->items.count)) {
        return NULL;
    }
    values = NEW_ARRAY(binder->arena, const Ast *, value->items.count);
    for (int i = 0; i < value->items.count; i++) {
        values[i] = constants_value(binder->constants, value->items.at[i], CLASS_KIND_COUNT);
    }
    *count = value->items.count;
    return values;
}

static Target value_target(const Target *target, const Ast *value, int index) {
    return value->kind == AST_NUMBER ? *target : entry_target(target, value->items.at[index]);
}

/* ((1, 1), (2, 2)) */
static bool bind_pairs(const Target *target, const Ast *value, const Ast *const *values, int count, Ints *field) {
    int64_t *numbers = NEW_ARRAY(target->binder->arena, int64_t, 2 * count);
    bool valid = true;
    for (int i = 0; i < count; i++) {
        Target entry = value_target(target, value, i);
        int length = 0;
        const bool sequence = values[i]->kind == AST_TUPLE || values[i]->kind == AST_LIST;
        const Ast *const *pair = sequence ? sequence_values(&entry, values[i], &length) : NULL;
        if (length != 2) {
            return wrong_type(&entry, values[i], "made of pairs of integers");
        }
        valid &= bind_int(&entry, pair[0], &numbers[2 * i]) && bind_int(&entry, pair[1], &numbers[2 * i + 1]);
    }
    *field = (Ints){.at = numbers, .count = 2 * count, .pairs = true};
    return valid;
}

static bool bind_ints(const Target *target, const Ast *value, Ints *field) {
    int count;
    const Ast *const *values = sequence_values(target, value, &count);
    if (values == NULL) {
        return false;
    }
    if (target->row->pairs && count > 0 && (values[0]->kind == AST_TUPLE || values[0]->kind == AST_LIST)) {
        return bind_pairs(target, value, values, count, field);
    }
    int64_t *numbers = NEW_ARRAY(target->binder->arena, int64_t, count);
    bool valid = true;
    for (int i = 0; i < count; i++) {
        Target entry = value_target(target, value, i);
        if (values[i]->kind == AST_NONE && target->row->none_entries) {
            numbers[i] = DIM_NONE;
        } else {
            valid &= bind_int(&entry, values[i], &numbers[i]);
        }
    }
    *field = (Ints){numbers, count, false, value->kind == AST_NUMBER};
    return valid;
}

static bool bind_number_or_word(const Target *target, const Ast *value, NumberOrWord *field) {
    return value->kind == AST_STRING ? bind_choice(target, value, &field->choice)
                                     : bind_real(target, value, &field->number);
}

/* Strings stand for names; the rest is as for integers. */
static bool bind_columns(const Target *target, const Ast *value, Columns *field) {
    const Ast *single = value;
    const bool sequence = value->kind == AST_TUPLE || value->kind == AST_LIST;
    const int count = sequence ? value->items.count : 1;
    if (target->row->truths && value->kind == AST_BOOL) {
        *field = (Columns){.index.count = value->boolean ? 0 : -1, .all = value->boolean};
        return true;
    }
    if (!sequence && value->kind != AST_NUMBER && value->kind != AST_STRING) {
        return wrong_type(target, value,
                          target->row->truths ? "True, False, a number or name of a column, or a tuple of them"
                                              : "a number or name of a column, or a tuple of them");
    }
    if (!is_filled(target, count)) {
        return false;
    }
    int64_t *numbers = NEW_ARRAY(target->binder->arena, int64_t, count);
    const char **names = NEW_ARRAY(target->binder->arena, const char *, count);
    bool valid = true, named = false;
    for (int i = 0; i < count; i++) {
        const Ast *written = sequence ? value->items.at[i] : single;
        const Ast *entry = sequence ? constants_value(target->binder->constants, written, CLASS_KIND_COUNT) : single;
        Target inner = sequence ? entry_target(target, written) : *target;
        if (entry->kind == AST_STRING) {
            valid &= string_value(&inner, entry, &names[i]);
            named = true;
        } else {
            valid &= bind_int(&inner, entry, &numbers[i]);
        }
    }
    *field = (Columns){{.at = numbers, .count = count}, named ? names : NULL, false};
    return valid;
}

static bool bind_reals(const Target *target, const Ast *value, Reals *field) {
    int count;
    const Ast *const *values = sequence_values(target, value, &count);
    if (values == NULL) {
        return false;
    }
    double *numbers = NEW_ARRAY(target->binder->arena, double, count);
    bool valid = true;
    for (int i = 0; i < count; i++) {
        Target entry = value_target(target, value, i);
        valid &= bind_real(&entry, values[i], &numbers[i]);
    }
    *field = (Reals){numbers, count};
    return valid;
}

/* {0: 0.1, 10: 0.01}: an epoch each, ascending; [0.1, 0.05]: epochs 0, 1; CosineDecay(…): its steps are epochs. */
static bool bind_rates(const Target *target, const Ast *value, Rates *field) {
    const Binder *binder = target->binder;
    if (value->kind == AST_CALL) {
        *field = (Rates){.schedule = bind_class(binder, value, CLASS_SCHEDULE, target->place, NULL, NULL)};
        return field->schedule != NULL;
    }
    const bool dict = value->kind == AST_DICT, list = value->kind == AST_LIST || value->kind == AST_TUPLE;
    if (!dict && !list) {
        wrong_type(target, value, "a dict of rates by the epoch from which they hold, a list of rates, or a schedule");
        diag_note(binder->diags, NO_SPAN,
                  "a function of Python cannot stand in a model file; {0: 0.01, 10: 0.001} can");
        return false;
    }
    const int count = dict ? value->dict.count : value->items.count;
    int64_t *epochs = NEW_ARRAY(binder->arena, int64_t, count);
    double *rates = NEW_ARRAY(binder->arena, double, count);
    bool valid = true;
    for (int i = 0; i < count; i++) {
        const Ast *written = dict ? value->dict.values[i] : value->items.at[i];
        Target entry = entry_target(target, written);
        valid &= bind_real(&entry, constants_value(binder->constants, written, CLASS_KIND_COUNT), &rates[i]);
        epochs[i] = i;
        if (dict) {
            const Ast *key = constants_value(binder->constants, value->dict.keys[i], CLASS_KIND_COUNT);
            Target place = entry_target(target, value->dict.keys[i]);
            if (!whole_value(key, &epochs[i]) || epochs[i] < 0 || (i > 0 && epochs[i] <= epochs[i - 1])) {
                return wrong_type(&place, key, "a dict whose keys are ascending epochs from 0 on");
            }
        }
    }
    *field = (Rates){.epoch = epochs, .rate = rates, .count = count};
    return valid;
}

static bool bind_weights(const Target *target, const Ast *value, Weights *field) {
    const Binder *binder = target->binder;
    const bool named = target->row->named;
    if (value->kind != AST_DICT) {
        return wrong_type(target, value, named ? "a dict such as {'color': 3}" : "a dict such as {0: 1.0, 1: 3.0}");
    }
    const int count = value->dict.count;
    int64_t *keys = NEW_ARRAY(binder->arena, int64_t, count);
    const char **names = NEW_ARRAY(binder->arena, const char *, count);
    double *numbers = NEW_ARRAY(binder->arena, double, count);
    bool valid = true;
    for (int i = 0; i < count; i++) {
        Target key = entry_target(target, value->dict.keys[i]), entry = entry_target(target, value->dict.values[i]);
        const Ast *class = constants_value(binder->constants, value->dict.keys[i], CLASS_KIND_COUNT);
        int64_t whole;
        if (named && class->kind == AST_STRING) {
            valid &= string_value(&key, class, &names[i]);
        } else if (!whole_value(class, &keys[i]) || (keys[i] < 0 && !named)) {
            valid = wrong_type(&key, class,
                               named ? "a dict whose keys are names or numbers of columns"
                                     : "a dict whose keys are integers from 0 on");
        }
        const Ast *number = constants_value(binder->constants, value->dict.values[i], CLASS_KIND_COUNT);
        if (target->row->whole && !whole_value(number, &whole)) {
            valid = wrong_type(&entry, number, "a dict whose values are integers");
        } else {
            valid &= bind_real(&entry, number, &numbers[i]);
        }
    }
    *field = (Weights){keys, numbers, count, named ? names : NULL};
    return valid;
}

/* An argument of Keras that nnc has not: None, or True, a number or a string where that is its default. */
static bool bind_fixed(const Target *target, const Ast *value) {
    const Ast *const only = constants_default(target->binder->constants, target->row->fallback);
    if (value->kind == AST_ERROR) {
        return false;
    }
    const bool same = value->kind == AST_NONE ||
                      (value->kind == only->kind &&
                       ((value->kind == AST_BOOL && value->boolean == only->boolean) ||
                        (value->kind == AST_NUMBER && value->number.value == only->number.value) ||
                        (value->kind == AST_STRING && strcmp(value->string.chars, only->string.chars) == 0)));
    if (!same) {
        diag(target->binder->diags, D_only_default, target->place, target->row->name, target->owner->name,
             target->row->fallback, target->row->doc);
        constants_note(target->binder->constants, target->written);
    }
    return same;
}

/* 'C:\\new\\table.csv' has a line end and a tab in it. */
static void check_path_text(const Target *target, const char *text) {
    static const char *const escapes[][2] = {
        {"\n", "a line end"},  {"\t", "a tab"},       {"\r", "a carriage return"}, {"\a", "a bell"},
        {"\b", "a backspace"}, {"\f", "a form feed"}, {"\v", "a vertical tab"}};
    static const char *const written[] = {"\\n", "\\t", "\\r", "\\a", "\\b", "\\f", "\\v"};
    for (size_t i = 0; target->row->path && i < sizeof escapes / sizeof *escapes; i++) {
        if (strchr(text, escapes[i][0][0]) == NULL) continue;
        diag(target->binder->diags, D_path_escape, target->place, escapes[i][1], written[i]);
        diag_note(target->binder->diags, NO_SPAN, "\\\\ is a backslash, and / does as well");
        return;
    }
}

bool bind_value(const Binder *binder, const Class *owner, const ArgDef *row, const Ast *ast, void *field) {
    bool object = row->type == ARG_OBJECT || row->type == ARG_OBJECTS || row->type == ARG_PAIR ||
                  row->type == ARG_NUMBER_OR_OBJECT;
    Target target = {binder, owner, row, ast, ast->span, false};
    const Ast *value = constants_value(binder->constants, ast, object ? row->class_kind : CLASS_KIND_COUNT);
    if (value->kind == AST_NONE &&
        (row->may_be_none || (row->fallback != NULL && strcmp(row->fallback, "None") == 0))) {
        bind_none(row, field);
        return true;
    }
    switch (row->type) {
    case ARG_INT:
        return bind_int(&target, value, field);
    case ARG_REAL:
    case ARG_SCALE:
        return bind_real(&target, value, field);
    case ARG_BOOL:
        if (value->kind != AST_BOOL) {
            return wrong_type(&target, value, "True or False");
        }
        *(bool *)field = value->boolean;
        return true;
    case ARG_STRING:
        if (!string_value(&target, value, field)) return false;
        check_path_text(&target, *(const char **)field);
        return true;
    case ARG_CHOICE:
        return bind_choice(&target, value, field);
    case ARG_INTS:
    case ARG_SHAPE:
        return bind_ints(&target, value, field);
    case ARG_COLUMNS:
        return bind_columns(&target, value, field);
    case ARG_NUMBER_OR_WORD:
        return bind_number_or_word(&target, value, field);
    case ARG_REALS:
        return bind_reals(&target, value, field);
    case ARG_RATES:
        return bind_rates(&target, value, field);
    case ARG_WEIGHTS:
        return bind_weights(&target, value, field);
    case ARG_OBJECT:
        return bind_one(&target, value, field);
    case ARG_NUMBER_OR_OBJECT:
        return bind_number_or_object(&target, value, field);
    case ARG_OBJECTS:
    case ARG_PAIR:
        return bind_objects(&target, value, field);
    case ARG_FIXED:
        return bind_fixed(&target, value);
    case ARG_UNUSED:
        return value->kind != AST_ERROR;
    }
    return false;
}
