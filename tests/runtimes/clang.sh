# packages: clang libc6-dev g++
# Clang and g++: C and C++ at several levels, exceptions, threads, constructors, a shared library.
cd /tmp && cat >a.cc <<'C'
#include <algorithm>
#include <atomic>
#include <complex>
#include <cstdio>
#include <future>
#include <map>
#include <numeric>
#include <regex>
#include <string>
#include <thread>
#include <vector>
struct B {
  virtual ~B() {}
  virtual int f(int x) { return x; }
};
struct D : B {
  int f(int x) override { return x * 2 + 1; }
};
thread_local int tls = 3;
extern "C" int twice(int);
int main() {
  std::vector<double> v(200000);
  std::iota(v.begin(), v.end(), 0.5);
  for (auto &x : v) x = x * 0.25 - 7;
  std::printf("%.3f\n", std::accumulate(v.begin(), v.end(), 0.0));
  int c = 0;
  for (int i = 0; i < 5000; i++) try {
      if (i % 2) throw std::string("x");
      else throw i;
    } catch (int k) { c += k % 7; } catch (std::string &s) {
      c += s.size();
    }
  std::printf("%d\n", c);
  std::atomic<long> n{0};
  std::vector<std::thread> ts;
  for (int t = 0; t < 6; t++)
    ts.emplace_back([&] {
      tls++;
      for (int i = 0; i < 20000; i++) n += tls;
    });
  for (auto &t : ts) t.join();
  std::printf("%ld\n", n.load());
  auto f = std::async(std::launch::async, [] {
    std::map<std::string, int> m;
    for (int i = 0; i < 20000; i++) m[std::to_string(i * 7919 % 1009)] += i;
    return m.begin()->second + m.rbegin()->second;
  });
  std::printf("%d\n", f.get());
  std::string s;
  for (int i = 0; i < 500; i++) s += "key" + std::to_string(i) + "=v;";
  std::regex r("key(\\d)7=(v)");
  std::printf("%td\n", std::distance(std::sregex_iterator(s.begin(), s.end(), r), std::sregex_iterator()));
  B *b = new D;
  auto z = std::pow(std::complex<double>(1, 2), 3);
  std::printf("%d %d %.3f %.3f\n", b->f(20), twice(21), z.real(), z.imag());
  unsigned h = 0;
  for (unsigned i = 0; i < 1000000; i++) h = (h << 5 | h >> 27) ^ (i * 2654435761u);
  std::printf("%u\n", h);
  __int128 q = (__int128)h * h * h;
  std::printf("%llx\n", (unsigned long long)(q / 12345));
  std::printf("%Lf\n", (long double)1 / 3 + 1e10L);
}
C
echo 'int twice(int x) { return 2 * x; }' >t.c
for o in "clang -O0" "clang -O2" "clang -O3 -mcpu=neoverse-n1" "g++ -O2" "g++ -O3 -march=armv8.2-a+fp16+dotprod"; do
  set -- $o
cc=${1/clang/clang}
${cc/g++/gcc} -shared -fPIC -O1 t.c -o libt.so && ${cc/clang/clang++} ${*:2} a.cc -pthread -L. -lt -Wl,-rpath,/tmp -o a 2>&1 | head -3
./a | md5sum
done
./a
