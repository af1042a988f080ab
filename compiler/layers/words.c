/* SPDX-License-Identifier: MIT-0 */
/* Text: TextVectorization, StringLookup, Hashing. What becomes of it before the network is in model/texts.h; here is
 * how their arguments say so, and what is done with the numbers. */
#include <stdlib.h>
#include <string.h>

#include "layers/categories.h"
#include "layers/layer.h"
#include "model/texts.h"

#define STANDARDS(row)                                       \
    row(STANDARD_BOTH, "lower_and_strip_punctuation")        \
    row(STANDARD_LOWER, "lower")                             \
    row(STANDARD_STRIP, "strip_punctuation")
typedef enum Standard { STANDARD_NONE, STANDARDS(CHOICE_VALUE) } Standard;

/* Of TextVectorization; the first ones are CategoryMode's, of which it has no 'one_hot'. */
#define TEXT_MODES(row)                                                                                       \
    row(TEXT_INT, "int") row(TEXT_MULTI_HOT, "multi_hot") row(TEXT_BINARY, "binary") row(TEXT_COUNT, "count") \
    row(TEXT_TF_IDF, "tf_idf") row(TEXT_TF_MINUS_IDF, "tf-idf")
typedef enum TextMode { TEXT_NONE, TEXT_MODES(CHOICE_VALUE) } TextMode;

static const char *const standards[] = {STANDARDS(CHOICE_WORD) NULL};
static const char *const splits[] = {WORD_SPLITS(CHOICE_WORD_OF) NULL};
static const char *const text_modes[] = {TEXT_MODES(CHOICE_WORD) NULL};
static const char *const modes[] = {CATEGORY_MODES(CHOICE_WORD) NULL};

/* Whole numbers up to here are floats; nnc_words.widths are bytes; NNC_TOKEN_MOST. */
enum { MOST_PLACES = 1 << 24, MOST_PIECES = 255, MOST_BYTES = 255 };

typedef struct WordsArgs {
    int64_t max_tokens, num_bins, num_oov_indices, output_sequence_length;
    Standard standardize;
    WordSplit split;
    Ints ngrams, salt;
    TextMode text_mode;
    CategoryMode output_mode;
    Columns vocabulary;
    Reals idf_weights;
    const char *mask, *oov_token;
    bool pad_to_max_tokens;
} WordsArgs;

#define MAX_TOKENS                                                                         \
    {ARG(WordsArgs, max_tokens), ARG_INT, DEFAULT("None"), RANGE(1, MOST_PLACES),          \
     .doc = "how many numbers there are, with those of nothing and of unknown words; the " \
            "most frequent words of the training data get one"}
#define VOCABULARY                                                                                              \
    {ARG(WordsArgs, vocabulary), ARG_COLUMNS, DEFAULT("None"), .filled = true,                                  \
     .doc = "the words that are known, in their order; learned of the training data when not given, and kept " \
            "with the weights"}
#define PADS                                                                                      \
    {ARG(WordsArgs, pad_to_max_tokens), ARG_BOOL, DEFAULT("False"),                               \
     .doc = "max_tokens places, also where a vocabulary has fewer words; a learned one always has"}
#define SALT                                                                                 \
    {ARG(WordsArgs, salt), ARG_INTS, DEFAULT("None"), .filled = true,                        \
     .doc = "one or two numbers: the key of SipHash, which then takes the place of FarmHash"}
#define ENCODING {FIXED("encoding", "'utf-8'", "text is UTF-8")}

static const ArgDef vectorization_args[] = {
    MAX_TOKENS,
    {ARG(WordsArgs, standardize), ARG_CHOICE, DEFAULT("'lower_and_strip_punctuation'"), .choices = standards,
     .may_be_none = true, .doc = "letters of ASCII become small ones, its punctuation is left out"},
    {ARG(WordsArgs, split), ARG_CHOICE, DEFAULT("'whitespace'"), .choices = splits, .may_be_none = true,
     .doc = "what tokens are: words, characters, or all of the text"},
    {ARG(WordsArgs, ngrams), ARG_INTS, DEFAULT("None"), RANGE(1, MOST_PIECES), .filled = true,
     .doc = "n: also 2 to n tokens with spaces between; a tuple: so many"},
    {ARG_AS(WordsArgs, text_mode, "output_mode"), ARG_CHOICE, DEFAULT("'int'"), .choices = text_modes,
     .doc = "numbers of the tokens; for each token 1 if it is there, how often, or that times its idf"},
    {ARG(WordsArgs, output_sequence_length), ARG_INT, DEFAULT("None"), RANGE(1, INT32_MAX),
     .doc = "numbers of a text: it is cut, or ends with 0"},
    PADS,
    VOCABULARY,
    {ARG(WordsArgs, idf_weights), ARG_REALS, DEFAULT("None"), .doc = "of a given vocabulary: what counts are times"},
    NOT_SPARSE,
    {FIXED("ragged", "False", "tensors are dense: output_sequence_length says how long")},
    ENCODING,
    {UNUSED("vocabulary_size", "None")},
    {0}};
