/* SPDX-License-Identifier: MIT-0 */
/* host_crc.c - the checksum of zip archives. */
#include "nnc_host.h"

/* CRC-32 of ISO 3309 (polynomial 0xedb88320, reflected), four bits at a time. */
NNC_API uint32_t nnc_crc32(uint32_t crc, const void *bytes, size_t size) {
    static const uint32_t table[16] = {0x00000000u, 0x1db71064u, 0x3b6e20c8u, 0x26d930acu, 0x76dc4190u, 0x6b6b51f4u,
                                       0x4db26158u, 0x5005713cu, 0xedb88320u, 0xf00f9344u, 0xd6d6a3e8u, 0xcb61b38cu,
                                       0x9b64c2b0u, 0x86d3d2d4u, 0xa00ae278u, 0xbdbdf21cu};
    const unsigned char *from = bytes;
    crc = ~crc;
    for (size_t i = 0; i < size; i++) {
        crc = crc >> 4 ^ table[(crc ^ from[i]) & 15];
        crc = crc >> 4 ^ table[(crc ^ (uint32_t)(from[i] >> 4)) & 15];
    }
    return ~crc;
}
