// Binary trees from malloc.
#include "kernel.h"
struct node { struct node *left, *right; };
static struct node *make(int depth) {
  struct node *n = malloc(sizeof *n);
  n->left = depth ? make(depth - 1) : NULL, n->right = depth ? make(depth - 1) : NULL;
  return n;
}
static uint64_t count_and_free(struct node *n) {
  if (!n) return 0;
  uint64_t sum = 1 + count_and_free(n->left) + count_and_free(n->right);
  free(n);
  return sum;
}
KERNEL(60) {
  uint64_t sum = 0;
  for (long i = 0; i < rounds; i++) sum += count_and_free(make(15));
  return sum;
}
