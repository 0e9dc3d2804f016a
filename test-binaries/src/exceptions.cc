// C++: exceptions through many frames and in loops, destructors, rethrow, run-time types, static
// initialisation, standard containers.
#include <algorithm>
#include <map>
#include <stdexcept>
#include <string>
#include <typeinfo>
#include <vector>

#include "t.h"

namespace {
long destroyed;
struct Guard {
  long weight;
  explicit Guard(long w) : weight(w) {}
  ~Guard() { destroyed += weight; }
};

__attribute__((noinline)) long descend(int depth) {
  Guard guard(depth);
  if (depth == 0) throw std::runtime_error("bottom");
  return descend(depth - 1) + guard.weight;
}

void frames(int, char **) {
  int caught = 0;
  for (int i = 0; i < 2000; i++) {
    try {
      descend(i % 40);
    } catch (const std::exception &e) {
      caught += std::string(e.what()) == "bottom";
    }
  }
  SHOW(caught), SHOW(destroyed);
  try {
    descend(5000);
  } catch (const std::runtime_error &e) {
    puts(e.what());
  }
  SHOW(destroyed);
}

struct Base { virtual ~Base() = default; virtual int id() const { return 1; } };
struct Derived : Base { int id() const override { return 2; } };
struct Other : virtual Base { int id() const override { return 3; } };

void types(int, char **) {
  for (int i = 0; i < 6; i++) {
    try {
      switch (i) {
        case 0: throw 42;
        case 1: throw 2.5;
        case 2: throw "text";
        case 3: throw Derived();
        case 4: throw Other();
        default: throw std::out_of_range("range");
      }
    } catch (int v) { printf("int %d\n", v);
    } catch (double v) { printf("double %.1f\n", v);
    } catch (const char *v) { printf("text %s\n", v);
    } catch (const Base &v) { printf("Base id %d\n", v.id());
    } catch (const std::logic_error &v) { printf("logic %s\n", v.what());
    }
  }
  Derived d;
  Other o;
  Base *bases[] = {&d, &o};
  for (Base *b : bases)
    printf("%d %d %s\n", dynamic_cast<Derived *>(b) != nullptr, dynamic_cast<Other *>(b) != nullptr, typeid(*b).name());
}

void rethrow(int, char **) {
  int order = 0;
  try {
    try {
      try {
        throw 1;
      } catch (int) {
        order = order * 10 + 1;
        throw;
      }
    } catch (int v) {
      order = order * 10 + 2;
      throw std::to_string(v);
    }
  } catch (const std::string &s) {
    order = order * 10 + 3;
    puts(s.c_str());
  }
  SHOW(order);
  try {
    std::vector<int>(3).at(7);
  } catch (const std::out_of_range &) {
    puts("out of range");
  }
  std::exception_ptr kept;
  try { throw std::bad_alloc(); } catch (...) { kept = std::current_exception(); }
  try { std::rethrow_exception(kept); } catch (const std::bad_alloc &e) { puts(e.what()); }
}

void containers(int, char **) {
  std::map<std::string, std::vector<int>> words;
  for (int i = 0; i < 20000; i++) words["k" + std::to_string(t_random() % 500)].push_back(i);
  uint64_t h = HASH_START;
  for (auto &[name, list] : words) {
    std::sort(list.begin(), list.end(), [](int a, int b) { return a % 97 != b % 97 ? a % 97 < b % 97 : a > b; });
    h = t_hash(h, name.data(), name.size());
    h = t_hash(h, list.data(), list.size() * sizeof(int));
  }
  SHOW(words.size()), HEX(h);
}

void terminate(int, char **) {
  std::set_terminate([] { puts("terminate called"); _exit(9); });
  throw 5;
}

const test TESTS[] = {{"frames", frames}, {"types", types}, {"rethrow", rethrow}, {"containers", containers},
                      {"terminate", terminate}};
}  // namespace
TEST_MAIN(TESTS)
