/* SPDX-License-Identifier: MIT-0 */
/* csv.h - what the files of the CSV reader share. */
#ifndef NNC_CSV_H_INCLUDED
#define NNC_CSV_H_INCLUDED

#include "data/data.h"
#include "host/host.h"

enum { NNC_CSV_MAX_FIELD = 1 << 20 }; /* bytes */

/* One line taken apart. Fields are text between offsets of `text`. */
typedef struct nnc_csv_field {
    size_t begin, end;   /* in text, quotes removed */
    size_t line, column; /* where it starts in the file */
} nnc_csv_field;

typedef struct nnc_csv {
    nnc_reader *reader;
    nnc_host *host;
    char delimiter;
    size_t line, column; /* of the next character */
    size_t skipped;      /* empty lines before the one read last */
    char *text;
    size_t text_size, text_capacity;
    nnc_csv_field *fields;
    size_t field_count, field_capacity;
    size_t *wanted; /* the columns of the result, once the first line is known */
    size_t wanted_count;
    int guesses;          /* nobody said whether the first line holds names */
    char **names;         /* of the wanted columns, as the header says, quoted; NULL: there is none */
    nnc_labels *labels;   /* of classes; NULL: they are not allowed */
    int has_labels;       /* the column holds text: classes in order of appearance, until all are known */
    int learns;           /* which classes there are */
    const nnc_column *kinds; /* of the wanted columns; NULL: nothing is said of them */
    nnc_labels *categories;  /* of each of these */
    int learns_categories;
    char decimal;
    int is_first; /* the row at hand may be a line of names */
    int may_lack; /* NaN stands for what is missing */
    nnc_dtype dtype;      /* of the rows: … */
    void *row;            /* … one of them, … */
    size_t row_size;      /* … its bytes, … */
    size_t rows;          /* … and how many there are in: */
    nnc_sink values, places;
    nnc_text_place first_place;
    struct nnc_csv_team *team; /* who reads plain lines; NULL: nobody yet, … */
    int is_alone;              /* … nor will anybody */
} nnc_csv;

/* Lines (data_csv_lines.c) ----------------------------------------------------------------------------------------- */

/** Before the first line: a byte order mark is skipped. The delimiter, unless given, is a tab or a semicolon if the
 *  first line has one, else a comma. */
NNC_API int nnc_csv_start(nnc_csv *csv, char delimiter);
/** The next line that is not empty: 1, or 0 at the end. */
NNC_API int nnc_csv_line_read(nnc_csv *csv);
/** A field without the spaces around it. */
NNC_API const char *nnc_csv_trim(const nnc_csv *csv, const nnc_csv_field *field, size_t *size);

/* The first line (data_csv_header.c) ------------------------------------------------------------------------------- */

/** After the first line has been read: the columns that `source` wants, and whether it holds names rather than a
 * row. */
NNC_API int nnc_csv_first_line(nnc_csv *csv, const nnc_source *source, int *has_names);
/** How many fields of the line read last are numbers. */
NNC_API size_t nnc_csv_numbers(const nnc_csv *csv);
/** Adds to the recorded error about the first line, taken for a row, how to say what it is. Always -1. */
NNC_API int nnc_csv_header_hint(nnc_csv *csv);

/* Labels and categories (data_csv_labels.c) ------------------------------------------------------------------------ */

/** "1" or "1 ('age')": a wanted column, for messages. */
NNC_API nnc_quoted nnc_csv_column(const nnc_csv *csv, size_t wanted);
/** The number of a label in the wanted column; with `labels` that may still grow, in the order of appearance. -1 after
 *  an error; NaN where it is missing, and may be. */
NNC_API int nnc_csv_label(nnc_csv *csv, size_t wanted, nnc_labels *labels, int learns, double *value);
/** All rows are there: labels are put in order, and their numbers with them; the number of those that find no place is
 *  that of the last place. */
NNC_API int nnc_csv_sort_labels(nnc_csv *csv, size_t wanted, nnc_labels *labels, const nnc_column *column,
                                nnc_array *array);
/** The days since 1970-01-01 of a date as 2024-01-31, 2024/01/31, 31.01.2024 or 2024-01, perhaps with a time as 12:30,
 *  12:30:59.5, behind a space or T. -1, silently. (data_csv_dates.c) */
NNC_API int nnc_csv_date(const nnc_csv *csv, const nnc_csv_field *field, double *days);

/* Texts (data_csv_texts.c) ----------------------------------------------------------------------------------------- */

/** Where the role has text: the numbers of what stands in the wanted columns. Words are learned of the rows that
 *  `source` says. */
NNC_API int nnc_csv_texts(nnc_csv *csv, const nnc_source *source, const nnc_role *role, nnc_array *array);

/* Values (data_csv.c) ---------------------------------------------------------------------------------------------- */

/** Reports a field of the line read last that will not do; `problem` says why not, NULL: it is none. Always -1. */
NNC_API int nnc_csv_bad_field(nnc_csv *csv, size_t wanted, const char *expected, const char *problem);
/** The number of a field; spaces around it do not count. -1, silently. */
NNC_API int nnc_csv_number(const nnc_csv *csv, const nnc_csv_field *field, double *value);
/** Whether a field is empty or stands for nothing, as pandas reads them. */
NNC_API int nnc_csv_is_missing(const nnc_csv *csv, const nnc_csv_field *field);

/* Plain lines (data_csv_plain.c) ----------------------------------------------------------------------------------- */

/** All lines from here on that have `columns` fields and nothing special, as rows, read by several threads; where it
 *  stops, the next line goes the long way. */
NNC_API int nnc_csv_plain_rows(nnc_csv *csv, size_t columns);
NNC_API void nnc_csv_team_close(nnc_csv *csv);

#endif
