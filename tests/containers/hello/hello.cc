#include <sys/utsname.h>

#include <iostream>
#include <stdexcept>
#include <thread>

int main() {
  std::string machine;
  std::thread([&] {
    try {
      throw std::runtime_error("thrown");
    } catch (const std::runtime_error &) {
      utsname name;
      uname(&name);
      machine = name.machine;
    }
  }).join();
  std::cout << "Hello from C++ on " << machine << "\n";
}
