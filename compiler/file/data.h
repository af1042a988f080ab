/* SPDX-License-Identifier: MIT-0 */
/* What the functions take and give. */
#ifndef NNC_FILE_DATA_H
#define NNC_FILE_DATA_H

#include "base/arena.h"
#include "emit/emit.h"
#include "emit/template.h"

/** What the functions take and give, for the header's first lines; the labels as a list of strings, "" where there are
 *  none; and NAME_adapt and its kin, which learn of the data what the model keeps of them. */
const char *data_text(Emit *emit);
const char *class_names(Emit *emit);
void emit_adapt(Emit *emit, const Hole *holes, Text *out);
/** What they are in the header. */
void emit_adapt_header(Emit *emit, const Hole *holes, Text *out);
/** For each column of categories that is known by --weights, its names; else nothing. */
void emit_category_names(Emit *emit, const Hole *holes, Text *out);

#endif
