// Deadlock beside a thread that goes on: a tool that waits for the whole process to stand still never reports it.
#include <barrier>
#include <mutex>
#include <thread>

#include "corpus.h"

namespace {

std::mutex front;
std::mutex back;
std::barrier both_hold_one(3);

void take(const char* name, std::mutex& first, std::mutex& second) {
  call_thread(name);
  first.lock();
  both_hold_one.arrive_and_wait();
  second.lock();
}

void beat() {
  call_thread("heart");
  both_hold_one.arrive_and_wait();
  announce();
  for (;;) nap(20);
}

}  // namespace

int main() {
  std::thread heart(beat);
  std::thread left(take, "left", std::ref(front), std::ref(back));
  std::thread right(take, "right", std::ref(back), std::ref(front));
  left.join();
  right.join();
  heart.join();
}
