/* SPDX-License-Identifier: MIT-0 */
/* Conditions of the preprocessor whose answer is known: a file for small cores is short, and says nothing of
 * vectors. */
#include <string.h>

#include "base/arena.h"
#include "base/internal.h"
#include "base/words.h"
#include "file/decide.h"

enum { MOST_NESTED = 8 };

typedef enum Answer { NO, YES, UNKNOWN } Answer;

/* A condition that is open. */
typedef struct Condition {
    bool decided;
    bool found; /* a branch of a decided one */
    bool kept;  /* what stands around it */
} Condition;

static bool begins(const char *line, const char *word) {
    const size_t length = strlen(word);
    line += strspn(line, " ");
    return !strncmp(line, word, length) && !is_word_char(line[length]);
}

static Answer answer_of(const char *line, const Facts *facts) {
    const struct {
        const char *condition;
        Answer answer;
    } known[] = {{"#ifdef NNC_SMALL", facts->small ? YES : NO},
                 {"#ifdef NNC_SMALL_ALONE", facts->small ? YES : NO},
                 {"#ifdef NNC_DOUBLE", !facts->small ? UNKNOWN : facts->wide ? YES : NO},
                 {"#ifdef NNC_FLASH", !facts->small ? UNKNOWN : facts->flash ? YES : NO},
                 {"#if LANES == 1", facts->small ? YES : UNKNOWN},
                 {"#if VECTOR_BYTES == 0", facts->small ? YES : UNKNOWN}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (begins(line, known[i].condition)) return known[i].answer;
    return UNKNOWN;
}

/* The innermost condition goes on with #else or #elif. Returns whether what follows is kept. */
static bool next_branch(Condition *condition, Text *out, const char *line, size_t length) {
    const bool otherwise = begins(line, "#else");
    bool kept = condition->kept;
    if (!condition->decided) {
        if (kept) text_append(out, line, length);
        return kept;
    }
    kept = kept && !condition->found;
    if (otherwise || condition->found) return kept;
    condition->decided = false; /* what has been left out came before: #elif begins it */
    const char *const tail = strstr(line, "#elif") + strlen("#elif");
    if (kept) text_printf(out, "#if%.*s", (int)(line + length - tail), tail);
    return kept;
}

const char *decided_text(Arena *arena, const char *text, size_t length, const Facts *facts) {
    Text out = {.arena = arena};
    Condition open[MOST_NESTED];
    int depth = 0;
    bool kept = true;
    for (const char *line = text, *next; line < text + length; line = next) {
        next = strchr(line, '\n') + 1;
        const size_t size = (size_t)(next - line);
        if (begins(line, "#if") || begins(line, "#ifdef") || begins(line, "#ifndef")) {
            const Answer answer = answer_of(line, facts);
            if (depth == MOST_NESTED) internal_error("conditions of the runtime are nested too deep");
            open[depth++] = (Condition){answer != UNKNOWN, answer == YES, kept};
            if (answer == UNKNOWN && kept) text_append(&out, line, size);
            kept = kept && answer != NO;
        } else if (depth && (begins(line, "#else") || begins(line, "#elif"))) {
            kept = next_branch(&open[depth - 1], &out, line, size);
        } else if (depth && begins(line, "#endif")) {
            kept = open[--depth].kept;
            if (!open[depth].decided && kept) text_append(&out, line, size);
        } else if (kept) {
            text_append(&out, line, size);
        }
    }
    return text_chars(&out);
}
