/* SPDX-License-Identifier: MIT-0 */
/* Monte Carlo prediction. */
//@ header_mc

/** Mean and standard deviation, each [n][$upper_OUT], of `samples` predictions for x[n][$upper_IN] with the
 *  random layers on as in training and all others, such as normalization, as in prediction (Gal and Ghahramani
 *  2016). x[0] is number `first` of its data: what is drawn follows from seed, prediction and that number, so
 *  that parts give what the whole would. */
$@head_predict_mc;
//@ program_mc

static void $prefix_sample_batch($const_params *p, $prefix_work *w, const $input_type *x, $real *y,
    uint64_t seed, uint64_t sample, uint64_t first, size_t batch) {
    $mc_arena
    $values
    $unused
    $before
    $calls
}
//@ api_mc

$@head_predict_mc {
    if (!p || !w || !x || !mean || !std || samples == 0) {
        return NNC_E_ARG;
    }
    $check
    while (n > 0) {
        const size_t batch = n < $mc_rows ? n : $mc_rows, size = batch * $upper_OUT;
        $real *const y = w->arena + $mc_at;
        memset(mean, 0, size * sizeof *mean);
        memset(std, 0, size * sizeof *std);
        for (uint64_t sample = 0; sample < samples; sample++) {
            const $real share = 1 / ($real)(sample + 1);
            $run_sample;
            for (size_t i = 0; i < size; i++) { /* Welford's sums lose no digits where the spread is small */
                const $real away = y[i] - mean[i];
                mean[i] += share * away;
                std[i] += away * (y[i] - mean[i]);
            }
        }
        for (size_t i = 0; i < size; i++) {
            std[i] = root_of(std[i] / ($real)samples);
        }
        x += batch * $upper_IN;
        mean += size;
        std += size;
        first += batch;
        n -= batch;
    }
    return NNC_OK;
}
//@ main_mc

static int main_predict_mc(const void *params, void *work, const void *x, void *mean, void *std, size_t n,
                           uint64_t first, uint64_t samples, uint64_t seed) {
    return $prefix_predict_mc((const $prefix_params *)params, ($prefix_work *)work, (const $input_type *)x,
                              ($real *)mean, ($real *)std, n, first, samples, seed);
}
