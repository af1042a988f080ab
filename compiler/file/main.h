/* SPDX-License-Identifier: MIT-0 */
/* The descriptor of the model and main(). */
#ifndef NNC_FILE_MAIN_H
#define NNC_FILE_MAIN_H

#include "base/arena.h"
#include "emit/emit.h"
#include "emit/template.h"

/** The descriptor of the model and main(). */
void emit_main(Emit *emit, const Hole *holes, Text *out);

#endif
