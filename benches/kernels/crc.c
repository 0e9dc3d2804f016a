// CRC-32 with a table, byte by byte.
#include "kernel.h"
KERNEL(1500) {
  static uint32_t table[256];
  static unsigned char data[65536];
  for (uint32_t i = 0; i < 256; i++) {
    uint32_t c = i;
    for (int k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ c >> 1 : c >> 1;
    table[i] = c;
  }
  for (size_t i = 0; i < sizeof data; i++) data[i] = (unsigned char)next();
  uint32_t crc = ~0u;
  for (long r = 0; r < rounds; r++)
    for (size_t i = 0; i < sizeof data; i++) crc = table[(crc ^ data[i]) & 255] ^ crc >> 8;
  return crc;
}
