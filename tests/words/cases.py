# SPDX-License-Identifier: MIT-0
"""Layers of text that Keras and nnc are asked for, in words that both understand: name, layer, columns of text."""
CASES = [
    ("numbers", "TextVectorization(max_tokens=12, output_sequence_length=6)", ["text"]),
    ("weights", "TextVectorization(max_tokens=24, output_mode='tf_idf', ngrams=2)", ["text"]),
    ("characters", "TextVectorization(max_tokens=15, standardize='lower', split='character', output_sequence_length=9)",
     ["text"]),
    ("phrases", "TextVectorization(standardize=None, vocabulary=['the', 'the film', 'It'], output_mode='count', "
     "ngrams=(2, 1))", ["text"]),
    ("there", "TextVectorization(9, standardize='strip_punctuation', output_mode='multi_hot')", ["text"]),
    ("whole", "TextVectorization(8, split=None, output_sequence_length=2)", ["text"]),
    ("places", "StringLookup(max_tokens=5)", ["town", "colour"]),
    ("one_hot", "StringLookup(max_tokens=6, output_mode='one_hot', mask_token='?')", ["town", "colour"]),
    ("shared", "StringLookup(vocabulary=['[UNK]', '[UNK]', '[UNK]', 'Bern', 'red'], num_oov_indices=3, "
     "output_mode='count')", ["town", "colour"]),
    ("masked", "StringLookup(vocabulary=['Bern', 'red', 'blue'], mask_token='?')", ["colour"]),
    ("hashed", "Hashing(num_bins=7)", ["text", "town"]),
    ("keyed", "Hashing(num_bins=5, salt=[133, 137], output_mode='multi_hot')", ["town", "colour"]),
    ("hashed_mask", "Hashing(num_bins=4, mask_value='?', salt=9, output_mode='one_hot')", ["colour"]),
]
LEARNED_ROWS = 12  # of Inputs/texts.csv; the rest is seen for the first time when it is predicted
