/* SPDX-License-Identifier: MIT-0 */
/* Loops over the positions of images and of windows in them: sample; i, j, k; and u, v, w within a window. */
#ifndef NNC_OPS_WINDOW_LOOPS_H
#define NNC_OPS_WINDOW_LOOPS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "model/shape.h"
#include "plan/plan.h"
#include "plan/window.h"
#include "emit/emit.h"
#include "emit/template.h"

typedef struct WindowLoops {
    const Window *window;
    Shape image, out; /* what the window slides over, and one value for each of its places */
    int first;        /* the first spatial dimension */
    const char *line; /* which line is made, of that dimension; NULL: all of them … */
    int64_t lines;    /* … and how many lines are kept of the image; 0: all */
} WindowLoops;

WindowLoops window_loops(const Window *window, Shape image, Shape out);
/** Those of an operation with a window, which makes `out` (op_image()) of its first input, perhaps line by line. */
WindowLoops window_loops_of(Emit *emit, const Op *op, Shape out);
/** " + sample * 60 + i * 12": from the address of an image on, channel 0 of the element that the window sees, and of
 *  the place where it is; "" where there is one. */
const char *window_image_at(Emit *emit, const WindowLoops *loops);
const char *window_place_at(Emit *emit, const WindowLoops *loops);
/** What the first of these is counted from: the image, or where lines of it are kept, the one that the window's present
 *  row is; and the statement that finds these, "" where there is none. */
const char *window_row(const WindowLoops *loops, const char *image);
const char *window_rows(Emit *emit, const WindowLoops *loops, const char *image);
/** Index of channel 0 of the position in the window. */
const char *window_tap_at(Emit *emit, const WindowLoops *loops, int64_t size);
/** That position's number among those of dimension `first` and the later ones; "0" where there is one. */
const char *window_tap_number(Emit *emit, const WindowLoops *loops, int first);
/** Loops around `body`: over all places, over a window's positions within the image, over channels in vectors, which
 *  are whole where `lanes` is NULL, and else have n lanes. */
const char *window_places(Emit *emit, const WindowLoops *loops, const char *body);
const char *window_taps(Emit *emit, const WindowLoops *loops, const char *body);
const char *window_channels(Emit *emit, const WindowLoops *loops, const char *lanes, const char *body);
/** Those over a window's positions in dimensions first ... end - 1 only; unrolled, if wanted, where windows have no
 *  edge. */
const char *window_taps_of(Emit *emit, const WindowLoops *loops, int first, int end, bool unrolled, const char *body);
/** Statements that say where a window at the edge begins and ends; "" where all lie within the image. */
const char *window_edges(Emit *emit, const WindowLoops *loops);
/** How many positions of the window lie within the image: a number, or a product of differences. */
const char *window_count(Emit *emit, const WindowLoops *loops);
/** The same, of whole numbers. */
const char *window_positions(Emit *emit, const WindowLoops *loops);

#endif
