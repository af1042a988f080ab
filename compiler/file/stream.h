/* SPDX-License-Identifier: MIT-0 */
/* --stream. */
#ifndef NNC_FILE_STREAM_H
#define NNC_FILE_STREAM_H

#include "base/arena.h"
#include "emit/emit.h"
#include "emit/template.h"

/** --stream: the holes of its header, its program and its functions. */
const Hole *stream_holes(Emit *emit, const Hole *holes);
void emit_stream(Emit *emit, const Hole *holes, const char *run_step, Text *programs, Text *out);

#endif
