/* SPDX-License-Identifier: MIT-0 */
/* libFuzzer harness: any bytes through scanner, parser, binder, shapes, dumps and diagnostics. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/options.h"
#include "frontend/constants.h"
#include "frontend/dump.h"
#include "frontend/parser.h"
#include "model/dump.h"
#include "model/model.h"
#include "model/prefix.h"
#include "model/shapes.h"
#include "model/summary.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void print_all(const Model *model, const AstFile *file, const Source *source, Arena *arena) {
    Text out = {.arena = arena};
    ast_dump(file, source, &out);
    model_dump(model, &out);
    shapes_dump(model, &out);
    summary_dump(model, &out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const Options options = {.list_kind = -1, .max_ram = -1};
    static FILE *null;
    if (null == NULL) {
        null = fopen("/dev/null", "w");
        if (null == NULL) {
            abort();
        }
    }
    Arena *arena = arena_new();
    const Source *source = source_from_text(arena, "fuzz.nn", (const char *)data, size);
    Diags *diags = diags_new(arena, source);
    Constants *constants = constants_new(arena, diags);
    const AstFile *file = parse_file(arena, source, diags);
    constants_define(constants, file);
    Model *model = model_from_ast(arena, file, constants, &options, diags);
    model_check_prefix(model, diags);
    model_shapes(model, diags);
    print_all(model, file, source, arena);
    diags_print(diags, null, DIAG_TEXT, true, 0);
    diags_print(diags, null, DIAG_JSON, false, 20);
    arena_free(arena);
    return 0;
}
