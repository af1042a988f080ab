/* SPDX-License-Identifier: MIT-0 */
/* Convolution with max pooling, line by line, and the way back by the winners of the pooling windows. */
//@ conv_max
    static const product_walk window = {{$counts}, {$strides}};
    enum { AT_ONCE = (PACKED_ROWS + $more) / $across }; /* pooling windows */
    const size_t lines = $lines;
    for (size_t col = 0; col < $columns; col += PANEL) {
        const size_t cols = least($columns - col, PANEL);
        for (size_t line = 0; line < lines; line++) {
            const $real *from = $x + $line_at;
            for (size_t at = 0; at < $width; at += AT_ONCE) {
                const size_t row = line * $width + at, high = least($width - at, AT_ONCE);
                $real block[AT_ONCE * $across * PANEL], peaks[(size_t)AT_ONCE * PANEL]$winners;
                for (size_t tap = 0; tap < $taps; tap++) { /* lines of a pooling window */
                    product_packed((high - 1) * $across + $size, cols, &window, $depth, from + $tap_at + $at, $step,
                                   $kernel + $panel, block, 0);
                    keep_peaks(high, cols, $size, $across, block, tap * $size, peaks, $keep);
                }
                for (size_t r = 0; r < high; r++) {
                    $draws
                    for (size_t c = 0; c < cols; c += LANES) {
                        $lanes
                        const vec $value = v_load_all(peaks + r * PANEL + c);
                        $steps
                    }
                }
            }
        }
    }
//@ winners
    static const product_walk window = {{$counts}, {$strides}};
    enum { AT_ONCE = $places < WINNERS ? $places : WINNERS }; /* pooling windows */
    $taps
    memset($y, 0, $size * sizeof *$y);
    for (size_t sample = 0; sample < $samples; sample++) {
        for (size_t place = 0; place < $places; place += AT_ONCE) {
            const size_t first = (sample * $places + place) * $filters, places = least($places - place, AT_ONCE);
            size_t corners[AT_ONCE], at[AT_ONCE];
            $real back[AT_ONCE];
            for (size_t p = 0; p < places; p++) {
                corners[p] = $corner;
            }
            for (size_t filter = 0; filter < $share; filter++) {
                $list
                $each
            }
        }
    }
//@ winner_lines
    static const product_walk lines = {{$counts}, {$strides}}; /* of a pooling window */
    enum { AT_ONCE = $at_once }; /* pooling windows */
    for (size_t line = 0; line < $lines; line++) {
        const $real *from = $x + $line_at;
        for (size_t at = 0; at < $width; at += AT_ONCE) {
            const size_t first = (line * $width + at) * $filters, high = least($width - at, AT_ONCE);
            const size_t wide = (high - 1) * $across + $across_size;
            $real unpooled[$deep * AT_ONCE * $across * $filters];
            unpool(high, $share, $filters, $deep, $across_size, $across, $d + first, $winner + first, unpooled);
            for (size_t tap = 0; tap < $taps; tap++) { /* which part of the window */
                product_lines($rows, $share, &lines, wide, from + $tap_at + $at, $step, unpooled, $share,
                              $y + tap * $tap_size, $filters, line + at > 0);
            }
        }
    }
//@ winners_taps
static const size_t taps[] = {$taps}; /* of a pooling window, from its corner */
//@ winners_list
const size_t count = winners_of(places, $filters, $d + first + filter, $winner + first + filter, corners, taps, at, back);
//@ nonzeros_list
const size_t count = nonzeros_of(places, $filters, $d + first + filter, corners, at, back);
//@ winners_kernel
winners_kernel(count, at, back, $x + sample * $sample, &window, $depth, $y + filter * $weights);
//@ winners_input
winners_input(count, at, back, $kernel + filter * $weights, &window, $depth, $y + sample * $sample);
//@ unpool
const vec back = v_load($d$place + c, n), won_by = v_load($winner$place + c, n);
$taps
//@ unpool_tap
v_store($y$at + c, v_select(won_by == v_splat(($real)($tap)), back, $zero), n);
