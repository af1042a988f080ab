/* SPDX-License-Identifier: MIT-0 */
/* checkpoint.c - everything that training needs to go on, in a safetensors file with a checksum. The weights stand
 * under their own names, so that the file serves as --weights too; the names of all else begin with @. */
#include "data/data.h"
#include "host/host.h"
#include "session/session.h"
#include "tensors/tensors.h"
#include "training/training.h"

#include <stdlib.h>
#include <string.h>

static const char nnc_checkpoint_key[] = "nnc.checkpoint", nnc_identity_key[] = "nnc.identity";

/* Tensors and where they live -------------------------------------------------------------------------------------- */

static nnc_part *nnc_parts_push(nnc_parts *parts, nnc_dtype dtype, void *home, const char *name) {
    void *at = parts->at;
    if (parts->failed || nnc_grow(parts->host, &at, &parts->capacity, parts->count + 1, sizeof *parts->at) != 0) {
        parts->failed = 1;
        return NULL;
    }
    parts->at = at;
    nnc_part *part = &parts->at[parts->count];
    memset(part, 0, sizeof *part);
    part->entry.name = nnc_copy_text(parts->host, name);
    if (part->entry.name == NULL) {
        parts->failed = 1;
        return NULL;
    }
    part->entry.dtype = dtype;
    part->entry.data = part->home = home;
    parts->count++;
    return part;
}

NNC_API void nnc_parts_add(nnc_parts *parts, nnc_dtype dtype, size_t count, void *home, const char *format, ...) {
    char name[512];
    va_list args;
    va_start(args, format);
    vsnprintf(name, sizeof name, format, args);
    va_end(args);
    nnc_part *part = nnc_parts_push(parts, dtype, home, name);
    if (part != NULL) {
        part->entry.rank = 1;
        part->entry.shape[0] = (int64_t)count;
        part->entry.count = count;
    }
}

NNC_API void nnc_parts_add_text(nnc_parts *parts, nnc_text *text, const char *name) {
    nnc_part *part = nnc_parts_push(parts, NNC_U8, NULL, name);
    if (part != NULL) {
        part->text = text;
        part->entry.data = text->bytes;
        part->entry.rank = 1;
        part->entry.shape[0] = (int64_t)text->size;
        part->entry.count = text->size;
    }
}

NNC_API void nnc_parts_add_weights(nnc_parts *parts, const nnc_model *model, int trainable, void *reals,
                                   const char *prefix) {
    for (size_t i = 0; i < model->tensor_count; i++) {
        const nnc_tensor *tensor = &model->tensors[i];
        size_t offset = trainable ? tensor->gradient_offset : tensor->offset;
        char name[512];
        snprintf(name, sizeof name, "%s%s", prefix, tensor->name);
        nnc_part *part = offset == SIZE_MAX ? NULL
                                            : nnc_parts_push(parts, nnc_real_dtype(model),
                                                             (char *)reals + offset * model->real_size, name);
        if (part != NULL) {
            part->entry.rank = tensor->rank;
            memcpy(part->entry.shape, tensor->shape, sizeof tensor->shape);
            nnc_shape_count(tensor->shape, tensor->rank, &part->entry.count); /* it is in memory: it can be counted */
        }
    }
}

NNC_API void nnc_parts_free(nnc_parts *parts) {
    for (size_t i = 0; i < parts->count; i++) {
        free(parts->at[i].entry.name);
    }
    free(parts->at);
    memset(parts, 0, sizeof *parts);
}

static void nnc_add_kept(nnc_parts *parts, nnc_training *training, const nnc_kept *kept) {
    const size_t before = parts->count;
    const nnc_model *model = training->model;
    void *home = (char *)training->session.trainer + kept->offset;
    char prefix[200];
    switch (kept->as) {
    case NNC_KEPT_WEIGHTS: nnc_parts_add_weights(parts, model, 0, home, ""); break;
    case NNC_KEPT_TRAINABLE:
        snprintf(prefix, sizeof prefix, "@%s/", kept->name);
        nnc_parts_add_weights(parts, model, 1, home, prefix);
        break;
    case NNC_KEPT_REALS: nnc_parts_add(parts, nnc_real_dtype(model), kept->count, home, "@%s", kept->name); break;
    case NNC_KEPT_COUNTS: nnc_parts_add(parts, NNC_U64, kept->count, home, "@%s", kept->name); break;
    }
    for (size_t i = before; i < parts->count; i++) {
        parts->at[i].is_learned = kept->as == NNC_KEPT_WEIGHTS || kept->as == NNC_KEPT_TRAINABLE;
    }
}

