/* SPDX-License-Identifier: MIT-0 */
/* Text as the numbers that predict takes. */
//@ header_tokens

/** x of $prefix_predict for a text, which ends with a 0: $what. */
$upper_API int $prefix_words(const char *text, $input_type *x);
//@ header_words

#define $upper_TEXTS $texts /* of a sample */

/** x of $prefix_predict for text[$upper_TEXTS], each of which ends with a 0: $what. */
$upper_API int $prefix_words(const char *const *text, $input_type *x);
//@ known_words

/* In the order of their bytes. */
static const nnc_word $prefix_known_words[] = {
$known};
//@ words

static const nnc_words $prefix_reading = {
    $words};
//@ api_numbers

$upper_API int $prefix_words(const char *text, $input_type *x) {
    nnc_word_walk walk;
    size_t count = 0;
    if (!text || !x) {
        return NNC_E_ARG;
    }
    nnc_word_begin(&walk, &$prefix_reading, text, nnc_text_length(text));
    while (count < $upper_IN && nnc_word_next(&walk)) {
        x[count++] = $find(&$prefix_reading, walk.token, walk.length);
    }
    while (count < $upper_IN) {
        x[count++] = 0;
    }
    return NNC_OK;
}
//@ api_counts

$upper_API int $prefix_words(const char *text, $input_type *x) {
    nnc_word_walk walk;
    if (!text || !x) {
        return NNC_E_ARG;
    }
    for (size_t i = 0; i < $upper_IN; i++) {
        x[i] = 0;
    }
    nnc_word_begin(&walk, &$prefix_reading, text, nnc_text_length(text));
    while (nnc_word_next(&walk)) {
        const int32_t number = nnc_word_number(&$prefix_reading, walk.token, walk.length);
        if (number >= 0) {
            x[number] += 1;
        }
    }
    return NNC_OK;
}
//@ api_words

$upper_API int $prefix_words(const char *const *text, $input_type *x) {
    if (!text || !x) {
        return NNC_E_ARG;
    }
    for (size_t i = 0; i < $upper_TEXTS; i++) {
        if (!text[i]) {
            return NNC_E_ARG;
        }
        x[i] = $find(&$prefix_reading, text[i], nnc_text_length(text[i]));
    }
    return NNC_OK;
}
