// Three tasks each take two of three locks, always the one with the lower number first: no cycle can form.
#include <algorithm>
#include <mutex>
#include <thread>

namespace {

std::mutex mutexes[3];
int data[3];

void work(int i) {
  const int next = (i + 1) % 3;
  const std::lock_guard low(mutexes[std::min(i, next)]);
  const std::lock_guard high(mutexes[std::max(i, next)]);
  ++data[i];
  ++data[next];
}

}  // namespace

int main() {
  std::thread one(work, 0);
  std::thread two(work, 1);
  std::thread three(work, 2);
  one.join();
  two.join();
  three.join();
}