NNC_API void nnc_parts_add_history(nnc_parts *parts, nnc_history *history, const char *prefix) {
    char name[64];
    nnc_parts_add(parts, NNC_U64, 1, &history->before, "@%s/before", prefix);
    snprintf(name, sizeof name, "@%s/columns", prefix);
    nnc_parts_add_text(parts, &history->columns, name);
    snprintf(name, sizeof name, "@%s/written", prefix);
    nnc_parts_add_text(parts, &history->written, name);
}

/* What a resumed run has to have in common with the one before, beyond the identity of the model. */
enum { NNC_RUN_SEED, NNC_RUN_SAMPLES, NNC_RUN_VALIDATION, NNC_RUN_BATCH, NNC_RUN_SHUFFLED, NNC_RUN_FACTS };
typedef struct nnc_run {
    uint64_t fact[NNC_RUN_FACTS];
} nnc_run;

static const struct {
    const char *is, *way_out; /* of the old run and of this one */
} nnc_run_texts[NNC_RUN_FACTS] = {
    {"seed", "give it with --seed, or leave --seed out"},
    {"number of samples to train on", "resume with the data that the run began with"},
    {"number of samples to validate on", "resume with the data that the run began with"},
    {"number of samples per step", "give it with --batch-size"},
    {"shuffling (1 yes, 0 no)", "give --no-shuffle to both or to neither"},
};

static nnc_run nnc_run_of(const nnc_training *training) {
    nnc_run run;
    size_t own = training->validation_data.count;
    run.fact[NNC_RUN_SEED] = training->seed;
    run.fact[NNC_RUN_SAMPLES] = training->train_count;
    run.fact[NNC_RUN_VALIDATION] = own > 0 ? own : training->data.count - training->train_count;
    run.fact[NNC_RUN_BATCH] = training->session.batch;
    run.fact[NNC_RUN_SHUFFLED] = training->order != NULL;
    return run;
}

/* All that a checkpoint holds: written from here, read to here. */
static void nnc_checkpoint_parts(nnc_training *training, nnc_run *run, nnc_parts *parts) {
    const nnc_model *model = training->model;
    enum { PLACE_WORDS = sizeof(nnc_place) / sizeof(uint64_t) };
    memset(parts, 0, sizeof *parts);
    parts->host = training->host;
    for (size_t i = 0; i < model->kept_count; i++) {
        nnc_add_kept(parts, training, &model->kept[i]);
    }
    nnc_parts_add(parts, NNC_U64, NNC_RUN_FACTS, run->fact, "@run");
    nnc_parts_add(parts, NNC_U64, PLACE_WORDS, &training->place, "@place");
    nnc_parts_add(parts, NNC_F64, 1, &training->totals.loss, "@totals/loss");
    nnc_parts_add(parts, NNC_F64, 1, &training->totals.samples, "@totals/samples");
    nnc_parts_add(parts, NNC_F64, model->sum_count, training->totals.sums, "@totals/sums");
    nnc_parts_add_history(parts, &training->history, "history");
    nnc_callbacks_parts(training, parts);
}

/* Writing ---------------------------------------------------------------------------------------------------------- */

NNC_API int nnc_checkpoint_save(nnc_training *training, const char *path) {
    nnc_host *host = training->host;
    nnc_run run = nnc_run_of(training);
    nnc_parts parts;
    nnc_notes notes;
    if (nnc_session_gather_ranks(&training->session) != 0) {
        return -1;
    }
    nnc_checkpoint_parts(training, &run, &parts);
    nnc_entry *entries = nnc_alloc(host, parts.count, sizeof *entries);
    int status = nnc_learned_to_notes(host, &training->session.learned, &notes);
    if (entries == NULL || parts.failed || status != 0 || nnc_add_note(host, &notes, nnc_checkpoint_key, "1") != 0 ||
        nnc_add_note(host, &notes, nnc_identity_key, training->model->identity) != 0) {
        status = -1;
    }
    for (size_t i = 0; i < parts.count && status == 0; i++) {
        entries[i] = parts.at[i].entry;
    }
    if (status == 0 && nnc_tensors_write_checked(host, path, entries, parts.count, &notes) != 0) {
        status = nnc_fail_hint(host, "the checkpoint before it, if there was one, is whole: "
                                     "go on from it with --resume");
    }
    free(entries);
    nnc_parts_free(&parts);
    nnc_notes_free(&notes);
    return status;
}

