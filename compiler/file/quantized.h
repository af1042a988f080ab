/* SPDX-License-Identifier: MIT-0 */
/* What a header and a file of whole numbers have beside others. */
#ifndef NNC_FILE_QUANTIZED_H
#define NNC_FILE_QUANTIZED_H

#include "emit/emit.h"
#include "emit/template.h"

/** What whole numbers stand for, and NAME_predict_int8; nothing where the plan is one of reals. */
void emit_quantized_header(Emit *emit, const Hole *holes, Text *out);
/** The program, and the function of the header; `check` looks at x, `run` calls the program. */
void emit_quantized(Emit *emit, const Hole *holes, const char *check, const char *run, Text *programs, Text *out);

#endif
