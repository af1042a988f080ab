/* SPDX-License-Identifier: MIT-0 */
/* commands.h - the commands of the program, and what its command line says. */
#ifndef NNC_COMMANDS_H_INCLUDED
#define NNC_COMMANDS_H_INCLUDED

#include "data/data.h"
#include "host/host.h"
#include "session/options.h"
#include "session/session.h"
#include "training/training.h"

/* Commands, a file each: each returns the exit status -------------------------------------------------------------- */

NNC_API int nnc_command_fit(nnc_host *host, const nnc_model *model, const nnc_options *options);
NNC_API int nnc_command_evaluate(nnc_host *host, const nnc_model *model, const nnc_options *options);
NNC_API int nnc_command_predict(nnc_host *host, const nnc_model *model, const nnc_options *options);
NNC_API int nnc_command_calibrate(nnc_host *host, const nnc_model *model, const nnc_options *options);
NNC_API int nnc_command_grad(nnc_host *host, const nnc_model *model, const nnc_options *options);
NNC_API int nnc_command_gradcheck(nnc_host *host, const nnc_model *model, const nnc_options *options);
NNC_API int nnc_command_bench(nnc_host *host, const nnc_model *model, const nnc_options *options);

/** nnc_main, of one process of a group; NULL: it is alone. (program.c) */
NNC_API int nnc_main_in(const nnc_model *model, int argc, char **argv, nnc_group *group);
/** The data of fit(), replaced by the command line's files. */
NNC_API nnc_data_request nnc_fit_request(const nnc_model *model, const nnc_options *options);
/** What fit validates on: files of the command line, else a fraction of its data, else what the model file says.
 *  (train_data.c) */
struct nnc_training;
NNC_API int nnc_load_validation(struct nnc_training *training);
/** The random factors of --masks, where the model wants them. */
NNC_API int nnc_load_masks(struct nnc_training *training);
/** Once there is a session: its threads, and how many processes of a group train: 1 in one of the others.
 *  (train_ranks.c) */
NNC_API int nnc_join_ranks(struct nnc_training *training);
/** Error in all processes where they do not begin with the same. */
NNC_API int nnc_compare_ranks(struct nnc_training *training);
/** The data of evaluate(). A file of the command line is read as evaluate(), or else fit(), would read it. */
NNC_API nnc_data_request nnc_evaluation_request(const nnc_model *model, const nnc_options *options);
/** The weights, with all that evaluation needs. */
NNC_API int nnc_load_weights(nnc_session *session, const char *path);
/** The rows of a batch: what the command line says, else the model file, else 0, the compiled batch. */
NNC_API int64_t nnc_choose_batch(const nnc_model *model, const nnc_options *options, int from_file);
/** Evaluates samples [first, end) in inference mode; the progress moves on with each batch unless it is NULL. 1 when a
 *  signal asked to stop. A loss that is not finite is no error here: it is for training to go on with. */
NNC_API int nnc_evaluate_range(nnc_session *session, const nnc_dataset *data, size_t first, size_t end,
                               nnc_totals *totals, nnc_progress *progress);

/* Paths of a command (paths.c) ------------------------------------------------------------------------------------- */

/** All that a command may read or write, by whoever says it. */
typedef struct nnc_path_list {
    nnc_pathname *at;
    size_t count;
    nnc_path_text *texts; /* of those that had to be put together */
    size_t text_count;
} nnc_path_list;

/** The sources of the model file, below `data_dir`. There is room for its callbacks and for `more`. */
NNC_API int nnc_paths_open(nnc_host *host, const nnc_model *model, const char *data_dir, size_t more,
                           nnc_path_list *list);
/** What callbacks write while fit() runs. */
NNC_API void nnc_paths_add_callbacks(const nnc_model *model, nnc_path_list *list);
/** Error when one of them would be written over another. */
NNC_API int nnc_paths_check(nnc_host *host, const nnc_path_list *list);
NNC_API void nnc_paths_close(nnc_path_list *list);

/* Predictions in a file (results.c) -------------------------------------------------------------------------------- */

enum { NNC_RESULT_ARRAYS = NNC_NPZ_ARRAYS };

/** A file of numbers for samples, one array or two of the shape of the model's outputs, in the format of its ending. */
typedef struct nnc_results {
    const nnc_session *session;
    const struct nnc_result_format *format;
    const char *const *arrays; /* their names */
    size_t array_count, samples, rows; /* rows: written so far of the present array */
    nnc_writer writer;
    nnc_npz_writer npz;
} nnc_results;

/** Error when `path` has no ending that stands for a format, or for one that cannot hold so many arrays. */
NNC_API int nnc_results_check(nnc_host *host, const char *path, size_t array_count);
/** `names` of the arrays, which outlive the file. */
NNC_API int nnc_results_open(nnc_results *results, const nnc_session *session, const char *path,
                             const char *const *names, size_t array_count, size_t samples);
/** The next `n` samples of the only array. */
NNC_API void nnc_results_put(nnc_results *results, const void *reals, size_t n);
/** All samples of all arrays, one array behind the other. */
NNC_API int nnc_results_put_all(nnc_results *results, const void *reals);
/** The file is there, whole. */
NNC_API int nnc_results_commit(nnc_results *results);
NNC_API void nnc_results_abandon(nnc_results *results);

#endif
