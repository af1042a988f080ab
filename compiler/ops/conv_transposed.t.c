/* SPDX-License-Identifier: MIT-0 */
/* Convolution the other way, phase by phase: places that are alike modulo the strides. */
//@ transposed_taps
    static const size_t taps[] = {$taps};
    $unused
    for (size_t t = 0; t < $count; t++) {
        transpose($channels, $filters, $kernel + taps[t] * $size, $filters, $to + t * $size);
    }
//@ transposed_pack
    static const size_t depths[] = {$depths};
    $unused
    for (size_t phase = 0, done = 0; phase < $count; done += depths[phase++]) {
        pack(depths[phase], $channels, $from + done * $channels, $channels, $to + done * $wide);
    }
//@ conv_transposed
    static const product_walk windows[] = {$windows};
    static const struct {
        size_t layers, lines, width; /* places of the phase in a sample */
        size_t depth;                /* of a line of its window */
        size_t from, to, weights;    /* where the first place, its output and the phase's kernel lie */
    } phases[] = {$table};
    for (size_t p = 0; p < $phases; p++) {
        const size_t whole = windows[p].count[0] * windows[p].count[1] * phases[p].depth;
        const size_t lines = $samples * phases[p].layers * phases[p].lines;
        for (size_t col = 0; col < $columns; col += PANEL) {
            const size_t cols = least($columns - col, PANEL);
            for (size_t line = 0; line < lines; line++) {
                $place
                const $real *from = $x + sample * $sample$from_line + phases[p].from;
                const size_t to = sample * $to_sample$to_line + phases[p].to;
                for (size_t at = 0; at < phases[p].width; at += PACKED_ROWS) {
                    const size_t high = least(phases[p].width - at, PACKED_ROWS);
                    $real block[PACKED_ROWS * PANEL];
                    product_packed(high, cols, &windows[p], phases[p].depth, from + at * $filters, $filters,
                                   $packed + phases[p].weights + col * whole, block, 0);
                    for (size_t r = 0; r < high; r++) {
                        const size_t place = to + (at + r) * $stride;
                        $draws
                        for (size_t c = 0; c < cols; c += LANES) {
                            $lanes
                            const vec $value = v_load_all(block + r * PANEL + c);
                            $steps
                        }
                    }
                }
            }
        }
    }
//@ transposed_place_1
const size_t sample = line;
//@ transposed_place_2
const size_t i = line % phases[p].lines, sample = line / phases[p].lines;
//@ transposed_place_3
const size_t i = line % phases[p].lines, layer = line / phases[p].lines;
const size_t j = layer % phases[p].layers, sample = layer / phases[p].layers;
