/* SPDX-License-Identifier: MIT-0 */
/* What the functions take and give. */
#ifndef NNC_FILE_DATA_H
#define NNC_FILE_DATA_H

#include "base/arena.h"
#include "emit/emit.h"
#include "emit/template.h"

/** What the functions take and give, for the header's first lines; the labels as a list of strings, "" where there are
 *  none; and NAME_adapt, which learns mean and deviation of x. */
const char *data_text(Emit *emit);
const char *class_names(Emit *emit);
void emit_adapt(Emit *emit, const Hole *holes, Text *out);

#endif
