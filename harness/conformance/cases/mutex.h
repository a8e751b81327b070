// The mutex that the mutex and condition cases share: one that is made with a type and cleans up after itself.
#pragma once

#include <pthread.h>

#include <array>

namespace conformance {

class Mutex {
 public:
  explicit Mutex(int type = PTHREAD_MUTEX_NORMAL, int robust = PTHREAD_MUTEX_STALLED,
                 int protocol = PTHREAD_PRIO_NONE) {
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_settype(&attributes, type);
    pthread_mutexattr_setrobust(&attributes, robust);
    pthread_mutexattr_setprotocol(&attributes, protocol);
    pthread_mutex_init(&it, &attributes);
    pthread_mutexattr_destroy(&attributes);
  }
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;
  ~Mutex() {
    if (!is_destroyed_) pthread_mutex_destroy(&it);
  }
  int destroy() {
    is_destroyed_ = true;
    return pthread_mutex_destroy(&it);
  }

  int lock() { return pthread_mutex_lock(&it); }
  int try_lock() { return pthread_mutex_trylock(&it); }
  int unlock() { return pthread_mutex_unlock(&it); }

  pthread_mutex_t it{};

 private:
  bool is_destroyed_ = false;
};

struct MutexType {
  int type;
  const char* name;
};

inline constexpr std::array<MutexType, 4> mutex_types{{{PTHREAD_MUTEX_NORMAL, "normal"},
                                                       {PTHREAD_MUTEX_RECURSIVE, "recursive"},
                                                       {PTHREAD_MUTEX_ERRORCHECK, "errorcheck"},
                                                       {PTHREAD_MUTEX_ADAPTIVE_NP, "adaptive"}}};

}  // namespace conformance
