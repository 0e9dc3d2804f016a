#include <stdexcept>

long factorial(int n) {
  if (n < 0) throw std::domain_error("negative");
  return n < 2 ? 1 : n * factorial(n - 1);
}
