#include <exception>
#include <future>
#include <iostream>
#include <string>

long factorial(int n);

int main(int argc, char **argv) {
  try {
    int n = std::stoi(argc > 1 ? argv[1] : "1");
    std::cout << std::async(std::launch::async, factorial, n).get() << "\n";
  } catch (const std::exception &failure) {
    std::cerr << failure.what() << "\n";
    return 1;
  }
}
