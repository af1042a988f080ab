/* SPDX-License-Identifier: MIT-0 */
/* The errors of the grammar: what was found, and what could have stood there. */
#include <string.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/source.h"
#include "frontend/parse_state.h"

enum { EXPECTED_SHOWN = 4 };

/* What can begin a value, or is a word as the name of an argument. */
static bool begins_value(const char *token) {
    static const char *const tokens[] = {"a number", "a string", "a name", "'True'", "'False'", "'None'",
                                         "'('",      "'['",      "'{'",    "'-'",    NULL};
    for (int i = 0; tokens[i] != NULL; i++) {
        if (strcmp(token, tokens[i]) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_word(const char *token) {
    return strcmp(token, "'model'") == 0 || strcmp(token, "'compile'") == 0 || strcmp(token, "'fit'") == 0 ||
           strcmp(token, "'evaluate'") == 0;
}

/* What can go on with a value; true of almost every place, so not worth saying where something else can come. */
static bool continues_value(const char *token) {
    return token[0] == '\'' && strchr("+-*/.(=", token[1]) != NULL &&
           (token[2] == '\'' || strcmp(token, "'//'") == 0 || strcmp(token, "'**'") == 0);
}

static bool among(const char *const *tokens, int count, const char *token) {
    for (int i = 0; i < count; i++) {
        if (strcmp(tokens[i], token) == 0) {
            return true;
        }
    }
    return false;
}

/* The tokens that could have come as few words: those that begin a value as one. */
typedef struct Wanted {
    const char *word;
    bool (*covers)(const char *token); /* tokens that need not be named then */
} Wanted;

static bool covered_by_argument(const char *token) {
    return begins_value(token) || is_word(token);
}

static bool covered_by_layer(const char *token) {
    return strcmp(token, "a name") == 0 || strcmp(token, "','") == 0 || strcmp(token, "';'") == 0;
}

static bool covered_by_item(const char *token) {
    return strcmp(token, "a name") == 0 || is_word(token) || strcmp(token, "the end of the file") == 0;
}

static Wanted wanted_of(const char *const *expected, int count) {
    if (among(expected, count, "a number")) {
        return among(expected, count, "'model'") ? (Wanted){"an argument", covered_by_argument}
                                                 : (Wanted){"a value", begins_value};
    }
    if (among(expected, count, "'}'") && among(expected, count, "a name")) {
        return (Wanted){"a layer", covered_by_layer};
    }
    if (among(expected, count, "the end of the file") && among(expected, count, "a name")) {
        return (Wanted){"a constant, 'model', 'compile', 'fit' or 'evaluate'", covered_by_item};
    }
    return (Wanted){NULL, NULL};
}

/* "a value or ')'"; NULL when there are too many. */
static const char *expected_text(Parse *parse, const char *const *expected, int count) {
    Wanted wanted = wanted_of(expected, count);
    const char *shown[EXPECTED_SHOWN + 1];
    int shown_count = 0;
    if (wanted.word != NULL) {
        shown[shown_count++] = wanted.word;
    }
    bool others = false; /* than what can go on with almost any value */
    for (int i = 0; i < count; i++) {
        others |= !continues_value(expected[i]);
    }
    for (int i = 0; i < count && shown_count <= EXPECTED_SHOWN; i++) {
        bool covered = (wanted.word != NULL && wanted.covers(expected[i])) ||
                       (others && continues_value(expected[i])) || (count > 1 && strcmp(expected[i], "'.'") == 0);
        if (!covered) {
            shown[shown_count++] = expected[i];
        }
    }
    if (shown_count == 0 || shown_count > EXPECTED_SHOWN) {
        return NULL;
    }
    Text text = {.arena = parse->arena};
    for (int i = 0; i < shown_count; i++) {
        text_printf(&text, "%s%s", i == 0 ? "" : i + 1 == shown_count ? " or " : ", ", shown[i]);
    }
    return text_chars(&text);
}

/* "name 'x'", "'('": the token in the way. */
static const char *found_text(Parse *parse, const char *found, Span span) {
    const char *written = parse->source->text + span.lo;
    int length = span.hi - span.lo;
    if (found[0] == 'a') { /* a name, a number, a string */
        return length > 40 ? found + 2
               : strcmp(found, "a string") == 0
                   ? arena_printf(parse->arena, "string %.*s", length, written)
                   : arena_printf(parse->arena, "%s '%.*s'", found + 2, length, written);
    }
    return found;
}

/* Whether the word before a place is `word`. */
static bool stands_after(const Parse *parse, Span span, const char *word) {
    const char *text = parse->source->text;
    int end = span.lo, length = (int)strlen(word);
    while (end > 0 && (text[end - 1] == ' ' || text[end - 1] == '\t')) {
        end--;
    }
    return end >= length && strncmp(text + end - length, word, (size_t)length) == 0;
}

/* Frequent habits from Python that the grammar alone cannot explain. */
static void explain_habit(Parse *parse, const char *found, Span span, const char *const *expected, int count) {
    bool at_name_of_model = count == 1 && strcmp(expected[0], "a name") == 0;
    if (strcmp(found, "a name") == 0 && (stands_after(parse, span, "lambda") || stands_after(parse, span, "def"))) {
        diag_note(
            parse->diags, NO_SPAN,
            "a function of Python cannot stand in a model file; LearningRateScheduler takes {0: 0.01, 10: 0.001} or a "
            "list of rates");
    } else if (strcmp(found, "'('") == 0 && count == 1 && strcmp(expected[0], "'='") == 0) {
        diag_note(parse->diags, NO_SPAN, "layers stand between the braces of: model NAME { … }");
    } else if ((strcmp(found, "'='") == 0 || strcmp(found, "'{'") == 0 || strcmp(found, "a string") == 0) &&
               at_name_of_model) {
        diag_note(parse->diags, NO_SPAN, "a model is written: model NAME { Input(shape=(4,)) Dense(1) }");
    } else if (strcmp(found, "'-'") == 0 && count == 1 && strcmp(expected[0], "'{'") == 0) {
        diag_note(parse->diags, NO_SPAN, "names are made of letters, digits and _");
    } else if (strcmp(found, "'='") == 0 && among(expected, count, "'('")) {
        diag_note(parse->diags, NO_SPAN, "constants are defined outside of the model's braces");
    } else if (strcmp(found, "'='") == 0 && among(expected, count, "':'")) {
        diag_suggest(parse->diags, ":");
    } else if (strcmp(found, "':'") == 0 && among(expected, count, "'='")) {
        diag_suggest(parse->diags, "=");
    } else if (strcmp(found, "'='") == 0 && parse->source->text[span.hi] == '=') {
        diag_note(parse->diags, NO_SPAN, "there are no comparisons");
    }
}

void parse_syntax_error(Parse *parse, const char *found, Span span, const char *const *expected, int count) {
    int line = source_line(parse->source, span.lo);
    bool consequence = balance_inserted(parse) || parse->token_error_line == line;
    parse->file->incomplete = true;
    if (!consequence && !parse->stopped) {
        parse->syntax_error_line = line;
        const char *wanted = expected_text(parse, expected, count);
        const char *what = found_text(parse, found, span);
        diag(parse->diags, D_syntax, span,
             wanted == NULL ? arena_printf(parse->arena, "unexpected %s", what)
                            : arena_printf(parse->arena, "expected %s before %s", wanted, what));
        explain_habit(parse, found, span, expected, count);
    }
    balance_recover(parse);
}