static const ArgDef lookup_args[] = {
    MAX_TOKENS,
    {ARG(WordsArgs, num_oov_indices), ARG_INT, DEFAULT("1"), RANGE(1, MOST_PLACES),
     .doc = "numbers of unknown words, which share them by their hash"},
    {ARG_AS(WordsArgs, mask, "mask_token"), ARG_STRING, DEFAULT("None"),
     .doc = "a word that stands for none: number 0"},
    {ARG(WordsArgs, oov_token), ARG_STRING, DEFAULT("'[UNK]'"), .doc = "what unknown words are called"},
    VOCABULARY,
    {FIXED("idf_weights", "None", "there is no 'tf_idf' of single words")},
    {FIXED("invert", "False", "predictions are by the names of their classes by themselves")},
    {ARG(WordsArgs, output_mode), ARG_CHOICE, DEFAULT("'int'"), .choices = modes, .doc = OUTPUT_MODE_DOC},
    PADS,
    NOT_SPARSE,
    ENCODING,
    {UNUSED("vocabulary_dtype", "'string'")},
    {UNUSED("vocabulary_size", "None")},
    {UNUSED("oov_method", "'farmhash'")},
    SALT,
    {0}};
static const ArgDef hashing_args[] = {
    {ARG(WordsArgs, num_bins), ARG_INT, RANGE(1, MOST_PLACES), .doc = "how many numbers there are"},
    {ARG_AS(WordsArgs, mask, "mask_value"), ARG_STRING, DEFAULT("None"),
     .doc = "a word that stands for none: number 0, which no other word has then"},
    SALT,
    {ARG(WordsArgs, output_mode), ARG_CHOICE, DEFAULT("'int'"), .choices = modes, .doc = OUTPUT_MODE_DOC},
    NOT_SPARSE,
    {UNUSED("dtype", "None")}, /* Keras says 'int64' of numbers */
    {0}};

static bool equal(const char *a, const char *b) { return a && b && !strcmp(a, b); }

/* The words that are given, without those for nothing and for unknown ones, which may stand before them; and how many
 * numbers there are. */
static void read_vocabulary(const WordsArgs *a, Texts *texts) {
    const Columns given = a->vocabulary;
    int special = (int)texts->first;
    texts->learns = given.index.count < 0;
    for (int i = 0; i < texts->first && special; i++)
        if (i >= given.index.count || !given.names ||
            !equal(given.names[i], i < texts->unknown ? texts->nothing : texts->other)) special = 0;
    texts->known = given.names && !texts->learns ? given.names + special : NULL;
    texts->known_count = texts->known ? given.index.count - special : 0;
    const int64_t own = texts->first + texts->known_count;
    texts->places = a->max_tokens == INT_NONE || (!texts->learns && !a->pad_to_max_tokens) ? own : a->max_tokens;
}