/* Reading ---------------------------------------------------------------------------------------------------------- */

/* The first line in which two texts differ; NULL when they are the same. *theirs gets the same line of the other
 * one. An imported checkpoint says nothing of batches, nor of what is done with data, which comes last. */
static const char *nnc_first_difference(const char *ours, const char **theirs, int is_imported) {
    static const char batch[] = ", batch ";
    while (*ours != '\0' || **theirs != '\0') {
        size_t size = strcspn(ours, "\n"), other = strcspn(*theirs, "\n");
        int is_open =
            is_imported && (**theirs == '\0' || (size > other && strncmp(ours + other, batch, sizeof batch - 1) == 0));
        if (memcmp(ours, *theirs, size < other ? size : other) != 0 || (size != other && !is_open)) {
            return ours;
        }
        ours += size + (ours[size] == '\n');
        *theirs += other + ((*theirs)[other] == '\n');
    }
    return NULL;
}

/* A line without its indentation; "nothing" at the end of the text. */
typedef struct nnc_shown_line {
    char text[240];
} nnc_shown_line;

static nnc_shown_line nnc_show_line(const char *text) {
    nnc_shown_line shown;
    text += strspn(text, " ");
    size_t size = strcspn(text, "\n");
    if (size == 0) {
        snprintf(shown.text, sizeof shown.text, "nothing more");
    } else if (size < 200) {
        snprintf(shown.text, sizeof shown.text, "'%.*s'", (int)size, text);
    } else {
        snprintf(shown.text, sizeof shown.text, "'%.200s...'", text);
    }
    return shown;
}

static int nnc_check_identity(nnc_training *training, const nnc_notes *notes) {
    const char *theirs = nnc_find_note(notes->at, notes->count, nnc_identity_key);
    const char *path = training->resumed;
    if (nnc_find_note(notes->at, notes->count, nnc_checkpoint_key) == NULL || theirs == NULL) {
        return nnc_fail_at(training->host, path, 0, 0,
                           "is no checkpoint: fit --checkpoint FILE writes one; weights are given with --weights");
    }
    const char *ours = nnc_first_difference(training->model->identity, &theirs, training->is_imported);
    if (ours == NULL) {
        return 0;
    }
    return nnc_fail_at(training->host, path, 0, 0,
                       "is the checkpoint of another model: it has %s where this one has %s; resume it with the "
                       "program that wrote it, or begin with its weights: --weights %s without --resume",
                       nnc_show_line(theirs).text, nnc_show_line(ours).text, path);
}

NNC_API int nnc_checkpoint_read(nnc_training *training, const char *path) {
    nnc_host *host = training->host;
    const nnc_notes *notes = &training->checkpoint.notes;
    free(training->resumed);
    training->resumed = nnc_copy_text(host, path);
    if (training->resumed == NULL) {
        return -1;
    }
    path = training->resumed;
    if (nnc_tensors_read_checked(host, path, &training->checkpoint) != 0) {
        return nnc_fail_hint(host, "resume from another copy of it, or begin anew without --resume");
    }
    const char *kind = nnc_find_note(notes->at, notes->count, nnc_checkpoint_key);
    training->is_imported = kind != NULL && strcmp(kind, "imported") == 0;
    if (nnc_check_identity(training, notes) != 0) {
        return -1;
    }
    const nnc_entry *run = nnc_tensors_find(&training->checkpoint, "@run");
    if (!training->options->has_seed && run != NULL && run->dtype == NNC_U64 && run->count == NNC_RUN_FACTS) {
        memcpy(&training->seed, run->data, sizeof training->seed);
        nnc_fix_byte_order(&training->seed, 1, sizeof training->seed, 0);
    }
    return nnc_learned_from_notes(host, notes->at, notes->count, &training->session.learned);
}

