// The condition variable that the condition cases share: one that is made with a clock and cleans up after itself.
#pragma once

#include <pthread.h>
#include <time.h>

#include "harness/conformance/cases/mutex.h"

namespace conformance {

class Condition {
 public:
  explicit Condition(clockid_t clock = CLOCK_REALTIME) {
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, clock);
    pthread_cond_init(&it, &attributes);
    pthread_condattr_destroy(&attributes);
  }
  Condition(const Condition&) = delete;
  Condition& operator=(const Condition&) = delete;
  ~Condition() {
    if (!is_destroyed_) pthread_cond_destroy(&it);
  }
  int destroy() {
    is_destroyed_ = true;
    return pthread_cond_destroy(&it);
  }

  int wait(Mutex& mutex) { return pthread_cond_wait(&it, &mutex.it); }
  int signal() { return pthread_cond_signal(&it); }
  int broadcast() { return pthread_cond_broadcast(&it); }

  pthread_cond_t it{};

 private:
  bool is_destroyed_ = false;
};

}  // namespace conformance
