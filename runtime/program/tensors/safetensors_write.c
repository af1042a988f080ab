/* SPDX-License-Identifier: MIT-0 */
/* safetensors_write.c - writes files of named tensors, whole or not at all. */
#include "data/data.h"
#include "host/host.h"
#include "tensors/tensors.h"

#include <stdlib.h>
#include <string.h>

/* A growing text: the JSON header. */
typedef struct nnc_json_text {
    nnc_host *host;
    void *chars;
    size_t size, capacity;
    int failed;
} nnc_json_text;

static void nnc_json_put(nnc_json_text *json, const char *text, size_t size) {
    if (json->failed || nnc_grow(json->host, &json->chars, &json->capacity, json->size + size, 1) != 0) {
        json->failed = 1;
        return;
    }
    memcpy((char *)json->chars + json->size, text, size);
    json->size += size;
}

static void nnc_json_puts(nnc_json_text *json, const char *text) { nnc_json_put(json, text, strlen(text)); }

static void nnc_json_quote(nnc_json_text *json, const char *text) {
    nnc_json_puts(json, "\"");
    for (; *text != '\0'; text++) {
        nnc_json_puts(json, nnc_json_character(*text).text);
    }
    nnc_json_puts(json, "\"");
}

/* "name":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]} */
static void nnc_json_put_tensor(nnc_json_text *json, const nnc_entry *entry, size_t begin, size_t end) {
    char text[80];
    nnc_json_quote(json, entry->name);
    snprintf(text, sizeof text, ":{\"dtype\":\"%s\",\"shape\":[", nnc_dtype_of(entry->dtype).safetensors);
    nnc_json_puts(json, text);
    for (int i = 0; i < entry->rank; i++) {
        snprintf(text, sizeof text, i > 0 ? ",%lld" : "%lld", (long long)entry->shape[i]);
        nnc_json_puts(json, text);
    }
    snprintf(text, sizeof text, "],\"data_offsets\":[%zu,%zu]}", begin, end);
    nnc_json_puts(json, text);
}

/* Elements in little-endian order, by way of a small buffer. */
static void nnc_write_elements(nnc_writer *writer, const nnc_entry *entry) {
    unsigned char buffer[8192];
    size_t size = nnc_dtype_of(entry->dtype).size, at_once = sizeof buffer / size;
    for (size_t done = 0; done < entry->count; done += at_once) {
        size_t count = entry->count - done < at_once ? entry->count - done : at_once;
        memcpy(buffer, (const char *)entry->data + done * size, count * size);
        nnc_fix_byte_order(buffer, count, size, 0);
        nnc_writer_write(writer, buffer, count * size);
    }
}

/* "__metadata__":{"key":"value",…} */
static void nnc_json_put_notes(nnc_json_text *json, const nnc_notes *notes) {
    nnc_json_puts(json, "\"__metadata__\":{");
    for (size_t i = 0; i < notes->count; i++) {
        nnc_json_puts(json, i > 0 ? "," : "");
        nnc_json_quote(json, notes->at[i].key);
        nnc_json_puts(json, ":");
        nnc_json_quote(json, notes->at[i].value);
    }
    nnc_json_puts(json, "}");
}

/* The last tensor of a checked file. */
static nnc_entry nnc_checksum_entry(void) {
    nnc_entry entry;
    memset(&entry, 0, sizeof entry);
    entry.name = (char *)(uintptr_t) "@checksum"; /* only read */
    entry.dtype = NNC_U32;
    entry.rank = 1;
    entry.shape[0] = 1;
    entry.count = 1;
    return entry;
}

static int nnc_tensors_write_file(nnc_host *host, const char *path, const nnc_entry *entries, size_t count,
                                  const nnc_notes *notes, int is_checked) {
    nnc_json_text json = {host, NULL, 0, 0, 0};
    nnc_writer writer;
    unsigned char length[8];
    size_t offset = 0;
    nnc_json_puts(&json, "{");
    if (notes != NULL && notes->count > 0) {
        nnc_json_put_notes(&json, notes);
        nnc_json_puts(&json, count > 0 ? "," : "");
    }
    for (size_t i = 0; i < count; i++) {
        size_t end = offset + entries[i].count * nnc_dtype_of(entries[i].dtype).size;
        nnc_json_puts(&json, i > 0 ? "," : "");
        nnc_json_put_tensor(&json, &entries[i], offset, end);
        offset = end;
    }
    if (is_checked) {
        nnc_json_puts(&json, count > 0 ? "," : "");
        const nnc_entry checksum = nnc_checksum_entry();
        nnc_json_put_tensor(&json, &checksum, offset, offset + sizeof(uint32_t));
    }
    nnc_json_puts(&json, "}");
    while (!json.failed && json.size % 8 != 0) { /* so that the elements are aligned */
        nnc_json_puts(&json, " ");
    }
    if (json.failed || nnc_writer_open(host, &writer, path) != 0) {
        free(json.chars);
        return -1;
    }
    for (size_t i = 0; i < sizeof length; i++) {
        length[i] = (unsigned char)((uint64_t)json.size >> 8 * i & 255);
    }
    nnc_writer_write(&writer, length, sizeof length);
    nnc_writer_write(&writer, json.chars, json.size);
    free(json.chars);
    for (size_t i = 0; i < count; i++) {
        nnc_write_elements(&writer, &entries[i]);
    }
    if (is_checked) {
        uint32_t crc = writer.crc;
        nnc_fix_byte_order(&crc, 1, sizeof crc, 0);
        nnc_writer_write(&writer, &crc, sizeof crc);
    }
    return nnc_writer_commit(&writer);
}

NNC_API int nnc_tensors_write(nnc_host *host, const char *path, const nnc_entry *entries, size_t count,
                              const nnc_notes *notes) {
    return nnc_tensors_write_file(host, path, entries, count, notes, 0);
}

NNC_API int nnc_tensors_write_checked(nnc_host *host, const char *path, const nnc_entry *entries, size_t count,
                                      const nnc_notes *notes) {
    return nnc_tensors_write_file(host, path, entries, count, notes, 1);
}