/* Everything is there and nothing else, of the same types and shapes. */
static int nnc_check_parts(nnc_training *training, const nnc_parts *parts) {
    const nnc_tensors *file = &training->checkpoint;
    size_t count = 0;
    const char *way_out = "resume with the program and the options that wrote it";
    for (size_t i = 0; i < parts->count; i++) {
        const nnc_entry *wanted = &parts->at[i].entry, *found = nnc_tensors_find(file, wanted->name);
        count += found != NULL;
        if (found == NULL && training->is_imported && (!parts->at[i].is_learned || nnc_names_statistic(wanted->name))) {
            continue;
        }
        if (found == NULL) {
            return nnc_fail_at(training->host, file->path, 0, 0, "does not hold '%s', which this run keeps; %s",
                               wanted->name, way_out);
        }
        if (found->dtype != wanted->dtype || found->rank != wanted->rank ||
            (parts->at[i].text == NULL &&
             memcmp(found->shape, wanted->shape, sizeof *found->shape * (size_t)found->rank) != 0)) {
            return nnc_fail_at(training->host, file->path, 0, 0,
                               "holds '%s' as %s of shape %s, this run %s of shape %s; %s", wanted->name,
                               nnc_dtype_of(found->dtype).name, nnc_show_shape(found->shape, found->rank).text,
                               nnc_dtype_of(wanted->dtype).name, nnc_show_shape(wanted->shape, wanted->rank).text,
                               way_out);
        }
    }
    if (file->count != count + 1) { /* the checksum */
        return nnc_fail_at(training->host, file->path, 0, 0, "holds %zu tensors, this run keeps %zu; %s",
                           file->count - 1, count, way_out);
    }
    return 0;
}

static void nnc_copy_part(const nnc_entry *from, void *to) {
    size_t size = nnc_dtype_of(from->dtype).size;
    memcpy(to, from->data, from->count * size);
    nnc_fix_byte_order(to, from->count, size, 0);
}

static int nnc_check_run(nnc_training *training, const nnc_run *ours) {
    const nnc_entry *entry = nnc_tensors_find(&training->checkpoint, "@run");
    nnc_run theirs;
    if (entry == NULL) { /* as in an imported one */
        return 0;
    }
    nnc_copy_part(entry, theirs.fact);
    for (int i = 0; i < NNC_RUN_FACTS; i++) {
        if (theirs.fact[i] != ours->fact[i]) {
            return nnc_fail_at(training->host, training->resumed, 0, 0,
                               "is the checkpoint of another run: its %s is %llu, of this run it is %llu; %s",
                               nnc_run_texts[i].is, (unsigned long long)theirs.fact[i],
                               (unsigned long long)ours->fact[i], nnc_run_texts[i].way_out);
        }
    }
    return 0;
}

/* Whoever can make a checksum can write anything: what is used as an index or ends a text is looked at. */
static int nnc_check_checkpoint(nnc_training *training, const nnc_parts *parts) {
    nnc_place place = training->place;
    const nnc_entry *stored = nnc_tensors_find(&training->checkpoint, "@place");
    if (stored != NULL) {
        nnc_copy_part(stored, &place);
    }
    int is_good = place.sample < training->train_count;
    for (size_t i = 0; i < parts->count && is_good; i++) {
        const nnc_entry *entry = nnc_tensors_find(&training->checkpoint, parts->at[i].entry.name);
        int is_columns = entry != NULL && parts->at[i].text != NULL && strstr(entry->name, "/columns") != NULL;
        is_good = !is_columns || entry->count == 0 || ((const char *)entry->data)[entry->count - 1] == '\0';
    }
    return is_good ? 0
                   : nnc_fail_at(training->host, training->resumed, 0, 0,
                                 "holds numbers that no run writes; begin anew without --resume");
}

NNC_API int nnc_checkpoint_restore(nnc_training *training) {
    nnc_run run = nnc_run_of(training);
    nnc_parts parts;
    nnc_checkpoint_parts(training, &run, &parts);
    int status = parts.failed || nnc_check_parts(training, &parts) != 0 || nnc_check_run(training, &run) != 0 ||
                         nnc_check_checkpoint(training, &parts) != 0
                     ? -1
                     : 0;
    for (size_t i = 0; i < parts.count && status == 0; i++) {
        const nnc_part *part = &parts.at[i];
        const nnc_entry *entry = nnc_tensors_find(&training->checkpoint, part->entry.name);
        if (entry == NULL) {
            continue;
        }
        if (part->text != NULL) {
            part->text->size = 0;
            status = nnc_text_put(training->host, part->text, entry->data, entry->count);
        } else {
            nnc_copy_part(entry, part->home);
            status = entry->name[0] == '@' ? 0 /* averages of squares may be infinite */
                                           : nnc_check_finite(training->host, training->model, training->resumed, entry,
                                                              part->home, part->home);
        }
    }
    training->history.is_resumed = !training->is_imported;
    nnc_parts_free(&parts);
    nnc_tensors_free(&training->checkpoint);
    return status;
}