static int compare_words(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

/* A word that stands there twice, or NULL; in the order of words, for there may be very many. */
static const char *find_twice(const Layer *layer, const Texts *texts) {
    const size_t count = (size_t)texts->known_count;
    const char **const sorted = arena_alloc(layer->arena, count * sizeof *sorted);
    memcpy(sorted, texts->known, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, compare_words);
    for (size_t i = 1; i < count; i++)
        if (!strcmp(sorted[i - 1], sorted[i])) return sorted[i];
    return NULL;
}

/* What is wrong with the words, or NULL. */
static const char *vocabulary_problem(const Layer *layer, const Texts *texts) {
    if (!texts->known) return "words are strings";
    for (int i = 0; i < texts->known_count; i++) {
        const char *const word = texts->known[i];
        if (!word) return "words are strings";
        if (equal(word, texts->nothing) || equal(word, texts->other))
            return arena_printf(layer->arena, "'%s' has a number of its own", word);
        if (texts->tokens && strlen(word) > MOST_BYTES)
            return arena_printf(layer->arena, "a word has at most %d bytes, '%.16s…' has more", MOST_BYTES, word);
    }
    const char *const twice = find_twice(layer, texts);
    return twice ? arena_printf(layer->arena, "'%s' stands there twice", twice) : NULL;
}

static void check_vocabulary(const Layer *layer, const Texts *texts, Diags *diags) {
    const int64_t most = ((const WordsArgs *)layer->args)->max_tokens, own = texts->first + texts->known_count;
    const char *const problem = texts->learns ? NULL : vocabulary_problem(layer, texts);
    if (problem) diag(diags, D_vocabulary, object_arg_span(layer->object, "vocabulary"), problem);
    if (texts->learns && most == INT_NONE)
        diag(diags, D_layer_argument, layer->object->name_span,
             "max_tokens= says how many words there are at most, or vocabulary= which");
    else if (most != INT_NONE && (texts->learns ? own >= most : own > most))
        diag(diags, D_layer_argument, object_arg_span(layer->object, "max_tokens"),
             "'max_tokens' leaves no room for the words");
}

static bool stands_first(const Layer *layer, Diags *diags) {
    const bool first = !layer->previous && !layer->wrapper;
    if (!first) diag(diags, D_text_place, layer->span, layer->def->class.name);
    return first;
}

static void check_key(const Layer *layer, Diags *diags) {
    if (((const WordsArgs *)layer->args)->salt.count > 2)
        diag(diags, D_layer_argument, object_arg_span(layer->object, "salt"), "'salt' is one number, or two");
}

/* TextVectorization ------------------------------------------------------------ */

static void read_widths(const Layer *layer, Texts *texts, Diags *diags) {
    const Ints ngrams = ((const WordsArgs *)layer->args)->ngrams;
    const int count = ngrams.count < 0 ? 1 : ngrams.single ? (int)ngrams.at[0] : ngrams.count;
    if (count > MOST_WIDTHS) {
        diag(diags, D_layer_argument, object_arg_span(layer->object, "ngrams"),
             "there are at most 8 lengths of ngrams");
        return;
    }
    for (int i = 0; i < count; i++) texts->widths[i] = ngrams.count > 0 && !ngrams.single ? ngrams.at[i] : i + 1;
}

static bool is_weighed(const WordsArgs *a) { return a->text_mode == TEXT_TF_IDF || a->text_mode == TEXT_TF_MINUS_IDF; }

static void read_length(const Layer *layer, Texts *texts, Diags *diags) {
    const WordsArgs *a = layer->args;
    const bool given = a->output_sequence_length != INT_NONE;
    if (given == texts->counts)
        diag(diags, D_layer_argument,
             given ? object_arg_span(layer->object, "output_sequence_length") : layer->object->name_span,
             given ? "'output_sequence_length' is for output_mode='int'"
                   : "output_sequence_length= says how many numbers a text becomes");
    else texts->numbers = shape_of(2, (int64_t[]){BATCH, given ? a->output_sequence_length : texts->places});
}

static void vectorization_reads(const Layer *layer, Texts *texts, Diags *diags) {
    const WordsArgs *a = layer->args;
    texts->counts = a->text_mode != TEXT_INT;
    texts->weighs = is_weighed(a);
    texts->tokens = true;
    texts->lowers = a->standardize == STANDARD_BOTH || a->standardize == STANDARD_LOWER;
    texts->strips = a->standardize == STANDARD_BOTH || a->standardize == STANDARD_STRIP;
    texts->split = a->split;
    texts->nothing = "";
    texts->nothing_number = texts->counts ? -1 : 0;
    texts->unknown = !texts->counts;
    texts->unknowns = 1;
    texts->first = texts->unknown + 1;
    texts->other = "[UNK]";
    texts->key.count = -1;
    texts->weights = a->idf_weights;
    read_widths(layer, texts, diags);
    read_vocabulary(a, texts);
    check_vocabulary(layer, texts, diags);
    if (texts->shape.rank != 2 || texts->shape.dim[1] != 1)
        diag(diags, D_layer_input, layer->span, layer->def->class.name, shape_text(layer->arena, texts->shape),
             "a sample is one text: Input(shape=(1,), dtype='string')");
    else read_length(layer, texts, diags);
    if (texts->weighs && !texts->learns && texts->weights.count != texts->places)
        diag(diags, D_layer_argument,
             texts->weights.count < 0 ? layer->object->name_span : object_arg_span(layer->object, "idf_weights"),
             "a given vocabulary wants as many 'idf_weights' as there are places, that of unknown words first");
    if (texts->weights.count >= 0 && (texts->learns || !texts->weighs))
        diag(diags, D_layer_argument, object_arg_span(layer->object, "idf_weights"),
             "'idf_weights' are of a given vocabulary, with output_mode='tf_idf'");
}

static bool vectorization_adapts(const Layer *layer, Shape *statistics) {
    const WordsArgs *a = layer->args;
    *statistics = shape_of(1, (int64_t[]){a->max_tokens});
    return is_weighed(a) && a->vocabulary.index.count < 0;
}

static void vectorization_shape(Layer *layer, Diags *diags) {
    if (stands_first(layer, diags)) layer->output = layer->input;
}

static const Formula is_there = {"hot", {"x"}, "v_select(x > 0.0, 1.0, 0.0)", {NULL}};

static Tensor *vectorization_forward(const Layer *layer, Builder *build, Tensor *x) {
    const TextMode mode = ((const WordsArgs *)layer->args)->text_mode;
    if (mode != TEXT_MULTI_HOT && mode != TEXT_BINARY) return x;
    return build_map(build, &is_there, (Tensor *[]){x}, NULL, 0);
}

/* StringLookup, Hashing: each text is a word ------------------------------------------------------------ */

static void read_words(const WordsArgs *a, Texts *texts) {
    texts->nothing = a->mask;
    texts->nothing_number = a->output_mode == MODE_INT ? 0 : -1;
    texts->unknown = a->mask && a->output_mode == MODE_INT;
    texts->unknowns = a->num_oov_indices;
    texts->first = texts->unknown + texts->unknowns;
    texts->other = a->oov_token;
    texts->key = a->salt;
    texts->weights.count = -1;
    read_vocabulary(a, texts);
}

static void lookup_reads(const Layer *layer, Texts *texts, Diags *diags) {
    texts->numbers = texts->shape;
    read_words(layer->args, texts);
    check_vocabulary(layer, texts, diags);
    check_key(layer, diags);
}

static void hashing_reads(const Layer *layer, Texts *texts, Diags *diags) {
    const WordsArgs *a = layer->args;
    const bool masked = a->mask && a->num_bins > 1;
    texts->numbers = texts->shape;
    texts->nothing = masked ? a->mask : NULL;
    texts->unknown = masked;
    texts->unknowns = a->num_bins - masked;
    texts->places = texts->first = a->num_bins;
    texts->key = a->salt;
    texts->weights.count = -1;
    check_key(layer, diags);
}

static int64_t places_of(const Layer *layer) {
    const WordsArgs *a = layer->args;
    Texts texts = {0};
    if (a->num_bins) return a->num_bins; /* Hashing */
    read_words(a, &texts);
    return texts.places;
}

static void word_shape(Layer *layer, Diags *diags) {
    const CategoryMode mode = ((const WordsArgs *)layer->args)->output_mode;
    if (stands_first(layer, diags)) categories_shape(layer, mode, places_of(layer), diags);
}

static Tensor *word_forward(const Layer *layer, Builder *build, Tensor *x) {
    const CategoryMode mode = ((const WordsArgs *)layer->args)->output_mode;
    return mode == MODE_INT ? x : build_categories_of(layer, mode, build, x, places_of(layer));
}

#define WORDS(name_, kind_, does_, brief_, ...)              \
    const LayerDef layer_##name_ = {                         \
        LAYER_CLASS(#name_, brief_, kind_##_args, WordsArgs), \
        .values = VALUES_ANY,                                \
        .reads = kind_##_reads,                              \
        .shape = does_##_shape,                              \
        .forward = does_##_forward,                          \
        __VA_ARGS__                                          \
    };
WORDS(TextVectorization, vectorization, vectorization, "the words of a text as numbers, or which there are",
      .adapts = vectorization_adapts, .learns = "idf")
WORDS(StringLookup, lookup, word, "the place of a word in a vocabulary, or a 1 there", )
WORDS(Hashing, hashing, word, "the number of a word by its hash, or a 1 in that place", )
