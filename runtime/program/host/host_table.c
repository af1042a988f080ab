/* SPDX-License-Identifier: MIT-0 */
/* Tables of characters, drawn with lines. */
#include <string.h>

#include "host/host.h"

/* Light and heavy lines as Keras' summary has them: the first rule, that below the head, those between rows, the
 * last. */
typedef struct nnc_rule {
    const char *left, *line, *middle, *right;
} nnc_rule;

enum { NNC_RULE_TOP, NNC_RULE_HEAD, NNC_RULE_BETWEEN, NNC_RULE_BOTTOM };

static const nnc_rule nnc_rules[] = {
    {"┏", "━", "┳", "┓"}, {"┡", "━", "╇", "┩"}, {"├", "─", "┼", "┤"}, {"└", "─", "┴", "┘"}};

static void nnc_draw_rule(const char *line, size_t length, const nnc_rule *rule, nnc_take_text *take, void *to) {
    for (size_t i = 0; i < length; i++) {
        const char *const drawn = line[i] != '+'      ? rule->line
                                  : i == 0            ? rule->left
                                  : i == length - 1   ? rule->right
                                                      : rule->middle;
        take(to, drawn, strlen(drawn));
    }
}

/* Cells may hold any character; bars are those that stand where the first rule has its corners. */
static void nnc_draw_row(const char *line, size_t length, const char *top, const char *bar, nnc_take_text *take,
                         void *to) {
    size_t from = 0;
    for (size_t i = 0; i < length; i++) {
        if (top[i] != '+') {
            continue;
        }
        take(to, line + from, i - from);
        take(to, bar, strlen(bar));
        from = i + 1;
    }
}

NNC_API void nnc_draw_table(const char *plain, nnc_take_text *take, void *to) {
    const char *top = NULL; /* the first rule */
    int rules = 0;
    while (*plain) {
        const size_t length = strcspn(plain, "\n");
        const char *const next = plain + length + (plain[length] == '\n');
        if (*plain == '+') {
            const int kind = rules < NNC_RULE_BETWEEN ? rules : *next == '|' ? NNC_RULE_BETWEEN : NNC_RULE_BOTTOM;
            nnc_draw_rule(plain, length, &nnc_rules[kind], take, to);
            top = top ? top : plain;
            rules++;
        } else if (*plain == '|' && top) {
            nnc_draw_row(plain, length, top, rules == 1 ? "┃" : "│", take, to);
        } else {
            take(to, plain, length);
        }
        take(to, "\n", (size_t)(next - plain) - length);
        plain = next;
    }
}
