// Sleeps a minute of virtual time in two threads, which costs nothing.
#include <chrono>
#include <thread>

int main() {
  std::thread thread([] { std::this_thread::sleep_for(std::chrono::minutes(1)); });
  std::this_thread::sleep_for(std::chrono::minutes(1));
  thread.join();
}
