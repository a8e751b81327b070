// A unit of a semaphore brings with it what was done before it was posted, and not what came later.
#include <semaphore.h>
#include <thread>

#include "harness/e2e/races/program.h"

namespace {

class Units {
 public:
  Units() { sem_init(&units_, 0, 0); }
  ~Units() { sem_destroy(&units_); }
  Units(const Units&) = delete;
  Units& operator=(const Units&) = delete;
  void post() { sem_post(&units_); }
  void wait() { sem_wait(&units_); }

 private:
  sem_t units_{};
};

void written_before_the_post() {
  Units units;
  int value = 0;
  std::thread thread([&] {
    value = 1;
    units.post();
  });
  units.wait();
  value = 2;
  thread.join();
}
const races::Program before("written-before-the-post", written_before_the_post);

void written_after_the_post() {
  Units units;
  races::Turn turn;
  int value = 0;
  std::thread thread([&] {
    units.post();
    value = 1;  // race: written-after-the-post
    turn.pass();
  });
  units.wait();
  turn.await();
  value = 2;  // race: written-after-the-post
  thread.join();
}
const races::Program after("written-after-the-post", written_after_the_post);

// Posting does not order the poster behind those who posted before.
void two_posters() {
  Units units;
  races::Turn turn;
  int value = 0;
  std::thread thread([&] {
    value = 1;  // race: two-posters
    units.post();
    turn.pass();
  });
  turn.await();
  units.post();
  value = 2;  // race: two-posters
  thread.join();
}
const races::Program posters("two-posters", two_posters);

}  // namespace
