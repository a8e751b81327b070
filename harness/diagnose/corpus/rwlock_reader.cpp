// Deadlock: a reader waits for the writer of a std::shared_mutex, and the writer for a mutex of the reader.
#include <barrier>
#include <mutex>
#include <shared_mutex>
#include <thread>

#include "corpus.h"

namespace {

std::shared_mutex table;
std::mutex index_mutex;
std::barrier both_hold_one(2);

void look_up() {
  call_thread("reader");
  const std::lock_guard first(index_mutex);
  both_hold_one.arrive_and_wait();
  const std::shared_lock second(table);
}

void rebuild() {
  call_thread("writer");
  const std::unique_lock first(table);
  both_hold_one.arrive_and_wait();
  const std::lock_guard second(index_mutex);
}

}  // namespace

int main() {
  std::thread reader(look_up);
  std::thread writer(rebuild);
  reader.join();
  writer.join();
}
