/* SPDX-License-Identifier: MIT-0 */
/* The tables of options, diagnostics, passes and classes, for those who type. The shells' own files (editors/) only ask
 * for this and show it. */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/diag_list.h"
#include "commands/bits.h"
#include "driver/complete.h"
#include "driver/options.h"
#include "language/class.h"
#include "language/listing.h"
#include "passes/passes.h"

/* Whose options: those of a command of nnc, or of its program behind `nnc run MODEL.nn`. */
typedef struct Table {
    CommandWord command;
    int of_program; /* bits; 0: nnc's own */
} Table;

typedef struct Completing {
    Arena *arena;
    const char *before; /* what is typed of the word stays: "--emit=" */
    const char *begun;  /* what is typed of the value */
} Completing;

static const struct ProgramOption {
    OptionHelp help;
    int commands;
} program_options[] = {
#define OPTION(name, value, commands, kind, field, meaning) {{name, value, meaning, true}, commands},
#include "commands/options.def"
};
static const struct ProgramCommand {
    const char *word, *help;
    int bit;
} program_commands[] = {
#define COMMAND(word, bit, function, meaning) {word, meaning, NNC_##bit},
#include "commands/options.def"
};
enum {
    PROGRAM_OPTIONS = sizeof program_options / sizeof *program_options,
    PROGRAM_COMMANDS = sizeof program_commands / sizeof *program_commands
};

/* As option_help(). */
static bool option_of(int at, Table table, OptionHelp *help) {
    if (!table.of_program) return option_help(at, table.command, help);
    if (at >= PROGRAM_OPTIONS) return false;
    *help = program_options[at].help;
    help->taken = program_options[at].commands & table.of_program;
    return true;
}

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
    else if (!strncmp(option->name, "--list-", 7)) offer_choices(completing, LIST_FORMATS);
    else if (strchr(option->value, '|')) offer_choices(completing, option->value);
    else if (strchr(option->value, '.')) printf("<files>%s\n", strchr(option->value, '.'));
    else if (!strcmp(option->value, "FILE") || !strcmp(option->value, "DIR")) printf("<files>\n");
}

static void offer_options(const Completing *completing, Table table) {
    OptionHelp option, earlier;
    for (int i = 0; option_of(i, table, &option); i++) {
        bool said = !option.taken;
        for (int j = 0; j < i && !said; j++)
            said = option_of(j, table, &earlier) && earlier.taken && !strcmp(earlier.name, option.name);
        const bool joined = option.name[1] != '-';
        if (!said)
            offer(completing, arena_printf(completing->arena, "%s%s", option.name,
                                           option.value && *option.value && !joined ? "=" : ""), option.help);
    }
}

/* The option whose value stands at a word, and where in it the value begins; NULL: none. */
static const char *value_begun(Table table, int count, char **words, OptionHelp *found) {
    const char *const last = words[count - 1], *const equals = strchr(last, '=');
    const char *name = NULL, *begun = NULL;
    if (last[0] == '-' && equals) name = last, begun = equals + 1;
    else if (count >= 3 && !strcmp(words[count - 2], "=")) name = words[count - 3], begun = last;
    else if (count >= 2 && !strcmp(last, "=")) name = words[count - 2], begun = "";
    else if (count >= 2 && words[count - 2][0] == '-') name = words[count - 2], begun = last;
    const size_t length = name ? strcspn(name, "=") : 0;
    for (int i = 0; name && option_of(i, table, found); i++)
        if (found->taken && found->value && strlen(found->name) == length && !strncmp(found->name, name, length) &&
            (*found->value || begun != last || equals))
            return begun;
    return NULL;
}

/* Which word of `nnc run …` is the model; `count`: none yet. */
static int model_of_run(int count, char **words) {
    int at = 1;
    for (bool is_value = false; at < count && (is_value || words[at][0] == '-' || words[at][0] == '='); at++) {
        OptionHelp option;
        const bool behind = value_begun((Table){COMMAND_RUN, 0}, 2, (char *[]){words[at], ""}, &option) != NULL;
        is_value = !strcmp(words[at], "=") || (behind && !strchr(words[at], '=') && *option.value);
    }
    return at;
}

/* Behind the model the options are those of a command of the program: fit, where none is named. */
static Table table_of(int count, char **words) {
    Table table = {command_of(count > 1 ? words[0] : ""), 0};
    const int model = table.command == COMMAND_RUN ? model_of_run(count, words) : count;
    if (model >= count - 1) return table;
    table.of_program = NNC_FIT;
    for (int i = 0; i < PROGRAM_COMMANDS && model + 2 < count; i++)
        if (!strcmp(words[model + 1], program_commands[i].word)) table.of_program = program_commands[i].bit;
    return table;
}

static void offer_program_commands(const Completing *completing) {
    for (int i = 0; i < PROGRAM_COMMANDS; i++) offer(completing, program_commands[i].word, program_commands[i].help);
}

void complete_command_line(int count, char **words) {
    if (count < 1) return;
    Arena *const arena = arena_new();
    const Table table = table_of(count, words);
    const CommandWord command = table.command;
    OptionHelp option;
    const char *const last = words[count - 1], *const begun = value_begun(table, count, words, &option);
    Completing completing = {arena, "", last};
    if (begun) {
        completing.begun = begun;
        completing.before = arena_strndup(arena, last, begun >= last && begun <= last + strlen(last)
                                                           ? (size_t)(begun - last)
                                                           : 0);
        offer_value(&completing, &option);
    } else if (!table.of_program && !strncmp(last, "-W", 2)) {
        completing.before = !strncmp(last, "-Wno-", 5) ? "-Wno-" : "-W";
        completing.begun = last + strlen(completing.before);
        offer_diagnostics(&completing, true);
    } else if (last[0] == '-') {
        offer_options(&completing, table);
    } else if (table.of_program) {
        offer_program_commands(&completing);
    } else {
        const char *name, *earlier = "";
        for (int i = 0; count == 1 && (name = command_at(i)); earlier = name, i++)
            if (strcmp(name, earlier) != 0) offer(&completing, name, NULL);
        printf(command == COMMAND_IMPORT ? "<files>\n" : "<files>.nn\n");
    }
    arena_free(arena);
}
