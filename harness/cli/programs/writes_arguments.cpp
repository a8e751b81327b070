// Writes what it is given and always passes.
#include <cstdio>
#include <thread>

int main(int argc, char** argv) {
  std::thread thread([] {});
  thread.join();
  for (int i = 1; i < argc; ++i) std::printf("argument %s\n", argv[i]);
}
