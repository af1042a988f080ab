/* SPDX-License-Identifier: MIT-0 */
/* Loops with random numbers, for maps that draw them and for what stores them. */
#ifndef NNC_OPS_MAP_H
#define NNC_OPS_MAP_H

#include "emit/nest.h"

/** Within the last loop of a nest, which goes block by block of random numbers. */
Place drawn_place(Emit *emit, const Nest *nest);
/** The number of the block of random numbers that the last loop is at: those of a row follow those of the row
 *  before. */
const char *drawn_block(Emit *emit, const Nest *nest);
/** The lane whose words are drawn at a time, on targets without blocks; NULL: all. */
const char *drawn_lane(const Emit *emit);
/** The loops: `draws` before each block or lane, `steps` on each vector of that. */
const char *drawn_loops(Emit *emit, const Nest *nest, const char *draws, const char *steps);

#endif
