// Barriers and latches order what is before with what is behind.
#include <pthread.h>
#include <latch>
#include <thread>

#include "harness/e2e/races/program.h"

namespace {

class Barrier {
 public:
  Barrier() { pthread_barrier_init(&barrier_, nullptr, 2); }
  ~Barrier() { pthread_barrier_destroy(&barrier_); }
  Barrier(const Barrier&) = delete;
  Barrier& operator=(const Barrier&) = delete;
  void wait() { pthread_barrier_wait(&barrier_); }

 private:
  pthread_barrier_t barrier_{};
};

void on_both_sides_of_a_barrier() {
  Barrier barrier;
  int value = 0;
  std::thread thread([&] {
    value = 1;
    barrier.wait();
  });
  barrier.wait();
  value = 2;
  thread.join();
}
const races::Program barrier_sides("on-both-sides-of-a-barrier", on_both_sides_of_a_barrier);

void both_behind_a_barrier() {
  Barrier barrier;
  races::Turn turn;
  int value = 0;
  std::thread thread([&] {
    barrier.wait();
    value = 1;  // race: both-behind-a-barrier
    turn.pass();
  });
  barrier.wait();
  turn.await();
  value = 2;  // race: both-behind-a-barrier
  thread.join();
}
const races::Program barrier_behind("both-behind-a-barrier", both_behind_a_barrier);

void before_a_latch() {
  std::latch latch(1);
  int value = 0;
  std::thread thread([&] {
    value = 1;
    latch.count_down();
  });
  latch.wait();
  value = 2;
  thread.join();
}
const races::Program latch_before("before-a-latch", before_a_latch);

void latch_counted_down_too_early() {
  std::latch latch(1);
  races::Turn turn;
  int value = 0;
  std::thread thread([&] {
    latch.count_down();
    value = 1;  // race: latch-counted-down-too-early
    turn.pass();
  });
  latch.wait();
  turn.await();
  value = 2;  // race: latch-counted-down-too-early
  thread.join();
}
const races::Program latch_early("latch-counted-down-too-early", latch_counted_down_too_early);

}  // namespace
