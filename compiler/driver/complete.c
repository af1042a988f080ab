/* SPDX-License-Identifier: MIT-0 */
/* The tables of options, diagnostics, passes and classes, for those who type. The shells' own files (editors/) only ask
 * for this and show it. */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/diag_list.h"
#include "driver/complete.h"
#include "driver/options.h"
#include "language/class.h"
#include "language/listing.h"
#include "passes/passes.h"

typedef struct Completing {
    Arena *arena;
    const char *before; /* what is typed of the word stays: "--emit=" */
    const char *begun;  /* what is typed of the value */
} Completing;

static void offer(const Completing *completing, const char *value, const char *meaning) {
    if (strncmp(value, completing->begun, strlen(completing->begun)) != 0) return;
    printf("%s%s%s%s\n", completing->before, value, meaning ? "\t" : "", meaning ? meaning : "");
}

/* "float|double" */
static void offer_choices(const Completing *completing, const char *choices) {
    for (const char *at = choices; *at;) {
        const size_t length = strcspn(at, "|");
        offer(completing, arena_strndup(completing->arena, at, length), NULL);
        at += length + (at[length] == '|');
    }
}

static void offer_diagnostics(const Completing *completing, bool warnings) {
    for (int i = 0; i < DIAG_COUNT; i++) {
        if (warnings && diag_rows[i].severity != SEVERITY_WARNING) continue;
        offer(completing, diag_id_text(completing->arena, (DiagId)i), NULL);
    }
}

static void offer_stages(const Completing *completing) {
    static const char *const stages[] = {
#define STAGE(name, word) word,
#define LAST_STAGE(name, word) word
#include "driver/stages.def"
#undef STAGE
#undef LAST_STAGE
    };
    for (size_t i = 0; i < sizeof stages / sizeof *stages; i++) offer(completing, stages[i], NULL);
    char *const passes = arena_strdup(completing->arena, pass_list(completing->arena, "", 1 << 20));
    for (char *at = strtok(passes, ", \n"); at; at = strtok(NULL, ", \n"))
        offer(completing, arena_printf(completing->arena, "plan:%s", at), NULL);
}

static void offer_value(const Completing *completing, const OptionHelp *option) {
    if (!strcmp(option->name, "--emit")) offer_stages(completing);
    else if (!strcmp(option->name, "--explain")) offer_diagnostics(completing, false);
    else if (!strcmp(option->name, "-W")) offer_diagnostics(completing, true);
    else if (!strncmp(option->name, "--list-", 7)) offer_choices(completing, "text|md|names|refused");
    else if (strchr(option->value, '|')) offer_choices(completing, option->value);
    else if (strchr(option->value, '.')) printf("<files>%s\n", strchr(option->value, '.'));
    else if (!strcmp(option->value, "FILE") || !strcmp(option->value, "DIR")) printf("<files>\n");
}

static void offer_options(const Completing *completing, CommandWord command) {
    OptionHelp option, earlier;
    for (int i = 0; option_help(i, command, &option); i++) {
        bool said = !option.taken;
        for (int j = 0; j < i && !said; j++)
            said = option_help(j, command, &earlier) && earlier.taken && !strcmp(earlier.name, option.name);
        const bool joined = option.name[1] != '-';
        if (!said)
            offer(completing, arena_printf(completing->arena, "%s%s", option.name,
                                           option.value && *option.value && !joined ? "=" : ""), option.help);
    }
}

/* The option whose value stands at a word, and where in it the value begins; NULL: none. */
static const char *value_begun(CommandWord command, int count, char **words, OptionHelp *found) {
    const char *const last = words[count - 1], *const equals = strchr(last, '=');
    const char *name = NULL, *begun = NULL;
    if (last[0] == '-' && equals) name = last, begun = equals + 1;
    else if (count >= 3 && !strcmp(words[count - 2], "=")) name = words[count - 3], begun = last;
    else if (count >= 2 && !strcmp(last, "=")) name = words[count - 2], begun = "";
    else if (count >= 2 && words[count - 2][0] == '-') name = words[count - 2], begun = last;
    const size_t length = name ? strcspn(name, "=") : 0;
    for (int i = 0; name && option_help(i, command, found); i++)
        if (found->taken && found->value && strlen(found->name) == length && !strncmp(found->name, name, length) &&
            (*found->value || begun != last || equals))
            return begun;
    return NULL;
}

void complete_command_line(int count, char **words) {
    if (count < 1) return;
    Arena *const arena = arena_new();
    const CommandWord command = command_of(count > 1 ? words[0] : "");
    OptionHelp option;
    const char *const last = words[count - 1], *const begun = value_begun(command, count, words, &option);
    Completing completing = {arena, "", last};
    if (begun) {
        completing.begun = begun;
        completing.before = arena_strndup(arena, last, begun >= last && begun <= last + strlen(last)
                                                           ? (size_t)(begun - last)
                                                           : 0);
        offer_value(&completing, &option);
    } else if (!strncmp(last, "-W", 2)) {
        completing.before = !strncmp(last, "-Wno-", 5) ? "-Wno-" : "-W";
        completing.begun = last + strlen(completing.before);
        offer_diagnostics(&completing, true);
    } else if (last[0] == '-') {
        offer_options(&completing, command);
    } else {
        const char *name, *earlier = "";
        for (int i = 0; count == 1 && (name = command_at(i)); earlier = name, i++)
            if (strcmp(name, earlier) != 0) offer(&completing, name, NULL);
        printf(command == COMMAND_IMPORT ? "<files>\n" : "<files>.nn\n");
    }
    arena_free(arena);
}
