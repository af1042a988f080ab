/* SPDX-License-Identifier: MIT-0 */
/* host_crc.c - the checksum of zip archives and checkpoints. */
#include "host/host.h"

/* Eight bytes at a time (Kounavis and Berry, "A systematic approach to building high performance software-based CRC
 * generators", ISCC 2005): tables[k][b] is what byte b contributes with k bytes after it. Making them takes as long as
 * some 300 bytes do above. */
static uint32_t nnc_crc_eights(uint32_t crc, const unsigned char *from, size_t eights) {
    uint32_t tables[8][256];
    const unsigned char zero = 0;
    for (uint32_t b = 0; b < 256; b++) {
        tables[0][b] = nnc_crc_bytes(b, &zero, 1);
    }
    for (int k = 1; k < 8; k++) {
        for (uint32_t b = 0; b < 256; b++) {
            tables[k][b] = tables[k - 1][b] >> 8 ^ tables[0][tables[k - 1][b] & 255];
        }
    }
    for (; eights > 0; eights--, from += 8) {
        uint32_t first = from[0] | (uint32_t)from[1] << 8 | (uint32_t)from[2] << 16 | (uint32_t)from[3] << 24;
        uint32_t low = crc ^ first;
        crc = tables[7][low & 255] ^ tables[6][low >> 8 & 255] ^ tables[5][low >> 16 & 255] ^ tables[4][low >> 24] ^
              tables[3][from[4]] ^ tables[2][from[5]] ^ tables[1][from[6]] ^ tables[0][from[7]];
    }
    return crc;
}

NNC_API uint32_t nnc_crc32(uint32_t crc, const void *bytes, size_t size) {
    const unsigned char *from = bytes;
    size_t eights = size >= 2048 ? size / 8 : 0;
    crc = ~crc;
    if (eights > 0) {
        crc = nnc_crc_eights(crc, from, eights);
    }
    return ~nnc_crc_bytes(crc, from + 8 * eights, size - 8 * eights);
}
