// Open-addressing hash table: dependent loads and multiplications.
#include "kernel.h"
enum { SIZE = 1 << 16 };
static struct { uint64_t key, value; } table[SIZE];
KERNEL(200) {
  uint64_t sum = 0;
  for (long r = 0; r < rounds; r++) {
    memset(table, 0, sizeof table);
    for (int i = 0; i < SIZE / 2; i++) {
      uint64_t key = next() | 1, at = key * 0x9e3779b97f4a7c15u >> 48;
      while (table[at].key && table[at].key != key) at = (at + 1) % SIZE;
      table[at].key = key, table[at].value += (uint64_t)i;
      uint64_t other = (key ^ sum) | 1, look = other * 0x9e3779b97f4a7c15u >> 48;
      while (table[look].key && table[look].key != other) look = (look + 1) % SIZE;
      sum += table[look].value + look;
    }
  }
  return sum;
}
