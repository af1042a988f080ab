/* SPDX-License-Identifier: MIT-0 */
/* NAME_words: text as the numbers that predict takes. */
#ifndef NNC_FILE_WORDS_H
#define NNC_FILE_WORDS_H

#include "emit/emit.h"
#include "emit/template.h"
#include "emit/text.h"

/** Its lines in the header, where words are known: given, baked in, or hashed; and with the table of these in the C. */
void emit_words_header(Emit *emit, const Hole *holes, Text *out);
void emit_words(Emit *emit, const Hole *holes, Text *out);
/** For --main: main_text, what the program does with files of text. */
void words_table(Emit *emit, Text *out);

#endif
